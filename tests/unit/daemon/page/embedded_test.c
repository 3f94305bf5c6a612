#include "tests/unit/daemon/page/reading.h"

/* A GIF of 100 times 80 pixels, to its header's end, in base64 and percent-encoded. */
#define GIF "R0lGODlhZABQAAAAAA=="
#define GIF_PERCENT "GIF89a%64%00%50%00%00%00%00"
/* And of 64 times 64, which is a sign. */
#define SIGN "R0lGODlhQABAAAAAAA=="

/* As SingleFile writes an image that occurs twice. */
#define TWICE(url) "<style>:root{--a:1;--sf-img-1: url(" url ")}b{color:red}</style>"
#define BLANK(name) "<img src='data:image/svg+xml,<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100\" " \
    "height=\"80\"><rect fill-opacity=\"0\"/></svg>' style='background-size:100% 100%!important;" \
    "background-image:var(" name ")!important'>"

#define LIMITS { .image_max = 1000, .images_max = 2000 }

/* Read a page with ${markup} in its article; ${html} is what becomes of that. */
static void
read_markup(const char *markup, struct embedded *embedded, struct reading *reading)
{
	struct page_input input = { .url = READING_URL "#top", .embedded = embedded };
	struct buffer page;

	buffer_init(&page, 1 << 20);
	assert_int_equal(buffer_printf(&page, ARTICLE(P1 P2 "%s" P3 P4), markup), RS_OK);
	input.body = buffer_bytes(&page);
	reading_of(&input, reading);
	buffer_release(&page);
}

static void
images_of_the_page_are_taken(void **state)
{
	static const struct { const char *markup; size_t count; } cases[] = {
		{ "<img src='data:image/gif;base64," GIF "'>", 1 },
		{ "<img src=' DATA:image/png;charset=x ;BASE64,R0lG\nODlhZABQ AAAAAA%3d%3D'>", 1 },
		{ "<img src='data:image/gif," GIF_PERCENT "'>", 1 },
		/* Whatever else says where the image is. */
		{ "<img src='data:image/gif;base64," GIF "' srcset='/a.jpg 2x' data-src=/b.jpg>", 1 },
		{ "<figure><picture><source srcset='data:image/gif;base64," GIF "'>"
		    "<img src='data:image/gif;base64," GIF "'></picture></figure>", 1 },
		/* Equal ones are one. */
		{ "<img src='data:image/gif;base64," GIF "'>" P5 "<img src='data:image/gif," GIF_PERCENT "'>", 1 },
		/* In a style sheet, where it stands for two. */
		{ TWICE("\"data:image/gif;base64," GIF "\"") BLANK("--sf-img-1") P5 BLANK("--sf-img-1"), 1 },
		{ TWICE(" 'data:image/gif;base64," GIF "'") BLANK(" --sf-img-1 "), 1 },
		{ TWICE("data:image/gif;base64," GIF) BLANK("--sf-img-1"), 1 },
		{ TWICE("data:image/gif;base64," GIF) BLANK("--sf-img-2"), 0 },
		{ TWICE("/a.gif") BLANK("--sf-img-1"), 0 }, { BLANK("--sf-img-1"), 0 },
		{ "<style>a{--sf-img-1:url(data:image/gif;base64," GIF "</style>" BLANK("--sf-img-1"), 0 },
		{ TWICE("data:image/gif;base64," SIGN) "<img style='background-image:var(--sf-img-1)' "
		    "src='data:image/gif;base64," GIF "'>", 1 },
		/* What is no picture. */
		{ "<img src='data:image/gif;base64," SIGN "'>", 0 }, { "<img src='data:image/gif;base64,'>", 0 },
		{ "<img src='data:text/html,<b>'>", 0 }, { "<img src='data:image/gif;base64'>", 0 },
		{ "<img src='data:image/svg+xml,<svg width=\"900\" height=\"600\" "
		    "xmlns=\"http://www.w3.org/2000/svg\"/>'>", 0 },
		{ "<img src='data:image/gif;base64," GIF "' width=1 height=1>", 0 },
		/* What is in no article. */
		{ "<nav><img src='data:image/gif;base64," GIF "'></nav>", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct embedded embedded = LIMITS;
		struct reading reading;

		read_markup(cases[i].markup, &embedded, &reading);
		if (embedded.count != cases[i].count)
			fail_msg("%s: %zu", cases[i].markup, embedded.count);
		assert_null(strstr(buffer_text(&reading.html), "data:"));
		for (size_t at = 0; at < embedded.count; at++) {
			const Readsync__PageImage *image = embedded.images[at];

			assert_non_null(strstr(buffer_text(&reading.html), image->source));
			assert_memory_equal(image->source, READING_URL "#image-", sizeof(READING_URL "#image-") - 1);
			assert_int_equal(strlen(image->source), sizeof(READING_URL "#image-") - 1 + 32);
			assert_int_equal(image->image->kind, READSYNC__IMAGE__KIND__GIF);
			assert_int_equal(image->image->width, 100);
			assert_int_equal(image->image->height, 80);
			assert_int_equal(image->content.len, 13);
			assert_memory_equal(image->content.data, "GIF89ad\0P\0\0\0\0", 13);
		}
		embedded_release(&embedded);
		reading_free(&reading);
	}
}

static void
what_cannot_be_kept_says_why(void **state)
{
	static const struct { const char *markup, *problem; struct embedded limits; } cases[] = {
		{ "<img src='data:image/png;base64,aGVsbG8='>", "not an image", LIMITS },
		{ "<img src='data:image/gif;base64," GIF "'>", "it is larger than max_image allows",
		    { .image_max = 12, .images_max = 2000 } },
		{ "<img src='data:image/gif;base64," GIF "'>",
		    "the article's images are larger than max_images allows",
		    { .image_max = 1000, .images_max = 12 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct embedded embedded = cases[i].limits;
		struct reading reading;

		read_markup(cases[i].markup, &embedded, &reading);
		assert_int_equal(embedded.count, 1);
		assert_string_equal(embedded.images[0]->image->problem, cases[i].problem);
		assert_int_equal(embedded.images[0]->image->kind, READSYNC__IMAGE__KIND__NONE);
		assert_int_equal(embedded.images[0]->content.len, 0);
		embedded_release(&embedded);
		reading_free(&reading);
	}
}

static void
nobody_who_does_not_ask_gets_any(void **state)
{
	struct reading reading;

	(void)state;
	read_markup("<img src='data:image/gif;base64," GIF "'>", NULL, &reading);
	assert_null(strstr(buffer_text(&reading.html), "<img"));
	reading_free(&reading);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(images_of_the_page_are_taken),
		cmocka_unit_test(what_cannot_be_kept_says_why),
		cmocka_unit_test(nobody_who_does_not_ask_gets_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
