/*
 * readsync: the reader's client.  Parses the command line, runs one command.
 */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/command.h"
#include "client/doorbell.h"
#include "client/view/cells.h"
#include "proto/base/file.h"
#include "proto/base/secret.h"

/* Sorted by name. */
static const struct command *const commands[] = {
	&command_archive, &command_device, &command_diff, &command_export, &command_highlight,
	&command_history, &command_import, &command_invite, &command_join, &command_list,
	&command_mark, &command_note, &command_offline, &command_prefer, &command_read,
	&command_rm, &command_save, &command_search, &command_site, &command_split,
	&command_star, &command_status, &command_sync, &command_tag, &command_unarchive,
	&command_unstar, &command_untag, &command_vault, &command_why
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
	{ 'K', "key-file", "FILE", "unlock it with the key file FILE (DIR/key)" },
	{ 'h', "help", NULL, "show this" },
	{ 'A', "all", NULL, "archived items too" },
	{ 'c', "copy", "HOW", "full, partial, teaser, blocked or unknown copies" },
	{ 'C', "control", "PATH", "the control socket of a daemon on this machine" },
	{ 'N', "name", "TEXT", "the name of this device in the list of devices" },
	{ 'V', "archive", NULL, "for another archive, a daemon" },
	{ 'W', "width", "N", "wrap at N columns" },
	{ 'O', "comment", "TEXT", "your words on it" },
	{ 'E', "edit", NULL, "write it with $VISUAL or $EDITOR" },
	{ 'J', "join", NULL, "make one of versions that were written apart" },
	{ 'L', "list", NULL, "list them" },
	{ 'R', "remove", "N", "remove number N of them" },
	{ 'f', "fetch", "ITEM", "bring the article of ITEM, whatever the offline policy says" },
	{ 'F', "follow", NULL, "stay connected, and exchange what comes until stopped" },
	{ 'a', "archived", NULL, "as read already; in a list: only archived items" },
	{ 'M', "html", NULL, "as one HTML page, with its images in it" },
	{ 'j', "json", NULL, "print JSON" },
	{ 'l', "jsonl", NULL, "as JSON Lines, one item a line" },
	{ 'm', "markdown", NULL, "as one Markdown file" },
	{ 'n', "limit", "N", "at most N of them; 0: all" },
	{ 'p', "page", "FILE", "the page your browser saved; -: standard input" },
	{ 'q', "quiet", NULL, "no progress, no picture, no pager" },
	{ 't', "tag", "TAG", "with this tag; may be given again" },
	{ 'T', "title", "TEXT", "the title to show for it" },
};

#define OPTION_COUNT (sizeof(options) / sizeof(options[0]))
#define OUTPUT_ROOM (32 * 1024 * 1024)	/* memory is taken as it fills */
#define COMMON_OPTIONS "HPKh"
#define SHORT_OPTIONS ":hn:t:jq"	/* for getopt; the rest have long names only */

static bool
takes(const struct command *command, char letter)
{
	return strchr(COMMON_OPTIONS, letter) != NULL || strchr(command->options, letter) != NULL;
}

static bool
has_short(char letter)
{
	return letter != ':' && strchr(SHORT_OPTIONS, letter) != NULL;
}

static const char *
option_name(int letter)
{
	size_t i = 0;

	while (options[i].letter != letter)
		i++;
	return options[i].name;
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
		snprintf(left, sizeof(left), "%c%c%s --%s%s%s",
		    has_short(options[i].letter) ? '-' : ' ',
		    has_short(options[i].letter) ? options[i].letter : ' ',
		    has_short(options[i].letter) ? "," : " ", options[i].name,
		    options[i].argument == NULL ? "" : " ",
		    options[i].argument == NULL ? "" : options[i].argument);
		printf("  %-27s %s\n", left, options[i].help);
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
	fprintf(stderr, "readsync %s: %s", command->name, problem);
	if (word != NULL) {
		fputs(" '", stderr);
		cells_print(stderr, word, SIZE_MAX);
		fputc('\'', stderr);
	}
	fprintf(stderr, "; see readsync %s --help\n", command->name);
	return rs_err_exit_status(RS_EINVAL);
}

