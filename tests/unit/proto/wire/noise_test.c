#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
#include <sodium.h>

#include "proto/base/encode.h"
#include "proto/base/err.h"
#include "proto/wire/identity.h"
#include "proto/wire/noise.h"

#define VECTORS "../shared/vectors/noise-vectors.json"

/* Gives out the bytes at ${context}, the ephemeral key that a test wants. */
static void
fill_given(void *context, void *data, size_t len)
{
	memcpy(data, context, len);
}

/* Both ends of one session, and the messages between them. */
struct pair {
	struct noise *ends[2];		/* initiator, responder */
	struct secret *statics[2];
	uint8_t ephemerals[2][NOISE_KEY_LEN];
	struct random randoms[2];
	struct buffer message;
	struct buffer payload;
};

static void
pair_start(struct pair *pair, enum noise_pattern pattern, struct bytes prologue)
{
	struct noise_config config = { .pattern = pattern, .prologue = prologue };
	int i;

	for (i = 0; i < 2; i++) {
		pair->randoms[i] = (struct random){ fill_given, pair->ephemerals[i] };
		config.initiator = i == 0;
		config.static_key = pair->statics[i];
		config.random = &pair->randoms[i];
		assert_int_equal(noise_new(&config, &pair->ends[i]), RS_OK);
	}
	buffer_init(&pair->message, NOISE_MESSAGE_MAX);
	buffer_init(&pair->payload, NOISE_MESSAGE_MAX);
}

static void
pair_default(struct pair *pair, enum noise_pattern pattern)
{
	int i;

	*pair = (struct pair){ 0 };
	for (i = 0; i < 2; i++) {
		assert_int_equal(secret_new(NOISE_KEY_LEN, &pair->statics[i]), RS_OK);
		memset(pair->statics[i]->data, 0x11 * (i + 1), NOISE_KEY_LEN);
		memset(pair->ephemerals[i], 0x33 * (i + 1), NOISE_KEY_LEN);
	}
	pair_start(pair, pattern, bytes_of_text("prologue"));
}

static void
pair_release(struct pair *pair)
{
	int i;

	for (i = 0; i < 2; i++) {
		noise_free(pair->ends[i]);
		secret_free(pair->statics[i]);
	}
	buffer_release(&pair->message);
	buffer_release(&pair->payload);
}

/* Handshake message ${number} (from 1), without a payload. */
static int
pair_pass(struct pair *pair, int number)
{
	struct noise *from = pair->ends[(number + 1) % 2], *to = pair->ends[number % 2];

	buffer_clear(&pair->message);
	assert_int_equal(noise_write(from, bytes_of(NULL, 0), &pair->message), RS_OK);
	return noise_read(to, buffer_bytes(&pair->message), &pair->payload);
}

static void
pair_open(struct pair *pair)
{
	int number;

	for (number = 1; number <= 3; number++)
		assert_int_equal(pair_pass(pair, number), RS_OK);
	assert_true(noise_open_for_transport(pair->ends[0]));
	assert_true(noise_open_for_transport(pair->ends[1]));
}

/* --------------------------------------------------------- the published vectors */

/* The hexadecimal value of the first of two names that ${object} has. */
static struct buffer
value_of(json_t *object, const char *name, const char *other)
{
	json_t *value = json_object_get(object, name);
	const char *text;
	struct buffer result;
	uint8_t *room;

	if (value == NULL && other != NULL)
		value = json_object_get(object, other);
	if (json_is_array(value))
		value = json_array_get(value, 0);
	text = json_is_string(value) ? json_string_value(value) : "";
	buffer_init(&result, NOISE_MESSAGE_MAX);
	assert_int_equal(buffer_reserve(&result, strlen(text) / 2, &room), RS_OK);
	assert_int_equal(sodium_hex2bin(room, strlen(text) / 2, text, strlen(text), NULL, NULL,
	    NULL), 0);
	buffer_commit(&result, strlen(text) / 2);
	return result;
}

static void
set_key(json_t *vector, const char *name, const char *other, uint8_t *key)
{
	struct buffer value = value_of(vector, name, other);

	assert_int_equal(value.len, NOISE_KEY_LEN);
	memcpy(key, value.data, NOISE_KEY_LEN);
	buffer_release(&value);
}

