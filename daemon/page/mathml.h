/*
 * MathML that comes without TeX, written as such: its letters alone would say that a half of x
 * is "12x".
 */
#ifndef DAEMON_PAGE_MATHML_H
#define DAEMON_PAGE_MATHML_H

#include "daemon/page/dom.h"
#include "proto/base/buffer.h"

/**
 * mathml_append(math, out):
 * Append what ${math}, a <math>, shows (MathML Core, 3), as TeX: fractions, roots, scripts,
 * fences and tables; letters and signs as they are.  RS_ELIMIT, RS_ENOMEM.
 */
int mathml_append(const xmlNode *math, struct buffer *out);

#endif
