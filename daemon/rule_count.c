#include <limits.h>

#include "daemon/base/log.h"
#include "daemon/rule/rule.h"
#include "daemon/rule_count.h"

static void
step(struct vault_job *job, struct replica *replica)
{
	struct rule_count *count = (struct rule_count *)job;
	char path[PATH_MAX];

	(void)replica;
	if (count->folder == NULL) {
		rule_folder(count->home, count->place, path, sizeof(path));
		(void)lint_open(path, &count->folder);
	}
	count->more = count->folder != NULL && lint_next(count->folder, &count->counts);
}

/* The folder in hand is counted, or given up: the next is another. */
static void
close_folder(struct rule_count *count)
{
	lint_close(count->folder);
	count->folder = NULL;
	count->counts = (struct lint_counts){ 0, 0 };
	count->place++;
}

static void
tell(const struct rule_count *count)
{
	char path[PATH_MAX];

	if (count->counts.broken + count->counts.refused == 0)
		return;
	rule_folder(count->home, count->place, path, sizeof(path));
	LOG(LOG_LEVEL_WARNING, "rules-left-out", log_text("directory", path),
	    log_number("broken", count->counts.broken),
	    log_number("refused", count->counts.refused),
	    log_text("meaning", "readsyncd lint tells which lines of them are not used, and why"));
}

static void
on_stepped(struct vault_job *job)
{
	struct rule_count *count = (struct rule_count *)job;

	if (!count->more && !count->again)
		tell(count);
	if (!count->more || count->again || count->stopping)
		close_folder(count);
	if (count->again)
		count->place = 0;
	count->again = false;
	count->busy = count->place < RULE_FOLDERS && !count->stopping;
	if (count->busy)
		vault_thread_post(count->vault, &count->job);
}

void
rule_count_start(struct rule_count *count, struct vault_thread *vault, const char *home)
{
	count->again = count->busy;
	if (count->busy)
		return;
	count->vault = vault;
	count->home = home;
	count->place = 0;
	count->job = (struct vault_job){ .work = step, .on_done = on_stepped };
	count->busy = true;
	vault_thread_post(vault, &count->job);
}

void
rule_count_stop(struct rule_count *count)
{
	count->stopping = true;
}
