/*
 * Pages from any bytes: from HTML to the article and its JSON, as a worker and
 * `readsyncd extract` make them.  The first byte chooses the session, the second
 * the content type and the status.  The article must be one that a replica takes.
 */
#include <string.h>

#include "daemon/page/page.h"
#include "daemon/worker/worker.h"
#include "proto/record/article.h"
#include "proto/record/article_html.h"
#include "proto/record/article_markdown.h"
#include "proto/record/article_text.h"
#include "proto/record/unpack.h"
#include "tests/fuzz/fuzz.h"

unsigned fuzz_runs = 5000;

static void
check_article(Readsync__Article *article, Readsync__Verdict *verdict, struct embedded *embedded)
{
	Readsync__JobResult result = READSYNC__JOB_RESULT__INIT;
	struct buffer out;
	ProtobufCMessage *again;
	uint8_t *packed;
	size_t len;

	buffer_init(&out, 64 * 1024 * 1024);
	fuzz_check(article_pack(article, &out) == RS_OK);
	buffer_clear(&out);
	fuzz_check(article_html(article, &out) == RS_OK);
	fuzz_check(strstr(buffer_text(&out), "<script") == NULL);
	fuzz_check(article_text(article, &out) == RS_OK);
	fuzz_check(article_markdown(article, &out) == RS_OK);
	buffer_release(&out);
	result.article = article;
	result.verdict = verdict;
	result.images = embedded->images;
	result.n_images = embedded->count;
	len = readsync__job_result__get_packed_size(&result);
	packed = malloc(len + 1);
	fuzz_check(packed != NULL && len <= WORKER_RESULT_MAX);
	readsync__job_result__pack(&result, packed);
	fuzz_check(unpack_bounded(&readsync__job_result__descriptor, bytes_of(packed, len),
	    16 * WORKER_RESULT_MAX, &again) == RS_OK);
	protobuf_c_message_free_unpacked(again, NULL);
	free(packed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char *const types[] = { NULL, "text/html", "text/html; charset=utf-16le",
	    "application/xhtml+xml", "text/plain; charset=shift_jis", "application/pdf" };
	static const unsigned statuses[] = { 0, 200, 402, 403, 404, 503 };
	struct rs_err_detail detail = { "" };
	struct embedded embedded = { .image_max = 1000, .images_max = 2000 };
	struct page_input input = { .url = "https://example.org/2020/story.html" };
	Readsync__Article *article = NULL;
	Readsync__Verdict *verdict = NULL;
	int err;

	if (len < 2)
		return 0;
	input.session = (Readsync__Session)(data[0] % 3);
	input.content_type = types[data[1] % 6];
	input.status = statuses[data[1] / 6 % 6];
	input.embedded = input.session == READSYNC__SESSION__SESSION_UNKNOWN ? &embedded : NULL;
	input.body = bytes_of(data + 2, len - 2);
	err = page_read(&input, &article, &verdict, &detail);
	if (err == RS_OK) {
		check_article(article, verdict, &embedded);
		readsync__article__free_unpacked(article, NULL);
		readsync__verdict__free_unpacked(verdict, NULL);
	} else {
		fuzz_check((err == RS_ENOTPAGE || err == RS_ELIMIT) && detail.text[0] != '\0');
	}
	embedded_release(&embedded);
	return 0;
}
