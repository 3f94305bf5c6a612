#include <string.h>

#include "proto/replica/device.h"
#include "proto/replica/internal.h"
#include "proto/replica/local.h"
#include "proto/replica/text.h"
#include "proto/wire/identity.h"

#define LOCAL_IDENTITY "device/identity"

/* ------------------------------------------------------------------- identity */

static int
make_identity(struct replica *replica, struct secret **ret_key)
{
	struct secret *key;
	int err;

	err = identity_new(replica->random, &key);
	if (err != RS_OK)
		return err;
	err = replica_begin(replica);
	if (err == RS_OK) {
		err = local_set(replica, LOCAL_IDENTITY, bytes_of(key->data, key->len));
		if (err == RS_OK)
			err = replica_commit(replica);
		else
			replica_rollback(replica);
	}
	if (err == RS_OK)
		*ret_key = key;
	else
		secret_free(key);
	return err;
}

int
device_identity(struct replica *replica, struct secret **ret_private_key)
{
	struct buffer stored;
	int err;

	buffer_init_secret(&stored, DEVICE_KEY_LEN);
	err = local_get(replica, LOCAL_IDENTITY, &stored);
	if (err == RS_ENOTFOUND)
		err = make_identity(replica, ret_private_key);
	else if (err == RS_OK && stored.len != DEVICE_KEY_LEN)
		err = RS_EDAMAGED;
	else if (err == RS_OK)
		err = secret_copy(stored.data, stored.len, ret_private_key);
	buffer_release(&stored);
	return err;
}

/* ------------------------------------------------------------------- the list */

void
device_entity(const uint8_t key[DEVICE_KEY_LEN], uint8_t ret_entity[HASH_NAME_LEN])
{
	uint8_t hash[HASH_CONTENT_LEN];

	hash_content(bytes_of(key, DEVICE_KEY_LEN), hash);
	memcpy(ret_entity, hash, HASH_NAME_LEN);
}

int
device_self(struct replica *replica, uint8_t ret_entity[HASH_NAME_LEN])
{
	uint8_t key[DEVICE_KEY_LEN];
	struct secret *private_key;
	int err = device_identity(replica, &private_key);

	if (err != RS_OK)
		return err;
	identity_public(private_key, key);
	secret_free(private_key);
	device_entity(key, ret_entity);
	return RS_OK;
}

/* Set ${ret_revoked}; RS_ENOTFOUND when the device is not on the list. */
static int
find(struct replica *replica, const uint8_t *key, int64_t *ret_revoked)
{
	uint8_t entity[HASH_NAME_LEN];

	device_entity(key, entity);
	return database_lookup(&replica->database, "SELECT revoked FROM device WHERE device = ?",
	    VALUES(DB_BLOB(entity, sizeof(entity))), ret_revoked);
}

int
device_add(struct replica *replica, const uint8_t key[DEVICE_KEY_LEN], const char *name,
    bool archive)
{
	struct bytes text = bytes_of_text(name);
	uint8_t entity[HASH_NAME_LEN];
	int64_t revoked = 0;
	int err;

	if (text.len > DEVICE_NAME_MAX || !text_is_line(text))
		return RS_EINVAL;
	err = find(replica, key, &revoked);
	if (err != RS_OK && err != RS_ENOTFOUND)
		return err;
	if (revoked)
		return RS_EREFUSED;
	device_entity(key, entity);
	err = replica_write(replica, RECORD_DEVICE, entity, "key", bytes_of(key, DEVICE_KEY_LEN));
	if (err == RS_OK)
		err = replica_write(replica, RECORD_DEVICE, entity, "name", text);
	if (err == RS_OK)
		err = replica_write(replica, RECORD_DEVICE, entity, "archive",
		    bytes_of_text(archive ? "1" : "0"));
	return err;
}

int
device_rename(struct replica *replica, const uint8_t key[DEVICE_KEY_LEN], const char *name)
{
	struct bytes text = bytes_of_text(name);
	uint8_t entity[HASH_NAME_LEN];
	int64_t revoked;
	int err;

	if (text.len == 0 || text.len > DEVICE_NAME_MAX || !text_is_line(text))
		return RS_EINVAL;
	err = find(replica, key, &revoked);
	if (err != RS_OK || revoked)
		return err != RS_OK ? err : RS_EREFUSED;
	device_entity(key, entity);
	return replica_write(replica, RECORD_DEVICE, entity, "name", text);
}

int
device_revoke(struct replica *replica, const uint8_t key[DEVICE_KEY_LEN])
{
	uint8_t entity[HASH_NAME_LEN];
	int64_t revoked;
	int err = find(replica, key, &revoked);

	if (err != RS_OK)
		return err;
	device_entity(key, entity);
	return replica_write(replica, RECORD_DEVICE, entity, "revoked", bytes_of_text("1"));
}

