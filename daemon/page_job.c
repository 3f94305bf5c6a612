#include "daemon/page/page.h"
#include "daemon/page_job.h"
#include "proto/replica/reading.h"

void
page_job_fill(Readsync__Job *job, const Readsync__Fetch *record,
    Readsync__SiteRule *rule, struct bytes page)
{
	readsync__job__init(job);
	job->kind = READSYNC__JOB__KIND__PAGE;
	job->url = record->final_url;
	job->asked_url = record->url;
	job->status = record->status;
	job->content_type = record->content_type;
	job->session = record->session;
	job->given = record->given;
	job->allowed = record->allowed;
	job->rule = rule;
	job->body.data = (uint8_t *)page.data;
	job->body.len = page.len;
}

int
page_job_keep(struct replica *replica, const uint8_t *fetch, const Readsync__Fetch *record,
    const Readsync__JobResult *result, const char *problem, uint8_t ret_reading[HASH_NAME_LEN])
{
	Readsync__Verdict nothing = READSYNC__VERDICT__INIT;

	/* Where no page was read there is still a verdict: nothing of it is here. */
	nothing.session = record->session;
	nothing.copy = READSYNC__COPY__COPY_BLOCKED;
	return reading_add(replica, fetch, PAGE_EXTRACTOR_VERSION,
	    result == NULL ? NULL : result->article, result == NULL ? &nothing : result->verdict,
	    problem[0] == '\0' ? NULL : problem, ret_reading);
}
