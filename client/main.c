/*
 * readsync: the reader's client.  Parses the command line, runs one command.
 */
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/command.h"
#include "proto/base/secret.h"

/* Sorted by name. */
static const struct command *const commands[] = {
	&command_archive, &command_invite, &command_join, &command_list, &command_read,
	&command_rm, &command_save, &command_search, &command_status, &command_sync,
	&command_tag, &command_unarchive, &command_untag, &command_why
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

/* Options that every command takes come first. */
static const struct {
	char letter;
	const char *name;
	const char *argument;		/* NULL: a switch */
	const char *help;
} options[] = {
	{ 'H', "home", "DIR", "keep all state below DIR (READSYNC_HOME)" },
	{ 'P', "passphrase-file", "FILE", "unlock the vault with the first line of FILE" },
	{ 'h', "help", NULL, "show this" },
	{ 'A', "all", NULL, "archived items too" },
	{ 'C', "control", "PATH", "the control socket of a daemon on this machine" },
	{ 'N', "name", "TEXT", "the name of this device in the list of devices" },
	{ 'W', "width", "N", "wrap at N columns" },
	{ 'a', "archived", NULL, "save it as read already" },
	{ 'j', "json", NULL, "print JSON" },
	{ 'n', "limit", "N", "at most N of them" },
	{ 'p', "page", "FILE", "the page as your own browser saved it; - for standard input" },
	{ 'q', "quiet", NULL, "no progress, no picture" },
	{ 't', "tag", "TAG", "with this tag; may be given again" },
	{ 'T', "title", "TEXT", "the title to show for it" },
};

#define OPTION_COUNT (sizeof(options) / sizeof(options[0]))
#define COMMON_OPTIONS "HPh"

static bool
takes(const struct command *command, char letter)
{
	return strchr(COMMON_OPTIONS, letter) != NULL || strchr(command->options, letter) != NULL;
}

static void
print_help(const struct command *command)
{
	size_t i;

	printf("usage: readsync %s [options]%s%s\n\n%s\nOptions:\n", command->name,
	    command->arguments[0] == '\0' ? "" : " ", command->arguments, command->description);
	for (i = 0; i < OPTION_COUNT; i++) {
		char left[40];

		if (!takes(command, options[i].letter))
			continue;
		snprintf(left, sizeof(left), "--%s%s%s", options[i].name,
		    options[i].argument == NULL ? "" : " ",
		    options[i].argument == NULL ? "" : options[i].argument);
		printf("  %-24s %s\n", left, options[i].help);
	}
}

static void
print_usage(FILE *out)
{
	size_t i;

	fprintf(out, "usage: readsync COMMAND [options] [arguments]\n\n"
	    "Keeps what you saved to read, and reads it without a network.\n\nCommands:\n");
	for (i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
	fprintf(out, "\n'readsync COMMAND --help' tells more of one; readsync(1) tells all.\n");
}

static int
usage_error(const struct command *command, const char *problem, const char *word)
{
	fprintf(stderr, "readsync %s: %s%s%s%s; see readsync %s --help\n", command->name, problem,
	    word == NULL ? "" : " '", word == NULL ? "" : word, word == NULL ? "" : "'", command->name);
	return rs_err_exit_status(RS_EINVAL);
}

static bool
read_number(const char *text, unsigned *ret_number)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || number > 1000000)
		return false;
	*ret_number = (unsigned)number;
	return true;
}

/* Take one option; returns false when its value is wrong. */
static bool
set_option(struct command_options *set, int letter, const char *value)
{
	switch (letter) {
	case 'H': set->home = value; return value[0] != '\0';
	case 'P': set->passphrase_file = value; return true;
	case 'A': set->all = true; return true;
	case 'C': set->control = value; return true;
	case 'N': set->name = value; return true;
	case 'W': return read_number(value, &set->width);
	case 'a': set->archived = true; return true;
	case 'j': set->json = true; return true;
	case 'n': return read_number(value, &set->limit);
	case 'p': set->page = value; return true;
	case 'q': set->quiet = true; return true;
	case 'T': set->title = value; return true;
	case 't':
		if (set->tag_count == COMMAND_TAGS_MAX)
			return false;
		set->tags[set->tag_count++] = value;
		return true;
	default: return false;
	}
}

