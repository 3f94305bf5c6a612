#include <ctype.h>
#include <stdlib.h>

#include "daemon/feed/feed_charset.h"
#include "daemon/feed/feed_json.h"
#include "daemon/feed/feed_parse.h"
#include "daemon/feed/feed_result.h"
#include "daemon/feed/feed_xml.h"

/* Read the feed in ${text}, which is UTF-8, into ${result}. */
static int
read_text(struct bytes text, const char *url, Readsync__JobResult *result,
    struct rs_err_detail *detail)
{
	/* Blank lines before an XML declaration are common, and an error in XML. */
	while (text.len > 0 && isspace(text.data[0])) {
		text.data++;
		text.len--;
	}
	if (text.len == 0) {
		rs_err_detail_set(detail, "not a feed: empty");
		return RS_ENOTPAGE;
	}
	if (text.data[0] == '{')
		return feed_json_read(text, url, result, detail);
	return feed_xml_read(text, url, result, detail);
}

int
feed_parse(struct bytes body, const char *url, const char *content_type,
    Readsync__JobResult **ret_result, struct rs_err_detail *detail)
{
	Readsync__JobResult *result = NULL;
	struct rs_err_detail reason = { "" };
	uint8_t *text = NULL;
	size_t len = 0;
	int err;

	if (body.len > FEED_PARSE_MAX) {
		rs_err_detail_set(detail, "feed larger than %d bytes", FEED_PARSE_MAX);
		return RS_ELIMIT;
	}
	rs_err_detail_set(detail, "out of memory");
	err = feed_charset_decode(body, content_type, &text, &len, &reason);
	if (err == RS_ENOTPAGE)
		rs_err_detail_set(detail, "not a feed: %s", reason.text);
	if (err != RS_OK || (err = feed_result_new(&result)) != RS_OK)
		goto out;
	err = read_text(bytes_of(text, len), url, result, detail);
out:
	free(text);
	if (err == RS_OK)
		*ret_result = result;
	else
		readsync__job_result__free_unpacked(result, NULL);
	return err;
}
