#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "proto/base/err.h"
#include "proto/wire/cipher.h"
#include "proto/wire/noise.h"

_Static_assert(NOISE_KEY_LEN == crypto_scalarmult_BYTES, "X25519");
_Static_assert(NOISE_HASH_LEN == crypto_hash_sha256_BYTES, "SHA-256");
_Static_assert(NOISE_HASH_LEN == crypto_auth_hmacsha256_BYTES, "HMAC-SHA-256");

/* Where a session stands: the handshake message that comes next, or beyond. */
enum step {
	STEP_MESSAGE_1,
	STEP_MESSAGE_2,
	STEP_MESSAGE_3,
	STEP_TRANSPORT,
	STEP_FAILED
};

/*
 * SymmetricState and HandshakeState (sections 5.2 and 5.3) and the two ciphers
 * that come of them; names as there: s, e are ours, rs, re the peer's.
 */
struct keys {
	uint8_t chaining_key[NOISE_HASH_LEN];
	uint8_t hash[NOISE_HASH_LEN];
	struct cipher cipher;
	uint8_t s_private[NOISE_KEY_LEN];
	uint8_t s[NOISE_KEY_LEN];
	uint8_t e_private[NOISE_KEY_LEN];
	uint8_t e[NOISE_KEY_LEN];
	uint8_t rs[NOISE_KEY_LEN];
	uint8_t re[NOISE_KEY_LEN];
	uint8_t psk[NOISE_PSK_LEN];
	struct cipher sending;
	struct cipher receiving;
};

struct noise {
	enum noise_pattern pattern;
	bool initiator;
	bool peer_known;		/* rs is the peer's, and proved */
	enum step step;
	const struct random *random;
	struct secret *memory;
	struct keys *keys;		/* lies in ${memory} */
};

/* ------------------------------------------------------ the symmetric state */

/* HMAC-SHA256 of ${head} and ${tail} together. */
static void
hmac(const uint8_t key[NOISE_HASH_LEN], struct bytes head, struct bytes tail,
    uint8_t result[NOISE_HASH_LEN])
{
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, key, NOISE_HASH_LEN);
	crypto_auth_hmacsha256_update(&state, head.data, head.len);
	crypto_auth_hmacsha256_update(&state, tail.data, tail.len);
	crypto_auth_hmacsha256_final(&state, result);
	secret_wipe(&state, sizeof(state));
}

/*
 * HKDF of section 4.3, into two outputs, or three when ${third} is given.
 * ${first} may be the chaining key itself.
 */
static void
hkdf(const uint8_t chaining_key[NOISE_HASH_LEN], struct bytes input,
    uint8_t first[NOISE_HASH_LEN], uint8_t second[NOISE_HASH_LEN], uint8_t *third)
{
	static const uint8_t count[] = { 1, 2, 3 };
	uint8_t temp_key[NOISE_HASH_LEN];

	hmac(chaining_key, input, bytes_of(NULL, 0), temp_key);
	hmac(temp_key, bytes_of(NULL, 0), bytes_of(&count[0], 1), first);
	hmac(temp_key, bytes_of(first, NOISE_HASH_LEN), bytes_of(&count[1], 1), second);
	if (third != NULL)
		hmac(temp_key, bytes_of(second, NOISE_HASH_LEN), bytes_of(&count[2], 1), third);
	secret_wipe(temp_key, sizeof(temp_key));
}

static void
mix_hash(struct keys *keys, struct bytes data)
{
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, keys->hash, NOISE_HASH_LEN);
	crypto_hash_sha256_update(&state, data.data, data.len);
	crypto_hash_sha256_final(&state, keys->hash);
}

static void
mix_key(struct keys *keys, struct bytes input)
{
	uint8_t temp_key[NOISE_HASH_LEN];

	hkdf(keys->chaining_key, input, keys->chaining_key, temp_key, NULL);
	cipher_init(&keys->cipher, temp_key);
	secret_wipe(temp_key, sizeof(temp_key));
}

static void
mix_key_and_hash(struct keys *keys, struct bytes input)
{
	uint8_t temp_hash[NOISE_HASH_LEN], temp_key[NOISE_HASH_LEN];

	hkdf(keys->chaining_key, input, keys->chaining_key, temp_hash, temp_key);
	mix_hash(keys, bytes_of(temp_hash, sizeof(temp_hash)));
	cipher_init(&keys->cipher, temp_key);
	secret_wipe(temp_hash, sizeof(temp_hash));
	secret_wipe(temp_key, sizeof(temp_key));
}

