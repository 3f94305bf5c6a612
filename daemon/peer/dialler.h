/*
 * The dialler: keeps a connection to each archive that this one has joined.
 *
 * The addresses of an archive, those on the list of devices first (proto/replica/peer.h),
 * are tried in turn until one answers; the connection then stays, and both ends say what
 * is new as it comes.  When none answers, or the connection ends, the dialler waits, from
 * a second on and ever longer up to a minute, and begins again.  An archive that was
 * revoked is not dialled any more.
 */
#ifndef DAEMON_PEER_DIALLER_H
#define DAEMON_PEER_DIALLER_H

#include "daemon/peer/listener.h"

enum {
	DIALLER_WAIT_MS = 1000,			/* until the second try; doubled with each */
	DIALLER_WAIT_MAX_MS = 60 * 1000,	/* further one, up to this */
	DIALLER_LINES_MAX = REQUEST_ARCHIVES_MAX
};

struct dialler;

struct dialler_settings {
	uv_loop_t *loop;
	struct vault_thread *vault;
	struct listener *listener;	/* has the connections; outlives the dialler */
	const struct clock *clock;
	const struct random *random;
};

/**
 * dialler_new(settings, ret_dialler):
 * Read which archives were joined, and keep a connection to each, to DIALLER_LINES_MAX
 * at most.  RS_ENOMEM.
 */
int dialler_new(const struct dialler_settings *settings, struct dialler **ret_dialler);

/**
 * dialler_join(settings, token, on_joined, context, ret_dialler):
 * Join the library of the archive that made ${token}, which must outlive this, by one try
 * of each address; on_joined(context, err, problem) then comes once: RS_ETOKEN for an
 * invitation that the archive does not take, RS_EREFUSED when it, or the library that
 * is here, does not allow it, RS_ENETWORK or RS_ETIMEOUT when nobody answers.
 */
int dialler_join(const struct dialler_settings *settings, const struct token *token,
    void (*on_joined)(void *context, int err, const char *problem), void *context,
    struct dialler **ret_dialler);

/**
 * dialler_view(dialler, view):
 * Put how the connections stand into ${view}.
 */
void dialler_view(const struct dialler *dialler, struct request_view *view);

/**
 * dialler_stop(dialler, on_stopped, context):
 * Close what it has dialled; call on_stopped(context) from the loop when all is gone, and
 * free it.
 */
void dialler_stop(struct dialler *dialler, void (*on_stopped)(void *context), void *context);

#endif
