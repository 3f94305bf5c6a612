/*
 * A fetched page and its reading: what a worker is asked, and what is kept of its answer.
 */
#ifndef DAEMON_PAGE_JOB_H
#define DAEMON_PAGE_JOB_H

#include "daemon/config/config.h"
#include "proto/base/buffer.h"
#include "proto/base/hash.h"
#include "proto/replica/replica.h"
#include "readsync.pb-c.h"

/* What is kept of images that stand in a page itself (daemon/page/embedded.h). */
struct page_job_images {
	size_t image_max;		/* bytes of one; 0: none is kept */
	size_t article_max;		/* and of all of one article */
};

/**
 * page_job_images_of(config):
 * Return what of them ${config} has kept.
 */
struct page_job_images page_job_images_of(const struct config *config);

/**
 * page_job_fill(job, record, rule, images, page):
 * Make ${job} the one that reads ${page}, which ${record} is the fetch of, by the rule of its
 * site, which may be NULL.  It borrows from all of them.
 */
void page_job_fill(Readsync__Job *job, const Readsync__Fetch *record,
    Readsync__SiteRule *rule, const struct page_job_images *images, struct bytes page);

/**
 * page_job_keep(replica, fetch, record, result, problem, ret_reading):
 * Keep what a worker made of the page of the fetch with the id ${fetch}: the reading whose
 * id becomes ${ret_reading}, and the images that stood in the page.  ${result} is NULL when
 * there is none, for the reason in ${problem}, which is "" otherwise.  In a transaction; fails
 * like reading_add.
 */
int page_job_keep(struct replica *replica, const uint8_t *fetch, const Readsync__Fetch *record,
    const Readsync__JobResult *result, const char *problem, uint8_t ret_reading[HASH_NAME_LEN]);

#endif