static int
encrypt_and_hash(struct keys *keys, struct bytes plain, struct buffer *out)
{
	size_t start = out->len;
	int err = cipher_seal(&keys->cipher, bytes_of(keys->hash, NOISE_HASH_LEN), plain, out);

	if (err != RS_OK)
		return err;
	if (out->len > start)
		mix_hash(keys, bytes_of(out->data + start, out->len - start));
	else
		mix_hash(keys, bytes_of(NULL, 0));
	return RS_OK;
}

static int
decrypt_and_hash(struct keys *keys, struct bytes sealed, struct buffer *out)
{
	int err = cipher_open(&keys->cipher, bytes_of(keys->hash, NOISE_HASH_LEN), sealed, out);

	if (err == RS_OK)
		mix_hash(keys, sealed);
	return err;
}

/* --------------------------------------------------------------- the tokens */

/* Our new ephemeral key, out. */
static int
write_e(struct noise *noise, struct buffer *out)
{
	struct keys *keys = noise->keys;
	struct bytes e = bytes_of(keys->e, NOISE_KEY_LEN);

	random_fill(noise->random, keys->e_private, NOISE_KEY_LEN);
	crypto_scalarmult_base(keys->e, keys->e_private);
	mix_hash(keys, e);
	/* Section 9.2: with a psk, no cipher key is the same in two sessions. */
	if (noise->pattern == NOISE_XXPSK3)
		mix_key(keys, e);
	return buffer_append(out, e.data, e.len);
}

/* The first ${len} bytes of what is left of a message. */
static int
take(struct bytes *message, size_t len, struct bytes *ret_bytes)
{
	if (message->len < len)
		return RS_EPROTOCOL;
	*ret_bytes = bytes_of(message->data, len);
	*message = bytes_of(message->data + len, message->len - len);
	return RS_OK;
}

static int
read_e(struct noise *noise, struct bytes *message)
{
	struct keys *keys = noise->keys;
	struct bytes re;
	int err = take(message, NOISE_KEY_LEN, &re);

	if (err != RS_OK)
		return err;
	memcpy(keys->re, re.data, NOISE_KEY_LEN);
	mix_hash(keys, re);
	if (noise->pattern == NOISE_XXPSK3)
		mix_key(keys, re);
	return RS_OK;
}

static int
write_s(struct noise *noise, struct buffer *out)
{
	return encrypt_and_hash(noise->keys, bytes_of(noise->keys->s, NOISE_KEY_LEN), out);
}

static int
read_s(struct noise *noise, struct bytes *message)
{
	struct bytes sealed;
	struct buffer rs;
	int err = take(message, NOISE_KEY_LEN + NOISE_TAG_LEN, &sealed);

	if (err != RS_OK)
		return err;
	buffer_init(&rs, NOISE_KEY_LEN);
	err = decrypt_and_hash(noise->keys, sealed, &rs);
	if (err == RS_OK)
		memcpy(noise->keys->rs, rs.data, NOISE_KEY_LEN);
	buffer_release(&rs);
	return err;
}

/* ee, es and se: a result of zero means a key that was chosen to give it. */
static int
mix_dh(struct noise *noise, const uint8_t *private_key, const uint8_t *public_key)
{
	uint8_t shared[NOISE_KEY_LEN];
	int err = RS_OK;

	if (crypto_scalarmult(shared, private_key, public_key) != 0)
		err = RS_EPROTOCOL;
	else
		mix_key(noise->keys, bytes_of(shared, sizeof(shared)));
	secret_wipe(shared, sizeof(shared));
	return err;
}

/* Split of section 5.2; what only the handshake needed is wiped. */
static void
split(struct noise *noise)
{
	struct keys *keys = noise->keys;
	struct cipher *first = noise->initiator ? &keys->sending : &keys->receiving;
	struct cipher *second = noise->initiator ? &keys->receiving : &keys->sending;
	uint8_t one[NOISE_HASH_LEN], two[NOISE_HASH_LEN];

	hkdf(keys->chaining_key, bytes_of(NULL, 0), one, two, NULL);
	cipher_init(first, one);
	cipher_init(second, two);
	secret_wipe(one, sizeof(one));
	secret_wipe(two, sizeof(two));
	secret_wipe(keys->chaining_key, sizeof(keys->chaining_key));
	secret_wipe(&keys->cipher, sizeof(keys->cipher));
	secret_wipe(keys->s_private, sizeof(keys->s_private));
	secret_wipe(keys->e_private, sizeof(keys->e_private));
	secret_wipe(keys->psk, sizeof(keys->psk));
}

