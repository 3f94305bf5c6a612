#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/encode.h"
#include "proto/base/err.h"
#include "proto/wire/channel.h"
#include "proto/wire/identity.h"
#include "proto/wire/token.h"

#define OUT_MAX (2 * CHANNEL_FRAME_MAX)

/* Fills with the byte at ${context}: the ephemeral keys of PROTOCOL.md's example. */
static void
fill_byte(void *context, void *data, size_t len)
{
	memset(data, *(const uint8_t *)context, len);
}

/* A laptop and its archive, and what each has written. */
struct link {
	struct secret *keys[2];
	uint8_t public_keys[2][NOISE_KEY_LEN];
	uint8_t fills[2];
	struct random randoms[2];
	struct secret *psks[3];
	struct channel *laptop;
	struct channel *archive;
	struct buffer from_laptop;
	struct buffer from_archive;
};

enum { XX, PAIRING };

static void
link_start(struct link *link, int kind)
{
	struct channel_config configs[2];
	int i;

	*link = (struct link){ .fills = { 0x33, 0x66 } };
	for (i = 0; i < 2; i++) {
		assert_int_equal(secret_new(NOISE_KEY_LEN, &link->keys[i]), RS_OK);
		memset(link->keys[i]->data, 0x11 * (i + 1), NOISE_KEY_LEN);
		identity_public(link->keys[i], link->public_keys[i]);
		link->randoms[i] = (struct random){ fill_byte, &link->fills[i] };
		configs[i] = (struct channel_config){ link->keys[i], &link->randoms[i] };
	}
	for (i = 0; i < 3; i++) {
		assert_int_equal(secret_new(NOISE_PSK_LEN, &link->psks[i]), RS_OK);
		memset(link->psks[i]->data, i + 1, NOISE_PSK_LEN);
	}
	buffer_init(&link->from_laptop, OUT_MAX);
	buffer_init(&link->from_archive, OUT_MAX);
	assert_int_equal(channel_new_initiator(&configs[0], link->public_keys[1],
	    kind == PAIRING ? link->psks[1] : NULL, &link->from_laptop, &link->laptop), RS_OK);
	assert_int_equal(channel_new_responder(&configs[1],
	    (const struct secret *const *)link->psks, 3, &link->archive), RS_OK);
}

static void
link_release(struct link *link)
{
	int i;

	channel_free(link->laptop);
	channel_free(link->archive);
	for (i = 0; i < 2; i++)
		secret_free(link->keys[i]);
	for (i = 0; i < 3; i++)
		secret_free(link->psks[i]);
	buffer_release(&link->from_laptop);
	buffer_release(&link->from_archive);
}

/* Feed all that ${from} holds to ${to}, in pieces of ${piece} bytes. */
static int
feed(struct channel *to, struct buffer *from, struct buffer *out, size_t piece,
    struct channel_event *ret_event)
{
	struct channel_event event = { .kind = CHANNEL_NEED_MORE };
	struct bytes in;
	int err = RS_OK;

	while (from->len > 0 && err == RS_OK && event.kind == CHANNEL_NEED_MORE) {
		in = bytes_of(from->data, piece < from->len ? piece : from->len);
		piece = in.len;
		err = channel_receive(to, &in, out, &event);
		if (err == RS_OK)
			buffer_consume(from, piece - in.len);
	}
	*ret_event = event;
	return err;
}

static void
link_open(struct link *link, size_t piece)
{
	struct channel_event event;

	assert_int_equal(feed(link->archive, &link->from_laptop, &link->from_archive, piece,
	    &event), RS_OK);
	assert_int_equal(event.kind, CHANNEL_NEED_MORE);
	assert_int_equal(feed(link->laptop, &link->from_archive, &link->from_laptop, piece,
	    &event), RS_OK);
	assert_int_equal(event.kind, CHANNEL_PEER);
	assert_memory_equal(event.peer_key, link->public_keys[1], NOISE_KEY_LEN);
	assert_int_equal(event.psk_index, -1);
	assert_int_equal(feed(link->archive, &link->from_laptop, &link->from_archive, piece,
	    &event), RS_OK);
	assert_int_equal(event.kind, CHANNEL_PEER);
	assert_memory_equal(event.peer_key, link->public_keys[0], NOISE_KEY_LEN);
	assert_int_equal(link->from_archive.len, 0);
	assert_int_equal(channel_accept(link->archive), RS_OK);
}

