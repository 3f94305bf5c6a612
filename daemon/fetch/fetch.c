#include <stdlib.h>
#include <string.h>

#include "daemon/fetch/fetch.h"

int
fetch_result_new(const char *url, size_t body_max, struct fetch_result **ret_result)
{
	struct fetch_result *result = calloc(1, sizeof(*result));

	if (result == NULL)
		return RS_ENOMEM;
	result->reason = "";
	buffer_init(&result->body, body_max);
	buffer_init_secret(&result->cookies, FETCH_JAR_MAX);
	result->url = strdup(url);
	if (result->url == NULL) {
		fetch_result_free(result);
		return RS_ENOMEM;
	}
	*ret_result = result;
	return RS_OK;
}

void
fetch_result_free(struct fetch_result *result)
{
	if (result == NULL)
		return;
	free(result->url);
	free(result->content_type);
	free(result->etag);
	free(result->last_modified);
	free(result->location);
	buffer_release(&result->cookies);
	free(result->referrer_policy);
	buffer_release(&result->body);
	free(result);
}
