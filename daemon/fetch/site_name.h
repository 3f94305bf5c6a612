/*
 * The site that a page belongs to: what sessions, jars and meters are kept by.
 */
#ifndef DAEMON_FETCH_SITE_NAME_H
#define DAEMON_FETCH_SITE_NAME_H

#include <stdbool.h>

enum {
	SITE_NAME_SIZE = 254		/* bytes of a host name (RFC 1035) and a NUL */
};

/**
 * site_name_of(url, ret_name):
 * Write the site of the absolute ${url} into ${ret_name}: the registrable domain of its
 * host by the public suffix list (publicsuffix.org), such as "example.co.uk", in lower case and
 * ASCII; the host itself where it has none (an address, "localhost", a public
 * suffix).  RS_EINVAL when ${url} names no host, RS_ENOMEM.
 */
int site_name_of(const char *url, char ret_name[SITE_NAME_SIZE]);

/**
 * site_name_of_host(host, ret_name):
 * The same for a host name without port, as in a line of a cookies.txt (which may begin
 * with a dot) or as a reader types it.
 */
int site_name_of_host(const char *host, char ret_name[SITE_NAME_SIZE]);

/**
 * site_name_is_suffix(name):
 * Tell whether ${name}, which is spelled as site_name_of does, is a public suffix, such as "co.uk":
 * the sites below it are not one another's.
 */
bool site_name_is_suffix(const char *name);

#endif
