/*
 * A text as a QR code (ISO/IEC 18004) in half blocks, for a phone's camera.
 */
#ifndef CLIENT_QR_H
#define CLIENT_QR_H

#include <stdio.h>

/**
 * qr_print(out, text):
 * Print ${text} as a QR code with its quiet zone; nothing where the text is too long
 * for one, or the locale cannot show it.
 */
void qr_print(FILE *out, const char *text);

#endif
