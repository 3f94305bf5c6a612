/*
 * Is a text an XPath 1.0 that can be evaluated on a page?
 *
 * libxml2 says what does not parse.  Names that nothing stands behind it would meet only on the
 * pages where it comes that far, so those are looked for here: a page has no prefixes, a
 * rule no variables, and of functions there are those of the standard.
 * Source: https://www.w3.org/TR/1999/REC-xpath-19991116/, sections 3.7 and 4.
 */
#ifndef DAEMON_RULE_XPATH_H
#define DAEMON_RULE_XPATH_H

#include <stdbool.h>

/**
 * xpath_check(text):
 * Return NULL if ${text} is one; else the reason why not, a constant.
 */
const char *xpath_check(const char *text);

#endif
