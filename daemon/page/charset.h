/*
 * From the bytes of a page to UTF-8.
 *
 * What decides, in this order: a byte order mark, the zeros of UTF-16 without
 * one, the charset of the Content-Type header, a <meta> within the first bytes,
 * an XML declaration, the shifts of ISO 2022, whether the bytes are valid UTF-8
 * anyway, detection by the letters' frequencies (which latin.h mends), and at last
 * windows-1252.  What is declared and the bytes refute is passed over: it names UTF-8
 * and most letters are not, or another and all are.  Labels mean what browsers mean by
 * them (the Encoding Standard): "iso-8859-1" is windows-1252, "gb2312" is GB 18030.
 *
 * The text that comes out is always valid UTF-8 without NULs: what cannot be
 * decoded becomes U+FFFD.  ICU does the work because it needs no files; the
 * iconv of libc loads its converters from disk, which the workers' sandbox
 * forbids.
 */
#ifndef DAEMON_PAGE_CHARSET_H
#define DAEMON_PAGE_CHARSET_H

#include <stddef.h>
#include <stdint.h>

#include "proto/base/buffer.h"
#include "proto/base/err.h"

/**
 * charset_decode(page, content_type, max, ret_text, ret_len, detail):
 * Decode ${page}, whose HTTP header said ${content_type} (may be NULL), into
 * at most ${max} bytes of UTF-8 (what is longer is cut) that the caller frees.
 * RS_ENOTPAGE with "empty" or "not text" in ${detail} (may be NULL) when there
 * is nothing to read; RS_ENOMEM.
 */
int charset_decode(struct bytes page, const char *content_type, size_t max,
    uint8_t **ret_text, size_t *ret_len, struct rs_err_detail *detail);

#endif