static void
send_text(struct channel *channel, const char *text, struct buffer *out)
{
	assert_int_equal(channel_send(channel, bytes_of_text(text), out), RS_OK);
}

static void
assert_hex(struct bytes bytes, const char *expected)
{
	char text[512];

	encode_hex(bytes, text);
	assert_string_equal(text, expected);
}

/* The bytes of PROTOCOL.md, "An example", which another implementation computed. */
static void
writes_the_bytes_of_the_example(void **state)
{
	struct channel_event event;
	struct link link;

	(void)state;
	link_start(&link, XX);
	assert_hex(buffer_bytes(&link.from_laptop), "52530101" "0020"
	    "7b0d47d93427f8311160781c7c733fd89f88970aef490d8aa0ee19a4cb8a1b14");
	feed(link.archive, &link.from_laptop, &link.from_archive, OUT_MAX, &event);
	assert_hex(buffer_bytes(&link.from_archive), "0060"
	    "219e4d800da968d2a5fcb009c784f4746c7138edb9ee4844b739e830b05cf424"
	    "dc651a217defeac512fb599976db0105c4b644a6b8ede6557eb447ba0dd0cffe"
	    "fc0e2f14f45a12fa795e114f10888346b32c7871ddefd74ea5986c6034e11092");
	feed(link.laptop, &link.from_archive, &link.from_laptop, OUT_MAX, &event);
	assert_hex(buffer_bytes(&link.from_laptop), "0040"
	    "362b8e95e17a121f52dae9e5f01f36c55c9a10ccf06b0dbb974b7d41e3d2e733"
	    "ab856ca7dbbb180b4febb2765e6b93e8e7caa967bcb2e78e65daeec450bb7655");
	buffer_clear(&link.from_laptop);
	send_text(link.laptop, "hello", &link.from_laptop);
	assert_hex(buffer_bytes(&link.from_laptop),
	    "0015" "01eca2635ef98390c1109a610d9b752299563b94da");
	link_release(&link);
}

static void
writes_the_bytes_of_the_example_pairing(void **state)
{
	uint8_t seed[TOKEN_SEED_LEN];
	struct channel_config configs[2];
	struct channel_event event;
	struct link link;
	int i;

	(void)state;
	for (i = 0; i < TOKEN_SEED_LEN; i++)
		seed[i] = (uint8_t)i;
	link_start(&link, PAIRING);
	channel_free(link.laptop);
	channel_free(link.archive);
	secret_free(link.psks[0]);
	assert_int_equal(token_psk(seed, &link.psks[0]), RS_OK);
	buffer_clear(&link.from_laptop);
	for (i = 0; i < 2; i++)
		configs[i] = (struct channel_config){ link.keys[i], &link.randoms[i] };
	assert_int_equal(channel_new_initiator(&configs[0], link.public_keys[1], link.psks[0],
	    &link.from_laptop, &link.laptop), RS_OK);
	assert_int_equal(channel_new_responder(&configs[1],
	    (const struct secret *const *)link.psks, 1, &link.archive), RS_OK);
	assert_hex(buffer_bytes(&link.from_laptop), "52530102" "0030"
	    "7b0d47d93427f8311160781c7c733fd89f88970aef490d8aa0ee19a4cb8a1b14"
	    "7e7226c787a340dc91248a54d192477a");
	feed(link.archive, &link.from_laptop, &link.from_archive, OUT_MAX, &event);
	assert_hex(buffer_bytes(&link.from_archive), "0060"
	    "219e4d800da968d2a5fcb009c784f4746c7138edb9ee4844b739e830b05cf424"
	    "e5dc6efe738d98bdb6253146975d7a12bc172207a0232b0a005cc49baf904a03"
	    "407f064fe2317fbda8b7fb24e34cb7bbc03322ea754f8c05c26fde83709449dc");
	feed(link.laptop, &link.from_archive, &link.from_laptop, OUT_MAX, &event);
	assert_hex(buffer_bytes(&link.from_laptop), "0040"
	    "3e140e5f5cbba50beb6d75d4c049c87ddadef983a290895848f425574ddf97a2"
	    "66c7e7939ee0c112140c686d517fd7b5fa489107cce2beba70755e8a838b08f8");
	feed(link.archive, &link.from_laptop, &link.from_archive, OUT_MAX, &event);
	assert_int_equal(event.psk_index, 0);
	send_text(link.laptop, "hello", &link.from_laptop);
	assert_hex(buffer_bytes(&link.from_laptop),
	    "0015" "65cc4e47c35db1fcafb0c3c15a11a044ded501d553");
	link_release(&link);
}

