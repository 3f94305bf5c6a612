/*
 * "readsyncd lint DIR": what of a folder of site rules is accepted, and why the rest is not.
 */
#ifndef DAEMON_LINT_H
#define DAEMON_LINT_H

#include <stdbool.h>

/**
 * lint_rules(argc, argv):
 * Run the command with its arguments, argv[0] being its name; return the exit status: 0 when
 * every line is accepted, that of RS_EINVAL when one is refused or broken, that of the error
 * when the folder cannot be read.
 */
int lint_rules(int argc, char *argv[]);

/* Lines of the rules in a folder that are left out. */
struct lint_counts {
	unsigned broken;
	unsigned refused;
};

struct lint_folder;

/**
 * lint_open(directory, ret_folder), lint_close(folder):
 * Begin to count those of ${directory}; RS_ENOTFOUND when it cannot be read, RS_ENOMEM.  Reads
 * files, as lint_next does, so never on the loop.  End that; NULL is ignored.
 */
int lint_open(const char *directory, struct lint_folder **ret_folder);
void lint_close(struct lint_folder *folder);

/**
 * lint_next(folder, counts):
 * Add those of one more file of ${folder} to ${counts}; false when there was none.
 */
bool lint_next(struct lint_folder *folder, struct lint_counts *counts);

#endif
