/*
 * A login at a site, as a browser would do it: the page with the form, what is typed, the
 * answer; with a second page where a site asks for the user and the password one after the
 * other, or with one JSON text.
 *
 * What is typed goes to the site of the login's address and to no other, whatever a form or a
 * redirect names.  What a site's rule adds (daemon/rule/field.h) goes along with the password, in
 * place of what the form has under that name, but for what is typed; it is looked for at the same
 * site.
 *
 * It succeeds when the site has set a cookie and asks no more; a question that no program can
 * answer ends it, and so does a wrong password, at once, also where the site says so in JSON
 * (daemon/page/answer.h).  Free of the vault: the jar comes
 * with the request and goes back with the outcome.
 */
#ifndef DAEMON_SESSION_LOGIN_H
#define DAEMON_SESSION_LOGIN_H

#include "daemon/fetch/fetcher.h"
#include "daemon/worker/pool.h"
#include "proto/replica/site.h"

enum {
	LOGIN_EXCHANGES_MAX = 8		/* requests of one login */
};

struct login;

/* What came of it; borrowed for the call. */
struct login_outcome {
	int err;			/* RS_OK: logged in, as far as the site's answer tells */
	const char *text;		/* a line for the reader; no part of the password */
	struct bytes jar;		/* as it is now, also after a failure; wiped behind it */
};

/**
 * login_start(fetcher, pool, site, rule, jar, on_done, context, ret_login):
 * Log in at ${site} with its user and password, by the form on its login_url (or the one
 * that its front page has or leads to), or with a JSON text; of ${site} and ${jar} nothing is
 * needed afterwards, ${rule} (or NULL) until the end.  RS_EINVAL for a JSON text without a
 * login_url.
 * on_done(context, outcome) is called once, later, unless it is cancelled.  The errors:
 *	RS_EAUTH	user or password are refused
 *	RS_ENOTFOUND	there is no form to log in by, or a field of the rule is not found
 *	RS_EREFUSED	they would go to another site, or into an address; or the site asks
 *			what no program can answer
 *	RS_ELIMIT	it leads from page to page without end
 *	RS_ENETWORK, RS_ETIMEOUT, ...	of an exchange or a worker
 * RS_ENOMEM.
 */
int login_start(struct fetcher *fetcher, struct pool *pool, const struct site *site,
    const Readsync__SiteRule *rule, struct bytes jar,
    void (*on_done)(void *context, const struct login_outcome *outcome), void *context,
    struct login **ret_login);

/**
 * login_cancel(login):
 * End it; its callback will not be called.  NULL is ignored.
 */
void login_cancel(struct login *login);

#endif