/* Parse the options; returns -1 to go on, else the exit status. */
static int
parse_options(struct client *client, int argc, char **argv)
{
	struct option table[OPTION_COUNT + 1] = { { NULL, 0, NULL, 0 } };
	size_t i, count = 0;
	int letter;

	for (i = 0; i < OPTION_COUNT; i++) {
		if (!takes(client->command, options[i].letter))
			continue;
		table[count++] = (struct option){ options[i].name,
		    options[i].argument == NULL ? no_argument : required_argument, NULL,
		    options[i].letter };
	}
	opterr = 0;
	while ((letter = getopt_long(argc, argv, ":hn:t:jq", table, NULL)) != -1) {
		if (letter == 'h') {
			print_help(client->command);
			return 0;
		}
		if (letter == ':')
			return usage_error(client->command, "a value is missing after", argv[optind - 1]);
		if (letter == '?' || !takes(client->command, (char)letter))
			return usage_error(client->command, "not an option of this command:", argv[optind - 1]);
		if (!set_option(&client->options, letter, optarg))
			return usage_error(client->command, "not a usable value:", optarg);
	}
	return -1;
}

/* The home is --home, READSYNC_HOME, or readsync in XDG_DATA_HOME (XDG base directories). */
static const char *
default_home(void)
{
	static char path[4096];
	const char *set = getenv("READSYNC_HOME"), *data = getenv("XDG_DATA_HOME");
	const char *user = getenv("HOME");

	if (set != NULL && set[0] != '\0')
		return set;
	if (data != NULL && data[0] == '/')
		snprintf(path, sizeof(path), "%s/readsync", data);
	else if (user != NULL && user[0] == '/')
		snprintf(path, sizeof(path), "%s/.local/share/readsync", user);
	else
		return NULL;
	return path;
}

static bool
wants_colour(void)
{
	const char *none = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return isatty(STDOUT_FILENO) && (none == NULL || none[0] == '\0') && terminal != NULL &&
	    strcmp(terminal, "dumb") != 0;
}

static const struct command *
find_command(const char *name)
{
	size_t i;

	for (i = 0; i < COMMAND_COUNT; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	return NULL;
}

static int
run(const struct command *command, int argc, char **argv)
{
	struct client client = { .command = command, .options.home = default_home() };
	int status = parse_options(&client, argc, argv);

	if (status >= 0)
		return status;
	argc -= optind;
	argv += optind;
	if (client.options.home == NULL)
		return usage_error(command, "neither --home nor HOME says where to keep state", NULL);
	if (argc < command->min_arguments)
		return usage_error(command, "an argument is missing:", command->arguments);
	if (command->max_arguments >= 0 && argc > command->max_arguments)
		return usage_error(command, "one argument too many:", argv[command->max_arguments]);
	client.colour = wants_colour();
	status = command->run(&client, argc, argv);
	replica_close(client.replica);
	if (fflush(stdout) != 0 && status == 0)
		status = client_fail(&client, RS_EIO, "standard output");
	return status;
}

int
main(int argc, char **argv)
{
	const struct command *command;

	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN);
	if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0)) {
		print_usage(stdout);
		return 0;
	}
	if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
		printf("readsync %s\n", READSYNC_VERSION);
		return 0;
	}
	if (argc < 2) {
		print_usage(stderr);
		return rs_err_exit_status(RS_EINVAL);
	}
	command = find_command(argv[1]);
	if (command == NULL) {
		fprintf(stderr, "readsync: there is no command '%s'; see readsync --help\n", argv[1]);
		return rs_err_exit_status(RS_EINVAL);
	}
	if (secret_start() != RS_OK) {
		fprintf(stderr, "readsync: the system gives no random bytes\n");
		return 1;
	}
	return run(command, argc - 1, argv + 1);
}
