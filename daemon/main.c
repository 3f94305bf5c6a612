/*
 * readsyncd: parses the command line and becomes the daemon, one of its filters, or
 * one of its workers.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/config/config_value.h"
#include "daemon/daemon.h"
#include "daemon/filter.h"
#include "daemon/lint.h"
#include "daemon/worker/worker.h"
#include "proto/base/err.h"
#include "proto/base/file.h"
#include "proto/base/secret.h"
#include "proto/replica/upkeep.h"

#define SERVICE_HOME "/var/lib/readsync"

static int run_join(int argc, char *argv[]);
static int run_reextract(int argc, char *argv[]);
static int run_vault(int argc, char *argv[]);

/* What readsyncd can be asked to do instead of running; sorted by name. */
static const struct command {
	const char *name;
	int (*run)(int argc, char *argv[]);	/* returns the exit status */
	const char *help;
} commands[] = {
	{ "extract", filter_extract, "read a page on standard input, print its article as JSON" },
	{ "feed", filter_feed, "read a feed on standard input, print its entries as JSON" },
	{ "join", run_join, "make a new archive one of a library that there is" },
	{ "lint", lint_rules, "check a folder of site rules" },
	{ "reextract", run_reextract, "read the stored pages again, for better readings" },
	{ "vault", run_vault, "keys, soundness and backups of the vault" },
};

static void
print_help(FILE *to)
{
	size_t i;

	fputs("usage: readsyncd [OPTIONS]            be the daemon\n"
	    "       readsyncd COMMAND [OPTIONS]    do one thing and end\n\n"
	    "  --home DIR           keep all state below DIR (READSYNC_HOME)\n"
	    "  --config FILE        the configuration, see readsyncd.conf(5)\n"
	    "  --check-config       only say what is wrong in the configuration\n"
	    "  --listen HOST:PORT   where other devices connect; may be given again\n"
	    "  --control PATH       the control socket (default: DIR/control.sock)\n"
	    "  --help               print this\n"
	    "  --version            print the version\n\n", to);
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(to, "  %-20s %s\n", commands[i].name, commands[i].help);
}

/*
 * All state is below READSYNC_HOME, the state directory of a service, or
 * readsyncd in XDG_DATA_HOME (XDG base directories).
 */
static const char *
default_home(void)
{
	static char path[4096];
	const char *set = getenv("READSYNC_HOME"), *data = getenv("XDG_DATA_HOME");
	const char *user = getenv("HOME");

	if (set != NULL && set[0] != '\0')
		return set;
	if (geteuid() == 0 || user == NULL || user[0] != '/')
		return SERVICE_HOME;
	if (data != NULL && data[0] == '/')
		snprintf(path, sizeof(path), "%s/readsyncd", data);
	else
		snprintf(path, sizeof(path), "%s/.local/share/readsyncd", user);
	return path;
}

static int
usage_error(const char *problem, const char *word)
{
	fprintf(stderr, "readsyncd: %s '%s'; see readsyncd --help\n", problem, word);
	return rs_err_exit_status(RS_EINVAL);
}

static int
start_secrets(void)
{
	if (secret_start() == RS_OK)
		return 0;
	fputs("readsyncd: the system gives no random bytes\n", stderr);
	return 1;
}

/*
 * Take the options of a command that works on a home, and has no others.  Return whether it goes
 * on; else ${ret_status} is what it ends with.
 */
