/*
 * Views of bytes, and buffers that grow up to a bound.
 *
 * A `struct bytes` is borrowed: it owns nothing and is valid as long as what
 * it points into.  A `struct buffer` owns its memory and cannot be made
 * without its maximum, so no input, however long, makes one grow past it.
 * Between calls, data[0..len) is the content and data[len] is NUL whenever
 * data is not NULL, so that text in a buffer can be handed to libc.
 */
#ifndef PROTO_BASE_BUFFER_H
#define PROTO_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A borrowed run of bytes; data may be NULL when len is 0. */
struct bytes {
	const uint8_t *data;
	size_t len;
};

struct buffer {
	uint8_t *data;
	size_t len;		/* bytes of content */
	size_t capacity;	/* bytes allocated, the NUL's among them */
	size_t max;		/* content never grows past this */
	bool secret;		/* what it held is wiped as it goes */
};

/**
 * bytes_of(data, len), bytes_of_text(text):
 * Return a view of ${len} bytes at ${data}, or of the NUL-terminated ${text}
 * without its NUL (NULL gives an empty view).
 */
struct bytes bytes_of(const void *data, size_t len);
/** View a C string, without its end. */
struct bytes bytes_of_text(const char *text);

/**
 * bytes_equal(a, b):
 * Tell whether two views hold the same bytes.  Not in constant time: never
 * for secrets.
 */
bool bytes_equal(struct bytes a, struct bytes b);

/**
 * buffer_init(buffer, max):
 * Make ${buffer} empty, with room for at most ${max} bytes later.  Allocates
 * nothing.
 */
void buffer_init(struct buffer *buffer, size_t max);

/**
 * buffer_init_secret(buffer, max):
 * The same for what nobody may find in the memory later: what is dropped is wiped, also where
 * the content moves to more room.
 */
void buffer_init_secret(struct buffer *buffer, size_t max);

/**
 * buffer_take(buffer, from):
 * Make ${buffer} of all that ${from} is and holds, which is left empty and usable, as by
 * buffer_release.
 */
void buffer_take(struct buffer *buffer, struct buffer *from);

/**
 * buffer_release(buffer):
 * Free what ${buffer} holds and leave it empty and usable, with the same
 * bound, and as secret.
 */
void buffer_release(struct buffer *buffer);

/**
 * buffer_clear(buffer):
 * Drop the content and keep the memory.
 */
void buffer_clear(struct buffer *buffer);

/**
 * buffer_append(buffer, data, len), buffer_append_text(buffer, text):
 * Append bytes, or a NUL-terminated text without its NUL.  RS_ELIMIT when the
 * content would pass the bound, RS_ENOMEM; the content is then unchanged.
 */
int buffer_append(struct buffer *buffer, const void *data, size_t len);
/** Append a C string, without its end; fails like buffer_append. */
int buffer_append_text(struct buffer *buffer, const char *text);

/**
 * buffer_append_byte(buffer, byte):
 * Append one byte; fails like buffer_append.
 */
int buffer_append_byte(struct buffer *buffer, uint8_t byte);

/**
 * buffer_printf(buffer, format, ...):
 * Append formatted text; fails like buffer_append.
 */
int buffer_printf(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * buffer_reserve(buffer, len, ret_room):
 * Make room for ${len} more bytes and set ${ret_room} to where they go; the
 * caller writes up to ${len} of them and then calls buffer_commit with how
 * many it wrote.  Fails like buffer_append.
 */
int buffer_reserve(struct buffer *buffer, size_t len, uint8_t **ret_room);
/** Take ${len} bytes that were written into the room reserved last. */
void buffer_commit(struct buffer *buffer, size_t len);

/**
 * buffer_truncate(buffer, len):
 * Drop what stands after the first ${len} bytes: takes back an append.
 */
void buffer_truncate(struct buffer *buffer, size_t len);

/**
 * buffer_consume(buffer, len):
 * Drop the first ${len} bytes (at most all of them).
 */
void buffer_consume(struct buffer *buffer, size_t len);

/**
 * buffer_bytes(buffer), buffer_text(buffer):
 * Return the content as a view, or as a NUL-terminated text ("" when
 * empty); both are valid until the buffer is next changed.
 */
struct bytes buffer_bytes(const struct buffer *buffer);
/** Return the content as a C string, valid until the next change. */
const char *buffer_text(const struct buffer *buffer);

#endif
