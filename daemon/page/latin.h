/*
 * Which charset of Latin letters a page is in, when nobody names one and detection took it for
 * some charset of them.
 *
 * Detectors compare the frequencies of letters, and confuse charsets that have most letters in
 * the same places: Polish in ISO 8859-2 and in windows-1250 differ in six.  But read by a wrong
 * one, letters become what no word has: a sign amid letters ("s±", "¶wiat", "ºi"), or a capital
 * behind a small letter.  The charset that has the fewest of these is the right one.
 */
#ifndef DAEMON_PAGE_LATIN_H
#define DAEMON_PAGE_LATIN_H

#include "proto/base/buffer.h"

/**
 * latin_mend(page, label):
 * Return the label of the charset that ${page}, which was detected as ${label}, is in: ${label}
 * itself where that is no charset of Latin letters, or fits as well as any.  The result is
 * ${label} or static.
 */
const char *latin_mend(struct bytes page, const char *label);

#endif
