/*
 * Site rules: how one site's pages are to be read, in the ftr-site-config format that a
 * community maintains: lines of "command: value", of which XPath 1.0 names the parts of a
 * page.  Source: https://help.fivefilters.org/full-text-rss/site-patterns.html.
 *
 * What would get round a paywall is refused, line by line, and the rest of the file stays of
 * use: a crawler's agent, any referer, cookies, an archive mirror, and
 * replacements in what hides a text.  A rule is a message of readsync.proto, as it goes to the
 * worker that reads the page.
 */
#ifndef DAEMON_RULE_RULE_H
#define DAEMON_RULE_RULE_H

#include "proto/base/buffer.h"
#include "proto/base/err.h"
#include "proto/record/host_name.h"
#include "readsync.pb-c.h"

enum {
	RULE_FILE_MAX = 64 * 1024,
	RULE_LINES_MAX = 500,		/* lines with a command */
	RULE_HEADER_MAX = 200,		/* bytes of the value of a header */
	RULE_FOLDERS = 3,		/* that rules lie in */
	RULE_HOST_SIZE = HOST_NAME_MAX_LEN + 1
};

/* What is to be told of a line. */
enum rule_fault {
	RULE_REFUSED,			/* it crosses the line that this project does not */
	RULE_BROKEN,			/* an XPath that is none, a value that makes no sense */
	RULE_UNUSED			/* known to other programs, without effect here */
};

/**
 * rule_parse(text, on_fault, context, ret_rule):
 * Read the rule in ${text}.  on_fault(context, line, fault, reason) is called for each line that
 * is left out; it may be NULL.  The caller frees ${ret_rule} with
 * readsync__site_rule__free_unpacked.  RS_ELIMIT beyond the bounds above, RS_ENOMEM.
 */
int rule_parse(struct bytes text, void (*on_fault)(void *context, unsigned line,
    enum rule_fault fault, const char *reason), void *context, Readsync__SiteRule **ret_rule);

/**
 * rule_folder(home, i, path, size):
 * Write the folder ${i} of RULE_FOLDERS into ${path}, of ${size} bytes; the first comes first.
 */
void rule_folder(const char *home, size_t i, char *path, size_t size);

/**
 * rule_host(url, host):
 * Write the host by which the rule for ${url} is found into ${host}, of RULE_HOST_SIZE bytes; ""
 * when it has none.  RS_ENOMEM.
 */
int rule_host(const char *url, char *host);

/**
 * rule_find(home, url, ret_rule):
 * Find the rule for the host of ${url}, or of the nearest domain above it (whose file begins with
 * a dot): in the folder "sites" of ${home}, in /etc/readsync/sites, and in
 * /usr/share/readsync/sites, the first that has one.  What the rule "global" there lists comes
 * after what that one does, unless it is `alone`; without one it is all there is.  Reads files, so
 * never on the loop.
 * RS_ENOTFOUND when there is none, or it cannot be read; RS_ENOMEM.
 */
int rule_find(const char *home, const char *url, Readsync__SiteRule **ret_rule);

#endif