/* The option that getopt_long has just refused. */
static const char *
refused_option(char **argv)
{
	static char letter[] = "-?";

	/* In a cluster of letters, optind still points to it: optopt tells which one. */
	if (optopt == 0 || strncmp(argv[optind - 1], "--", 2) == 0)
		return argv[optind - 1];
	letter[1] = (char)optopt;
	return letter;
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
	case 'K': set->key_file = value; return value[0] != '\0';
	case 'A': set->all = true; return true;
	case 'C': set->control = value; return true;
	case 'N': set->name = value; return true;
	case 'W': return read_number(value, &set->width);
	case 'M': set->html = true; return true;
	case 'm': set->markdown = true; return true;
	case 'a': set->archived = true; return true;
	case 'j': set->json = true; return true;
	case 'l': set->jsonl = true; return true;
	case 'c': set->copy = value; return true;
	case 'n': set->limit_given = true; return read_number(value, &set->limit);
	case 'p': set->page = value; return true;
	case 'q': set->quiet = true; return true;
	case 'V': set->archive = true; return true;
	case 'f': set->fetch = value; return true;
	case 'F': set->follow = true; return true;
	case 'E': set->edit = true; return true;
	case 'J': set->join = true; return true;
	case 'L': set->list = true; return true;
	case 'O': set->comment = value; return true;
	case 'R': return read_number(value, &set->remove) && set->remove > 0;
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
	char problem[64];
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
	while ((letter = getopt_long(argc, argv, SHORT_OPTIONS, table, NULL)) != -1) {
		if (letter == 'h') {
			print_help(client->command);
			return 0;
		}
		if (letter == ':')
			return usage_error(client->command, "a value is missing after",
			    argv[optind - 1]);
		if (letter != '?' && !takes(client->command, (char)letter)) {
			optopt = letter;
			letter = '?';
		}
		if (letter == '?')
			return usage_error(client->command, "not an option of this command:",
			    refused_option(argv));
		if (!set_option(&client->options, letter, optarg)) {
			snprintf(problem, sizeof(problem), "--%s: not a usable value:",
			    option_name(letter));
			return usage_error(client->command, problem, optarg);
		}
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
	    terminal[0] != '\0' && strcmp(terminal, "dumb") != 0;
}

/*
 * The user's locale says what may be shown.  Where it says nothing (cron, a container)
 * or names one that is not installed (ssh hands it on), UTF-8 is the better guess.
 */
static void
choose_locale(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	bool said = false;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		said = said || (value != NULL && value[0] != '\0');
	}
	if (!said || setlocale(LC_CTYPE, "") == NULL)
		setlocale(LC_CTYPE, "C.UTF-8");
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

/*
 * A list goes into memory first, so that the vault is closed again before a slow reader
 * of a pipe can hold it up.  What is longer, or finds no memory, goes out as it comes.
 */
static void
buffer_output(void)
{
	char *room = malloc(OUTPUT_ROOM);

	if (room != NULL)
		setvbuf(stdout, room, _IOFBF, OUTPUT_ROOM);
	/* cppcheck-suppress memleak ; it is stdout's to the end */
}

/* Output that did not reach its file is a failure, whatever ${who} did. */
static int
end_output(const char *who, int status)
{
	bool failed = ferror(stdout) != 0;

	if (fflush(stdout) == 0 && !failed)
		return status;
	fprintf(stderr, "readsync%s%s: standard output: %s\n", who[0] == '\0' ? "" : " ", who,
	    strerror(errno));
	return status != 0 ? status : rs_err_exit_status(RS_EIO);
}

static int
run(const struct command *command, int argc, char **argv)
{
	struct client client = { .command = command, .options.home = default_home() };
	int status = parse_options(&client, argc, argv);

	if (status >= 0)
		return end_output(command->name, status);
	argc -= optind;
	argv += optind;
	if (client.options.home == NULL)
		return usage_error(command, "neither --home nor HOME says where to keep state",
		    NULL);
	if (argc < command->min_arguments)
		return usage_error(command, "an argument is missing:", command->arguments);
	if (command->max_arguments >= 0 && argc > command->max_arguments)
		return usage_error(command, "one argument too many:", argv[command->max_arguments]);
	client.colour = wants_colour();
	status = command->run(&client, argc, argv);
	replica_close(client.replica);
	secret_free(client.key.secret);
	if (client.changed)
		doorbell_ring(client.options.home);
	return end_output(command->name, status);
}

/* Does ${word}, an option before the command, take the word behind it for its value? */
static bool
takes_next_word(const char *word)
{
	size_t i;

	for (i = 0; i < OPTION_COUNT; i++) {
		if (strncmp(word, "--", 2) == 0 && strcmp(word + 2, options[i].name) == 0)
			return options[i].argument != NULL;
	}
	return strcmp(word, "-n") == 0 || strcmp(word, "-t") == 0;
}

/* Options may stand before the command too: bring it to the front, if there is one. */
static bool
find_command_word(int argc, char **argv)
{
	char *word;
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (takes_next_word(argv[i]))
			i++;
	}
	if (i >= argc)
		return false;
	word = argv[i];
	memmove(argv + 2, argv + 1, (size_t)(i - 1) * sizeof(*argv));
	argv[1] = word;
	return true;
}

static int
refuse(const char *problem, const char *word)
{
	fprintf(stderr, "readsync: %s '", problem);
	cells_print(stderr, word, SIZE_MAX);
	fputs("'; see readsync --help\n", stderr);
	return rs_err_exit_status(RS_EINVAL);
}

/* What is said without a command. */
static int
run_bare(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			print_usage(stdout);
			return end_output("", 0);
		}
		if (strcmp(argv[i], "--version") == 0) {
			printf("readsync %s\n", READSYNC_VERSION);
			return end_output("", 0);
		}
	}
	if (argc > 1)
		return refuse("there is no option", argv[1]);
	print_usage(stderr);
	return rs_err_exit_status(RS_EINVAL);
}

int
main(int argc, char **argv)
{
	const struct command *command;
	bool help;

	file_open_standard();
	choose_locale();
	buffer_output();
	if (!find_command_word(argc, argv))
		return run_bare(argc, argv);
	help = strcmp(argv[1], "help") == 0;
	if (help && argc == 2) {
		print_usage(stdout);
		return end_output("", 0);
	}
	command = find_command(argv[help ? 2 : 1]);
	if (command == NULL)
		return refuse("there is no command", argv[help ? 2 : 1]);
	if (help) {
		print_help(command);
		return end_output("help", 0);
	}
	if (secret_start() != RS_OK) {
		fprintf(stderr, "readsync: the system gives no random bytes\n");
		return 1;
	}
	return run(command, argc - 1, argv + 1);
}
