#include <string.h>

#include <sodium.h>

#include "proto/base/encode.h"
#include "proto/base/err.h"

void
encode_hex(struct bytes bytes, char *text)
{
	text[0] = '\0';
	if (bytes.len > 0)
		sodium_bin2hex(text, bytes.len * 2 + 1, bytes.data, bytes.len);
}

static int
append_base64(struct bytes bytes, int variant, struct buffer *out)
{
	size_t len = sodium_base64_ENCODED_LEN(bytes.len, variant) - 1;
	uint8_t *room;
	int err = buffer_reserve(out, len, &room);

	if (err != RS_OK)
		return err;
	/* The NUL goes where a buffer has room for one beyond its bound. */
	sodium_bin2base64((char *)room, len + 1, bytes.data, bytes.len, variant);
	buffer_commit(out, len);
	return RS_OK;
}

int
encode_base64(struct bytes bytes, struct buffer *out)
{
	return append_base64(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING, out);
}

int
encode_base64_padded(struct bytes bytes, struct buffer *out)
{
	return append_base64(bytes, sodium_base64_VARIANT_ORIGINAL, out);
}

int
encode_base64_read(const char *text, struct buffer *out)
{
	size_t text_len = strlen(text), got;
	/* What is left of a group of four gives one byte less than it has. */
	size_t room_len = text_len / 4 * 3 + (text_len % 4 > 1 ? text_len % 4 - 1 : 0);
	uint8_t *room;
	int err = buffer_reserve(out, room_len, &room);

	if (err != RS_OK)
		return err;
	if (sodium_base642bin(room, room_len, text, text_len, NULL, &got, NULL,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
		return RS_EINVAL;
	buffer_commit(out, got);
	return RS_OK;
}

size_t
encode_base64_read_loose(uint8_t *letters, size_t len)
{
	size_t bytes;

	while (len > 0 && strchr("= \t\r\n", letters[len - 1]) != NULL)
		len--;
	for (size_t i = 0; i < len; i++)
		letters[i] = letters[i] == '-' ? '+' : letters[i] == '_' ? '/' : letters[i];
	return sodium_base642bin(letters, len, (const char *)letters, len, " \t\r\n", &bytes, NULL,
	    sodium_base64_VARIANT_ORIGINAL_NO_PADDING) == 0 ? bytes : 0;
}