static void
set_psk(json_t *vector, struct pair *pair)
{
	struct buffer value = value_of(vector, "init_psks", "preshared_key");
	struct secret *psk;

	assert_int_equal(secret_copy(value.data, NOISE_PSK_LEN, &psk), RS_OK);
	noise_set_psk(pair->ends[0], psk);
	noise_set_psk(pair->ends[1], psk);
	secret_free(psk);
	buffer_release(&value);
}

static void
check_message(struct pair *pair, json_t *message, int from, bool handshake)
{
	struct buffer payload = value_of(message, "payload", NULL);
	struct buffer expected = value_of(message, "ciphertext", NULL);
	struct noise *writer = pair->ends[from], *reader = pair->ends[1 - from];

	buffer_clear(&pair->message);
	buffer_clear(&pair->payload);
	assert_int_equal((handshake ? noise_write : noise_seal)(writer,
	    buffer_bytes(&payload), &pair->message), RS_OK);
	assert_true(bytes_equal(buffer_bytes(&pair->message), buffer_bytes(&expected)));
	assert_int_equal((handshake ? noise_read : noise_open)(reader,
	    buffer_bytes(&pair->message), &pair->payload), RS_OK);
	assert_true(bytes_equal(buffer_bytes(&pair->payload), buffer_bytes(&payload)));
	buffer_release(&payload);
	buffer_release(&expected);
}

static void
check_vector(json_t *vector, enum noise_pattern pattern)
{
	const char *starts = json_string_value(json_object_get(vector, "transport_starts_with"));
	struct buffer prologue = value_of(vector, "init_prologue", "prologue");
	struct buffer hash = value_of(vector, "handshake_hash", NULL);
	struct pair pair = { 0 };
	json_t *message;
	size_t i;

	assert_int_equal(secret_new(NOISE_KEY_LEN, &pair.statics[0]), RS_OK);
	assert_int_equal(secret_new(NOISE_KEY_LEN, &pair.statics[1]), RS_OK);
	set_key(vector, "init_static", NULL, pair.statics[0]->data);
	set_key(vector, "resp_static", NULL, pair.statics[1]->data);
	set_key(vector, "init_ephemeral", "gen_init_ephemeral", pair.ephemerals[0]);
	set_key(vector, "resp_ephemeral", "gen_resp_ephemeral", pair.ephemerals[1]);
	pair_start(&pair, pattern, buffer_bytes(&prologue));
	if (pattern == NOISE_XXPSK3)
		set_psk(vector, &pair);
	json_array_foreach(json_object_get(vector, "messages"), i, message) {
		/* After three messages, "alternates" goes on with the responder. */
		bool shifted = i >= 3 && strcmp(starts, "initiator") == 0;

		check_message(&pair, message, (int)(i + shifted) % 2, i < 3);
	}
	assert_true(i >= 3);
	if (hash.len > 0) {
		assert_memory_equal(noise_handshake_hash(pair.ends[0]), hash.data, NOISE_HASH_LEN);
		assert_memory_equal(noise_handshake_hash(pair.ends[1]), hash.data, NOISE_HASH_LEN);
	}
	pair_release(&pair);
	buffer_release(&prologue);
	buffer_release(&hash);
}

static void
passes_every_published_vector(void **state)
{
	json_t *root = json_load_file(VECTORS, 0, NULL), *vector;
	int counts[NOISE_XXPSK3 + 1] = { 0 };
	const char *name;
	size_t i;

	(void)state;
	if (root == NULL) {
		print_message("SKIPPED: the published Noise vectors are not in " VECTORS "\n");
		skip();
	}
	json_array_foreach(json_object_get(root, "vectors"), i, vector) {
		enum noise_pattern pattern;

		name = json_string_value(json_object_get(vector, "protocol_name"));
		if (strcmp(name, "Noise_XX_25519_ChaChaPoly_SHA256") == 0)
			pattern = NOISE_XX;
		else if (strcmp(name, "Noise_XXpsk3_25519_ChaChaPoly_SHA256") == 0)
			pattern = NOISE_XXPSK3;
		else
			continue;
		check_vector(vector, pattern);
		counts[pattern]++;
	}
	json_decref(root);
	print_message("%d vectors of XX, %d of XXpsk3\n", counts[NOISE_XX], counts[NOISE_XXPSK3]);
	assert_true(counts[NOISE_XX] > 0 && counts[NOISE_XXPSK3] > 0);
}

