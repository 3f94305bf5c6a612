#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/wire/channel.h"

#define MAGIC_0 'R'
#define MAGIC_1 'S'
#define HANDSHAKE_MESSAGE_MAX 96	/* message 2, whose payload is empty */

enum state {
	STATE_PREAMBLE,		/* responder: the preamble is to come */
	STATE_MESSAGE_1,	/* responder: message 1 is to come */
	STATE_MESSAGE_2,	/* initiator: message 2 is to come */
	STATE_MESSAGE_3,	/* responder: message 3 is to come */
	STATE_ASKED,		/* responder: the caller decides about the peer */
	STATE_OPEN,		/* transport messages, both ways */
	STATE_DEAD		/* err says why */
};

struct channel {
	enum state state;
	int err;
	struct noise *noise;		/* NULL on a plain channel and when dead */
	struct frame_reader reader;
	struct buffer plain;		/* the message that was handed over last */
	uint8_t peer_key[NOISE_KEY_LEN]; /* initiator: expected; then the peer's */

	/* Only a responder's, until its handshake is over. */
	struct secret *static_key;
	const struct random *random;
	struct secret *psks[CHANNEL_PSKS_MAX];
	size_t psk_count;
	int psk_index;			/* which of them it was; -1 when none */
	enum noise_pattern pattern;
	uint8_t preamble[CHANNEL_PREAMBLE_LEN];
	size_t preamble_len;
};

/* ------------------------------------------------------------------ beginning */

static int
allocate(struct channel **ret_channel)
{
	struct channel *channel = calloc(1, sizeof(*channel));

	if (channel == NULL)
		return RS_ENOMEM;
	channel->psk_index = -1;
	frame_reader_init(&channel->reader);
	buffer_init_secret(&channel->plain, FRAME_PAYLOAD_MAX);
	*ret_channel = channel;
	return RS_OK;
}

static void
preamble_for(enum noise_pattern pattern, uint8_t preamble[CHANNEL_PREAMBLE_LEN])
{
	preamble[0] = MAGIC_0;
	preamble[1] = MAGIC_1;
	preamble[2] = CHANNEL_VERSION;
	preamble[3] = (uint8_t)pattern;
}

static int
start_noise(struct channel *channel, bool initiator, const struct secret *static_key,
    const struct random *random)
{
	struct noise_config config = {
		.pattern = channel->pattern,
		.initiator = initiator,
		.prologue = bytes_of(channel->preamble, CHANNEL_PREAMBLE_LEN),
		.static_key = static_key,
		.random = random,
	};

	return noise_new(&config, &channel->noise);
}

/* Our next handshake message, with an empty payload, as a frame. */
static int
write_handshake(struct noise *noise, struct buffer *out)
{
	struct buffer message;
	int err;

	buffer_init(&message, HANDSHAKE_MESSAGE_MAX);
	err = noise_write(noise, bytes_of(NULL, 0), &message);
	if (err == RS_OK)
		err = frame_append(buffer_bytes(&message), out);
	buffer_release(&message);
	return err;
}

/* The peer's next handshake message; only an empty payload fits. */
static int
read_handshake(struct noise *noise, struct bytes message)
{
	struct buffer payload;
	int err;

	buffer_init(&payload, 0);
	err = noise_read(noise, message, &payload);
	buffer_release(&payload);
	return err;
}

int
channel_new_initiator(const struct channel_config *config,
    const uint8_t peer_key[NOISE_KEY_LEN], const struct secret *psk, struct buffer *out,
    struct channel **ret_channel)
{
	struct channel *channel;
	size_t start = out->len;
	int err = allocate(&channel);

	if (err != RS_OK)
		return err;
	channel->state = STATE_MESSAGE_2;
	channel->pattern = psk == NULL ? NOISE_XX : NOISE_XXPSK3;
	memcpy(channel->peer_key, peer_key, NOISE_KEY_LEN);
	preamble_for(channel->pattern, channel->preamble);
	err = start_noise(channel, true, config->static_key, config->random);
	if (err == RS_OK && psk != NULL)
		noise_set_psk(channel->noise, psk);
	if (err == RS_OK)
		err = buffer_append(out, channel->preamble, CHANNEL_PREAMBLE_LEN);
	if (err == RS_OK)
		err = write_handshake(channel->noise, out);
	if (err != RS_OK) {
		buffer_truncate(out, start);
		channel_free(channel);
		return err;
	}
	*ret_channel = channel;
	return RS_OK;
}

