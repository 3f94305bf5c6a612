/*
 * Links of a page, made absolute.
 *
 * Follows RFC 3986, section 5, with what browsers forgive on top: white space
 * around a link, tabs and line feeds inside it, backslashes for slashes, spaces
 * and letters beyond ASCII, which become percent-encoded in path and query.
 * Only http, https and mailto ever come out.
 */
#ifndef DAEMON_PAGE_URL_H
#define DAEMON_PAGE_URL_H

enum {
	URL_MAX = 4096		/* bytes; a longer link is no link */
};

/**
 * url_resolve(base, reference, ret_url):
 * Resolve ${reference} against the absolute ${base}.  The caller frees the
 * result.  RS_EINVAL when what comes out is not an http or https URL with a
 * host, nor a mailto address; RS_ENOMEM.
 */
int url_resolve(const char *base, const char *reference, char **ret_url);

#endif
