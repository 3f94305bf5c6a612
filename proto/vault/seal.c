#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <sodium.h>

#include "proto/base/err.h"
#include "proto/vault/seal.h"

_Static_assert(SEAL_KEY_LEN == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key");
_Static_assert(SEAL_NONCE_LEN == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce");
_Static_assert(SEAL_TAG_LEN == crypto_aead_xchacha20poly1305_ietf_ABYTES, "tag");

enum {
	NOTE_LEN = 4,
	NONCE_RANDOM_LEN = SEAL_NONCE_LEN - NOTE_LEN,
	POOL_NONCES = 200	/* about a page of memory, one system call */
};

/*
 * Random bytes drawn ahead: a system call for each nonce costs as much as a
 * quarter of sealing a page.  The pool lies in memory that a fork wipes, so that
 * a child finds `left` at 0 and never uses a nonce of its parent's.
 */
struct pool {
	size_t left;
	uint8_t nonces[POOL_NONCES][NONCE_RANDOM_LEN];
};

struct seal {
	struct secret *key;
	const struct random *random;
	struct pool *pool;
	uint8_t id[SEAL_ID_LEN];
};

int
seal_new(const uint8_t id[SEAL_ID_LEN], const struct secret *key,
    const struct random *random, struct seal **ret_seal)
{
	struct seal *seal;
	int err;

	if (key->len != SEAL_KEY_LEN)
		return RS_EINVAL;
	seal = calloc(1, sizeof(*seal));
	if (seal == NULL)
		return RS_ENOMEM;
	memcpy(seal->id, id, SEAL_ID_LEN);
	seal->random = random;
	err = secret_copy(key->data, key->len, &seal->key);
	if (err != RS_OK)
		goto out;
	seal->pool = mmap(NULL, sizeof(*seal->pool), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (seal->pool == MAP_FAILED) {
		seal->pool = NULL;
		err = RS_ENOMEM;
		goto out;
	}
	if (madvise(seal->pool, sizeof(*seal->pool), MADV_WIPEONFORK) != 0)
		err = RS_EINTERNAL;
out:
	if (err != RS_OK)
		seal_free(seal);
	else
		*ret_seal = seal;
	return err;
}

void
seal_free(struct seal *seal)
{
	if (seal == NULL)
		return;
	secret_free(seal->key);
	if (seal->pool != NULL)
		munmap(seal->pool, sizeof(*seal->pool));
	free(seal);
}

static void
fill_nonce(struct seal *seal, uint32_t note, uint8_t nonce[SEAL_NONCE_LEN])
{
	struct pool *pool = seal->pool;

	if (pool->left == 0) {
		random_fill(seal->random, pool->nonces, sizeof(pool->nonces));
		pool->left = POOL_NONCES;
	}
	pool->left--;
	memcpy(nonce, pool->nonces[pool->left], NONCE_RANDOM_LEN);
	nonce[NONCE_RANDOM_LEN] = (uint8_t)(note >> 24);
	nonce[NONCE_RANDOM_LEN + 1] = (uint8_t)(note >> 16);
	nonce[NONCE_RANDOM_LEN + 2] = (uint8_t)(note >> 8);
	nonce[NONCE_RANDOM_LEN + 3] = (uint8_t)note;
}

/* Put the vault's id and ${bound} together; return their length. */
static size_t
associate(const struct seal *seal, struct bytes bound, uint8_t data[SEAL_ID_LEN + SEAL_BOUND_MAX])
{
	memcpy(data, seal->id, SEAL_ID_LEN);
	memcpy(data + SEAL_ID_LEN, bound.data, bound.len);
	return SEAL_ID_LEN + bound.len;
}

void
seal_lock(struct seal *seal, struct bytes bound, uint32_t note, const uint8_t *text,
    size_t len, uint8_t *sealed)
{
	uint8_t data[SEAL_ID_LEN + SEAL_BOUND_MAX];
	uint8_t *nonce = sealed + len, *tag = nonce + SEAL_NONCE_LEN;
	size_t data_len = associate(seal, bound, data);

	fill_nonce(seal, note, nonce);
	crypto_aead_xchacha20poly1305_ietf_encrypt_detached(sealed, tag, NULL, text, len,
	    data, data_len, NULL, nonce, seal->key->data);
}

int
seal_open(struct seal *seal, struct bytes bound, uint8_t *sealed, size_t len)
{
	uint8_t data[SEAL_ID_LEN + SEAL_BOUND_MAX];
	const uint8_t *nonce = sealed + len, *tag = nonce + SEAL_NONCE_LEN;
	size_t data_len = associate(seal, bound, data);

	if (crypto_aead_xchacha20poly1305_ietf_decrypt_detached(sealed, NULL, sealed, len, tag,
	    data, data_len, nonce, seal->key->data) != 0)
		return RS_EDAMAGED;
	memset(sealed + len, 0, SEAL_RESERVE_LEN);
	return RS_OK;
}

uint32_t
seal_note(const uint8_t *sealed, size_t len)
{
	const uint8_t *note = sealed + len + NONCE_RANDOM_LEN;

	return (uint32_t)note[0] << 24 | (uint32_t)note[1] << 16 | (uint32_t)note[2] << 8 | note[3];
}
