/*
 * Devices and pairing: who may sync.
 *
 * A device is known by its static X25519 key.  The list is made of DEVICE
 * registers that an archive writes (entity: the first 16 bytes of BLAKE2b of
 * the key; fields key, name, archive, addresses, held, revoked) and all replicas hold; a
 * revocation wins over every later re-adding of the same key.
 */
#ifndef PROTO_REPLICA_DEVICE_H
#define PROTO_REPLICA_DEVICE_H

#include "proto/base/secret.h"
#include "proto/replica/replica.h"

enum {
	DEVICE_KEY_LEN = 32,
	DEVICE_NAME_MAX = 64,
	DEVICE_INVITE_LEN = 16,
	DEVICE_INVITES_MAX = 8,		/* open at a time */
	DEVICE_INVITE_MS = 10 * 60 * 1000
};

struct device {
	uint8_t key[DEVICE_KEY_LEN];
	const char *name;		/* borrowed */
	bool revoked;
	bool archive;
};

/**
 * device_identity(replica, ret_private_key):
 * Return this device's static private key, made at the first call (the caller is
 * then in a transaction of its own).  Freed with secret_free.
 */
int device_identity(struct replica *replica, struct secret **ret_private_key);

/**
 * device_entity(key, ret_entity):
 * Set ${ret_entity} to the entity of the device with ${key}.
 */
void device_entity(const uint8_t key[DEVICE_KEY_LEN], uint8_t ret_entity[16]);

/**
 * device_self(replica, ret_entity):
 * Set ${ret_entity} to the entity of this device, whether or not it is on the list; its
 * identity is made at the first call, in the caller's transaction.
 */
int device_self(struct replica *replica, uint8_t ret_entity[16]);

/**
 * device_add(replica, key, name, archive):
 * Add a device to the list, or rename it.  RS_EREFUSED when it is revoked.
 */
int device_add(struct replica *replica, const uint8_t key[DEVICE_KEY_LEN], const char *name,
    bool archive);

/**
 * device_rename(replica, key, name):
 * Give a device of the list another name: a line of 1 to DEVICE_NAME_MAX bytes, else
 * RS_EINVAL.  RS_ENOTFOUND when there is no such device, RS_EREFUSED when it is revoked.
 */
int device_rename(struct replica *replica, const uint8_t key[DEVICE_KEY_LEN],
    const char *name);

/**
 * device_revoke(replica, key):
 * Revoke a device of the list, for ever; one that is revoked stays so.  RS_ENOTFOUND.
 */
int device_revoke(struct replica *replica, const uint8_t key[DEVICE_KEY_LEN]);

/**
 * device_listens(replica, key, addresses):
 * Say on the list that the archive with ${key} is reached at ${addresses}, one
 * "host:port" a line: see peer.h.
 */
int device_listens(struct replica *replica, const uint8_t key[DEVICE_KEY_LEN],
    const char *addresses);

/**
 * device_allowed(replica, key), device_is_archive(replica, key):
 * Tell whether the device with ${key} is on the list and not revoked; and
 * whether, moreover, it is an archive there, which may write the list.
 */
bool device_allowed(struct replica *replica, const uint8_t key[DEVICE_KEY_LEN]);
bool device_is_archive(struct replica *replica, const uint8_t key[DEVICE_KEY_LEN]);

/**
 * device_list(replica, on_device, context):
 * Hand every device to on_device(context, device) until it returns false.
 */
int device_list(struct replica *replica,
    bool (*on_device)(void *context, const struct device *device), void *context);

/**
 * device_invite(replica, archive, ret_invite, ret_expires_ms):
 * Open an invitation for ten minutes: for a device, or, if ${archive}, for one that is to
 * be an archive, which may write the list of devices.  RS_ELIMIT when too many are open.
 */
int device_invite(struct replica *replica, bool archive, uint8_t ret_invite[DEVICE_INVITE_LEN],
    int64_t *ret_expires_ms);

/**
 * device_invites(replica, invites, ret_count):
 * List the open invitations that have not expired; the others are forgotten.
 */
int device_invites(struct replica *replica,
    uint8_t invites[DEVICE_INVITES_MAX][DEVICE_INVITE_LEN], size_t *ret_count);

/**
 * device_invite_used(replica, invite, ret_archive):
 * Close an invitation: it dies on use.  ${ret_archive} tells whether it was one for an
 * archive.  RS_ETOKEN when it is not open.
 */
int device_invite_used(struct replica *replica, const uint8_t invite[DEVICE_INVITE_LEN],
    bool *ret_archive);

#endif