static void
opens_and_carries_messages(void **state)
{
	static const size_t pieces[] = { 1, 2, 3, 50, OUT_MAX };
	struct channel_event event;
	struct link link;
	size_t i;
	int kind;

	(void)state;
	for (i = 0; i < 2 * sizeof(pieces) / sizeof(pieces[0]); i++) {
		kind = i % 2 == 0 ? XX : PAIRING;
		link_start(&link, kind);
		link_open(&link, pieces[i / 2]);
		send_text(link.laptop, "one", &link.from_laptop);
		send_text(link.laptop, "two", &link.from_laptop);
		send_text(link.archive, "three", &link.from_archive);
		assert_int_equal(feed(link.archive, &link.from_laptop, &link.from_archive,
		    pieces[i / 2], &event), RS_OK);
		assert_int_equal(event.kind, CHANNEL_MESSAGE);
		assert_true(bytes_equal(event.message, bytes_of_text("one")));
		assert_int_equal(channel_end(link.laptop), RS_OK);
		assert_int_equal(feed(link.archive, &link.from_laptop, &link.from_archive,
		    pieces[i / 2], &event), RS_OK);
		assert_true(bytes_equal(event.message, bytes_of_text("two")));
		assert_int_equal(link.from_laptop.len, 0);
		link_release(&link);
	}
}

static void
carries_the_longest_message(void **state)
{
	static const uint8_t zeros[CHANNEL_MESSAGE_MAX + 1];
	struct channel_event event;
	struct link link;

	(void)state;
	link_start(&link, XX);
	link_open(&link, OUT_MAX);
	assert_int_equal(channel_send(link.laptop, bytes_of(zeros, sizeof(zeros)),
	    &link.from_laptop), RS_EINVAL);
	assert_int_equal(channel_send(link.laptop, bytes_of(NULL, 0), &link.from_laptop),
	    RS_EINVAL);
	assert_int_equal(channel_send(link.laptop, bytes_of(zeros, CHANNEL_MESSAGE_MAX),
	    &link.from_laptop), RS_OK);
	assert_int_equal(link.from_laptop.len, CHANNEL_FRAME_MAX);
	assert_int_equal(channel_send(link.laptop, bytes_of(zeros, CHANNEL_MESSAGE_MAX),
	    &link.from_laptop), RS_OK);
	/* No room: nothing changes, and the message can be sent later. */
	assert_int_equal(channel_send(link.laptop, bytes_of_text("x"), &link.from_laptop),
	    RS_ELIMIT);
	assert_int_equal(link.from_laptop.len, OUT_MAX);
	assert_int_equal(feed(link.archive, &link.from_laptop, &link.from_archive, 1000, &event),
	    RS_OK);
	assert_int_equal(event.message.len, CHANNEL_MESSAGE_MAX);
	send_text(link.laptop, "x", &link.from_laptop);
	assert_int_equal(feed(link.archive, &link.from_laptop, &link.from_archive, OUT_MAX,
	    &event), RS_OK);
	assert_int_equal(feed(link.archive, &link.from_laptop, &link.from_archive, OUT_MAX,
	    &event), RS_OK);
	assert_true(bytes_equal(event.message, bytes_of_text("x")));
	link_release(&link);
}

static void
finds_the_invitation_that_was_used(void **state)
{
	struct channel_event event;
	struct link link;

	(void)state;
	link_start(&link, PAIRING);
	feed(link.archive, &link.from_laptop, &link.from_archive, OUT_MAX, &event);
	feed(link.laptop, &link.from_archive, &link.from_laptop, OUT_MAX, &event);
	feed(link.archive, &link.from_laptop, &link.from_archive, OUT_MAX, &event);
	assert_int_equal(event.kind, CHANNEL_PEER);
	assert_int_equal(event.psk_index, 1);
	link_release(&link);
}

