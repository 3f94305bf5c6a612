/*
 * The Noise Protocol Framework, revision 34: Noise_XX_25519_ChaChaPoly_SHA256
 * between devices that know each other, Noise_XXpsk3_25519_ChaChaPoly_SHA256
 * for a device that holds an invitation.
 *
 *   XX:      -> e                      (XXpsk3 likewise)
 *            <- e, ee, s, es
 *            -> s, se                  (XXpsk3: -> s, se, psk)
 *
 * One `struct noise` is one end of one session: three handshake messages in
 * turn, the initiator's first, then transport messages both ways.  No I/O; a
 * message is exactly what one frame carries.  All key material lies in guarded
 * memory and what has served is wiped.  After any failure but a lack of room or
 * memory in noise_seal, a session fails with RS_EINTERNAL for ever.
 */
#ifndef PROTO_WIRE_NOISE_H
#define PROTO_WIRE_NOISE_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/buffer.h"
#include "proto/base/random.h"
#include "proto/base/secret.h"

enum {
	NOISE_KEY_LEN = 32,		/* X25519, private or public */
	NOISE_PSK_LEN = 32,
	NOISE_HASH_LEN = 32,
	NOISE_TAG_LEN = 16,
	NOISE_MESSAGE_MAX = 65535,
	NOISE_PAYLOAD_MAX = 65519	/* of a transport message */
};

enum noise_pattern {
	NOISE_XX = 1,
	NOISE_XXPSK3 = 2
};

struct noise;

struct noise_config {
	enum noise_pattern pattern;
	bool initiator;
	struct bytes prologue;		/* both ends must name the same */
	const struct secret *static_key; /* ours, private, NOISE_KEY_LEN; copied */
	const struct random *random;	/* for the ephemeral key; lives as long */
};

/**
 * noise_new(config, ret_noise):
 * Begin a session: Noise's Initialize.  RS_ENOMEM.
 */
int noise_new(const struct noise_config *config, struct noise **ret_noise);

/**
 * noise_copy(noise, ret_noise):
 * Make a second session in the same state, for a message that may have to be
 * read with one pre-shared key after another.  Only one of the two may go on to
 * write.  RS_ENOMEM.
 */
int noise_copy(const struct noise *noise, struct noise **ret_noise);

/**
 * noise_free(noise):
 * Wipe and free; NULL is ignored.
 */
void noise_free(struct noise *noise);

/**
 * noise_set_psk(noise, psk):
 * Give the pre-shared key (NOISE_PSK_LEN bytes, copied), which XXpsk3 needs
 * before message 3 and XX ignores.  Until then it is all zeros.
 */
void noise_set_psk(struct noise *noise, const struct secret *psk);

/**
 * noise_message_len(noise):
 * Return how long the next handshake message is when its payload is empty: 32,
 * 96, 64 bytes in XX and 48, 96, 64 in XXpsk3; 0 when the handshake is over.
 */
size_t noise_message_len(const struct noise *noise);

/**
 * noise_write(noise, payload, out):
 * Noise's WriteMessage: append the next handshake message to ${out}.
 * RS_EINTERNAL when it is the other end's turn, RS_EPROTOCOL when a key of the
 * peer gives an X25519 result of zero, RS_ELIMIT, RS_ENOMEM.
 */
int noise_write(struct noise *noise, struct bytes payload, struct buffer *out);

/**
 * noise_read(noise, message, payload):
 * Noise's ReadMessage: read the next handshake message and append what it
 * carries to ${payload}.  RS_EPROTOCOL when it is cut short, was changed,
 * or was made with other keys or another prologue; else as noise_write.
 */
int noise_read(struct noise *noise, struct bytes message, struct buffer *payload);

/**
 * noise_open_for_transport(noise):
 * Tell whether the handshake is over and noise_seal and noise_open may be used.
 */
bool noise_open_for_transport(const struct noise *noise);

/**
 * noise_peer_key(noise):
 * Return the peer's static public key: known, and proved by the peer, once the
 * initiator has read message 2 or the responder message 3; NULL before.
 */
const uint8_t *noise_peer_key(const struct noise *noise);

/**
 * noise_handshake_hash(noise):
 * Return the hash of the whole handshake (NOISE_HASH_LEN bytes), the same on
 * both ends and unlike that of any other session; meaningful once open.
 */
const uint8_t *noise_handshake_hash(const struct noise *noise);

/**
 * noise_seal(noise, plain, out):
 * Append the next transport message, which carries ${plain} (at most
 * NOISE_PAYLOAD_MAX bytes), to ${out}.  RS_ELIMIT when ${plain} is longer, ${out} has
 * no room, or 2^64 - 1 messages were sent; RS_ENOMEM.
 */
int noise_seal(struct noise *noise, struct bytes plain, struct buffer *out);

/**
 * noise_open(noise, message, plain):
 * Append what the next transport message carries to ${plain}.  RS_EPROTOCOL
 * when it is not the next one that the peer sealed.
 */
int noise_open(struct noise *noise, struct bytes message, struct buffer *plain);

#endif
