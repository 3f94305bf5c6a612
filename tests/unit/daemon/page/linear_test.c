/*
 * Goal: what a page costs grows as the page does.  Each class of page is read at one
 * size and at four times that: what is linear then takes four times the processor, what is
 * quadratic sixteen.  The processor's time is taken and not the clock's, and the
 * least of a few readings, so that other work on the machine counts for little.
 */
#include <time.h>

#include "tests/unit/daemon/page/reading.h"

enum {
	PIECES = 800,		/* of a page at the smaller size */
	TIMES = 4,		/* as many at the larger */
	READINGS = 3,
	RATIO_MAX = 8,		/* between four and sixteen */
	TRIES = 3		/* when the machine is busy */
};

#define DIVS "<div><div><div><div><div><div><div><div><div><div>"
#define DEEP DIVS DIVS DIVS DIVS DIVS DIVS DIVS DIVS DIVS DIVS

static const struct class {
	const char *name, *before, *piece, *after;
} classes[] = {
	{ "paragraphs", "<article>", P1, "</article>" },
	{ "paragraphs outside of anything", "", P1, "" },
	{ "sections", "", "<section><div class=w><div class=t>" P1 "</div></div></section>", "" },
	{ "bodies", "", "<div class=article-body>" P1 "</div>", "" },
	{ "articles", "", "<article>" P1 "</article>", "" },
	{ "breaks", "<article>", PROSE_1 "<br><br>", "</article>" },
	{ "links", "<article>" LONG_PROSE, "<p><a href=/a>A link</a></p>", LONG_PROSE "</article>" },
	{ "inline elements", "<article><p>", "<b>a <i>b</i> <a href=/c>c</a></b> ", "</p></article>" },
	{ "stray ends", "<article><p>", "word</b></i></span>", "</p></article>" },
	{ "list items", "<article>" P1 "<ul>", "<li>" PROSE_2, "</ul></article>" },
	{ "rows", "<article>" P1 "<table><tr><th>A<th>B</tr>", "<tr><td>one<td>two</tr>", "</table></article>" },
	{ "tables in one another", "<article>" P1, "<table><tr><td>" P2 "<table><tr><td>a<td>b</table></table>",
	    "</article>" },
	{ "figures", "<article>" P1,
	    "<figure><img src=/i.jpg><figcaption>A goat</figcaption></figure>" P2, "</article>" },
	{ "captions outside of figures", "<article>" P1 "<figure><img src=/i.jpg></figure>",
	    "<p class=caption>A goat</p><p class=credit>Ann</p>", "</article>" },
	{ "formulas that are set", "<article>" P1,
	    "<span class=MathJax>x</span><script type='math/tex'>x</script>", "</article>" },
	{ "formulas without TeX", "<article>" P1, "<math><msup><mfrac><mi>a</mi><mi>b</mi></mfrac><mn>2</mn></msup>"
	    "</math>", "</article>" },
	{ "elements that hold nothing", "<article>" P1, "a<wbr>b<picture><source><img></picture>",
	    "</article>" },
	{ "live blogs", "", "<div itemscope itemtype='https://schema.org/LiveBlogPosting'>" P1 "</div>", "" },
	{ "definitions", "<article>" P1 "<dl>", "<dt>goat<dd>an animal", "</dl></article>" },
	{ "code", "<article>" P1, "<pre><code><span>a</span> = <span>b</span>;\n</code></pre>", "</article>" },
	{ "footnotes", "<article>" P1, "<p>" PROSE_2 "<sup><a href=#n>1</a></sup></p><ol><li id=n>" PROSE_3 "</ol>",
	    "</article>" },
	{ "headings", "<article>", "<h1>The last ferry</h1>" P1, "</article>" },
	{ "empty headings", "<article>" LONG_PROSE, "<h2>The last ferry</h2>", "</article>" },
	{ "labels", "<article>", P1 "<p>Advertisement</p>", "</article>" },
	{ "other articles", "<article>", P1 "<p>Related stories</p><p><a href=/a>A ferry</a> a</p><p>More</p>",
	    "</article>" },
	{ "nothing but other articles", "<article>" LONG_PROSE, "<p>Related stories</p>", "</article>" },
	{ "furniture at the end", "<article>" LONG_PROSE LONG_PROSE, "<p>Copyright</p>", "</article>" },
	{ "bylines", "<h1>a</h1>", "<div class=byline><span class=author>Ann Other</span></div>", LONG_PROSE },
	{ "dates", "<h1>a</h1>", "<span class=date>not a date</span><p>1.3.2024</p>", LONG_PROSE },
	{ "texts before a heading", "", "<i>2024</i><b>By</b>", "<h1>a</h1>" LONG_PROSE },
	{ "meta", "", "<meta property=og:title content=A><meta name=author content=B>", LONG_PROSE },
	{ "elements that style sheets hide", "<style>.a{display:none}</style><h1>a</h1><article>"
	    LONG_PROSE, "<style>.b,#c{display:none}</style><p class='a d'>" PROSE_1 "</p>", "</article>" },
	{ "style sheets without an end", "<article>" LONG_PROSE "</article>",
	    "<style>.a{{/*</style><style>.a\"{@media{</style>", "" },
	{ "comments of browsers alone", "<article>" LONG_PROSE, "a<![endif]>b<!-->c", "</article>" },
	{ "comments that do not end", "<article>" LONG_PROSE LONG_PROSE, "<!a <!b <!c <!d <!e <!f <!g <!h <!i",
	    "></article>" },
	{ "sections of AMP", "<article>" P1, "<section amp-access=a amp-access-hide>" P2 "</section>",
	    "</article>" },
	{ "rules", "<article>" LONG_PROSE "</article><style>", ".a,.b:not(c){display:none}/*", "" },
	{ "hidden elements", "<article>" LONG_PROSE, "<p hidden>" PROSE_1 "</p>", "</article>" },
	{ "comments", "<article>" LONG_PROSE, "<div class=comment>" P1 "</div>", "</article>" },
	{ "pages", "<article>" LONG_PROSE, "<a href='/news/story.html?page=3'>3</a>", "</article>" },
	{ "walls", "<article>", P1 "<p>Subscribe to continue reading.</p>", "</article>" },
	{ "remarks", "<article>" P1 DEEP, "<p>For subscribers</p>", "</article>" },
	{ "remarks in a text that goes on", "<article>" P1 DEEP, "<p>For subscribers</p>", P2 "</article>" },
	{ "remarks before any text", DEEP, "<p>For subscribers</p>", "<article>" LONG_PROSE "</article>" },
	{ "references", "<article><p>", "&amp;&#8212;&copy ", "</p></article>" },
	{ "attributes", "<article><p ", "a=b ", ">" PROSE_1 "</article>" },
	{ "classes", "<article class='", "related-story ", "'>" LONG_PROSE "</article>" },
	{ "scripts", "<article>" LONG_PROSE, "<script>if (a < b) document.write('<p>');</script>", "</article>" },
	{ "JSON-LD", "", "<script type=application/ld+json>{\"@type\":\"Thing\",\"name\":\"a\"}</script>", LONG_PROSE },
	{ "Chinese", "<article><p>",
	    "\xe6\xb8\xa1\xe8\xbd\xae\xe5\x9c\xa8\xe9\xbb\x8e\xe6\x98\x8e\xe5\x89\x8d\xe3\x80\x82",
	    "</p></article>" },
};