/* No invitation open, or only others: the same silence. */
static void
refuses_a_wrong_invitation_in_silence(void **state)
{
	struct channel_config config;
	struct channel_event event;
	struct link link;
	size_t count;

	(void)state;
	for (count = 0; count < 2; count++) {
		link_start(&link, PAIRING);
		channel_free(link.archive);
		config = (struct channel_config){ link.keys[1], &link.randoms[1] };
		assert_int_equal(channel_new_responder(&config,
		    (const struct secret *const *)link.psks, count, &link.archive), RS_OK);
		feed(link.archive, &link.from_laptop, &link.from_archive, OUT_MAX, &event);
		assert_int_equal(link.from_archive.len, 2 + 96);
		assert_int_equal(feed(link.laptop, &link.from_archive, &link.from_laptop,
		    OUT_MAX, &event), RS_OK);
		assert_int_equal(feed(link.archive, &link.from_laptop, &link.from_archive,
		    OUT_MAX, &event), RS_ETOKEN);
		assert_int_equal(link.from_archive.len, 0);
		assert_int_equal(channel_accept(link.archive), RS_ETOKEN);
		link_release(&link);
	}
}

static void
shows_its_key_to_nobody_else(void **state)
{
	struct channel_config config;
	struct channel_event event;
	struct link link;

	(void)state;
	link_start(&link, XX);
	channel_free(link.laptop);
	buffer_clear(&link.from_laptop);
	link.public_keys[1][0] ^= 1;
	config = (struct channel_config){ link.keys[0], &link.randoms[0] };
	assert_int_equal(channel_new_initiator(&config, link.public_keys[1], NULL,
	    &link.from_laptop, &link.laptop), RS_OK);
	feed(link.archive, &link.from_laptop, &link.from_archive, OUT_MAX, &event);
	assert_int_equal(feed(link.laptop, &link.from_archive, &link.from_laptop, OUT_MAX,
	    &event), RS_EAUTH);
	assert_int_equal(link.from_laptop.len, 0);
	assert_int_equal(channel_send(link.laptop, bytes_of_text("x"), &link.from_laptop),
	    RS_EAUTH);
	assert_int_equal(channel_end(link.laptop), RS_EAUTH);
	assert_int_equal(link.from_laptop.len, 0);
	link_release(&link);
}

/* Until the caller has decided, the archive neither listens nor speaks. */
static void
waits_for_the_decision(void **state)
{
	struct channel_event event;
	struct link link;
	struct bytes in;

	(void)state;
	link_start(&link, XX);
	assert_int_equal(channel_accept(link.archive), RS_EINTERNAL);
	feed(link.archive, &link.from_laptop, &link.from_archive, OUT_MAX, &event);
	assert_int_equal(channel_send(link.archive, bytes_of_text("x"), &link.from_archive),
	    RS_EINTERNAL);
	feed(link.laptop, &link.from_archive, &link.from_laptop, OUT_MAX, &event);
	send_text(link.laptop, "early", &link.from_laptop);
	in = buffer_bytes(&link.from_laptop);
	assert_int_equal(channel_receive(link.archive, &in, &link.from_archive, &event), RS_OK);
	assert_int_equal(event.kind, CHANNEL_PEER);
	assert_int_equal(in.len, 2 + 5 + NOISE_TAG_LEN);
	assert_int_equal(channel_receive(link.archive, &in, &link.from_archive, &event), RS_OK);
	assert_int_equal(event.kind, CHANNEL_PEER);
	assert_int_equal(in.len, 2 + 5 + NOISE_TAG_LEN);
	assert_int_equal(channel_send(link.archive, bytes_of_text("x"), &link.from_archive),
	    RS_EINTERNAL);
	assert_int_equal(channel_accept(link.archive), RS_OK);
	assert_int_equal(channel_receive(link.archive, &in, &link.from_archive, &event), RS_OK);
	assert_int_equal(event.kind, CHANNEL_MESSAGE);
	assert_true(bytes_equal(event.message, bytes_of_text("early")));
	link_release(&link);
}

static void
refuses_other_preambles(void **state)
{
	static const struct {
		uint8_t bytes[8];
		int err;
	} cases[] = {
		{ { 'R', 'S', 1, 1 }, RS_OK },
		{ { 'R', 'S', 1, 2 }, RS_OK },
		{ { 'R', 'S', 1, 0 }, RS_EPROTOCOL },
		{ { 'R', 'S', 1, 3 }, RS_EPROTOCOL },
		{ { 'R', 'S', 0, 1 }, RS_EPROTOCOL },
		{ { 'R', 'S', 2, 1 }, RS_EVERSION },
		{ { 'R', 'S', 2, 9 }, RS_EVERSION },
		{ { 'G', 'E', 'T', ' ' }, RS_EPROTOCOL },
	};
	struct channel_event event;
	struct link link;
	struct bytes in;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		link_start(&link, XX);
		in = bytes_of(cases[i].bytes, 4);
		assert_int_equal(channel_receive(link.archive, &in, &link.from_archive, &event),
		    cases[i].err);
		assert_int_equal(link.from_archive.len, 0);
		link_release(&link);
	}
}

