/*
 * The charset of a feed: which of those that it is said to have is true.
 *
 * XML has rules of its own for this (RFC 7303, section 3; XML 1.0, appendix F);
 * the decoding itself is that of pages, daemon/page/charset.h.
 */
#ifndef DAEMON_FEED_FEED_CHARSET_H
#define DAEMON_FEED_FEED_CHARSET_H

#include "proto/base/buffer.h"
#include "proto/base/err.h"

/**
 * feed_charset_decode(body, content_type, ret_text, ret_len, detail):
 * Decode ${body}, whose HTTP header said ${content_type} (may be NULL), into
 * valid UTF-8 that the caller frees.  What decides, in this order: a byte order
 * mark, the zeros that UTF-16 puts beside the first '<', the header, the XML
 * declaration, the bytes themselves.  Only a header that says Latin-1 or ASCII, as
 * servers do of everything, yields to a declaration.  Fails like charset_decode.
 */
int feed_charset_decode(struct bytes body, const char *content_type,
    uint8_t **ret_text, size_t *ret_len, struct rs_err_detail *detail);

#endif