int
channel_new_responder(const struct channel_config *config,
    const struct secret *const psks[], size_t psk_count, struct channel **ret_channel)
{
	struct channel *channel;
	int err;

	if (psk_count > CHANNEL_PSKS_MAX)
		return RS_ELIMIT;
	err = allocate(&channel);
	if (err != RS_OK)
		return err;
	channel->state = STATE_PREAMBLE;
	channel->random = config->random;
	err = secret_copy(config->static_key->data, config->static_key->len,
	    &channel->static_key);
	while (err == RS_OK && channel->psk_count < psk_count) {
		err = secret_copy(psks[channel->psk_count]->data, NOISE_PSK_LEN,
		    &channel->psks[channel->psk_count]);
		if (err == RS_OK)
			channel->psk_count++;
	}
	if (err != RS_OK) {
		channel_free(channel);
		return err;
	}
	*ret_channel = channel;
	return RS_OK;
}

int
channel_new_plain(struct channel **ret_channel)
{
	int err = allocate(ret_channel);

	if (err == RS_OK)
		(*ret_channel)->state = STATE_OPEN;
	return err;
}

/* What only the handshake needed is wiped as soon as it is over. */
static void
forget_handshake(struct channel *channel)
{
	secret_free(channel->static_key);
	channel->static_key = NULL;
	while (channel->psk_count > 0)
		secret_free(channel->psks[--channel->psk_count]);
}

void
channel_free(struct channel *channel)
{
	if (channel == NULL)
		return;
	forget_handshake(channel);
	noise_free(channel->noise);
	frame_reader_release(&channel->reader);
	buffer_release(&channel->plain);
	free(channel);
}

static int
die(struct channel *channel, int err)
{
	channel->state = STATE_DEAD;
	channel->err = err;
	forget_handshake(channel);
	noise_free(channel->noise);
	channel->noise = NULL;
	return err;
}

/* --------------------------------------------- receiving, in the order of events */

static int
receive_preamble(struct channel *channel, struct bytes *in)
{
	uint8_t *preamble = channel->preamble;
	uint8_t expected[CHANNEL_PREAMBLE_LEN];

	while (channel->preamble_len < CHANNEL_PREAMBLE_LEN && in->len > 0) {
		preamble[channel->preamble_len++] = in->data[0];
		*in = bytes_of(in->data + 1, in->len - 1);
	}
	if (channel->preamble_len < CHANNEL_PREAMBLE_LEN)
		return RS_OK;
	channel->pattern = preamble[3] == NOISE_XXPSK3 ? NOISE_XXPSK3 : NOISE_XX;
	preamble_for(channel->pattern, expected);
	if (memcmp(preamble, expected, 2) != 0)
		return RS_EPROTOCOL;
	if (preamble[2] > CHANNEL_VERSION)
		return RS_EVERSION;
	if (memcmp(preamble, expected, CHANNEL_PREAMBLE_LEN) != 0)
		return RS_EPROTOCOL;
	channel->state = STATE_MESSAGE_1;
	return start_noise(channel, false, channel->static_key, channel->random);
}

static int
receive_message_1(struct channel *channel, struct bytes message, struct buffer *out)
{
	int err = read_handshake(channel->noise, message);

	if (err == RS_OK)
		err = write_handshake(channel->noise, out);
	channel->state = STATE_MESSAGE_3;
	return err;
}

static void
tell_peer(const struct channel *channel, struct channel_event *ret_event)
{
	*ret_event = (struct channel_event){
		.kind = CHANNEL_PEER,
		.peer_key = channel->peer_key,
		.psk_index = channel->psk_index,
	};
}

/* Our own static key goes out in message 3: first be sure to whom. */
static int
receive_message_2(struct channel *channel, struct bytes message, struct buffer *out,
    struct channel_event *ret_event)
{
	int err = read_handshake(channel->noise, message);

	if (err != RS_OK)
		return err;
	if (memcmp(noise_peer_key(channel->noise), channel->peer_key, NOISE_KEY_LEN) != 0)
		return RS_EAUTH;
	err = write_handshake(channel->noise, out);
	if (err != RS_OK)
		return err;
	channel->state = STATE_OPEN;
	tell_peer(channel, ret_event);
	return RS_OK;
}

/*
 * Message 3 of a pairing, read with the key of one open invitation after another.
 * A read that fails spoils the session, so each is made on a copy.
 */
static int
read_with_psks(struct channel *channel, struct bytes message)
{
	struct noise *attempt;
	size_t i;
	int err;

	for (i = 0; i < channel->psk_count; i++) {
		err = noise_copy(channel->noise, &attempt);
		if (err != RS_OK)
			return err;
		noise_set_psk(attempt, channel->psks[i]);
		err = read_handshake(attempt, message);
		if (err == RS_OK) {
			noise_free(channel->noise);
			channel->noise = attempt;
			channel->psk_index = (int)i;
			return RS_OK;
		}
		noise_free(attempt);
		if (err != RS_EPROTOCOL)
			return err;
	}
	return RS_ETOKEN;
}

