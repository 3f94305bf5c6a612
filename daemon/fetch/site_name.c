#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <curl/curl.h>
#include <libpsl.h>

#include "daemon/fetch/site_name.h"
#include "proto/base/err.h"
#include "proto/record/host_name.h"

/* The list knows names only: the last label of an IPv4 address would pass for a suffix. */
static bool
is_address(const char *host)
{
	return strchr(host, ':') != NULL || isdigit((unsigned char)host[strlen(host) - 1]);
}

/* Write the site of ${host}, in any spelling. */
static int
name_of(const char *host, char ret_name[SITE_NAME_SIZE])
{
	const char *domain = NULL, *name;
	struct buffer spelled;
	int err;

	buffer_init(&spelled, SITE_NAME_SIZE - 1);
	err = host_name_append(bytes_of_text(host), &spelled);
	if (err == RS_OK) {
		name = buffer_text(&spelled);
		if (psl_builtin() != NULL && !is_address(name))
			domain = psl_registrable_domain(psl_builtin(), name);
		snprintf(ret_name, SITE_NAME_SIZE, "%s", domain == NULL ? name : domain);
	}
	buffer_release(&spelled);
	return err == RS_ELIMIT ? RS_EINVAL : err;
}

int
site_name_of(const char *url, char ret_name[SITE_NAME_SIZE])
{
	CURLU *parts = curl_url();
	char *host = NULL;
	CURLUcode code;
	int err = RS_EINVAL;

	if (parts == NULL)
		return RS_ENOMEM;
	code = curl_url_set(parts, CURLUPART_URL, url, 0);
	if (code == CURLUE_OK)
		code = curl_url_get(parts, CURLUPART_HOST, &host, 0);
	if (code == CURLUE_OK)
		err = name_of(host, ret_name);
	else if (code == CURLUE_OUT_OF_MEMORY)
		err = RS_ENOMEM;
	curl_free(host);
	curl_url_cleanup(parts);
	return err;
}

bool
site_name_is_suffix(const char *name)
{
	/* A name that no list knows, as of a machine next door, is its owner's. */
	return psl_builtin() != NULL && !is_address(name) && psl_is_public_suffix2(psl_builtin(),
	    name, PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE) != 0;
}

int
site_name_of_host(const char *host, char ret_name[SITE_NAME_SIZE])
{
	char url[SITE_NAME_SIZE + sizeof("https:///")];

	host += host[0] == '.';
	if (host[0] == '\0' || strlen(host) >= SITE_NAME_SIZE ||
	    strpbrk(host, "/@:?#\\ \t\r\n") != NULL)
		return RS_EINVAL;
	snprintf(url, sizeof(url), "https://%s/", host);
	return site_name_of(url, ret_name);
}
