/*
 * The keeper does what is to be done about sessions, one errand at a time: log in
 * (login.h), and see whether a session works.
 *
 * An errand lies in its site's row until its outcome is stored, so a kill repeats at most one.
 * A test fetches an article for subscribers with the session; where the page does not tell by
 * itself, and neither it nor the site counts views, once more as a stranger, with the jar that
 * one has: what only the reader gets proves the session.  Nothing of either page is kept but
 * their cookies, and that the site counts, if it says so only then.  Redirects are followed
 * within the site.
 */
#ifndef DAEMON_SESSION_KEEPER_H
#define DAEMON_SESSION_KEEPER_H

#include "daemon/base/vault_thread.h"
#include "daemon/fetch/fetcher.h"
#include "daemon/worker/pool.h"

struct keeper;

/**
 * keeper_new(vault, fetcher, pool, home, ret_keeper):
 * Make a keeper over parts that outlive it; ${home} is where the reader's own site rules
 * are.  It begins with the first keeper_wake.  RS_ENOMEM.
 */
int keeper_new(struct vault_thread *vault, struct fetcher *fetcher, struct pool *pool,
    const char *home, struct keeper **ret_keeper);

/**
 * keeper_wake(keeper):
 * There may be an errand: look.  Cheap when there is none.
 */
void keeper_wake(struct keeper *keeper);

/**
 * keeper_stop(keeper, on_stopped, context):
 * Cancel what is under way (its errand stays), then call on_stopped(context) from the loop,
 * perhaps inside this call, and free the keeper.
 */
void keeper_stop(struct keeper *keeper, void (*on_stopped)(void *context), void *context);

#endif
