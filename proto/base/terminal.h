/*
 * Talking to a person at the terminal that the program runs in: asking for a secret,
 * showing how far something is.
 */
#ifndef PROTO_BASE_TERMINAL_H
#define PROTO_BASE_TERMINAL_H

#include "proto/base/secret.h"

enum {
	TERMINAL_LINE_MAX = 1024	/* bytes of an answer */
};

/**
 * terminal_ask(prompt, ret_secret):
 * Write ${prompt} to the controlling terminal, and read one line from it without echo,
 * into locked memory alone.  The caller frees ${ret_secret}.  RS_ENOTFOUND when there is
 * none, or standard input is something else; RS_EINVAL for an empty line, RS_ELIMIT for
 * one beyond TERMINAL_LINE_MAX, RS_EIO, RS_ENOMEM.  The echo comes back also when a
 * signal that ends the program arrives meanwhile.
 */
int terminal_ask(const char *prompt, struct secret **ret_secret);

/**
 * terminal_progress(what, done, total):
 * Show on standard error, if that is a terminal, which part of ${what} is done, on one
 * line that is cleared when all of it is.
 */
void terminal_progress(const char *what, uint64_t done, uint64_t total);

/**
 * terminal_flush():
 * Have what was printed reach standard output.  On a failure it is dropped; a reader who has
 * gone is one too (RS_EIO), and not the end of the program.
 */
int terminal_flush(void);

#endif
