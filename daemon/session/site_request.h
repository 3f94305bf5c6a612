/*
 * What a device asks about the sites of the archive: how the sessions there are, and to change
 * them.  On the vault thread.
 */
#ifndef DAEMON_SESSION_SITE_REQUEST_H
#define DAEMON_SESSION_SITE_REQUEST_H

#include "proto/replica/replica.h"
#include "readsync.pb-c.h"

enum {
	SITE_REQUEST_SITES = 100,	/* that one answer lists, at most */
	SITE_RENEW_SPACING_MS = 5000	/* between two repairs of a site's articles */
};

/**
 * site_request_list(replica, after, response):
 * Put the sites behind the name ${after} into ${response}, by name, as many as an answer
 * has room for.  RS_ENOMEM.
 */
int site_request_list(struct replica *replica, const char *after,
    Readsync__Response *response);

/**
 * site_request_change(replica, change, response, detail):
 * Do what ${change} says; ${response} gets the sites that it concerned, as they are now.
 * RS_EINVAL, RS_ENOTFOUND, RS_EREFUSED, RS_ELIMIT, of which ${detail} says what is wrong and
 * what to do, and what the vault fails with; then nothing has changed.
 */
int site_request_change(struct replica *replica, const Readsync__SiteChange *change,
    Readsync__Response *response, struct rs_err_detail *detail);

/**
 * site_request_stopped(replica, ret_count):
 * Count the sites that are left alone since the reader's session there does not work, or they
 * are signed in elsewhere.
 */
int site_request_stopped(struct replica *replica, uint32_t *ret_count);

#endif
