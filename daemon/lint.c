#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "daemon/lint.h"
#include "daemon/rule/rule.h"
#include "proto/base/file.h"

/* Bytes that are told of one file: of every line a name, which has 255 at most, and a reason. */
#define TOLD_MAX ((RULE_LINES_MAX + 1) * 512)

/* One run over a folder. */
struct lint {
	const char *directory;
	const char *file;		/* the one in hand */
	json_t *list;			/* of faults, with --json; else NULL */
	unsigned files, clean, refused, broken, unused;
	unsigned faults;		/* of the file in hand, refused or broken */
	struct buffer told;		/* of the file in hand, its lines of the table */
	bool silent;			/* nothing is printed */
};

static void
on_fault(void *context, unsigned line, enum rule_fault fault, const char *reason)
{
	static const struct {
		const char *name, *words;
	} faults[] = {
		[RULE_REFUSED] = { "refused", "refused" }, [RULE_BROKEN] = { "broken", "broken" },
		[RULE_UNUSED] = { "unused", "without effect" }
	};
	struct lint *lint = context;

	lint->refused += fault == RULE_REFUSED;
	lint->broken += fault == RULE_BROKEN;
	lint->unused += fault == RULE_UNUSED;
	lint->faults += fault != RULE_UNUSED;
	if (lint->list != NULL)
		json_array_append_new(lint->list, json_pack("{s:s, s:i, s:s, s:s}", "file",
		    lint->file, "line", (int)line, "fault", faults[fault].name, "reason", reason));
	else
		(void)buffer_printf(&lint->told, "%s:%u: %s: %s\n", lint->file, line,
		    faults[fault].words, reason);
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
	buffer_init(&lint->told, TOLD_MAX);
	snprintf(path, sizeof(path), "%s/%s", lint->directory, name);
	buffer_init(&text, RULE_FILE_MAX);
	err = file_read(path, &text);
	if (err == RS_OK)
		err = rule_parse(buffer_bytes(&text), on_fault, lint, &rule);
	if (err != RS_OK)
		on_fault(lint, 0, RULE_BROKEN, rs_err_text(err));
	lint->files++;
	lint->clean += lint->faults == 0;
	if (lint->list == NULL && !lint->silent)
		printf("%-9s %s\n%s", err != RS_OK ? "refused" : lint->faults > 0 ? "in part" :
		    "accepted", name, buffer_text(&lint->told));
	buffer_release(&lint->told);
	readsync__site_rule__free_unpacked(rule, NULL);
	buffer_release(&text);
}

/* A pipe would have us wait for who writes into it. */
static int
is_rule(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_type != DT_FIFO && len > 4 && strcmp(entry->d_name + len - 4, ".txt") == 0;
}

/* A folder of which not all was looked at. */
struct lint_folder {
	char *directory;
	struct dirent **entries;
	int count, next;
};

int
lint_open(const char *directory, struct lint_folder **ret_folder)
{
	struct lint_folder *folder = calloc(1, sizeof(*folder));
	int err = RS_ENOMEM;

	if (folder == NULL)
		return err;
	folder->directory = strdup(directory);
	folder->count = scandir(directory, &folder->entries, is_rule, alphasort);
	if (folder->count < 0 && errno != ENOMEM)
		err = RS_ENOTFOUND;
	if (folder->directory == NULL || folder->count < 0) {
		lint_close(folder);
		return err;
	}
	*ret_folder = folder;
	return RS_OK;
}

void
lint_close(struct lint_folder *folder)
{
	if (folder == NULL)
		return;
	while (folder->count > 0)
		free(folder->entries[--folder->count]);
	free(folder->entries);
	free(folder->directory);
	free(folder);
}

bool
lint_next(struct lint_folder *folder, struct lint_counts *counts)
{
	struct lint lint = { .directory = folder->directory, .silent = true };

	if (folder->next == folder->count)
		return false;
	check_file(&lint, folder->entries[folder->next++]->d_name);
	counts->broken += lint.broken;
	counts->refused += lint.refused;
	return true;
}

static int
check_folder(struct lint *lint)
{
	struct lint_folder *folder;
	int err = lint_open(lint->directory, &folder);

	if (err != RS_OK)
		return err;
	while (folder->next < folder->count)
		check_file(lint, folder->entries[folder->next++]->d_name);
	lint_close(folder);
	return lint->refused + lint->broken > 0 ? RS_EINVAL : RS_OK;
}

static void
print_sum(const struct lint *lint)
{
	printf("%u files: %u without a fault; lines that are refused: %u, broken: %u, without "
	    "effect here: %u\n", lint->files, lint->clean, lint->refused, lint->broken,
	    lint->unused);
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
	int option, err;

	while ((option = getopt_long(argc, argv, "hj", options, NULL)) != -1) {
		if (option == 'h') {
			printf("usage: readsyncd lint [--json] DIR\n\n"
			    "Checks a folder of site rules, files HOST.txt, and tells which are "
			    "accepted, in\npart or not at all, and of each line that is refused, "
			    "broken or without effect\nwhy.\n\n"
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
	err = check_folder(&lint);
	if (lint.list != NULL) {
		json_dumpf(lint.list, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(lint.list);
	} else if (err == RS_OK || err == RS_EINVAL) {
		print_sum(&lint);
	}
	if (err != RS_OK && err != RS_EINVAL)
		fprintf(stderr, "readsyncd lint: %s: %s\n", lint.directory, err == RS_ENOTFOUND ?
		    "it is no folder that can be read" : rs_err_text(err));
	return rs_err_exit_status(err);
}