/* What was said in the preamble is part of what both ends agree on. */
static void
notices_a_changed_preamble(void **state)
{
	struct channel_event event;
	struct link link;

	(void)state;
	link_start(&link, XX);
	link.from_laptop.data[3] = NOISE_XXPSK3;
	/* The message is now 16 bytes short of what the other pattern has. */
	assert_int_equal(feed(link.archive, &link.from_laptop, &link.from_archive, OUT_MAX,
	    &event), RS_EPROTOCOL);
	assert_int_equal(link.from_archive.len, 0);
	link_release(&link);
}

/* A stranger cannot make the archive hold more than the handshake needs. */
static void
bounds_frames_before_the_handshake_is_over(void **state)
{
	static const uint8_t lengths[][2] = { { 0, 0 }, { 0, 33 }, { 1, 0 }, { 0xff, 0xff } };
	struct channel_event event;
	struct link link;
	struct bytes in;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		link_start(&link, XX);
		in = bytes_of(link.from_laptop.data, CHANNEL_PREAMBLE_LEN);
		assert_int_equal(channel_receive(link.archive, &in, &link.from_archive, &event),
		    RS_OK);
		in = bytes_of(lengths[i], 2);
		assert_int_equal(channel_receive(link.archive, &in, &link.from_archive, &event),
		    RS_EPROTOCOL);
		/* And every later call says the same. */
		in = bytes_of_text("more");
		assert_int_equal(channel_receive(link.archive, &in, &link.from_archive, &event),
		    RS_EPROTOCOL);
		assert_int_equal(channel_end(link.archive), RS_EPROTOCOL);
		link_release(&link);
	}
}

/*
 * A stream of one message, cut after every byte and changed in every byte: an
 * error where it was cut or changed, and nothing is handed over.
 */
static void
notices_every_cut_and_change(void **state)
{
	struct channel_event event;
	struct link link;
	size_t at, len = 2 + 5 + NOISE_TAG_LEN;
	int err;

	(void)state;
	for (at = 0; at < len; at++) {
		link_start(&link, XX);
		link_open(&link, OUT_MAX);
		send_text(link.laptop, "hello", &link.from_laptop);
		assert_int_equal(link.from_laptop.len, len);
		buffer_truncate(&link.from_laptop, at);
		assert_int_equal(feed(link.archive, &link.from_laptop, &link.from_archive,
		    OUT_MAX, &event), RS_OK);
		assert_int_equal(event.kind, CHANNEL_NEED_MORE);
		assert_int_equal(channel_end(link.archive), at == 0 ? RS_OK : RS_ECLOSED);
		assert_int_equal(channel_end(link.archive), RS_ECLOSED);

		link_release(&link);

		link_start(&link, XX);
		link_open(&link, OUT_MAX);
		send_text(link.laptop, "hello", &link.from_laptop);
		send_text(link.laptop, "hello", &link.from_laptop);
		link.from_laptop.data[at] ^= 2;
		err = feed(link.archive, &link.from_laptop, &link.from_archive, OUT_MAX, &event);
		/* Byte 0 makes the frame longer than what follows: it never ends. */
		assert_int_equal(err, at == 0 ? RS_OK : RS_EPROTOCOL);
		assert_int_equal(event.kind, CHANNEL_NEED_MORE);
		assert_int_equal(channel_end(link.archive), at == 0 ? RS_ECLOSED : RS_EPROTOCOL);
		link_release(&link);
	}
}

