/*
 * How many lines of the reader's site rules are left out, for the log: as the daemon begins, and
 * when it reads its configuration again.
 *
 * The folders are gone over file by file on the vault thread, so that whoever waits for the
 * vault waits for one file; which lines they are, and why, "readsyncd lint" tells.
 */
#ifndef DAEMON_RULE_COUNT_H
#define DAEMON_RULE_COUNT_H

#include <stdbool.h>

#include "daemon/base/vault_thread.h"
#include "daemon/lint.h"

/* The loop's, but for the job and what stands below it while that is posted. */
struct rule_count {
	struct vault_job job;		/* first: a job is cast back to its count */
	struct lint_folder *folder;	/* the one in hand, or NULL */
	struct lint_counts counts;	/* of that */
	size_t place;			/* and its number, of RULE_FOLDERS */
	bool more;			/* it goes on */

	struct vault_thread *vault;
	const char *home;
	bool busy;			/* it is under way, and the job is posted */
	bool again;			/* asked for meanwhile */
	bool stopping;
};

/**
 * rule_count_start(count, vault, home):
 * Count what there is for the daemon at ${home}, which outlives the vault thread; anew, if it is
 * being counted.  ${count}, all zeroes at first, must outlive the loop's run.
 */
void rule_count_start(struct rule_count *count, struct vault_thread *vault, const char *home);

/**
 * rule_count_stop(count):
 * Count no more; a file that is in hand ends before the vault thread does.
 */
void rule_count_stop(struct rule_count *count);

#endif
