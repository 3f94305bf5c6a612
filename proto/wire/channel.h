/*
 * One end of a connection between two devices, from its first byte on, free of
 * I/O: bytes in, messages out, and the other way round.
 *
 * The initiator sends a preamble of four bytes and then everything, both ways,
 * is frames (frame.h): three of the Noise handshake (noise.h), and then one
 * transport message each.  The preamble is the handshake's prologue, so neither
 * end is led to another pattern than it thinks.
 *
 *   initiator                        responder
 *   preamble, message 1      ->
 *                            <-      message 2: its static key
 *   is it the key I expect?
 *   message 3: its static key ->
 *                                    is it a key I know?  (the caller decides;
 *                                    in pairing: which invitation was it?)
 *   transport messages       <->
 *
 * What always holds: until the handshake is over, a frame longer than the
 * expected one is refused at its header, so a stranger takes some hundred bytes
 * of memory beside the keys.  A stranger learns the responder's static key and is told
 * nothing, not even why.  An initiator shows its own key to nobody but
 * the responder it means.  Any failure is final: the channel is dead and every
 * later call gives the same error.
 *
 * The end of the stream is not authenticated: what is over is said by the
 * messages themselves.
 *
 * A channel of the local control socket (channel_new_plain) has the same frames
 * and messages without preamble and handshake.
 *
 *   in = bytes_of(data, len);
 *   do {
 *           err = channel_receive(channel, &in, &outgoing, &event);
 *           ... write what is in outgoing; handle the event ...
 *   } while (err == RS_OK && event.kind != CHANNEL_NEED_MORE);
 */
#ifndef PROTO_WIRE_CHANNEL_H
#define PROTO_WIRE_CHANNEL_H

#include "proto/base/buffer.h"
#include "proto/base/random.h"
#include "proto/base/secret.h"
#include "proto/wire/frame.h"
#include "proto/wire/noise.h"

enum {
	CHANNEL_VERSION = 1,
	CHANNEL_PREAMBLE_LEN = 4,
	CHANNEL_PSKS_MAX = 8,			/* invitations open at a time */
	CHANNEL_MESSAGE_MAX = FRAME_PAYLOAD_MAX,
	CHANNEL_HANDSHAKE_MS = 10 * 1000,	/* the caller's timer */
	/* What one message, or all of a handshake, adds to the output. */
	CHANNEL_FRAME_MAX = FRAME_HEADER_LEN + FRAME_MAX
};

struct channel;

struct channel_config {
	const struct secret *static_key;	/* ours, private; copied */
	const struct random *random;		/* lives as long as the channel */
};

enum channel_event_kind {
	CHANNEL_NEED_MORE,	/* all bytes are used up */
	CHANNEL_PEER,		/* the handshake is over: peer_key, psk_index */
	CHANNEL_MESSAGE		/* message */
};

struct channel_event {
	enum channel_event_kind kind;
	const uint8_t *peer_key;	/* NOISE_KEY_LEN; lives as the channel does */
	int psk_index;			/* whose invitation it was; -1 in XX */
	struct bytes message;		/* borrowed until the next call */
};

/**
 * channel_new_initiator(config, peer_key, psk, out, ret_channel):
 * Begin a connection to the device whose static public key is ${peer_key}: the
 * preamble and message 1 are appended to ${out}.  With ${psk} (NOISE_PSK_LEN, copied)
 * it is a pairing by XXpsk3; without (NULL), XX between devices that know each
 * other.  RS_ENOMEM, RS_ELIMIT when ${out} has no room.
 */
int channel_new_initiator(const struct channel_config *config,
    const uint8_t peer_key[NOISE_KEY_LEN], const struct secret *psk, struct buffer *out,
    struct channel **ret_channel);

/**
 * channel_new_responder(config, psks, psk_count, ret_channel):
 * Answer a connection.  ${psks} are those of the ${psk_count} invitations that are
 * open now (at most CHANNEL_PSKS_MAX, copied); the initiator does not say which
 * of them it holds, so each is tried on message 3.  RS_ENOMEM, RS_ELIMIT.
 */
int channel_new_responder(const struct channel_config *config,
    const struct secret *const psks[], size_t psk_count, struct channel **ret_channel);

/**
 * channel_new_plain(ret_channel):
 * Make a channel of the local control socket: open at once, and no CHANNEL_PEER
 * comes.  The socket's permissions and SO_PEERCRED say who the peer is.
 * RS_ENOMEM.
 */
int channel_new_plain(struct channel **ret_channel);

/**
 * channel_free(channel):
 * Wipe and free; NULL is ignored.
 */
void channel_free(struct channel *channel);

/**
 * channel_receive(channel, in, out, ret_event):
 * Take received bytes from the front of ${in}, up to the end of the next frame at
 * most, move ${in} behind them, append what the handshake answers to ${out}, and
 * tell in ${ret_event} what happened.  Call again until CHANNEL_NEED_MORE;
 * before, ${in} may still hold bytes, which the caller keeps if it stops
 * there.
 *
 * CHANNEL_PEER comes once.  To an initiator it says that the peer is the
 * expected one.  A responder must now decide: channel_accept, or channel_free;
 * until then, this takes nothing and says CHANNEL_PEER again.
 *
 * Fails, for ever: RS_EPROTOCOL for what no honest peer sends, RS_EVERSION for a
 * preamble of a later version, RS_EAUTH when the responder has another key than
 * ${peer_key} (nothing more is sent then), RS_ETOKEN when message 3 was made
 * with no open invitation's key, RS_ELIMIT when ${out} has no room, RS_ENOMEM.
 */
int channel_receive(struct channel *channel, struct bytes *in, struct buffer *out,
    struct channel_event *ret_event);

/**
 * channel_accept(channel):
 * The responder's answer to CHANNEL_PEER: this device may speak.  RS_EINTERNAL
 * when nothing was asked.
 */
int channel_accept(struct channel *channel);

/**
 * channel_send(channel, message, out):
 * Append ${message} (1 to CHANNEL_MESSAGE_MAX bytes) as one frame to ${out}.
 * RS_EINTERNAL when the channel is not open yet, RS_EINVAL for another length,
 * RS_ELIMIT when ${out} lacks the room, RS_ENOMEM: nothing has then
 * changed, and the message may be sent later.  The error of the channel when it
 * is dead, which it is after 2^64 - 1 messages too.
 */
int channel_send(struct channel *channel, struct bytes message, struct buffer *out);

/**
 * channel_end(channel):
 * The stream has ended.  RS_OK between two frames of an open channel, the
 * channel's error when it is dead, else RS_ECLOSED; the channel is dead.
 */
int channel_end(struct channel *channel);

#endif
