#include "daemon/page/page.h"
#include "daemon/page_job.h"
#include "proto/replica/image.h"
#include "proto/replica/reading.h"

struct page_job_images
page_job_images_of(const struct config *config)
{
	struct page_job_images none = { 0, 0 };

	return config->keep_images ?
	    (struct page_job_images){ config->max_image, config->max_images } : none;
}

void
page_job_fill(Readsync__Job *job, const Readsync__Fetch *record,
    Readsync__SiteRule *rule, const struct page_job_images *images, struct bytes page)
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
	job->image_max = images->image_max;
	job->images_max = images->article_max;
}

/*
 * Note the images of ${result}.  A reading that nobody is shown has none; and a worker that its
 * page has taken over may say anything, which is not noted.
 */
static int
keep_images(struct replica *replica, const uint8_t *reading, const Readsync__JobResult *result)
{
	int err = RS_OK;

	for (size_t i = 0; i < result->n_images && err == RS_OK; i++) {
		const Readsync__PageImage *held = result->images[i];

		if (held->image == NULL || (held->content.len == 0) !=
		    (held->image->problem[0] != '\0'))
			continue;
		err = image_put(replica, reading, held->source, held->image,
		    bytes_of(held->content.data, held->content.len));
		if (err == RS_ENOTFOUND || err == RS_ELIMIT || err == RS_EINVAL)
			err = RS_OK;
	}
	return err;
}

int
page_job_keep(struct replica *replica, const uint8_t *fetch, const Readsync__Fetch *record,
    const Readsync__JobResult *result, const char *problem, uint8_t ret_reading[HASH_NAME_LEN])
{
	Readsync__Verdict nothing = READSYNC__VERDICT__INIT;
	int err;

	/* Where no page was read there is still a verdict: nothing of it is here. */
	nothing.session = record->session;
	nothing.copy = READSYNC__COPY__COPY_BLOCKED;
	err = reading_add(replica, fetch, PAGE_EXTRACTOR_VERSION,
	    result == NULL ? NULL : result->article, result == NULL ? &nothing : result->verdict,
	    problem[0] == '\0' ? NULL : problem, ret_reading);
	return err == RS_OK && result != NULL ? keep_images(replica, ret_reading, result) : err;
}
