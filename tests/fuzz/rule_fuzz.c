/*
 * Site rules from any bytes: a rule that is read can be applied to a page, which stays one; it
 * never brings out what the page hides.
 */
#include <string.h>

#include "daemon/page/page.h"
#include "daemon/rule/rule.h"
#include "proto/record/article.h"
#include "proto/record/article_text.h"
#include "tests/fuzz/fuzz.h"

unsigned fuzz_runs = 1000;

#define SECRET "hiddentext"
#define TEXT "<p>The ferry left the harbour before dawn, as it had every day since the bridge fell.</p>"

static void
apply(const Readsync__SiteRule *rule)
{
	static const char shown[] = "<html><head><title>A title</title><script>var t = '" SECRET
	    "';</script></head><body><div class=top><a href=/in>Log in</a></div><article>"
	    "<h1>A ferry</h1>" TEXT TEXT "<div hidden><p>" SECRET "</p></div><!-- <p>" SECRET
	    "</p> --><template><p>" SECRET "</p></template>" TEXT "<section "
	    "style='display:none'>" SECRET "</section>" TEXT "</article></body></html>";
	struct page_input input = { .body = bytes_of_text(shown), .url = "https://example.org/a",
	    .rule = rule };
	struct rs_err_detail detail = { "" };
	Readsync__Article *article = NULL;
	Readsync__Verdict *verdict = NULL;
	struct buffer text;
	int err = page_read(&input, &article, &verdict, &detail);

	fuzz_check(err == RS_OK || err == RS_ENOTPAGE || err == RS_ELIMIT);
	if (err != RS_OK)
		return;
	buffer_init(&text, 1 << 20);
	fuzz_check(article_validate(article) == RS_OK);
	fuzz_check(article_text(article, &text) == RS_OK);
	fuzz_check(strstr(buffer_text(&text), SECRET) == NULL);
	fuzz_check(strstr(article->title, SECRET) == NULL);
	buffer_release(&text);
	readsync__article__free_unpacked(article, NULL);
	readsync__verdict__free_unpacked(verdict, NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	Readsync__SiteRule *rule = NULL;
	int err;

	/* A rule that brings the word itself says nothing of the page. */
	if (memmem(data, len, SECRET, sizeof(SECRET) - 1) != NULL)
		return 0;
	err = rule_parse(bytes_of(data, len), NULL, NULL, &rule);
	if (err == RS_OK) {
		apply(rule);
		readsync__site_rule__free_unpacked(rule, NULL);
	} else {
		fuzz_check(err == RS_ELIMIT);
	}
	return 0;
}