/* --------------------------------------------------------------- our own cases */

/*
 * Hashes that another implementation computed, so that a change of the
 * handshake is seen where the published vectors are not at hand.
 */
static void
keeps_its_transcript(void **state)
{
	static const struct {
		enum noise_pattern pattern;
		const char *hash;
	} cases[] = {
		{ NOISE_XX, "39eab9f6c1ed1f54a55c3c02d4ee4ce1729960b7508de6e5a91503658a860f8e" },
		{ NOISE_XXPSK3,
		    "4dfb826c5819ced1ceefb553689b6bd66905585eb950d3204bf08fd619d41037" },
	};
	char text[2 * NOISE_HASH_LEN + 1];
	struct pair pair;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		pair_default(&pair, cases[i].pattern);
		pair_open(&pair);
		encode_hex(bytes_of(noise_handshake_hash(pair.ends[0]), NOISE_HASH_LEN), text);
		assert_string_equal(text, cases[i].hash);
		assert_memory_equal(noise_handshake_hash(pair.ends[0]),
		    noise_handshake_hash(pair.ends[1]), NOISE_HASH_LEN);
		pair_release(&pair);
	}
}

static void
shows_each_end_the_other_key(void **state)
{
	uint8_t keys[2][NOISE_KEY_LEN];
	struct pair pair;

	(void)state;
	pair_default(&pair, NOISE_XX);
	identity_public(pair.statics[0], keys[0]);
	identity_public(pair.statics[1], keys[1]);
	assert_int_equal(pair_pass(&pair, 1), RS_OK);
	assert_null(noise_peer_key(pair.ends[1]));
	assert_null(noise_peer_key(pair.ends[0]));
	assert_int_equal(pair_pass(&pair, 2), RS_OK);
	assert_memory_equal(noise_peer_key(pair.ends[0]), keys[1], NOISE_KEY_LEN);
	assert_null(noise_peer_key(pair.ends[1]));
	assert_int_equal(pair_pass(&pair, 3), RS_OK);
	assert_memory_equal(noise_peer_key(pair.ends[1]), keys[0], NOISE_KEY_LEN);
	pair_release(&pair);
}

/* Messages of every number, each cut at every length and changed at every byte. */
static void
refuses_every_cut_and_change(void **state)
{
	enum noise_pattern pattern;
	struct noise *copy;
	struct pair pair;
	size_t at;
	int number;

	(void)state;
	for (pattern = NOISE_XX; pattern <= NOISE_XXPSK3; pattern++) {
		pair_default(&pair, pattern);
		for (number = 1; number <= 3; number++) {
			struct noise *to = pair.ends[number % 2];

			buffer_clear(&pair.message);
			assert_int_equal(pair.message.len, 0);
			assert_int_equal(noise_write(pair.ends[(number + 1) % 2],
			    bytes_of(NULL, 0), &pair.message), RS_OK);
			for (at = 0; at < pair.message.len; at++) {
				assert_int_equal(noise_copy(to, &copy), RS_OK);
				assert_int_equal(noise_read(copy,
				    bytes_of(pair.message.data, at), &pair.payload),
				    RS_EPROTOCOL);
				noise_free(copy);
				/* Nothing in XX's message 1 is authenticated yet. */
				if (number == 1 && pattern == NOISE_XX)
					continue;
				pair.message.data[at] ^= 1;
				assert_int_equal(noise_copy(to, &copy), RS_OK);
				assert_int_equal(noise_read(copy,
				    buffer_bytes(&pair.message), &pair.payload),
				    RS_EPROTOCOL);
				/* And it stays failed. */
				assert_int_equal(noise_read(copy,
				    buffer_bytes(&pair.message), &pair.payload),
				    RS_EINTERNAL);
				noise_free(copy);
				pair.message.data[at] ^= 1;
			}
			assert_int_equal(noise_read(to, buffer_bytes(&pair.message),
			    &pair.payload), RS_OK);
		}
		assert_int_equal(pair.payload.len, 0);
		pair_release(&pair);
	}
}

