/*
 * "readsyncd lint DIR": what of a folder of site rules is accepted, and why the rest is not.
 */
#ifndef DAEMON_LINT_H
#define DAEMON_LINT_H

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

/**
 * lint_count(directory, ret_counts):
 * Count the lines in the files of ${directory} that are left out; none where there is no such
 * folder.  Reads files, so never on the loop.
 */
void lint_count(const char *directory, struct lint_counts *ret_counts);

#endif
