#include <dirent.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "daemon/lint.h"
#include "daemon/rule/rule.h"
#include "proto/base/file.h"

enum {
	REASONS_MAX = 32		/* why lines have no effect */
};

/* One run over a folder. */
struct lint {
	const char *directory;
	const char *file;		/* the one in hand */
	json_t *list;			/* of faults, with --json; else NULL */
	unsigned files, clean, refused, broken, unused;
	unsigned faults;		/* of the file in hand, refused or broken */
	struct {
		const char *reason;
		unsigned lines;
	} reasons[REASONS_MAX];		/* of what is without effect, in the order of appearance */
};

static void
count_reason(struct lint *lint, const char *reason)
{
	size_t i = 0;

	while (i < REASONS_MAX && lint->reasons[i].reason != NULL &&
	    strcmp(lint->reasons[i].reason, reason) != 0)
		i++;
	if (i == REASONS_MAX)
		return;
	lint->reasons[i].reason = reason;
	lint->reasons[i].lines++;
}

static void
on_fault(void *context, unsigned line, enum rule_fault fault, const char *reason)
{
	static const char *const words[] = {
		[RULE_REFUSED] = "refused", [RULE_BROKEN] = "broken", [RULE_UNUSED] = "unused"
	};
	struct lint *lint = context;

	lint->refused += fault == RULE_REFUSED;
	lint->broken += fault == RULE_BROKEN;
	lint->unused += fault == RULE_UNUSED;
	lint->faults += fault != RULE_UNUSED;
	if (fault == RULE_UNUSED)
		count_reason(lint, reason);
	if (lint->list != NULL)
		json_array_append_new(lint->list, json_pack("{s:s, s:i, s:s, s:s}", "file",
		    lint->file, "line", (int)line, "fault", words[fault], "reason", reason));
	else if (fault != RULE_UNUSED)
		printf("%s:%u: %s: %s\n", lint->file, line, words[fault], reason);
}

static void
check_file(struct lint *lint, const char *name)
{
	Readsync__SiteRule *rule = NULL;
	char path[4096];
	struct buffer text;
	int err;

	lint->file = name;
	lint->faults = 0;
	snprintf(path, sizeof(path), "%s/%s", lint->directory, name);
	buffer_init(&text, RULE_FILE_MAX);
	err = file_read(path, &text);
	if (err == RS_OK)
		err = rule_parse(buffer_bytes(&text), on_fault, lint, &rule);
	if (err != RS_OK)
		on_fault(lint, 0, RULE_BROKEN, rs_err_text(err));
	lint->files++;
	lint->clean += lint->faults == 0;
	readsync__site_rule__free_unpacked(rule, NULL);
	buffer_release(&text);
}

static int
is_rule(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 4 && strcmp(entry->d_name + len - 4, ".txt") == 0;
}

static int
check_folder(struct lint *lint)
{
	struct dirent **entries;
	int count = scandir(lint->directory, &entries, is_rule, alphasort), i;

	if (count < 0) {
		fprintf(stderr, "readsyncd lint: %s: it is no folder that can be read\n",
		    lint->directory);
		return rs_err_exit_status(RS_ENOTFOUND);
	}
	for (i = 0; i < count; i++) {
		check_file(lint, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return lint->refused + lint->broken > 0 ? rs_err_exit_status(RS_EINVAL) : 0;
}

static void
print_sum(const struct lint *lint)
{
	printf("%u files: %u without a fault; lines that are refused: %u, broken: %u, without "
	    "effect here: %u\n", lint->files, lint->clean, lint->refused, lint->broken,
	    lint->unused);
	for (size_t i = 0; i < REASONS_MAX && lint->reasons[i].reason != NULL; i++)
		printf("%8u without effect: %s\n", lint->reasons[i].lines,
		    lint->reasons[i].reason);
}

int
lint_rules(int argc, char *argv[])
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 }
	};
	struct lint lint = { .files = 0 };
	int option, status;

	while ((option = getopt_long(argc, argv, "hj", options, NULL)) != -1) {
		if (option == 'h') {
			printf("usage: readsyncd lint [--json] DIR\n\n"
			    "Checks a folder of site rules, files HOST.txt, and tells of each line "
			    "that is\nrefused or broken, and why.\n\n"
			    "  --json               print an array of faults\n"
			    "  --help               print this\n");
			return 0;
		}
		if (option != 'j')
			return rs_err_exit_status(RS_EINVAL);
		if (lint.list == NULL)
			lint.list = json_array();
	}
	if (argc - optind != 1) {
		fprintf(stderr, "readsyncd lint: one folder of site rules is wanted\n");
		return rs_err_exit_status(RS_EINVAL);
	}
	lint.directory = argv[optind];
	status = check_folder(&lint);
	if (lint.list != NULL) {
		json_dumpf(lint.list, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(lint.list);
	} else if (lint.files > 0) {
		print_sum(&lint);
	}
	return status;
}
