/*
 * Character references that old editors wrote wrongly: "&#146;" for a quotation mark.
 *
 * The numbers 128 to 159 name controls in Unicode, and characters in windows-1252;
 * pages mean the latter, and browsers read it so (HTML Standard, "numeric character
 * reference end state").  libxml2 gives the control.
 */
#ifndef DAEMON_PAGE_REFERENCE_H
#define DAEMON_PAGE_REFERENCE_H

#include <stddef.h>
#include <stdint.h>

/**
 * reference_mend(text, len):
 * Put the characters that are meant in place of such references in the ${len}
 * bytes of UTF-8 at ${text}, of any form that HTML knows ("&#146;", "&#x92;", without
 * the semicolon), and return the new length, which is never greater.
 */
size_t reference_mend(uint8_t *text, size_t len);

#endif
