#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/buffer.h"
#include "proto/base/err.h"
#include "proto/base/secret.h"

#define FIRST_CAPACITY 64

struct bytes
bytes_of(const void *data, size_t len)
{
	struct bytes view = { data, len };

	return view;
}

struct bytes
bytes_of_text(const char *text)
{
	return bytes_of(text, text == NULL ? 0 : strlen(text));
}

bool
bytes_equal(struct bytes a, struct bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

void
buffer_init(struct buffer *buffer, size_t max)
{
	*buffer = (struct buffer){ .max = max };
}

void
buffer_init_secret(struct buffer *buffer, size_t max)
{
	*buffer = (struct buffer){ .max = max, .secret = true };
}

/* Of what is in the first ${len} bytes, leave nothing behind ${from}. */
static void
wipe_from(struct buffer *buffer, size_t from, size_t len)
{
	if (buffer->secret && len > from)
		secret_wipe(buffer->data + from, len - from);
}

/* Leave it as it was made; what it held has gone. */
static void
begin_anew(struct buffer *buffer)
{
	*buffer = (struct buffer){ .max = buffer->max, .secret = buffer->secret };
}

void
buffer_release(struct buffer *buffer)
{
	wipe_from(buffer, 0, buffer->capacity);
	free(buffer->data);
	begin_anew(buffer);
}

void
buffer_take(struct buffer *buffer, struct buffer *from)
{
	*buffer = *from;
	begin_anew(from);
}

void
buffer_clear(struct buffer *buffer)
{
	wipe_from(buffer, 0, buffer->len);
	buffer->len = 0;
	if (buffer->data != NULL)
		buffer->data[0] = '\0';
}

/* Have ${capacity} bytes, more than there are. */
static int
grow(struct buffer *buffer, size_t capacity)
{
	uint8_t *data = buffer->secret ? malloc(capacity) : realloc(buffer->data, capacity);

	if (data == NULL)
		return RS_ENOMEM;
	if (buffer->secret && buffer->data != NULL) {
		memcpy(data, buffer->data, buffer->len);
		wipe_from(buffer, 0, buffer->capacity);
		free(buffer->data);
	}
	buffer->data = data;
	buffer->capacity = capacity;
	buffer->data[buffer->len] = '\0';
	return RS_OK;
}

int
buffer_reserve(struct buffer *buffer, size_t len, uint8_t **ret_room)
{
	size_t capacity = buffer->capacity == 0 ? FIRST_CAPACITY : buffer->capacity;
	int err = RS_OK;

	if (len > buffer->max - buffer->len)
		return RS_ELIMIT;
	if (len >= SIZE_MAX / 4 - buffer->len)
		return RS_ENOMEM;
	while (capacity < buffer->len + len + 1)
		capacity *= 2;
	if (capacity != buffer->capacity)
		err = grow(buffer, capacity);
	if (err == RS_OK)
		*ret_room = buffer->data + buffer->len;
	return err;
}

void
buffer_commit(struct buffer *buffer, size_t len)
{
	buffer->len += len;
	buffer->data[buffer->len] = '\0';
}

int
buffer_append(struct buffer *buffer, const void *data, size_t len)
{
	uint8_t *room;
	int err = buffer_reserve(buffer, len, &room);

	if (err != RS_OK)
		return err;
	if (len > 0)
		memcpy(room, data, len);
	buffer_commit(buffer, len);
	return RS_OK;
}

int
buffer_append_text(struct buffer *buffer, const char *text)
{
	return buffer_append(buffer, text, strlen(text));
}

int
buffer_append_byte(struct buffer *buffer, uint8_t byte)
{
	/* Many texts are made byte by byte. */
	if (buffer->len + 1 < buffer->capacity && buffer->len < buffer->max) {
		buffer->data[buffer->len] = byte;
		buffer->data[++buffer->len] = '\0';
		return RS_OK;
	}
	return buffer_append(buffer, &byte, 1);
}

int
buffer_printf(struct buffer *buffer, const char *format, ...)
{
	va_list args;
	uint8_t *room;
	int len, err;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		return RS_EINVAL;
	err = buffer_reserve(buffer, (size_t)len, &room);
	if (err != RS_OK)
		return err;
	va_start(args, format);
	vsnprintf((char *)room, (size_t)len + 1, format, args);
	va_end(args);
	buffer_commit(buffer, (size_t)len);
	return RS_OK;
}

void
buffer_truncate(struct buffer *buffer, size_t len)
{
	if (len >= buffer->len)
		return;
	wipe_from(buffer, len, buffer->len);
	buffer->len = len;
	buffer->data[len] = '\0';
}

void
buffer_consume(struct buffer *buffer, size_t len)
{
	if (len >= buffer->len) {
		buffer_clear(buffer);
		return;
	}
	buffer->len -= len;
	memmove(buffer->data, buffer->data + len, buffer->len + 1);
	wipe_from(buffer, buffer->len, buffer->len + len);
}

struct bytes
buffer_bytes(const struct buffer *buffer)
{
	return bytes_of(buffer->data, buffer->len);
}

const char *
buffer_text(const struct buffer *buffer)
{
	return buffer->data == NULL ? "" : (const char *)buffer->data;
}