static double
cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The least that the page costs, with its piece ${pieces} times. */
static double
cost_of(const struct class *class, unsigned pieces)
{
	struct page_input input = { .url = READING_URL };
	struct rs_err_detail detail = { "" };
	Readsync__Article *article = NULL;
	Readsync__Verdict *verdict = NULL;
	double start, cost, least = 1e9;
	struct buffer page;

	buffer_init(&page, PAGE_MAX);
	buffer_append_text(&page, class->before);
	for (unsigned i = 0; i < pieces; i++)
		buffer_append_text(&page, class->piece);
	assert_int_equal(buffer_append_text(&page, class->after), 0);
	input.body = buffer_bytes(&page);
	for (unsigned i = 0; i < READINGS; i++) {
		start = cpu_seconds();
		if (page_read(&input, &article, &verdict, &detail) != RS_OK)
			fail_msg("%s: %s", class->name, detail.text);
		cost = cpu_seconds() - start;
		least = cost < least ? cost : least;
		readsync__article__free_unpacked(article, NULL);
		readsync__verdict__free_unpacked(verdict, NULL);
	}
	buffer_release(&page);
	return least;
}

static void
cost_grows_as_the_page_does(void **state)
{

	(void)state;
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		double ratio = 0;

		for (unsigned try = 0; try == 0 || (try < TRIES && ratio > RATIO_MAX); try++)
			ratio = cost_of(&classes[i], TIMES * PIECES) / cost_of(&classes[i], PIECES);
		if (ratio > RATIO_MAX)
			fail_msg("%s: %d times the page costs %.1f times as much", classes[i].name,
			    TIMES, ratio);
		print_message("%-30s %.1f\n", classes[i].name, ratio);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cost_grows_as_the_page_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
