/*
 * Reading a page: from the bytes that a server sent to an article and a
 * verdict with its evidence.
 *
 * It runs on foreign bytes, so the daemon calls it only inside a sandboxed
 * worker; it opens nothing, and its cost is linear in the page.  Order of work:
 * charset, tree, metadata, what must be withheld, body, verdict.
 */
#ifndef DAEMON_PAGE_PAGE_H
#define DAEMON_PAGE_PAGE_H

#include <stdbool.h>

#include "daemon/page/embedded.h"
#include "proto/base/buffer.h"
#include "proto/base/err.h"
#include "readsync.pb-c.h"

enum {
	PAGE_EXTRACTOR_VERSION = 4,		/* goes up whenever readings get better */
	PAGE_MAX = 32 * 1024 * 1024		/* bytes of a page that are looked at */
};

/* A further page of an article of several. */
struct page_more {
	struct bytes body;
	const char *url;
	const char *content_type;	/* or NULL */
};

struct page_input {
	struct bytes body;		/* as the server sent it, decompressed */
	const char *url;		/* absolute, after redirects */
	const char *asked_url;		/* before redirects, or NULL */
	unsigned status;		/* HTTP status; 0 or 200 when unknown */
	const char *content_type;	/* the header's value, or NULL */
	Readsync__Session session;	/* UNKNOWN withholds nothing visible */
	bool given;			/* the reader's own session went along; IN: seen at work */
	bool allowed;			/* a metered view that the reader allowed to spend */
	const Readsync__SiteRule *rule;	/* the site's, or NULL */
	const struct page_more *more;	/* the pages that follow, in order */
	size_t more_count;
	const char *first[2];		/* of one of these: the first page's url and, or NULL,
					   the canonical one; else NULL */
	struct buffer *explanation;	/* takes what became of each element, or NULL */
	struct embedded *embedded;	/* takes the images that stand in the page, or NULL */
};

/**
 * page_single(input, ret_url):
 * Set ${ret_url} to where the rule of ${input} says that all of an article of several pages
 * stands, which the caller frees; NULL for nowhere.  Fails like page_read.
 */
int page_single(const struct page_input *input, char **ret_url);

/**
 * page_read(input, ret_article, ret_verdict, detail):
 * Read one page.  Both results are always made on success and the caller frees
 * them with readsync__article__free_unpacked and
 * readsync__verdict__free_unpacked; an article without blocks is a page from
 * which nothing may or can be kept, and the verdict says why.  The text of the pages that
 * follow is added as far as each of them is whole; article->next_page is where it goes on.
 * Images that stand in the page itself are in the article only where input->embedded takes
 * them; it then has those that the article shows.
 * Fails with RS_ENOTPAGE for what is no page ("not text", "empty"), RS_ELIMIT, RS_ENOMEM;
 * ${detail} then names the reason.
 */
int page_read(const struct page_input *input, Readsync__Article **ret_article,
    Readsync__Verdict **ret_verdict, struct rs_err_detail *detail);

#endif
