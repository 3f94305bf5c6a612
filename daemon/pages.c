#include <stdlib.h>
#include <string.h>

#include "daemon/fetch/site_name.h"
#include "daemon/pages.h"

void
pages_release(struct pages *pages)
{
	size_t i;

	for (i = 0; i < pages->count; i++) {
		readsync__page__free_unpacked(pages->pages[i], NULL);
		free(pages->asked[i]);
	}
	*pages = (struct pages){ .count = 0 };
}

bool
pages_may_go_on(const struct pages *pages, const char *first, const char *next)
{
	char site[SITE_NAME_SIZE], other[SITE_NAME_SIZE];
	size_t i;

	if (next[0] == '\0' || pages->count == PAGES_MAX || strcmp(first, next) == 0 ||
	    site_name_of(first, site) != RS_OK || site_name_of(next, other) != RS_OK ||
	    strcmp(site, other) != 0)
		return false;
	for (i = 0; i < pages->count; i++) {
		if (strcmp(pages->asked[i], next) == 0 || strcmp(pages->pages[i]->url, next) == 0)
			return false;
	}
	return true;
}

int
pages_add(struct pages *pages, const char *asked, const struct fetch_result *result)
{
	Readsync__Page *page;

	if (result->err != RS_OK || result->status != 200)
		return RS_ENOTPAGE;
	if (pages->count == PAGES_MAX || result->body.len > PAGES_BYTES_MAX - pages->bytes)
		return RS_ELIMIT;
	page = malloc(sizeof(*page));
	if (page == NULL)
		return RS_ENOMEM;
	readsync__page__init(page);
	page->url = strdup(result->url);
	page->content_type = strdup(result->content_type == NULL ? "" : result->content_type);
	page->body.data = malloc(result->body.len + 1);
	pages->asked[pages->count] = strdup(asked);
	if (page->url == NULL || page->content_type == NULL || page->body.data == NULL ||
	    pages->asked[pages->count] == NULL) {
		free(pages->asked[pages->count]);
		readsync__page__free_unpacked(page, NULL);
		return RS_ENOMEM;
	}
	if (result->body.len > 0)
		memcpy(page->body.data, result->body.data, result->body.len);
	page->body.len = result->body.len;
	pages->bytes += result->body.len;
	pages->pages[pages->count++] = page;
	return RS_OK;
}

void
pages_fill(struct pages *pages, Readsync__Job *job)
{
	job->n_more = pages->count;
	job->more = pages->pages;
}
