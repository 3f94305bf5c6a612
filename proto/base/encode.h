/*
 * Bytes as text and back: hexadecimal for names that people type, base64url
 * (RFC 4648, section 5, without padding) for tokens that they copy, base64 for files
 * inside a page.
 */
#ifndef PROTO_BASE_ENCODE_H
#define PROTO_BASE_ENCODE_H

#include <stddef.h>

#include "proto/base/buffer.h"

/**
 * encode_hex(bytes, text):
 * Write ${bytes} in lower-case hexadecimal and a NUL into ${text}, which has
 * room for 2 × bytes.len + 1 characters.
 */
void encode_hex(struct bytes bytes, char *text);

/**
 * encode_base64(bytes, out):
 * Append ${bytes} in base64url without padding to ${out}.
 */
int encode_base64(struct bytes bytes, struct buffer *out);

/**
 * encode_base64_padded(bytes, out):
 * Append ${bytes} in base64 with padding (RFC 4648, section 4), as a data: URL holds it.
 */
int encode_base64_padded(struct bytes bytes, struct buffer *out);

/**
 * encode_base64_read(text, out):
 * Append what ${text} (base64url without padding, nothing else) says to
 * ${out}.  RS_EINVAL when it is not that.
 */
int encode_base64_read(const char *text, struct buffer *out);

/**
 * encode_base64_read_loose(letters, len):
 * Make bytes of the ${len} letters of base64 at ${letters}, in their place, as data: URLs hold
 * them: of either kind, with white space, with and without what fills up the end.  Return how many
 * bytes they are; 0 when something else is among them.
 */
size_t encode_base64_read_loose(uint8_t *letters, size_t len);

#endif
