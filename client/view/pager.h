/*
 * What a person pages through: on a terminal that can, PAGER, else less, stands
 * between an article and the screen.
 */
#ifndef CLIENT_VIEW_PAGER_H
#define CLIENT_VIEW_PAGER_H

#include <stdio.h>

/**
 * pager_open():
 * Start the pager and return the stream into it.  Returns NULL, and standard output
 * is to be used, when that is no terminal, TERM is "dumb" or unset, PAGER is empty or
 * "cat", or PAGER is unset and there is no less.
 */
FILE *pager_open(void);

/**
 * pager_close(pager):
 * Wait until the reader is done.  Returns 0, or -1 when the pager could not
 * be started, and nothing was shown.
 */
int pager_close(FILE *pager);

#endif
