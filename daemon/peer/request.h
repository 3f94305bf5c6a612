/*
 * Requests: what a paired device or a program on this machine asks of the
 * daemon beside a sync: status, an invitation, a refetch, a poll, the devices.
 *
 * An answer needs both threads.  request_view is a picture of what the loop
 * knows, taken when the request came in; request_answer adds what the vault
 * knows.
 */
#ifndef DAEMON_PEER_REQUEST_H
#define DAEMON_PEER_REQUEST_H

#include <stdbool.h>

#include "daemon/source/queues.h"
#include "proto/replica/device.h"
#include "proto/replica/replica.h"
#include "proto/wire/token.h"
#include "readsync.pb-c.h"

enum {
	REQUEST_QUEUES_MAX = 64,	/* that one status shows */
	REQUEST_DEVICES_MAX = 256,	/* that one answer lists */
	REQUEST_ARCHIVES_MAX = 8	/* that one status shows */
};

struct request_queue {
	char name[64];
	char kind[16];
	char problem[256];
	int64_t polled_ms;
	int64_t next_ms;
	uint32_t entries;
};

/* An archive that we dial. */
struct request_archive {
	char name[DEVICE_NAME_MAX + 1];
	bool connected;
	int64_t seen_ms;
	char problem[256];
};

struct request_view {
	uint8_t public_key[TOKEN_KEY_LEN];
	size_t address_count;		/* where other devices reach us */
	char addresses[TOKEN_ADDRESSES_MAX][TOKEN_ADDRESS_MAX + 1];
	int64_t started_ms;
	uint32_t peers;
	size_t queue_count;
	struct request_queue queues[REQUEST_QUEUES_MAX];
	size_t archive_count;
	struct request_archive archives[REQUEST_ARCHIVES_MAX];
};

/**
 * request_view_queues(view, queues):
 * Put how the queues stand into ${view}.
 */
void request_view_queues(struct request_view *view, const struct queues *queues);

/**
 * request_answer(request, local, view, replica, ret_response):
 * Answer ${request} on the vault thread; ${local} tells whether it came by the
 * control socket, as an invitation and a change to the list of devices must.  A refusal is
 * an answer too: its code and text say why.  The caller frees it with
 * readsync__response__free_unpacked(response, NULL).  RS_ENOMEM.
 */
int request_answer(const Readsync__Request *request, bool local, const struct request_view *view,
    struct replica *replica, Readsync__Response **ret_response);

#endif
