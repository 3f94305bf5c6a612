#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/wire/frame.h"

static const uint8_t stream[] = "\0\3abc\0\1d\1\0";

static void
takes_frames_from_any_pieces(void **state)
{
	struct frame_reader reader;
	struct bytes in, frame;
	size_t piece, at, taken;

	(void)state;
	for (piece = 1; piece <= 8; piece++) {
		char text[8] = "";
		size_t frames = 0;

		frame_reader_init(&reader);
		assert_true(frame_reader_between(&reader));
		for (at = 0; at < 8; at += taken) {
			taken = piece < 8 - at ? piece : 8 - at;
			in = bytes_of(stream + at, taken);
			do {
				assert_int_equal(frame_reader_take(&reader, 10, &in, &frame),
				    RS_OK);
				if (frame.len > 0) {
					frames++;
					strncat(text, (const char *)frame.data, frame.len);
				}
			} while (frame.len > 0);
			assert_int_equal(in.len, 0);
		}
		assert_int_equal(frames, 2);
		assert_string_equal(text, "abcd");
		assert_true(frame_reader_between(&reader));
		frame_reader_release(&reader);
	}
}

static void
stops_at_the_end_of_a_frame(void **state)
{
	struct frame_reader reader;
	struct bytes in = bytes_of(stream, 8), frame;

	(void)state;
	frame_reader_init(&reader);
	assert_int_equal(frame_reader_take(&reader, 3, &in, &frame), RS_OK);
	assert_true(bytes_equal(frame, bytes_of_text("abc")));
	assert_int_equal(in.len, 3);
	frame_reader_release(&reader);
}

static void
refuses_empty_and_long_frames_at_their_header(void **state)
{
	static const struct {
		uint8_t header[2];
		size_t max;
		int err;
	} cases[] = {
		{ { 0, 0 }, 10, RS_EPROTOCOL },
		{ { 0, 11 }, 10, RS_EPROTOCOL },
		{ { 0, 10 }, 10, RS_OK },
		{ { 0xff, 0xf0 }, FRAME_PAYLOAD_MAX, RS_EPROTOCOL },
		{ { 0xff, 0xef }, FRAME_PAYLOAD_MAX, RS_OK },
		{ { 0xff, 0xff }, FRAME_MAX, RS_OK },
	};
	struct frame_reader reader;
	struct bytes in, frame;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		frame_reader_init(&reader);
		in = bytes_of(cases[i].header, 2);
		assert_int_equal(frame_reader_take(&reader, cases[i].max, &in, &frame),
		    cases[i].err);
		if (cases[i].err != RS_OK)
			assert_null(reader.body.data);
		frame_reader_release(&reader);
	}
}

static void
knows_a_stream_that_is_cut(void **state)
{
	struct frame_reader reader;
	struct bytes in, frame;
	size_t len;

	(void)state;
	for (len = 0; len <= 5; len++) {
		frame_reader_init(&reader);
		in = bytes_of(stream, len);
		assert_int_equal(frame_reader_take(&reader, 10, &in, &frame), RS_OK);
		assert_int_equal(frame.len, len == 5 ? 3 : 0);
		assert_int_equal(frame_reader_between(&reader), len == 0 || len == 5);
		frame_reader_release(&reader);
	}
}

static void
appends_only_what_can_be_read(void **state)
{
	static const uint8_t zeros[FRAME_MAX + 1];
	struct buffer out;

	(void)state;
	buffer_init(&out, FRAME_HEADER_LEN + FRAME_MAX);
	assert_int_equal(frame_append(bytes_of(NULL, 0), &out), RS_ELIMIT);
	assert_int_equal(frame_append(bytes_of(zeros, FRAME_MAX + 1), &out), RS_ELIMIT);
	assert_int_equal(frame_append(bytes_of_text("abc"), &out), RS_OK);
	assert_true(bytes_equal(buffer_bytes(&out), bytes_of(stream, 5)));
	assert_int_equal(frame_append(bytes_of(zeros, FRAME_MAX), &out), RS_ELIMIT);
	assert_int_equal(out.len, 5);
	buffer_clear(&out);
	assert_int_equal(frame_append(bytes_of(zeros, FRAME_MAX), &out), RS_OK);
	assert_int_equal(out.len, FRAME_HEADER_LEN + FRAME_MAX);
	buffer_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_frames_from_any_pieces),
		cmocka_unit_test(stops_at_the_end_of_a_frame),
		cmocka_unit_test(refuses_empty_and_long_frames_at_their_header),
		cmocka_unit_test(knows_a_stream_that_is_cut),
		cmocka_unit_test(appends_only_what_can_be_read),
	};

	return cmocka_run_group_tests_name("proto/wire/frame", tests, NULL, NULL);
}
