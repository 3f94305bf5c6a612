/*
 * MathML that comes without TeX, written in a line: its letters alone would say that a half of
 * x is "12x".
 */
#ifndef DAEMON_PAGE_MATHML_H
#define DAEMON_PAGE_MATHML_H

#include "daemon/page/dom.h"
#include "proto/base/buffer.h"

/**
 * mathml_append(math, out):
 * Append what ${math}, a <math>, shows (MathML Core, 3), as one writes it in a line: (a + b)/2,
 * x^2, a_(i + 1), and tables as [1, 2; 3, 4].  RS_ELIMIT, RS_ENOMEM.
 */
int mathml_append(const xmlNode *math, struct buffer *out);

#endif
