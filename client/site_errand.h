/*
 * What an archive does at a site while the reader waits: log in, or see whether the
 * session works.
 */
#ifndef CLIENT_SITE_ERRAND_H
#define CLIENT_SITE_ERRAND_H

#include "client/command.h"

/**
 * site_errand_login(client, argc, argv), site_errand_test(client, argc, argv):
 * Do "login HOST ..." and "test HOST ..." of readsync site, whose words are ${argv}; tell
 * what came of it, and return the exit status: 0 when the session works, or may; that of
 * RS_EREFUSED when it does not; for a test that of RS_ENOTFOUND when nothing tells.
 */
int site_errand_login(struct client *client, int argc, char **argv);
/** See above. */
int site_errand_test(struct client *client, int argc, char **argv);

#endif
