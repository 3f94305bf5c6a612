/*
 * The Referer that a browser sends with a request for an image of a page, by the page's
 * own referrer policy (W3C, Referrer Policy): the page may want to be named to others, in
 * whole or in part, or not at all.
 */
#ifndef DAEMON_FETCH_REFERRER_H
#define DAEMON_FETCH_REFERRER_H

enum referrer_policy {
	REFERRER_STRICT_ORIGIN_WHEN_CROSS_ORIGIN,	/* where the page says nothing */
	REFERRER_NO_REFERRER,
	REFERRER_NO_REFERRER_WHEN_DOWNGRADE,
	REFERRER_SAME_ORIGIN,
	REFERRER_ORIGIN,
	REFERRER_STRICT_ORIGIN,
	REFERRER_ORIGIN_WHEN_CROSS_ORIGIN,
	REFERRER_UNSAFE_URL
};

/**
 * referrer_read(text, policy):
 * Set ${policy} to the last one that ${text}, the value of a header or of a page's meta
 * element, names; it stays as it is when there is none, or ${text} is NULL.
 */
void referrer_read(const char *text, enum referrer_policy *policy);

/**
 * referrer_policy_name(policy):
 * Return how a page writes ${policy}.
 */
const char *referrer_policy_name(enum referrer_policy policy);

/**
 * referrer_make(policy, page, target, ret_referer):
 * Set ${ret_referer} to the Referer of a request for ${target} on behalf of ${page},
 * allocated, NULL for none: also when one of the two is no URL, or is no http or https
 * one.  It never holds a user name, a password or a fragment.  RS_ENOMEM.
 */
int referrer_make(enum referrer_policy policy, const char *page, const char *target,
    char **ret_referer);

#endif
