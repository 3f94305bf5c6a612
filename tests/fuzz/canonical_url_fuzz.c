/*
 * URLs from any text: the canonical form of a canonical form is itself, and what
 * a page's link resolves to is safe, has no second resolution, and has a
 * canonical form unless it is too long for one.
 */
#include <string.h>

#include "daemon/page/url.h"
#include "proto/record/article.h"
#include "proto/record/canonical_url.h"
#include "tests/fuzz/fuzz.h"

static int
check_form(const char *url)
{
	struct rs_err_detail detail = { "" };
	struct buffer form, again;
	int err;

	buffer_init(&form, CANONICAL_URL_MAX);
	buffer_init(&again, CANONICAL_URL_MAX);
	err = canonical_url_make(url, &form, &detail);
	if (err == RS_OK) {
		fuzz_check(strncmp(buffer_text(&form), "https://", 8) == 0);
		fuzz_check(canonical_url_make(buffer_text(&form), &again, &detail) == RS_OK);
		fuzz_check(bytes_equal(buffer_bytes(&form), buffer_bytes(&again)));
	} else {
		fuzz_check((err == RS_EINVAL || err == RS_ELIMIT) && detail.text[0] != '\0');
	}
	buffer_release(&form);
	buffer_release(&again);
	return err;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1), *url = NULL, *again = NULL;

	if (text == NULL)
		return 0;
	memcpy(text, data, len);
	text[len] = '\0';
	check_form(text);
	if (url_resolve("https://example.org/a/b?c#d", text, &url) == RS_OK) {
		fuzz_check(article_url_is_safe(url, true) && strlen(url) <= URL_MAX);
		fuzz_check(url_resolve("https://example.com/", url, &again) == RS_OK);
		fuzz_check(strcmp(url, again) == 0);
	}
	free(url);
	free(again);
	free(text);
	return 0;
}