/* What changes in message 1 of XX shows at message 2: the hash covers it. */
static void
notices_a_changed_first_message_at_the_second(void **state)
{
	struct pair pair;

	(void)state;
	pair_default(&pair, NOISE_XX);
	assert_int_equal(noise_write(pair.ends[0], bytes_of(NULL, 0), &pair.message), RS_OK);
	pair.message.data[5] ^= 1;
	assert_int_equal(noise_read(pair.ends[1], buffer_bytes(&pair.message), &pair.payload),
	    RS_OK);
	assert_int_equal(pair_pass(&pair, 2), RS_EPROTOCOL);
	assert_null(noise_peer_key(pair.ends[0]));
	pair_release(&pair);
}

static void
needs_the_same_prologue_and_psk(void **state)
{
	struct secret *psk;
	struct pair pair, other;

	(void)state;
	pair_default(&pair, NOISE_XX);
	pair_default(&other, NOISE_XX);
	noise_free(other.ends[1]);
	other.ends[1] = NULL;
	noise_free(other.ends[0]);
	other.ends[0] = NULL;
	pair_start(&other, NOISE_XX, bytes_of_text("Prologue"));
	assert_int_equal(noise_write(other.ends[0], bytes_of(NULL, 0), &other.message), RS_OK);
	assert_int_equal(noise_read(pair.ends[1], buffer_bytes(&other.message), &pair.payload),
	    RS_OK);
	assert_int_equal(noise_write(pair.ends[1], bytes_of(NULL, 0), &pair.message), RS_OK);
	assert_int_equal(noise_read(other.ends[0], buffer_bytes(&pair.message), &other.payload),
	    RS_EPROTOCOL);
	pair_release(&pair);
	pair_release(&other);

	pair_default(&pair, NOISE_XXPSK3);
	assert_int_equal(secret_new(NOISE_PSK_LEN, &psk), RS_OK);
	psk->data[31] = 1;
	noise_set_psk(pair.ends[0], psk);
	assert_int_equal(pair_pass(&pair, 1), RS_OK);
	assert_int_equal(pair_pass(&pair, 2), RS_OK);
	assert_int_equal(pair_pass(&pair, 3), RS_EPROTOCOL);
	assert_null(noise_peer_key(pair.ends[1]));
	secret_free(psk);
	pair_release(&pair);
}

/* Points of small order give zero whatever the private key. */
static void
refuses_keys_that_give_zero(void **state)
{
	static const uint8_t points[][NOISE_KEY_LEN] = {
		{ 0 },
		{ 1 },
		{ 0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1,
		  0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62,
		  0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00 },
	};
	struct pair pair;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		pair_default(&pair, NOISE_XX);
		assert_int_equal(noise_read(pair.ends[1], bytes_of(points[i], NOISE_KEY_LEN),
		    &pair.payload), RS_OK);
		assert_int_equal(noise_write(pair.ends[1], bytes_of(NULL, 0), &pair.message),
		    RS_EPROTOCOL);
		assert_int_equal(pair.message.len, 0);
		pair_release(&pair);
	}
}

static void
refuses_calls_out_of_turn(void **state)
{
	struct pair pair;

	(void)state;
	pair_default(&pair, NOISE_XX);
	assert_int_equal(noise_seal(pair.ends[0], bytes_of_text("x"), &pair.message),
	    RS_EINTERNAL);
	assert_int_equal(noise_open(pair.ends[0], bytes_of_text("x"), &pair.message),
	    RS_EINTERNAL);
	assert_int_equal(noise_read(pair.ends[0], bytes_of_text("x"), &pair.payload),
	    RS_EINTERNAL);
	assert_int_equal(noise_write(pair.ends[1], bytes_of(NULL, 0), &pair.message),
	    RS_EINTERNAL);
	pair_release(&pair);
	pair_default(&pair, NOISE_XX);
	pair_open(&pair);
	assert_int_equal(noise_message_len(pair.ends[0]), 0);
	assert_int_equal(noise_write(pair.ends[0], bytes_of(NULL, 0), &pair.message),
	    RS_EINTERNAL);
	pair_release(&pair);
}

static void
says_how_long_its_messages_are(void **state)
{
	enum noise_pattern pattern;
	struct pair pair;
	size_t expected;
	int number;

	(void)state;
	for (pattern = NOISE_XX; pattern <= NOISE_XXPSK3; pattern++) {
		pair_default(&pair, pattern);
		for (number = 1; number <= 3; number++) {
			expected = noise_message_len(pair.ends[0]);
			assert_int_equal(noise_message_len(pair.ends[1]), expected);
			assert_int_equal(pair_pass(&pair, number), RS_OK);
			assert_int_equal(pair.message.len, expected);
		}
		pair_release(&pair);
	}
}

