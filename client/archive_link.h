/*
 * How to talk to an archive: as whom, and to the daemon of this machine.
 */
#ifndef CLIENT_ARCHIVE_LINK_H
#define CLIENT_ARCHIVE_LINK_H

#include "client/command.h"
#include "client/link.h"

/**
 * archive_link_identity(replica, ret_identity):
 * Return this device's static private key, made at the first call.  Freed with
 * secret_free.
 */
int archive_link_identity(struct replica *replica, struct secret **ret_identity);

/**
 * archive_link_control(client):
 * Return the path of the control socket to use: --control, READSYNC_CONTROL, or the
 * first that exists of the usual places; NULL when there is none.
 */
const char *archive_link_control(const struct client *client);

/**
 * archive_link_request(client, request, ret_response):
 * Ask the daemon behind the control socket, and return its answer, freed with
 * readsync__response__free_unpacked(response, NULL).  Returns an error after telling
 * it, also one that the daemon answered.
 */
int archive_link_request(struct client *client, const Readsync__Request *request,
    Readsync__Response **ret_response);

#endif