static bool
take_home(int argc, char *argv[], const char *help, struct daemon_settings *settings,
    int *ret_status)
{
	static const struct option options[] = {
		{ "home", required_argument, NULL, 'H' },
		{ "config", required_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	int letter;

	opterr = 0;
	while ((letter = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		switch (letter) {
		case 'H': settings->home = optarg; continue;
		case 'f': settings->config_path = optarg; continue;
		case 'h':
			fputs(help, stdout);
			*ret_status = 0;
			return false;
		case ':':
			*ret_status = usage_error("a value is missing after", argv[optind - 1]);
			return false;
		default:
			*ret_status = usage_error("there is no option", argv[optind - 1]);
			return false;
		}
	}
	return true;
}

static int
run_vault(int argc, char *argv[])
{
	static const char help[] = "usage: readsyncd vault [OPTIONS] COMMAND ...\n\n"
	    "  --home DIR     where the vault is (READSYNC_HOME)\n"
	    "  --config FILE  the configuration, which says what opens it\n"
	    "  --help         print this\n\nThe commands:\n\n" UPKEEP_HELP;
	struct daemon_settings settings = { .home = default_home() };
	int status;

	if (!take_home(argc, argv, help, &settings, &status))
		return status;
	return start_secrets() != 0 ? 1 : daemon_vault(&settings, argc - optind, argv + optind);
}

static int
run_join(int argc, char *argv[])
{
	static const char help[] = "usage: readsyncd join [OPTIONS] TOKEN|-\n\n"
	    "  --home DIR     where the new archive is to be (READSYNC_HOME)\n"
	    "  --config FILE  its configuration\n"
	    "  --help         print this\n\n"
	    "TOKEN is what 'readsync invite --archive' prints on the machine of\n"
	    "an archive of the library; -: read it from standard input.\n";
	struct daemon_settings settings = { .home = default_home() };
	int status;

	if (!take_home(argc, argv, help, &settings, &status))
		return status;
	if (optind + 1 != argc)
		return usage_error("one TOKEN is wanted after", "join");
	return start_secrets() != 0 ? 1 : daemon_join(&settings, argv[optind]);
}

static int
run_reextract(int argc, char *argv[])
{
	static const struct option options[] = {
		{ "home", required_argument, NULL, 'H' },
		{ "config", required_argument, NULL, 'f' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	struct daemon_settings settings = { .home = default_home() };
	bool json = false;
	int letter;

	opterr = 0;
	while ((letter = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		switch (letter) {
		case 'H': settings.home = optarg; break;
		case 'f': settings.config_path = optarg; break;
		case 'j': json = true; break;
		case 'h':
			fputs("usage: readsyncd reextract [OPTIONS]\n\n"
			    "  --home DIR     where the vault is (READSYNC_HOME)\n"
			    "  --config FILE  the configuration, which says what opens it\n"
			    "  --json         print {pages, shown, failed}\n"
			    "  --help         print this\n\n"
			    "Reads every stored page again that only older versions have read. A\n"
			    "better reading is shown from then on; a worse one displaces none.\n"
			    "The daemon must not run. Ended early, it goes on the next time.\n",
			    stdout);
			return 0;
		case ':': return usage_error("a value is missing after", argv[optind - 1]);
		default: return usage_error("there is no option", argv[optind - 1]);
		}
	}
	if (optind < argc)
		return usage_error("reextract takes no", argv[optind]);
	return start_secrets() != 0 ? 1 : daemon_reextract(&settings, json);
}

static int
run_daemon(int argc, char *argv[])
{
	static const struct option options[] = {
		{ "home", required_argument, NULL, 'H' },
		{ "config", required_argument, NULL, 'f' },
		{ "check-config", no_argument, NULL, 'k' },
		{ "listen", required_argument, NULL, 'l' },
		{ "control", required_argument, NULL, 'C' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 }
	};
	struct daemon_settings settings = { .home = default_home() };
	bool check = false;
	int letter;

	opterr = 0;
	while ((letter = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		switch (letter) {
		case 'H': settings.home = optarg; break;
		case 'f': settings.config_path = optarg; break;
		case 'k': check = true; break;
		case 'C': settings.control = optarg; break;
		case 'l':
			if (!config_value_is_address(optarg))
				return usage_error("not a HOST:PORT to listen on:", optarg);
			if (settings.listen_count == CONFIG_LISTEN_MAX)
				return usage_error("too many addresses to listen on:", optarg);
			settings.listen[settings.listen_count++] = optarg;
			break;
		case 'h': print_help(stdout); return 0;
		case 'v': puts("readsyncd " READSYNC_VERSION); return 0;
		case ':': return usage_error("a value is missing after", argv[optind - 1]);
		default: return usage_error("there is no option", argv[optind - 1]);
		}
	}
	if (optind < argc)
		return usage_error("there is no command", argv[optind]);
	if (start_secrets() != 0)
		return 1;
	return check ? daemon_check(&settings) : daemon_run(&settings);
}

int
main(int argc, char *argv[])
{
	size_t i;

	file_open_standard();
	/* What the daemon starts itself as; nobody else has a use for it. */
	if (argc == 2 && strcmp(argv[1], WORKER_ARGUMENT) == 0)
		return worker_run(STDIN_FILENO);
	for (i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	}
	return run_daemon(argc, argv);
}