static void
refuses_replayed_lost_and_changed_transport(void **state)
{
	static const char *const texts[] = { "one", "two" };
	struct buffer messages[2];
	struct pair pair;
	int fault, i;

	(void)state;
	for (fault = 0; fault < 4; fault++) {
		pair_default(&pair, NOISE_XX);
		pair_open(&pair);
		for (i = 0; i < 2; i++) {
			buffer_init(&messages[i], 100);
			assert_int_equal(noise_seal(pair.ends[0], bytes_of_text(texts[i]),
			    &messages[i]), RS_OK);
		}
		if (fault == 0) {		/* lost, or reordered */
			assert_int_equal(noise_open(pair.ends[1],
			    buffer_bytes(&messages[1]), &pair.payload), RS_EPROTOCOL);
		} else if (fault == 1) {	/* replayed */
			assert_int_equal(noise_open(pair.ends[1],
			    buffer_bytes(&messages[0]), &pair.payload), RS_OK);
			assert_int_equal(noise_open(pair.ends[1],
			    buffer_bytes(&messages[0]), &pair.payload), RS_EPROTOCOL);
		} else if (fault == 2) {	/* changed */
			messages[0].data[1] ^= 0x80;
			assert_int_equal(noise_open(pair.ends[1],
			    buffer_bytes(&messages[0]), &pair.payload), RS_EPROTOCOL);
		} else {			/* sent back to where it came from */
			assert_int_equal(noise_open(pair.ends[0],
			    buffer_bytes(&messages[0]), &pair.payload), RS_EPROTOCOL);
		}
		for (i = 0; i < 2; i++)
			buffer_release(&messages[i]);
		pair_release(&pair);
	}
}

static void
bounds_what_a_message_carries(void **state)
{
	static const uint8_t zeros[NOISE_PAYLOAD_MAX + 1];
	struct pair pair;

	(void)state;
	pair_default(&pair, NOISE_XX);
	pair_open(&pair);
	buffer_clear(&pair.message);
	assert_int_equal(noise_seal(pair.ends[0], bytes_of(zeros, NOISE_PAYLOAD_MAX + 1),
	    &pair.message), RS_ELIMIT);
	assert_int_equal(noise_seal(pair.ends[0], bytes_of(zeros, NOISE_PAYLOAD_MAX),
	    &pair.message), RS_OK);
	assert_int_equal(pair.message.len, NOISE_MESSAGE_MAX);
	/* No room: nothing was used up, and the next try is the same message. */
	assert_int_equal(noise_seal(pair.ends[1], bytes_of_text("x"), &pair.message), RS_ELIMIT);
	assert_int_equal(noise_open(pair.ends[1], buffer_bytes(&pair.message), &pair.payload),
	    RS_OK);
	buffer_clear(&pair.message);
	buffer_clear(&pair.payload);
	assert_int_equal(noise_seal(pair.ends[1], bytes_of_text("x"), &pair.message), RS_OK);
	assert_int_equal(noise_open(pair.ends[0], buffer_bytes(&pair.message), &pair.payload),
	    RS_OK);
	assert_string_equal(buffer_text(&pair.payload), "x");
	pair_release(&pair);
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
		cmocka_unit_test(passes_every_published_vector),
		cmocka_unit_test(keeps_its_transcript),
		cmocka_unit_test(shows_each_end_the_other_key),
		cmocka_unit_test(refuses_every_cut_and_change),
		cmocka_unit_test(notices_a_changed_first_message_at_the_second),
		cmocka_unit_test(needs_the_same_prologue_and_psk),
		cmocka_unit_test(refuses_keys_that_give_zero),
		cmocka_unit_test(refuses_calls_out_of_turn),
		cmocka_unit_test(says_how_long_its_messages_are),
		cmocka_unit_test(refuses_replayed_lost_and_changed_transport),
		cmocka_unit_test(bounds_what_a_message_carries),
	};

	return cmocka_run_group_tests_name("proto/wire/noise", tests, start, NULL);
}
