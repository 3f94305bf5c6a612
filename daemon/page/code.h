/*
 * Preformatted text: its lines as they stand, and the language they are in.
 */
#ifndef DAEMON_PAGE_CODE_H
#define DAEMON_PAGE_CODE_H

#include <stddef.h>

#include "daemon/page/dom.h"
#include "proto/base/buffer.h"

enum {
	CODE_LANGUAGE_MAX = 32
};

/**
 * code_append(node, out):
 * Append the text of ${node}, a <pre>, with its line feeds and tabs, without
 * line numbers that stand beside it, nor an empty line at either end.  Fails like
 * buffer_append.
 */
int code_append(const xmlNode *node, struct buffer *out);

/**
 * code_language(node, language):
 * Write the language that ${node}, what is in it or what is around it names in
 * the ways of highlighters ("language-c", "lang-c", "highlight-source-c",
 * "hljs c", "brush: c", data-lang) into ${language}; "" when none does.  The
 * elements have their measures.
 */
void code_language(const xmlNode *node, char language[CODE_LANGUAGE_MAX]);

#endif
