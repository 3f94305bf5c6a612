/*
 * Peers: the archives that this device knows, and where they are reached.
 *
 * An archive that this device has joined is written down here, with the addresses that
 * the invitation named; this is local and never synced.  The list of devices names all
 * other archives of the library, and where each of them listens now (device_listens).
 * So who has joined one archive comes to know every one, and where it has moved.
 */
#ifndef PROTO_REPLICA_PEER_H
#define PROTO_REPLICA_PEER_H

#include "proto/replica/device.h"
#include "proto/wire/token.h"

enum {
	PEER_ADDRESSES_MAX = 2 * TOKEN_ADDRESSES_MAX	/* of the list, then of the invitation */
};

struct peer {
	uint8_t key[DEVICE_KEY_LEN];
	char name[DEVICE_NAME_MAX + 1];
	bool joined;			/* by this device, with an invitation */
	int64_t seen_ms;		/* when it was reached last, by peer_seen; 0: never */
	size_t address_count;
	char addresses[PEER_ADDRESSES_MAX][TOKEN_ADDRESS_MAX + 1];	/* "host:port" */
};

/**
 * peer_join(replica, token, name):
 * Remember the archive that made ${token} and calls itself ${name} as joined, and as seen
 * now.
 */
int peer_join(struct replica *replica, const struct token *token, const char *name);

/**
 * peer_seen(replica, key, seen_ms):
 * The archive with ${key} was reached at ${seen_ms}.
 */
int peer_seen(struct replica *replica, const uint8_t key[DEVICE_KEY_LEN], int64_t seen_ms);

/**
 * peer_list(replica, on_peer, context):
 * Hand every archive but those that are revoked to on_peer(context, peer) until it returns
 * false: the one that was seen last first, and those never seen last.
 */
int peer_list(struct replica *replica, bool (*on_peer)(void *context, const struct peer *peer),
    void *context);

/**
 * peer_find(replica, key, ret_peer):
 * Return the one with ${key}.  RS_ENOTFOUND, also when it is revoked.
 */
int peer_find(struct replica *replica, const uint8_t key[DEVICE_KEY_LEN],
    struct peer *ret_peer);

#endif
