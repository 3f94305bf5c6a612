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

/**
 * archive_link_ask(client, request, ret_response, detail):
 * Ask the first archive of the library that answers, over Noise; or the daemon behind the
 * control socket, where --control names one or this device is not paired.  ${detail} says
 * what is wrong; nothing is told.  The replica must be open unless there is --control.
 */
int archive_link_ask(struct client *client, const Readsync__Request *request,
    Readsync__Response **ret_response, struct rs_err_detail *detail);

#endif