static int
receive_message_3(struct channel *channel, struct bytes message,
    struct channel_event *ret_event)
{
	int err = channel->pattern == NOISE_XXPSK3 ? read_with_psks(channel, message) :
	    read_handshake(channel->noise, message);

	if (err != RS_OK)
		return err;
	memcpy(channel->peer_key, noise_peer_key(channel->noise), NOISE_KEY_LEN);
	forget_handshake(channel);
	channel->state = STATE_ASKED;
	tell_peer(channel, ret_event);
	return RS_OK;
}

static int
receive_message(struct channel *channel, struct bytes frame, struct channel_event *ret_event)
{
	int err = RS_OK;

	ret_event->message = frame;
	if (channel->noise != NULL) {
		err = noise_open(channel->noise, frame, &channel->plain);
		ret_event->message = buffer_bytes(&channel->plain);
	}
	if (err == RS_OK && ret_event->message.len == 0)
		err = RS_EPROTOCOL;
	ret_event->kind = CHANNEL_MESSAGE;
	return err;
}

/* The longest frame that the peer may send now. */
static size_t
frame_max(const struct channel *channel)
{
	if (channel->noise == NULL)
		return FRAME_PAYLOAD_MAX;
	return channel->state == STATE_OPEN ? FRAME_MAX : noise_message_len(channel->noise);
}

/* One step: up to the next event, the end of a handshake frame, or of ${in}. */
static int
receive_step(struct channel *channel, struct bytes *in, struct buffer *out,
    struct channel_event *event)
{
	struct bytes frame;
	int err;

	if (channel->state == STATE_PREAMBLE)
		return receive_preamble(channel, in);
	err = frame_reader_take(&channel->reader, frame_max(channel), in, &frame);
	if (err != RS_OK || frame.len == 0)
		return err;
	switch (channel->state) {
	case STATE_MESSAGE_1:
		return receive_message_1(channel, frame, out);
	case STATE_MESSAGE_2:
		return receive_message_2(channel, frame, out, event);
	case STATE_MESSAGE_3:
		return receive_message_3(channel, frame, event);
	case STATE_OPEN:
		return receive_message(channel, frame, event);
	case STATE_PREAMBLE:
	case STATE_ASKED:
	case STATE_DEAD:
		break;
	}
	return RS_EINTERNAL;
}

int
channel_receive(struct channel *channel, struct bytes *in, struct buffer *out,
    struct channel_event *ret_event)
{
	struct channel_event event = { .kind = CHANNEL_NEED_MORE, .psk_index = -1 };
	int err;

	if (channel->state == STATE_DEAD)
		return channel->err;
	if (channel->state == STATE_ASKED) {
		tell_peer(channel, ret_event);
		return RS_OK;
	}
	buffer_clear(&channel->plain);
	while (in->len > 0 && event.kind == CHANNEL_NEED_MORE) {
		err = receive_step(channel, in, out, &event);
		if (err != RS_OK)
			return die(channel, err);
	}
	*ret_event = event;
	return RS_OK;
}

int
channel_accept(struct channel *channel)
{
	if (channel->state == STATE_DEAD)
		return channel->err;
	if (channel->state != STATE_ASKED)
		return RS_EINTERNAL;
	channel->state = STATE_OPEN;
	return RS_OK;
}

/* --------------------------------------------------------------------- sending */

int
channel_send(struct channel *channel, struct bytes message, struct buffer *out)
{
	size_t start = out->len, tag_len = channel->noise == NULL ? 0 : NOISE_TAG_LEN;
	int err;

	if (channel->state == STATE_DEAD)
		return channel->err;
	if (channel->state != STATE_OPEN)
		return RS_EINTERNAL;
	if (message.len == 0 || message.len > CHANNEL_MESSAGE_MAX)
		return RS_EINVAL;
	err = frame_append_header(message.len + tag_len, out);
	if (err != RS_OK)
		return err;
	/* The room is there now, so only the last nonce can fail. */
	if (channel->noise == NULL)
		err = buffer_append(out, message.data, message.len);
	else
		err = noise_seal(channel->noise, message, out);
	if (err == RS_OK)
		return RS_OK;
	buffer_truncate(out, start);
	return die(channel, err);
}

int
channel_end(struct channel *channel)
{
	bool whole = channel->state == STATE_OPEN && frame_reader_between(&channel->reader);

	if (channel->state == STATE_DEAD)
		return channel->err;
	die(channel, RS_ECLOSED);
	return whole ? RS_OK : RS_ECLOSED;
}