/* -------------------------------------------------- the messages, in their order */

static int
write_message_1(struct noise *noise, struct buffer *out)
{
	/* e */
	return write_e(noise, out);
}

static int
read_message_1(struct noise *noise, struct bytes *message)
{
	/* e */
	return read_e(noise, message);
}

static int
write_message_2(struct noise *noise, struct buffer *out)
{
	struct keys *keys = noise->keys;
	int err;

	/* e */
	err = write_e(noise, out);
	/* ee */
	if (err == RS_OK)
		err = mix_dh(noise, keys->e_private, keys->re);
	/* s */
	if (err == RS_OK)
		err = write_s(noise, out);
	/* es */
	if (err == RS_OK)
		err = mix_dh(noise, keys->s_private, keys->re);
	return err;
}

static int
read_message_2(struct noise *noise, struct bytes *message)
{
	struct keys *keys = noise->keys;
	int err;

	/* e */
	err = read_e(noise, message);
	/* ee */
	if (err == RS_OK)
		err = mix_dh(noise, keys->e_private, keys->re);
	/* s */
	if (err == RS_OK)
		err = read_s(noise, message);
	/* es */
	if (err == RS_OK)
		err = mix_dh(noise, keys->e_private, keys->rs);
	return err;
}

static int
write_message_3(struct noise *noise, struct buffer *out)
{
	struct keys *keys = noise->keys;
	int err;

	/* s */
	err = write_s(noise, out);
	/* se */
	if (err == RS_OK)
		err = mix_dh(noise, keys->s_private, keys->re);
	/* psk */
	if (err == RS_OK && noise->pattern == NOISE_XXPSK3)
		mix_key_and_hash(keys, bytes_of(keys->psk, NOISE_PSK_LEN));
	return err;
}

static int
read_message_3(struct noise *noise, struct bytes *message)
{
	struct keys *keys = noise->keys;
	int err;

	/* s */
	err = read_s(noise, message);
	/* se */
	if (err == RS_OK)
		err = mix_dh(noise, keys->e_private, keys->rs);
	/* psk */
	if (err == RS_OK && noise->pattern == NOISE_XXPSK3)
		mix_key_and_hash(keys, bytes_of(keys->psk, NOISE_PSK_LEN));
	return err;
}

/* Messages 1 and 3 are the initiator's. */
static bool
our_turn(const struct noise *noise)
{
	return noise->initiator == (noise->step != STEP_MESSAGE_2);
}

static void
advance(struct noise *noise)
{
	noise->step++;
	if (noise->step == STEP_TRANSPORT)
		split(noise);
}

/* ------------------------------------------------------------ what is exported */

static int
allocate(struct noise **ret_noise)
{
	struct noise *noise = calloc(1, sizeof(*noise));
	int err;

	if (noise == NULL)
		return RS_ENOMEM;
	err = secret_new(sizeof(*noise->keys), &noise->memory);
	if (err != RS_OK) {
		free(noise);
		return err;
	}
	noise->keys = (struct keys *)(void *)noise->memory->data;
	*ret_noise = noise;
	return RS_OK;
}

/* InitializeSymmetric: a name that fits the hash's length is padded, not hashed. */
static void
start_hash(struct keys *keys, const char *protocol_name)
{
	struct bytes name = bytes_of_text(protocol_name);

	if (name.len <= NOISE_HASH_LEN)
		memcpy(keys->hash, name.data, name.len);
	else
		crypto_hash_sha256(keys->hash, name.data, name.len);
	memcpy(keys->chaining_key, keys->hash, NOISE_HASH_LEN);
}

int
noise_new(const struct noise_config *config, struct noise **ret_noise)
{
	struct noise *noise;
	int err;

	if (config->static_key->len != NOISE_KEY_LEN)
		return RS_EINVAL;
	err = allocate(&noise);
	if (err != RS_OK)
		return err;
	noise->pattern = config->pattern;
	noise->initiator = config->initiator;
	noise->random = config->random;
	start_hash(noise->keys, config->pattern == NOISE_XX ?
	    "Noise_XX_25519_ChaChaPoly_SHA256" : "Noise_XXpsk3_25519_ChaChaPoly_SHA256");
	mix_hash(noise->keys, config->prologue);
	memcpy(noise->keys->s_private, config->static_key->data, NOISE_KEY_LEN);
	crypto_scalarmult_base(noise->keys->s, noise->keys->s_private);
	*ret_noise = noise;
	return RS_OK;
}

