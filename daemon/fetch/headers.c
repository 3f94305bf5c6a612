#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/fetch/headers.h"
#include "proto/base/err.h"

/* Tell whether a value may be kept, and sent back: it is short and without control bytes. */
static bool
is_usable(const char *value)
{
	const unsigned char *at = (const unsigned char *)value;

	while (*at >= 0x20 && *at != 0x7f)
		at++;
	return *at == '\0' && at != (const unsigned char *)value &&
	    strlen(value) <= HEADERS_VALUE_MAX;
}

int
headers_copy(CURL *easy, const char *name, char **ret_value)
{
	struct curl_header *header;
	char *value = NULL;
	CURLHcode code = curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header);

	/* Of several, browsers too believe the last. */
	if (code == CURLHE_OK && header->amount > 1)
		code = curl_easy_header(easy, name, header->amount - 1, CURLH_HEADER, -1, &header);
	if (code == CURLHE_OK && is_usable(header->value)) {
		value = strdup(header->value);
		if (value == NULL)
			return RS_ENOMEM;
	}
	*ret_value = value;
	return RS_OK;
}

/* Read what "Retry-After" is: seconds, or a date; 0 for neither (RFC 9110, 10.2.3). */
static int64_t
seconds_of(const char *value)
{
	time_t date;

	if (value[strspn(value, "0123456789")] == '\0')
		return strtoll(value, NULL, 10);
	date = curl_getdate(value, NULL);
	return date < 0 ? 0 : (int64_t)(date - time(NULL));
}

int64_t
headers_retry_after_ms(CURL *easy)
{
	struct curl_header *header;
	int64_t seconds = 0;
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	if (status != 429 && status != 503)
		return 0;
	/* Not CURLINFO_RETRY_AFTER: newer versions of libcurl give six hours at most. */
	if (curl_easy_header(easy, "Retry-After", 0, CURLH_HEADER, -1, &header) == CURLHE_OK)
		seconds = seconds_of(header->value);
	/* A date in the past or a word that is neither says no more than none. */
	if (seconds <= 0)
		return HEADERS_RETRY_DEFAULT_MS;
	if (seconds > HEADERS_RETRY_MAX_MS / 1000)
		return HEADERS_RETRY_MAX_MS;
	return seconds * 1000;
}