static void
refuses_messages_without_content(void **state)
{
	struct channel_event event;
	struct link link;
	struct noise *noise;
	struct noise_config config;
	struct buffer message;

	(void)state;
	/* channel_send refuses to make one: a bare Noise initiator does. */
	link_start(&link, XX);
	config = (struct noise_config){ NOISE_XX, true, bytes_of("RS\1\1", 4), link.keys[0],
	    &link.randoms[0] };
	assert_int_equal(noise_new(&config, &noise), RS_OK);
	buffer_init(&message, NOISE_MESSAGE_MAX);
	assert_int_equal(noise_write(noise, bytes_of(NULL, 0), &message), RS_OK);
	feed(link.archive, &link.from_laptop, &link.from_archive, OUT_MAX, &event);
	buffer_clear(&message);
	assert_int_equal(noise_read(noise, bytes_of(link.from_archive.data + 2, 96), &message),
	    RS_OK);
	assert_int_equal(noise_write(noise, bytes_of(NULL, 0), &message), RS_OK);
	assert_int_equal(frame_append(buffer_bytes(&message), &link.from_laptop), RS_OK);
	feed(link.archive, &link.from_laptop, &link.from_archive, OUT_MAX, &event);
	assert_int_equal(channel_accept(link.archive), RS_OK);
	buffer_clear(&message);
	assert_int_equal(noise_seal(noise, bytes_of(NULL, 0), &message), RS_OK);
	assert_int_equal(frame_append(buffer_bytes(&message), &link.from_laptop), RS_OK);
	assert_int_equal(feed(link.archive, &link.from_laptop, &link.from_archive, OUT_MAX,
	    &event), RS_EPROTOCOL);
	buffer_release(&message);
	noise_free(noise);
	link_release(&link);
}

static void
refuses_frames_out_of_order(void **state)
{
	struct channel_event event;
	struct link link;
	struct buffer first, second;
	int fault;

	(void)state;
	for (fault = 0; fault < 2; fault++) {
		link_start(&link, XX);
		link_open(&link, OUT_MAX);
		buffer_init(&first, 100);
		buffer_init(&second, 100);
		send_text(link.laptop, "one", &first);
		send_text(link.laptop, "two", &second);
		if (fault == 0) {
			assert_int_equal(feed(link.archive, &second, &link.from_archive,
			    OUT_MAX, &event), RS_EPROTOCOL);
		} else {
			buffer_clear(&second);
			assert_int_equal(buffer_append(&second, first.data, first.len), RS_OK);
			assert_int_equal(feed(link.archive, &first, &link.from_archive,
			    OUT_MAX, &event), RS_OK);
			assert_int_equal(event.kind, CHANNEL_MESSAGE);
			assert_int_equal(feed(link.archive, &second, &link.from_archive,
			    OUT_MAX, &event), RS_EPROTOCOL);
		}
		buffer_release(&first);
		buffer_release(&second);
		link_release(&link);
	}
}

static void
speaks_plainly_on_a_local_socket(void **state)
{
	struct channel *channel;
	struct channel_event event;
	struct buffer out;
	struct bytes in;

	(void)state;
	buffer_init(&out, 100);
	assert_int_equal(channel_new_plain(&channel), RS_OK);
	send_text(channel, "abc", &out);
	assert_hex(buffer_bytes(&out), "0003616263");
	in = buffer_bytes(&out);
	assert_int_equal(channel_receive(channel, &in, &out, &event), RS_OK);
	assert_int_equal(event.kind, CHANNEL_MESSAGE);
	assert_true(bytes_equal(event.message, bytes_of_text("abc")));
	in = bytes_of("\xff\xf0", 2);
	assert_int_equal(channel_receive(channel, &in, &out, &event), RS_EPROTOCOL);
	channel_free(channel);
	channel_free(NULL);
	buffer_release(&out);
}

static int
start(void **state)
{
	(void)state;
	return secret_start();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_the_bytes_of_the_example),
		cmocka_unit_test(writes_the_bytes_of_the_example_pairing),
		cmocka_unit_test(opens_and_carries_messages),
		cmocka_unit_test(carries_the_longest_message),
		cmocka_unit_test(finds_the_invitation_that_was_used),
		cmocka_unit_test(refuses_a_wrong_invitation_in_silence),
		cmocka_unit_test(shows_its_key_to_nobody_else),
		cmocka_unit_test(waits_for_the_decision),
		cmocka_unit_test(refuses_other_preambles),
		cmocka_unit_test(notices_a_changed_preamble),
		cmocka_unit_test(bounds_frames_before_the_handshake_is_over),
		cmocka_unit_test(notices_every_cut_and_change),
		cmocka_unit_test(refuses_messages_without_content),
		cmocka_unit_test(refuses_frames_out_of_order),
		cmocka_unit_test(speaks_plainly_on_a_local_socket),
	};

	return cmocka_run_group_tests_name("proto/wire/channel", tests, start, NULL);
}
