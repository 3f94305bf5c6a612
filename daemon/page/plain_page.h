/*
 * A page that is plain text: what its server calls so and no markup begins.
 *
 * It is read like any other once it is marked up.  Its paragraphs are what blank lines
 * part, or, where lines are so long that nobody can have broken them by hand, the lines;
 * one whose lines are indented keeps them, as a table or a program needs it.
 */
#ifndef DAEMON_PAGE_PLAIN_PAGE_H
#define DAEMON_PAGE_PLAIN_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/buffer.h"

/**
 * plain_page_is(content_type, text):
 * Tell whether ${text}, whose HTTP header said ${content_type} (may be NULL), is one.
 * Servers call HTML text/plain too: what begins with a tag is none.
 */
bool plain_page_is(const char *content_type, struct bytes text);

/**
 * plain_page_mark_up(text, ret_page, ret_len):
 * Make an HTML page of ${text}, UTF-8, which the caller frees.  RS_ENOMEM.
 */
int plain_page_mark_up(struct bytes text, uint8_t **ret_page, size_t *ret_len);

#endif
