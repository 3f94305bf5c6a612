#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/filter.h"
#include "daemon/worker/worker.h"

enum {
	EXIT_USAGE = 2
};

/* What readsyncd can be asked to do; sorted by name. */
static const struct command {
	const char *name;
	int (*run)(int argc, char *argv[]);	/* returns the exit status */
	const char *help;
} commands[] = {
	{ "extract", filter_extract, "read a page on standard input, print its article as JSON" },
	{ "feed", filter_feed, "read a feed on standard input, print its entries as JSON" },
};

static void
print_help(FILE *to)
{

	fputs("usage: readsyncd COMMAND [OPTIONS]\n\n", to);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].help);
	fputs("\n  --help     print this\n  --version  print the version\n", to);
}

int
main(int argc, char *argv[])
{

	/* What the daemon starts itself as; nobody else has a use for it. */
	if (argc == 2 && strcmp(argv[1], WORKER_ARGUMENT) == 0)
		return worker_run(STDIN_FILENO);
	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		print_help(stdout);
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		puts("readsyncd " READSYNC_VERSION);
		return 0;
	}
	for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	}
	if (argc > 1)
		fprintf(stderr, "readsyncd: there is no command \"%s\"\n", argv[1]);
	print_help(stderr);
	return EXIT_USAGE;
}
