#include <string.h>

#include <sodium.h>

#include "proto/base/err.h"
#include "proto/wire/cipher.h"

#define NONCE_LEN crypto_aead_chacha20poly1305_IETF_NPUBBYTES

_Static_assert(CIPHER_KEY_LEN == crypto_aead_chacha20poly1305_IETF_KEYBYTES, "key");
_Static_assert(CIPHER_TAG_LEN == crypto_aead_chacha20poly1305_IETF_ABYTES, "tag");

void
cipher_init(struct cipher *cipher, const uint8_t key[CIPHER_KEY_LEN])
{
	memcpy(cipher->key, key, CIPHER_KEY_LEN);
	cipher->nonce = 0;
	cipher->has_key = true;
}

static void
nonce_bytes(uint64_t counter, uint8_t nonce[NONCE_LEN])
{
	size_t i;

	memset(nonce, 0, 4);
	for (i = 0; i < 8; i++)
		nonce[4 + i] = (uint8_t)(counter >> (8 * i));
}

int
cipher_seal(struct cipher *cipher, struct bytes associated, struct bytes plain,
    struct buffer *out)
{
	uint8_t nonce[NONCE_LEN], *room;
	int err;

	if (!cipher->has_key)
		return buffer_append(out, plain.data, plain.len);
	if (cipher->nonce == UINT64_MAX)
		return RS_ELIMIT;
	err = buffer_reserve(out, plain.len + CIPHER_TAG_LEN, &room);
	if (err != RS_OK)
		return err;
	nonce_bytes(cipher->nonce, nonce);
	crypto_aead_chacha20poly1305_ietf_encrypt(room, NULL, plain.data, plain.len,
	    associated.data, associated.len, NULL, nonce, cipher->key);
	buffer_commit(out, plain.len + CIPHER_TAG_LEN);
	cipher->nonce++;
	return RS_OK;
}

int
cipher_open(struct cipher *cipher, struct bytes associated, struct bytes sealed,
    struct buffer *out)
{
	uint8_t nonce[NONCE_LEN], *room;
	int err;

	if (!cipher->has_key)
		return buffer_append(out, sealed.data, sealed.len);
	if (sealed.len < CIPHER_TAG_LEN)
		return RS_EPROTOCOL;
	if (cipher->nonce == UINT64_MAX)
		return RS_ELIMIT;
	err = buffer_reserve(out, sealed.len - CIPHER_TAG_LEN, &room);
	if (err != RS_OK)
		return err;
	nonce_bytes(cipher->nonce, nonce);
	if (crypto_aead_chacha20poly1305_ietf_decrypt(room, NULL, NULL, sealed.data,
	    sealed.len, associated.data, associated.len, nonce, cipher->key) != 0)
		return RS_EPROTOCOL;
	buffer_commit(out, sealed.len - CIPHER_TAG_LEN);
	cipher->nonce++;
	return RS_OK;
}
