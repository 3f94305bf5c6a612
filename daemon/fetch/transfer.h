/*
 * One exchange: a request given to libcurl with every bound set, and its
 * result made of what libcurl says at the end.
 *
 * What always holds: http and https only, also in redirects; TLS is verified;
 * no cookies but the request's, no .netrc, no proxy out of the environment; every connection
 * passes the guard unless a proxy makes it.
 */
#ifndef DAEMON_FETCH_TRANSFER_H
#define DAEMON_FETCH_TRANSFER_H

#include <curl/curl.h>

#include "daemon/fetch/fetch.h"
#include "daemon/fetch/guard.h"
#include "daemon/fetch/multi.h"

struct transfer;

/* What all transfers of a fetcher share; it outlives them. */
struct transfer_setting {
	struct multi *multi;
	struct guard *guard;
	char *agent;			/* the User-Agent header */
	char *proxy;			/* a URL, or "" for none */
	struct fetch_limits limits;	/* no field is 0 */
};

/**
 * transfer_host(url, ret_host, detail):
 * Set ${ret_host} to the "host:port" that ${url} names, in lower case and
 * allocated: what politeness counts by.  RS_EINVAL when it is no absolute URL, RS_EREFUSED
 * when its scheme is neither http nor https, with ${detail}; RS_ENOMEM.
 */
int transfer_host(const char *url, char **ret_host, struct rs_err_detail *detail);

/**
 * transfer_new(setting, request, ret_transfer):
 * Prepare the exchange of ${request}, of which nothing is needed afterwards.
 * RS_EINVAL when a validator or type holds control characters (it would forge
 * headers), or a cookie is longer than any; RS_ENOMEM.
 */
int transfer_new(const struct transfer_setting *setting, const struct fetch_request *request,
    struct transfer **ret_transfer);

/**
 * transfer_free(transfer):
 * Free ${transfer}, which is in no multi handle; NULL is ignored.
 */
void transfer_free(struct transfer *transfer);

/**
 * transfer_easy(transfer):
 * Return libcurl's handle.
 */
CURL *transfer_easy(struct transfer *transfer);

/**
 * transfer_result(transfer, code):
 * Make the result of an exchange that ended with ${code}, and hand it over to
 * the caller.  Called once.
 */
struct fetch_result *transfer_result(struct transfer *transfer, CURLcode code);

#endif
