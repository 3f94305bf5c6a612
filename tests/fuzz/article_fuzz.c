/*
 * Articles from any bytes, as a peer or a blob brings them: what is taken keeps
 * article.h's promises, packs again, and every renderer comes through it without
 * writing a control character or markup of its own.
 */
#include <stdio.h>
#include <string.h>

#include "client/view/html.h"
#include "client/view/terminal.h"
#include "proto/base/err.h"
#include "proto/record/article.h"
#include "proto/record/article_html.h"
#include "proto/record/article_markdown.h"
#include "proto/record/article_text.h"
#include "tests/fuzz/fuzz.h"

static void
check_clean(const char *text)
{
	for (; *text != '\0'; text++)
		fuzz_check(*text == '\n' || *text == '\t' || (unsigned char)*text >= ' ');
}

/* Some images are here, some are not, some are not to be seen: by their sources. */
static int
find_image(void *context, const Readsync__Block *block, struct article_html_image *ret_image)
{
	size_t len = strlen(block->source);

	(void)context;
	ret_image->hidden = len % 3 == 0;
	ret_image->type = "image/png";
	ret_image->problem = "not kept: \"<script>\"";
	if (len % 3 == 1)
		ret_image->content = bytes_of_text(block->source);
	return RS_OK;
}

/* A page loads nothing: what has a src has the file in it. */
static void
check_page(const Readsync__Reading *reading, const Readsync__Article *article)
{
	const struct article_html_parts parts = { find_image, NULL, NULL };
	struct annotation annotation = { .note_count = 0 };
	const char *at;
	struct buffer page;

	buffer_init(&page, 64 * 1024 * 1024);
	fuzz_check(html_page("https://example.org/\"><script>", reading, article, &annotation,
	    &parts, &page) == RS_OK);
	check_clean(buffer_text(&page));
	fuzz_check(strstr(buffer_text(&page), "<script") == NULL);
	for (at = buffer_text(&page); (at = strstr(at, " src=\"")) != NULL; at++)
		fuzz_check(strncmp(at, " src=\"data:image/png;base64,", 27) == 0);
	buffer_release(&page);
}

static void
check_renderings(const Readsync__Article *article)
{
	Readsync__Reading reading = READSYNC__READING__INIT;
	Readsync__Verdict verdict = READSYNC__VERDICT__INIT;
	Readsync__Images images = READSYNC__IMAGES__INIT;
	struct annotation annotation = { .note_count = 0 };
	struct terminal_style style = { 40, false };
	struct buffer out;
	char *text = NULL;
	size_t len;
	FILE *file = open_memstream(&text, &len);

	if (file == NULL)
		abort();
	reading.verdict = &verdict;
	terminal_print(file, "", &reading, article, &images, &annotation, &style);
	fclose(file);
	check_clean(text);
	free(text);
	buffer_init(&out, 64 * 1024 * 1024);
	fuzz_check(article_text(article, &out) == RS_OK);
	check_clean(buffer_text(&out));
	buffer_clear(&out);
	fuzz_check(article_markdown(article, &out) == RS_OK);
	check_clean(buffer_text(&out));
	buffer_clear(&out);
	fuzz_check(article_html(article, &out) == RS_OK);
	check_clean(buffer_text(&out));
	fuzz_check(strstr(buffer_text(&out), "<script") == NULL);
	buffer_release(&out);
	check_page(&reading, article);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	Readsync__Article *article, *again;
	struct buffer first, second;

	if (article_unpack(bytes_of(data, len), &article) != RS_OK)
		return 0;
	buffer_init(&first, ARTICLE_PACKED_MAX);
	buffer_init(&second, ARTICLE_PACKED_MAX);
	fuzz_check(article_validate(article) == RS_OK);
	fuzz_check(article_pack(article, &first) == RS_OK);
	fuzz_check(article_unpack(buffer_bytes(&first), &again) == RS_OK);
	fuzz_check(article_pack(again, &second) == RS_OK);
	fuzz_check(bytes_equal(buffer_bytes(&first), buffer_bytes(&second)));
	check_renderings(article);
	readsync__article__free_unpacked(again, NULL);
	readsync__article__free_unpacked(article, NULL);
	buffer_release(&first);
	buffer_release(&second);
	return 0;
}
