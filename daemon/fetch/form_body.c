#include <string.h>

#include <curl/curl.h>

#include "daemon/fetch/form_body.h"
#include "proto/base/err.h"
#include "proto/base/secret.h"

static int
append_escaped(struct buffer *out, const char *text)
{
	char *escaped;
	int err;

	/* libcurl takes an empty text for one whose length it is to find out. */
	if (text[0] == '\0')
		return RS_OK;
	escaped = curl_easy_escape(NULL, text, (int)strlen(text));
	if (escaped == NULL)
		return RS_ENOMEM;
	err = buffer_append_text(out, escaped);
	secret_wipe(escaped, strlen(escaped));
	curl_free(escaped);
	return err;
}

int
form_body_append(struct buffer *out, const char *name, const char *value)
{
	int err = out->len == 0 ? RS_OK : buffer_append_byte(out, '&');

	if (err == RS_OK)
		err = append_escaped(out, name);
	if (err == RS_OK)
		err = buffer_append_byte(out, '=');
	return err == RS_OK ? append_escaped(out, value) : err;
}
