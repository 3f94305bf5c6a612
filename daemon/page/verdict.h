/*
 * The verdict: is the article gated, how was it fetched, how complete is this
 * copy -- each with the evidence that says so.
 *
 * Evidence is a table of kinds with a weight and a reason each; the copy is
 * decided by their sum and a few rules that are stated beside the table.
 */
#ifndef DAEMON_PAGE_VERDICT_H
#define DAEMON_PAGE_VERDICT_H

#include "daemon/page/dom.h"
#include "daemon/page/metadata.h"
#include "daemon/page/page.h"
#include "readsync.pb-c.h"

struct verdict_scan;

/**
 * verdict_scan_new(input, document, metadata, ret_scan):
 * Look at the whole tree before anything is cut from it: visible walls and
 * vendors, declared gated parts and how long they are, wall phrases.  Keeps no
 * pointer into ${document} or ${metadata}.  The caller frees it with
 * verdict_scan_free.  RS_ENOMEM.
 */
int verdict_scan_new(const struct page_input *input, xmlDoc *document,
    const struct metadata *metadata, struct verdict_scan **ret_scan);

/**
 * verdict_scan_free(scan):
 * Free it; NULL is ignored.
 */
void verdict_scan_free(struct verdict_scan *scan);

/**
 * verdict_withholds(scan):
 * Tell whether there is something that must not be kept.
 */
bool verdict_withholds(const struct verdict_scan *scan);

/**
 * verdict_withhold(scan, document):
 * Cut from ${document} what must not be kept: for a page that was fetched
 * without a session and is declared gated, the declared parts; for every
 * page, walls and their offers, so that they are not taken for text.  Fails like
 * explain_part.
 */
int verdict_withhold(const struct verdict_scan *scan, xmlDoc *document);

/**
 * verdict_judge(scan, article, ret_verdict):
 * Judge the copy that ${article} holds.  When policy allows no more than a
 * teaser (declared gated, no session, and no declared part, or one that could not be
 * cut), cuts the article to its opening (teaser.h).  The caller frees the verdict with
 * readsync__verdict__free_unpacked.  RS_ENOMEM.
 */
int verdict_judge(const struct verdict_scan *scan, Readsync__Article *article,
    Readsync__Verdict **ret_verdict);

#endif
