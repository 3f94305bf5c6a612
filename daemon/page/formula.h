/*
 * Formulas: where a page keeps the TeX of what it shows as MathML, as an image, or by
 * a script.  All results are borrowed from the tree.
 */
#ifndef DAEMON_PAGE_FORMULA_H
#define DAEMON_PAGE_FORMULA_H

#include <stdbool.h>

#include "daemon/page/measure.h"

/**
 * formula_of_math(math):
 * Return the TeX that ${math}, a <math>, carries beside its MathML; or NULL.
 */
const char *formula_of_math(xmlNode *math);

/**
 * formula_of_image(measure):
 * Return the TeX that an image shows, by its class and its alternative text; or NULL.
 */
const char *formula_of_image(const struct measure *measure);

/**
 * formula_of_script(script, ret_display):
 * Return the TeX that MathJax would set in the place of ${script}, and whether on lines of
 * its own; NULL when it is no such script.
 */
const char *formula_of_script(const xmlNode *script, bool *ret_display);

/**
 * formula_is_set(node):
 * Tell whether ${node} is what MathJax has made of a formula whose script follows.
 */
bool formula_is_set(const xmlNode *node);

#endif
