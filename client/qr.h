/*
 * A text as a QR code (ISO/IEC 18004) in half blocks, for a phone's camera.
 */
#ifndef CLIENT_QR_H
#define CLIENT_QR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/**
 * qr_print(out, text, columns, colour):
 * Print ${text} as a QR code with its quiet zone; nothing where the text is too long
 * for one, ${columns} cells (0: any number) are too few, or the locale cannot show it.
 * With ${colour} it is black on white, else light modules are drawn, as most
 * terminals are dark.
 */
void qr_print(FILE *out, const char *text, size_t columns, bool colour);

#endif
