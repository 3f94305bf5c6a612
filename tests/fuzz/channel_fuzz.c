/*
 * Either end of a connection, or a local one, fed any bytes.  The first byte
 * chooses which, the second the size of the pieces.  A dead channel must stay
 * dead in the same way, and a message must keep its bound.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/wire/channel.h"
#include "proto/wire/identity.h"
#include "tests/fuzz/fuzz.h"

enum { RESPONDER, INITIATOR, PLAIN, KINDS };

static void
fill_fixed(void *context, void *data, size_t len)
{
	(void)context;
	memset(data, 0x42, len);
}

static void
feed(struct channel *channel, struct bytes data, size_t piece)
{
	struct channel_event event = { .kind = CHANNEL_NEED_MORE };
	struct buffer out;
	struct bytes in;
	int err = RS_OK;

	buffer_init(&out, 1000);
	while (err == RS_OK && data.len > 0 && event.kind != CHANNEL_PEER) {
		in = bytes_of(data.data, piece < data.len ? piece : data.len);
		data = bytes_of(data.data + in.len, data.len - in.len);
		while (err == RS_OK && in.len > 0 && event.kind != CHANNEL_PEER) {
			err = channel_receive(channel, &in, &out, &event);
			if (err == RS_OK && event.kind == CHANNEL_MESSAGE &&
			    (event.message.len == 0 || event.message.len > CHANNEL_MESSAGE_MAX))
				abort();
		}
	}
	if (err != RS_OK && (channel_receive(channel, &in, &out, &event) != err ||
	    channel_send(channel, bytes_of_text("x"), &out) != err || channel_end(channel) != err))
		abort();
	buffer_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct random random = { fill_fixed, NULL };
	static struct secret *key;
	const struct secret *psks[1];
	struct channel *channel;
	uint8_t public_key[IDENTITY_KEY_LEN];
	struct channel_config config;
	struct buffer out;
	int err;

	if (len < 2)
		return 0;
	if (key == NULL && (secret_start() != RS_OK || identity_new(&random, &key) != RS_OK))
		abort();
	config = (struct channel_config){ key, &random };
	identity_public(key, public_key);
	psks[0] = key;
	buffer_init(&out, 200);
	if (data[0] % KINDS == RESPONDER)
		err = channel_new_responder(&config, psks, 1, &channel);
	else if (data[0] % KINDS == INITIATOR)
		err = channel_new_initiator(&config, public_key, NULL, &out, &channel);
	else
		err = channel_new_plain(&channel);
	if (err != RS_OK)
		abort();
	feed(channel, bytes_of(data + 2, len - 2), (size_t)data[1] + 1);
	channel_free(channel);
	buffer_release(&out);
	return 0;
}
