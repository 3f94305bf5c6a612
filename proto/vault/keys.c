#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "proto/base/buffer.h"
#include "proto/base/file.h"
#include "proto/base/hash.h"
#include "proto/vault/keys.h"
#include "proto/vault/recovery.h"

enum {
	VERSION = 1,
	VERSION_AT = 7,
	ID_AT = 8,
	COUNT_AT = 24,
	SLOTS_AT = 25,
	SLOT_LEN = 100,
	/* in a slot */
	PASSES_AT = 4,
	MEMORY_AT = 8,
	SALT_AT = 12,
	NONCE_AT = 28,
	WRAPPED_AT = 52,
	SALT_LEN = crypto_pwhash_SALTBYTES,
	TAG_LEN = crypto_aead_xchacha20poly1305_ietf_ABYTES,
	HASH_LEN = HASH_NAME_LEN,
	FILE_MAX = SLOTS_AT + VAULT_SLOTS_MAX * SLOT_LEN + HASH_LEN,
	/* A changed file must not make a program take all memory or all day. */
	PASSES_MAX = 64,
	MEMORY_KIB_MIN = crypto_pwhash_MEMLIMIT_MIN / 1024,
	MEMORY_KIB_MAX = 4 << 20
};

_Static_assert(NONCE_AT == SALT_AT + SALT_LEN, "salt");
_Static_assert(WRAPPED_AT == NONCE_AT + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce");
_Static_assert(SLOT_LEN == WRAPPED_AT + VAULT_KEY_LEN + TAG_LEN, "slot");

static const uint8_t magic[VERSION_AT] = { 'R', 'S', 'V', 'K', 'E', 'Y', 'S' };

/* The file in memory, without its closing hash. */
struct slots {
	uint8_t data[FILE_MAX];
	size_t count;
};

static uint32_t
get_u32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void
put_u32(uint8_t *at, uint32_t number)
{
	at[0] = (uint8_t)(number >> 24);
	at[1] = (uint8_t)(number >> 16);
	at[2] = (uint8_t)(number >> 8);
	at[3] = (uint8_t)number;
}

static uint8_t *
slot_at(struct slots *slots, size_t i)
{
	return slots->data + SLOTS_AT + i * SLOT_LEN;
}

static struct vault_cost
slot_cost(const uint8_t *slot)
{
	struct vault_cost cost = { get_u32(slot + PASSES_AT), get_u32(slot + MEMORY_AT) };

	return cost;
}

struct vault_cost
vault_cost_usual(void)
{
	struct vault_cost cost = {
		crypto_pwhash_OPSLIMIT_MODERATE, crypto_pwhash_MEMLIMIT_MODERATE / 1024
	};

	return cost;
}

struct vault_cost
vault_cost_least(void)
{
	struct vault_cost cost = { crypto_pwhash_OPSLIMIT_MIN, MEMORY_KIB_MIN };

	return cost;
}

static bool
cost_is_sane(struct vault_cost cost)
{
	return cost.passes >= crypto_pwhash_OPSLIMIT_MIN && cost.passes <= PASSES_MAX &&
	    cost.memory_kib >= MEMORY_KIB_MIN && cost.memory_kib <= MEMORY_KIB_MAX;
}

static bool
unlock_is_sane(const struct vault_unlock *unlock)
{
	switch (unlock->kind) {
	case VAULT_SLOT_PASSPHRASE:
		return unlock->secret->len <= VAULT_PASSPHRASE_MAX;
	case VAULT_SLOT_KEY_FILE:
		return unlock->secret->len == VAULT_KEY_FILE_LEN;
	case VAULT_SLOT_RECOVERY:
		return unlock->secret->len == VAULT_RECOVERY_LEN;
	}
	return false;
}

const char *
vault_slot_kind_text(enum vault_slot_kind kind)
{
	switch (kind) {
	case VAULT_SLOT_PASSPHRASE:
		return "passphrase";
	case VAULT_SLOT_KEY_FILE:
		return "key file";
	case VAULT_SLOT_RECOVERY:
		return "recovery key";
	}
	return "unknown kind";
}

/* Derive the key that wraps the data key in ${slot}, whose kind, cost and salt are set. */
static int
derive_slot_key(const struct vault_unlock *unlock, const uint8_t *id, const uint8_t *slot,
    struct secret **ret_key)
{
	static const uint8_t purpose[] = "readsync vault slot";
	struct vault_cost cost = slot_cost(slot);
	crypto_generichash_state state;
	struct secret *key;
	int err = secret_new(crypto_aead_xchacha20poly1305_ietf_KEYBYTES, &key);

	if (err != RS_OK)
		return err;
	if (unlock->kind == VAULT_SLOT_PASSPHRASE) {
		/* It fails only when it cannot have its memory. */
		if (crypto_pwhash(key->data, key->len, (const char *)unlock->secret->data,
		    unlock->secret->len, slot + SALT_AT, cost.passes,
		    (size_t)cost.memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0) {
			secret_free(key);
			return RS_ENOMEM;
		}
	} else {
		crypto_generichash_init(&state, unlock->secret->data, unlock->secret->len,
		    key->len);
		crypto_generichash_update(&state, purpose, sizeof(purpose) - 1);
		crypto_generichash_update(&state, id, VAULT_ID_LEN);
		crypto_generichash_update(&state, slot + SALT_AT, SALT_LEN);
		crypto_generichash_final(&state, key->data, key->len);
		secret_wipe(&state, sizeof(state));
	}
	*ret_key = key;
	return RS_OK;
}

/* What a wrapped key is bound to: the vault, and all of its slot that is not the wrapping. */
static void
associate(const struct slots *slots, const uint8_t *slot, uint8_t data[COUNT_AT + NONCE_AT])
{
	memcpy(data, slots->data, COUNT_AT);
	memcpy(data + COUNT_AT, slot, NONCE_AT);
}

/* Wrap ${key} into slot ${i}, which may be a new last one. */
static int
wrap(struct slots *slots, size_t i, const struct secret *key, const struct vault_unlock *unlock,
    struct vault_cost cost, const struct random *random)
{
	uint8_t *slot = slot_at(slots, i);
	uint8_t data[COUNT_AT + NONCE_AT];
	struct secret *slot_key;
	int err;

	memset(slot, 0, SLOT_LEN);
	slot[0] = (uint8_t)unlock->kind;
	if (unlock->kind == VAULT_SLOT_PASSPHRASE) {
		put_u32(slot + PASSES_AT, cost.passes);
		put_u32(slot + MEMORY_AT, cost.memory_kib);
	}
	random_fill(random, slot + SALT_AT, WRAPPED_AT - SALT_AT);
	err = derive_slot_key(unlock, slots->data + ID_AT, slot, &slot_key);
	if (err != RS_OK)
		return err;
	associate(slots, slot, data);
	crypto_aead_xchacha20poly1305_ietf_encrypt(slot + WRAPPED_AT, NULL, key->data, key->len,
	    data, sizeof(data), NULL, slot + NONCE_AT, slot_key->data);
	secret_free(slot_key);
	if (i == slots->count)
		slots->count++;
	return RS_OK;
}

/* Try ${unlock} on slot ${i}: RS_EKEY when it does not fit. */
static int
unwrap(struct slots *slots, size_t i, const struct vault_unlock *unlock, struct secret *key)
{
	const uint8_t *slot = slot_at(slots, i);
	uint8_t data[COUNT_AT + NONCE_AT];
	struct secret *slot_key;
	int err;

	if (slot[0] != (uint8_t)unlock->kind)
		return RS_EKEY;
	err = derive_slot_key(unlock, slots->data + ID_AT, slot, &slot_key);
	if (err != RS_OK)
		return err;
	associate(slots, slot, data);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(key->data, NULL, NULL, slot + WRAPPED_AT,
	    VAULT_KEY_LEN + TAG_LEN, data, sizeof(data), slot + NONCE_AT, slot_key->data) != 0)
		err = RS_EKEY;
	secret_free(slot_key);
	return err;
}

/* Write count and hash; return the bytes of the whole file. */
static struct bytes
encode(struct slots *slots)
{
	size_t len = SLOTS_AT + slots->count * SLOT_LEN;
	struct bytes content = bytes_of(slots->data, len);

	slots->data[COUNT_AT] = (uint8_t)slots->count;
	hash_name(bytes_of(NULL, 0), &content, 1, slots->data + len);
	return bytes_of(slots->data, len + HASH_LEN);
}

static int
decode(struct bytes content, struct slots *slots)
{
	uint8_t hash[HASH_LEN];
	struct bytes hashed;
	size_t i;

	if (content.len < VERSION_AT || memcmp(content.data, magic, VERSION_AT) != 0)
		return RS_ENOTVAULT;
	if (content.len > VERSION_AT && content.data[VERSION_AT] > VERSION)
		return RS_EVERSION;
	if (content.len < SLOTS_AT + HASH_LEN || content.len > FILE_MAX)
		return RS_EDAMAGED;
	slots->count = content.data[COUNT_AT];
	if (content.data[VERSION_AT] != VERSION || slots->count == 0 ||
	    content.len != SLOTS_AT + slots->count * SLOT_LEN + HASH_LEN)
		return RS_EDAMAGED;
	hashed = bytes_of(content.data, content.len - HASH_LEN);
	hash_name(bytes_of(NULL, 0), &hashed, 1, hash);
	if (memcmp(hash, content.data + hashed.len, HASH_LEN) != 0)
		return RS_EDAMAGED;
	memcpy(slots->data, hashed.data, hashed.len);
	for (i = 0; i < slots->count; i++)
		if (slot_at(slots, i)[0] == VAULT_SLOT_PASSPHRASE &&
		    !cost_is_sane(slot_cost(slot_at(slots, i))))
			return RS_EDAMAGED;
	return RS_OK;
}

static int
load(const char *path, struct slots *slots)
{
	struct buffer content;
	int err;

	/* Room for one byte more than any file of this version: see decode. */
	buffer_init(&content, FILE_MAX + 1);
	err = file_read(path, &content);
	if (err == RS_OK || err == RS_ELIMIT)
		err = decode(buffer_bytes(&content), slots);
	buffer_release(&content);
	return err;
}

int
vault_keys_create(const char *path, const struct vault_unlock *unlock,
    const struct vault_cost *cost, const struct random *random, uint8_t id[VAULT_ID_LEN],
    struct secret **ret_key)
{
	struct vault_cost chosen = cost != NULL ? *cost : vault_cost_usual();
	struct slots slots = { .count = 0 };
	struct secret *key = NULL;
	int err;

	if (!unlock_is_sane(unlock) || !cost_is_sane(chosen))
		return RS_EINVAL;
	/* Tell before the work of Argon2id; file_create decides. */
	if (access(path, F_OK) == 0)
		return RS_EEXIST;
	err = secret_new(VAULT_KEY_LEN, &key);
	if (err != RS_OK)
		return err;
	memcpy(slots.data, magic, VERSION_AT);
	slots.data[VERSION_AT] = VERSION;
	random_fill(random, slots.data + ID_AT, VAULT_ID_LEN);
	random_fill(random, key->data, key->len);
	err = wrap(&slots, 0, key, unlock, chosen, random);
	if (err == RS_OK)
		err = file_create(path, encode(&slots), 0600);
	if (err != RS_OK) {
		secret_free(key);
		return err;
	}
	memcpy(id, slots.data + ID_AT, VAULT_ID_LEN);
	*ret_key = key;
	return RS_OK;
}

static void
explain(int err, const char *path, const struct vault_unlock *unlock,
    struct rs_err_detail *detail)
{
	switch (err) {
	case RS_EKEY:
		rs_err_detail_set(detail, "%s: no key slot opens with this %s%s", path,
		    vault_slot_kind_text(unlock->kind), unlock->kind == VAULT_SLOT_PASSPHRASE &&
		    recovery_is_near(bytes_of(unlock->secret->data, unlock->secret->len)) ?
		    "; if it was meant for the recovery key, it was mistyped" : "");
		break;
	case RS_EDAMAGED:
		rs_err_detail_set(detail, "%s: cut short or changed; restore it from a copy", path);
		break;
	case RS_ENOTVAULT:
		rs_err_detail_set(detail, "%s: not a file of vault keys", path);
		break;
	case RS_EVERSION:
		rs_err_detail_set(detail, "%s: written by a newer version of readsync", path);
		break;
	case RS_ENOMEM:
		rs_err_detail_set(detail, "%s: not enough memory to try the key", path);
		break;
	default:
		rs_err_detail_set(detail, "%s: %s", path, rs_err_text(err));
	}
}

/* Find the slot that ${unlock} opens, and what it holds. */
static int
open_any(struct slots *slots, const struct vault_unlock *unlock, size_t *ret_slot,
    struct secret **ret_key)
{
	struct secret *key = NULL;
	size_t i;
	int err = unlock_is_sane(unlock) ? secret_new(VAULT_KEY_LEN, &key) : RS_EINVAL;

	if (err != RS_OK)
		return err;
	err = RS_EKEY;
	for (i = 0; i < slots->count && err == RS_EKEY; i++)
		err = unwrap(slots, i, unlock, key);
	if (err != RS_OK) {
		secret_free(key);
		return err;
	}
	*ret_slot = i - 1;
	*ret_key = key;
	return RS_OK;
}

/* The same of the file ${path}. */
static int
load_and_open(const char *path, const struct vault_unlock *unlock, struct slots *slots,
    size_t *ret_slot, struct secret **ret_key, struct rs_err_detail *detail)
{
	int err = load(path, slots);

	if (err == RS_OK)
		err = open_any(slots, unlock, ret_slot, ret_key);
	if (err != RS_OK)
		explain(err, path, unlock, detail);
	return err;
}

int
vault_keys_open(const char *path, const struct vault_unlock *unlock,
    uint8_t id[VAULT_ID_LEN], struct secret **ret_key, struct rs_err_detail *detail)
{
	struct slots slots;
	size_t slot;
	int err = load_and_open(path, unlock, &slots, &slot, ret_key, detail);

	if (err == RS_OK)
		memcpy(id, slots.data + ID_AT, VAULT_ID_LEN);
	return err;
}

int
vault_keys_add(const char *path, const struct secret *key,
    const struct vault_unlock *unlock, const struct vault_cost *cost,
    const struct random *random)
{
	struct vault_cost chosen = cost != NULL ? *cost : vault_cost_usual();
	struct slots slots;
	int err;

	if (!unlock_is_sane(unlock) || !cost_is_sane(chosen) || key->len != VAULT_KEY_LEN)
		return RS_EINVAL;
	err = load(path, &slots);
	if (err != RS_OK)
		return err;
	if (slots.count == VAULT_SLOTS_MAX)
		return RS_ELIMIT;
	err = wrap(&slots, slots.count, key, unlock, chosen, random);
	return err == RS_OK ? file_replace(path, encode(&slots), 0600) : err;
}

/* The slot that a new one of ${kind} replaces, which may be a new last one. */
static int
find_replaced(struct slots *slots, size_t opened, enum vault_slot_kind kind, size_t *ret_slot)
{
	size_t i, found = slots->count, count = 0;

	if (slot_at(slots, opened)[0] == (uint8_t)kind) {
		*ret_slot = opened;
		return RS_OK;
	}
	for (i = 0; i < slots->count; i++) {
		if (slot_at(slots, i)[0] == (uint8_t)kind) {
			found = i;
			count++;
		}
	}
	if (count > 1)
		return RS_EAMBIGUOUS;
	if (found == VAULT_SLOTS_MAX)
		return RS_ELIMIT;
	*ret_slot = found;
	return RS_OK;
}

int
vault_keys_change(const char *path, const struct vault_unlock *unlock,
    const struct vault_unlock *fresh, const struct vault_cost *cost,
    const struct random *random, struct rs_err_detail *detail)
{
	struct vault_cost chosen = cost != NULL ? *cost : vault_cost_usual();
	struct secret *key = NULL;
	struct slots slots;
	size_t slot;
	int err;

	if (!unlock_is_sane(fresh) || !cost_is_sane(chosen))
		return RS_EINVAL;
	err = load_and_open(path, unlock, &slots, &slot, &key, detail);
	if (err == RS_OK)
		err = find_replaced(&slots, slot, fresh->kind, &slot);
	if (err == RS_OK)
		err = wrap(&slots, slot, key, fresh, chosen, random);
	if (err == RS_OK)
		err = file_replace(path, encode(&slots), 0600);
	secret_free(key);
	return err;
}

static bool
slot_is_known(const uint8_t *slot)
{
	return slot[0] >= VAULT_SLOT_PASSPHRASE && slot[0] <= VAULT_SLOT_RECOVERY;
}

int
vault_keys_remove(const char *path, size_t slot, const struct vault_unlock *unlock,
    struct rs_err_detail *detail)
{
	struct secret *key = NULL;
	struct slots slots;
	size_t i, others = 0;
	int err = load(path, &slots);

	if (err != RS_OK) {
		explain(err, path, unlock, detail);
		return err;
	}
	if (slot >= slots.count)
		return RS_ENOTFOUND;
	for (i = 0; i < slots.count; i++)
		others += i != slot && slot_is_known(slot_at(&slots, i));
	if (others == 0)
		return RS_EREFUSED;
	memmove(slot_at(&slots, slot), slot_at(&slots, slot + 1),
	    (slots.count - slot - 1) * SLOT_LEN);
	slots.count--;
	err = open_any(&slots, unlock, &i, &key);
	secret_free(key);
	if (err == RS_OK)
		return file_replace(path, encode(&slots), 0600);
	if (err == RS_EKEY)
		rs_err_detail_set(detail, "%s: no other slot opens with this %s", path,
		    vault_slot_kind_text(unlock->kind));
	return err;
}

int
vault_keys_list(const char *path, uint8_t id[VAULT_ID_LEN],
    struct vault_slot list[VAULT_SLOTS_MAX], size_t *ret_count)
{
	struct slots slots;
	size_t i;
	int err = load(path, &slots);

	if (err != RS_OK)
		return err;
	for (i = 0; i < slots.count; i++) {
		list[i].kind = (enum vault_slot_kind)slot_at(&slots, i)[0];
		list[i].cost = slot_cost(slot_at(&slots, i));
		memcpy(list[i].name, slot_at(&slots, i) + SALT_AT, VAULT_SLOT_NAME_LEN);
	}
	if (id != NULL)
		memcpy(id, slots.data + ID_AT, VAULT_ID_LEN);
	*ret_count = slots.count;
	return RS_OK;
}

int
vault_key_file_make(const char *path, const struct random *random)
{
	uint8_t key[VAULT_KEY_FILE_LEN];
	int err;

	random_fill(random, key, sizeof(key));
	err = file_create(path, bytes_of(key, sizeof(key)), 0600);
	secret_wipe(key, sizeof(key));
	return err;
}

int
vault_key_file_read(const char *path, struct secret **ret_secret)
{
	uint8_t key[VAULT_KEY_FILE_LEN + 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t len = 0;
	ssize_t got;
	int err;

	if (fd < 0)
		return rs_err_from_errno(errno);
	/* Not by way of a buffer: that would leave copies of the key behind. */
	do {
		got = read(fd, key + len, sizeof(key) - len);
		if (got > 0)
			len += (size_t)got;
	} while (len < sizeof(key) && (got > 0 || (got < 0 && errno == EINTR)));
	if (got < 0)
		err = rs_err_from_errno(errno);
	else if (len != VAULT_KEY_FILE_LEN)
		err = RS_EINVAL;
	else
		err = secret_copy(key, len, ret_secret);
	close(fd);
	secret_wipe(key, sizeof(key));
	return err;
}