int
noise_copy(const struct noise *noise, struct noise **ret_noise)
{
	struct noise *copy;
	struct secret *memory;
	int err = allocate(&copy);

	if (err != RS_OK)
		return err;
	memory = copy->memory;
	memcpy(memory->data, noise->memory->data, memory->len);
	*copy = *noise;
	copy->memory = memory;
	copy->keys = (struct keys *)(void *)memory->data;
	*ret_noise = copy;
	return RS_OK;
}

void
noise_free(struct noise *noise)
{
	if (noise == NULL)
		return;
	secret_free(noise->memory);
	free(noise);
}

void
noise_set_psk(struct noise *noise, const struct secret *psk)
{
	memcpy(noise->keys->psk, psk->data, NOISE_PSK_LEN);
}

size_t
noise_message_len(const struct noise *noise)
{
	switch (noise->step) {
	case STEP_MESSAGE_1:
		return NOISE_KEY_LEN + (noise->pattern == NOISE_XXPSK3 ? NOISE_TAG_LEN : 0);
	case STEP_MESSAGE_2:
		return NOISE_KEY_LEN + NOISE_KEY_LEN + NOISE_TAG_LEN + NOISE_TAG_LEN;
	case STEP_MESSAGE_3:
		return NOISE_KEY_LEN + NOISE_TAG_LEN + NOISE_TAG_LEN;
	case STEP_TRANSPORT:
	case STEP_FAILED:
		return 0;
	}
	return 0;
}

int
noise_write(struct noise *noise, struct bytes payload, struct buffer *out)
{
	static int (*const write_message[])(struct noise *, struct buffer *) = {
		write_message_1, write_message_2, write_message_3
	};
	size_t start = out->len;
	int err;

	if (noise->step > STEP_MESSAGE_3 || !our_turn(noise))
		err = RS_EINTERNAL;
	else if (payload.len > NOISE_MESSAGE_MAX - noise_message_len(noise))
		err = RS_ELIMIT;
	else
		err = write_message[noise->step](noise, out);
	if (err == RS_OK)
		err = encrypt_and_hash(noise->keys, payload, out);
	if (err != RS_OK) {
		buffer_truncate(out, start);
		noise->step = STEP_FAILED;
		return err;
	}
	advance(noise);
	return RS_OK;
}

int
noise_read(struct noise *noise, struct bytes message, struct buffer *payload)
{
	static int (*const read_message[])(struct noise *, struct bytes *) = {
		read_message_1, read_message_2, read_message_3
	};
	int err;

	if (noise->step > STEP_MESSAGE_3 || our_turn(noise))
		err = RS_EINTERNAL;
	else if (message.len > NOISE_MESSAGE_MAX)
		err = RS_EPROTOCOL;
	else
		err = read_message[noise->step](noise, &message);
	if (err == RS_OK)
		err = decrypt_and_hash(noise->keys, message, payload);
	if (err != RS_OK) {
		noise->step = STEP_FAILED;
		return err;
	}
	/* The payload's tag proves that the peer holds the private part of rs. */
	noise->peer_known = noise->step != STEP_MESSAGE_1;
	advance(noise);
	return RS_OK;
}

bool
noise_open_for_transport(const struct noise *noise)
{
	return noise->step == STEP_TRANSPORT;
}

const uint8_t *
noise_peer_key(const struct noise *noise)
{
	return noise->peer_known ? noise->keys->rs : NULL;
}

const uint8_t *
noise_handshake_hash(const struct noise *noise)
{
	return noise->keys->hash;
}

int
noise_seal(struct noise *noise, struct bytes plain, struct buffer *out)
{
	if (noise->step != STEP_TRANSPORT)
		return RS_EINTERNAL;
	if (plain.len > NOISE_PAYLOAD_MAX)
		return RS_ELIMIT;
	return cipher_seal(&noise->keys->sending, bytes_of(NULL, 0), plain, out);
}

int
noise_open(struct noise *noise, struct bytes message, struct buffer *plain)
{
	int err;

	if (noise->step != STEP_TRANSPORT)
		return RS_EINTERNAL;
	if (message.len > NOISE_MESSAGE_MAX)
		err = RS_EPROTOCOL;
	else
		err = cipher_open(&noise->keys->receiving, bytes_of(NULL, 0), message, plain);
	if (err != RS_OK)
		noise->step = STEP_FAILED;
	return err;
}
