/*
 * A site's rule (daemon/rule/rule.h), applied to one of its pages.
 *
 * It says where things are and never what may be kept: nothing of it reaches into what the
 * page hides, and what must be withheld is cut before it looks for the body.
 */
#ifndef DAEMON_PAGE_SITE_RULE_H
#define DAEMON_PAGE_SITE_RULE_H

#include "daemon/page/dom.h"
#include "daemon/page/metadata.h"
#include "readsync.pb-c.h"

enum {
	SITE_RULE_WRAPS_MAX = 4000	/* elements of one page that are wrapped, by all lines */
};

/**
 * site_rule_replace(rule, text, max, ret_text, ret_len):
 * Make a copy of a ${text} with what ${rule} finds replaced, with a NUL behind it, which the
 * caller frees; NULL when nothing is to be replaced, or the copy would pass ${max} bytes.
 * RS_ENOMEM.
 */
int site_rule_replace(const Readsync__SiteRule *rule, struct bytes text, size_t max,
    uint8_t **ret_text, size_t *ret_len);

/**
 * site_rule_asks_login(rule, document):
 * Tell whether not_logged_in finds something.
 */
bool site_rule_asks_login(const Readsync__SiteRule *rule, xmlDoc *document);

/**
 * site_rule_link(links, count, document, url, ret_url):
 * Set ${ret_url} to where the first of the ${count} ${links} whose condition holds leads,
 * absolute, which the caller frees; NULL for nowhere.  RS_ENOMEM.
 */
int site_rule_link(Readsync__RuleLink *const *links, size_t count, xmlDoc *document,
    const char *url, char **ret_url);

/**
 * site_rule_value(xpath, document):
 * Return the value of the first element that ${xpath} finds, or the attribute, text or string that
 * it is, which the caller frees; NULL for none.
 */
char *site_rule_value(const char *xpath, xmlDoc *document);

/**
 * site_rule_metadata(rule, document, metadata):
 * Put what ${rule} finds of title, authors and date in the place of what the page says
 * elsewhere.  RS_ENOMEM.
 */
int site_rule_metadata(const Readsync__SiteRule *rule, xmlDoc *document,
    struct metadata *metadata);

/**
 * site_rule_cut(rule, document, chooses, ret_chose):
 * Take out what ${rule} strips, wrap what it wraps (of finds in each other the outermost, and no
 * more than SITE_RULE_WRAPS_MAX), and, if it ${chooses} and finds a body, take out everything
 * else: that alone is left, as the article, which ${ret_chose} tells.  It may not choose where a
 * stranger is to get no more than the opening.  RS_ENOMEM.
 */
int site_rule_cut(const Readsync__SiteRule *rule, xmlDoc *document, bool chooses,
    bool *ret_chose);

#endif