int
device_listens(struct replica *replica, const uint8_t key[DEVICE_KEY_LEN],
    const char *addresses)
{
	uint8_t entity[HASH_NAME_LEN];

	device_entity(key, entity);
	return replica_write(replica, RECORD_DEVICE, entity, "addresses",
	    bytes_of_text(addresses));
}

/* Set ${ret_archive} for a device that may connect; else RS_ENOTFOUND. */
static int
find_allowed(struct replica *replica, const uint8_t *key, int64_t *ret_archive)
{
	uint8_t entity[HASH_NAME_LEN];

	/* The whole key is compared: the entity is but half of its hash. */
	device_entity(key, entity);
	return database_lookup(&replica->database,
	    "SELECT archive FROM device WHERE device = ? AND key = ? AND NOT revoked",
	    VALUES(DB_BLOB(entity, sizeof(entity)), DB_BLOB(key, DEVICE_KEY_LEN)),
	    ret_archive);
}

bool
device_allowed(struct replica *replica, const uint8_t key[DEVICE_KEY_LEN])
{
	int64_t archive;

	return find_allowed(replica, key, &archive) == RS_OK;
}

bool
device_is_archive(struct replica *replica, const uint8_t key[DEVICE_KEY_LEN])
{
	int64_t archive;

	return find_allowed(replica, key, &archive) == RS_OK && archive != 0;
}

int
device_list(struct replica *replica,
    bool (*on_device)(void *context, const struct device *device), void *context)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT key, name, archive, revoked FROM device WHERE length(key) = 32"
	    " ORDER BY name, device", NO_VALUES);
	struct device device;

	while (database_next(&rows)) {
		memcpy(device.key, database_blob(&rows, 0).data, sizeof(device.key));
		device.name = database_text(&rows, 1);
		device.archive = database_integer(&rows, 2) != 0;
		device.revoked = database_integer(&rows, 3) != 0;
		if (!on_device(context, &device))
			break;
	}
	return database_end(&rows);
}

/* ---------------------------------------------------------------- invitations */

int
device_invite(struct replica *replica, bool archive, uint8_t ret_invite[DEVICE_INVITE_LEN],
    int64_t *ret_expires_ms)
{
	uint8_t open[DEVICE_INVITES_MAX][DEVICE_INVITE_LEN], invite[DEVICE_INVITE_LEN];
	int64_t expires_ms = clock_now_ms(replica->clock) + DEVICE_INVITE_MS;
	size_t count;
	int err;

	err = device_invites(replica, open, &count);
	if (err != RS_OK)
		return err;
	if (count >= DEVICE_INVITES_MAX)
		return RS_ELIMIT;
	random_fill(replica->random, invite, sizeof(invite));
	err = database_run(&replica->database,
	    "INSERT INTO invite (invite, archive, expires_ms) VALUES (?, ?, ?)",
	    VALUES(DB_BLOB(invite, sizeof(invite)), DB_INTEGER(archive),
	    DB_INTEGER(expires_ms)));
	if (err != RS_OK)
		return err;
	memcpy(ret_invite, invite, sizeof(invite));
	*ret_expires_ms = expires_ms;
	return RS_OK;
}

int
device_invites(struct replica *replica,
    uint8_t invites[DEVICE_INVITES_MAX][DEVICE_INVITE_LEN], size_t *ret_count)
{
	struct rows rows;
	size_t count = 0;
	int err;

	err = database_run(&replica->database, "DELETE FROM invite WHERE expires_ms <= ?",
	    VALUES(DB_INTEGER(clock_now_ms(replica->clock))));
	if (err != RS_OK)
		return err;
	rows = database_query(&replica->database, "SELECT invite FROM invite ORDER BY expires_ms",
	    NO_VALUES);
	while (count < DEVICE_INVITES_MAX && database_next(&rows))
		memcpy(invites[count++], database_blob(&rows, 0).data, DEVICE_INVITE_LEN);
	err = database_end(&rows);
	if (err == RS_OK)
		*ret_count = count;
	return err;
}

int
device_invite_used(struct replica *replica, const uint8_t invite[DEVICE_INVITE_LEN],
    bool *ret_archive)
{
	int64_t archive;
	int err = database_lookup(&replica->database,
	    "SELECT archive FROM invite WHERE invite = ? AND expires_ms > ?",
	    VALUES(DB_BLOB(invite, DEVICE_INVITE_LEN),
	    DB_INTEGER(clock_now_ms(replica->clock))), &archive);

	if (err == RS_OK)
		err = database_run(&replica->database, "DELETE FROM invite WHERE invite = ?",
		    VALUES(DB_BLOB(invite, DEVICE_INVITE_LEN)));
	if (err == RS_OK)
		*ret_archive = archive != 0;
	return err == RS_ENOTFOUND ? RS_ETOKEN : err;
}
