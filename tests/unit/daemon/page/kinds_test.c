/*
 * Goal: pages of each kind that people save, as such pages are made, and what must be
 * kept of them and what not.
 */
#include <stdio.h>

#include "tests/unit/daemon/page/reading.h"

#define KEEP "KEEPKEEP"
#define DROP "DROPDROP"

/* Every KEEP of the page is kept, and no DROP. */
static void
check(const char *page)
{
	struct reading reading;
	size_t wanted = 0, found = 0;
	const char *at;

	for (at = page; (at = strstr(at, KEEP)) != NULL; at++)
		wanted++;
	reading_of_page(page, &reading);
	for (at = buffer_text(&reading.html); (at = strstr(at, KEEP)) != NULL; at++)
		found++;
	if (found != wanted || strstr(buffer_text(&reading.html), DROP) != NULL)
		fail_msg("%s\nbecomes\n%s", page, buffer_text(&reading.html));
	reading_free(&reading);
}

/* The page becomes markup that holds each of ${parts}. */
static void
check_html(const char *page, const char *const *parts)
{
	struct reading reading;

	reading_of_page(page, &reading);
	for (; *parts != NULL; parts++)
		if (strstr(buffer_text(&reading.html), *parts) == NULL)
			fail_msg("no %s in\n%s", *parts, buffer_text(&reading.html));
	reading_free(&reading);
}

#define HTML(page, ...) check_html(page, (const char *const[]){ __VA_ARGS__, NULL })
#define POST(name, text) "<div class=post><div class=author>" name "</div>" \
    "<div class=content><p>" text "</p></div></div>"

static void
a_live_blog(void **state)
{

	(void)state;
	check("<main><h1>The storm, live</h1><div class=live-feed>"
	    "<article class=entry><time>10:40</time><h2>" KEEP " The bridge is closed</h2>" P1 P2 "</article>"
	    "<article class=entry><time>10:20</time><h2>" KEEP " The ferry stays</h2>" P3 P4 "</article>"
	    "<article class=entry><time>10:05</time><h2>" KEEP " The goat is found</h2>" P5 "<p>" KEEP "</p></article>"
	    "<article class=entry><time>09:30</time><p>" KEEP " " PROSE_1 "</p></article>"
	    "</div></main><aside><p>" DROP " " PROSE_2 "</p></aside>");
}

/* Each entry of it has a text of its own, and microdata says so. */
static void
a_live_blog_with_microdata(void **state)
{
#define ENTRY(inside) "<div itemprop=liveBlogUpdate itemscope itemtype='https://schema.org/BlogPosting'>" \
    "<h3 itemprop=headline>" KEEP " Now</h3><div itemprop=articleBody>" inside "</div></div>"

	(void)state;
	check("<main><div itemscope itemtype='https://schema.org/LiveBlogPosting'><h1>The storm, live</h1>"
	    ENTRY(P1) ENTRY(P2 P3) ENTRY("<p>" KEEP " short.</p>") ENTRY(P4) "</div></main>"
	    "<aside><p>" DROP " " PROSE_5 "</p></aside>");
}

/* When an entry was written belongs to it; when an article was, stands elsewhere. */
static void
times_of_a_live_blog(void **state)
{
#define TIMED(time, text) "<div class=block>" time "<h2>Now</h2>" text "</div>"
#define TIMES(class) "<main><h1>The storm</h1><div class=" class ">" \
    TIMED("<p class=time><a href=#a><time>10.40 GMT</time></a></p>", P1) \
    TIMED("<div class=timestamp>9:20 am</div>", P2) TIMED("<p class=date>9h05</p>", P3) \
    TIMED("<p class=date>4 May</p>", P4) "</div></main>"
	struct reading reading;

	(void)state;
	HTML(TIMES("live-blog"), "<p>10.40 GMT</p>", "<p>9:20 am</p>", "<p>9h05</p>");
	reading_of_page(TIMES("list"), &reading);
	assert_null(strstr(buffer_text(&reading.html), "9:20"));
	reading_free(&reading);
}

static void
questions_and_answers(void **state)
{

	(void)state;
	check("<div class=site><div id=question class=question><h1>Why does a goat climb?</h1><div "
	    "class=post-text><p>" KEEP
	    " " PROSE_1 "</p>" P2 "</div></div><div id=answers><div class=answer><div class=vote>" "12</div>"
	    "<div class=post-text><p>" KEEP " " PROSE_3 "</p>" P4 "</div></div><div class=answer><div "
	    "class=post-text><p>" KEEP
	    " " PROSE_5 "</p>" P1 "</div></div></div></div><div class=sidebar><a href=/q>" DROP " Why not?</a></div>");
}

/* Short ones, of which no answer has more sentences than all others together. */
static void
questions_with_microdata(void **state)
{
#define ANSWER(role, text) "<div itemprop=" role " itemscope itemtype='https://schema.org/Answer'>" \
    "<div class=votecell>" DROP "</div><div itemprop=text><p>" KEEP " " text "</p></div>" \
    "<div class=user-info>asked by " DROP "</div></div>"
#define QUESTION "<div itemprop=mainEntity itemscope itemtype='https://schema.org/Question'><h2 itemprop=name>" \
    "How is a goat milked?</h2><div itemprop=text><p>" KEEP " I have one goat, a stool, and no idea where to " \
    "begin when it is in a mood.</p></div>" \
    ANSWER("acceptedAnswer", "Give it something to eat first, sit down, and wait until it stands still by itself.") \
    ANSWER("suggestedAnswer", "With two people it is easier: one of them sings, and the other milks the goat.") \
    "</div>"

	(void)state;
	check("<div itemscope itemtype='https://schema.org/QAPage'>" QUESTION "</div>"
	    "<aside><a href=/q>" DROP " Why not?</a></aside>");
	/* What is asked often, under an article, is not the article. */
	HTML("<main><article><h1>Goats</h1>" P1 P2 P3 "</article><section itemscope "
	    "itemtype='https://schema.org/FAQPage'>" QUESTION "</section></main>", PROSE_1, PROSE_3);
}

/* What a writer put between the paragraphs leads on; a caption without its image does not. */
static void
a_card_of_a_link(void **state)
{

	(void)state;
	HTML("<article><h1>Goats</h1>" P1 P2 "<figure class=card><a href=https://example.net/ferry><div class=title>"
	    "The last ferry</div><div class=text>How it came that nobody waits.</div></a></figure>" P3 "</article>",
	    "<a href=\"https://example.net/ferry\">The last ferry</a>", "How it came that nobody waits.");
	check("<article><h1>Goats</h1>" P1 P2 "<figure><div class=picture></div><figcaption>" DROP " Photo: <a href=/a>"
	    DROP "</a></figcaption></figure>" P3 "</article>");
}

static void
a_forum(void **state)
{

	(void)state;
	check("<div id=page><nav>" DROP "</nav><h1>Goats on ferries</h1><div class=thread>"
	    POST("ann", KEEP " " PROSE_1) POST("bo", KEEP " " PROSE_2) POST("cy", KEEP " " PROSE_3)
	    POST("ann", KEEP " " PROSE_4) "</div><form><textarea>" DROP "</textarea></form></div>");
}

/* Short posts, each with more about who wrote it than it says. */
static void
a_forum_with_profiles(void **state)
{
#define PROFILED(number, inside) "<div class='post bg" number "'><div class=inner>" \
    "<dl class=postprofile><dt><a href=/u>" DROP "</a></dt><dd><strong>Posts:</strong> 1204</dd>" \
    "<dd><strong>Joined:</strong> Mon Jan 06, 2020 1:00 am</dd>" \
    "<dd><strong>Location:</strong> the island beyond the ferry</dd></dl><div class=postbody><h3><a href=/p>" DROP \
    "</a></h3><div class=content>" inside "</div><div class=signature>A goat a day keeps the captain away</div></div>" \
    "</div></div>"

	(void)state;
	check("<body><div class=page><h2><a href=/t>Goats on ferries</a></h2>"
	    PROFILED("1", KEEP PROSE_1 "<br><br>" PROSE_2) PROFILED("2", KEEP PROSE_3)
	    PROFILED("1", KEEP PROSE_4 " <a href=/x>See here</a>") PROFILED("2", KEEP PROSE_5)
	    "</div><div class=other><div class=content>" DROP PROSE_5 "</div></div></body>");
}

static void
a_recipe(void **state)
{

	(void)state;
	check("<main><h1>Apple cake</h1><div class=recipe><p>" KEEP " " PROSE_1 "</p><h2>Ingredients</h2>"
	    "<ul class=ingredients><li>" KEEP " 4 apples</li><li>2 eggs</li><li>200 g of flour</li></ul><h2>Method</h2>"
	    "<ol class=steps><li>" KEEP " Peel the apples and cut them into slices that are not too thin.</li>"
	    "<li>Beat the eggs, add the flour, and wait until the dough has come to a rest.</li>"
	    "<li>" KEEP " Bake it for forty minutes, or until nobody in the house can wait.</li></ol></div></main>"
	    "<div class=related-recipes><a href=/r>" DROP " Plum cake</a></div>");
}

/* A recipe that microdata or microformats mark, with more sentences in one part of it. */
static void
a_recipe_in_columns(void **state)
{
#define RECIPE(attributes) "<body><div " attributes "><h1>Goat stew</h1><p>" KEEP " " PROSE_1 "</p><div class=cols>" \
    "<div class=left><h2>What you need</h2><ul><li>" KEEP " flour<li>" KEEP " salt</ul></div><div class=method>" \
    "<h2>What to do</h2><ol><li><p>" KEEP " Boil the water in a large pot, and wait until it sings.</p><li><p>" \
    "Add the goat, and whatever the captain has left over from the day before, or what the crew did not " \
    "eat.</p></ol></div></div></div><div><ul><li><a href=/>" DROP "</a></ul></div></body>"

	(void)state;
	check(RECIPE("itemscope itemtype='http://schema.org/Recipe'"));
	check(RECIPE("class='h-recipe'"));
}

static void
a_text_from_right_to_left(void **state)
{
	/* "The ferry sails today, and the goat is on it.", three times, in Hebrew and Arabic. */
	static const char hebrew[] = "<article><h1>x</h1><p>"
	    "\xd7\x94\xd7\x9e\xd7\xa2\xd7\x91\xd7\x95\xd7\xa8\xd7\xaa \xd7\x9e\xd7\xa4\xd7\x9c\xd7\x99"
	    "\xd7\x92\xd7\x94 \xd7\x94\xd7\x99\xd7\x95\xd7\x9d, \xd7\x95\xd7\x94\xd7\xa2\xd7\x96 \xd7\xa2"
	    "\xd7\x9c\xd7\x99\xd7\x94. \xd7\x94\xd7\x9e\xd7\xa2\xd7\x91\xd7\x95\xd7\xa8\xd7\xaa \xd7\x9e"
	    "\xd7\xa4\xd7\x9c\xd7\x99\xd7\x92\xd7\x94 \xd7\x94\xd7\x99\xd7\x95\xd7\x9d, \xd7\x95\xd7\x94"
	    "\xd7\xa2\xd7\x96 \xd7\xa2\xd7\x9c\xd7\x99\xd7\x94. \xd7\x94\xd7\x9e\xd7\xa2\xd7\x91\xd7\x95"
	    "\xd7\xa8\xd7\xaa \xd7\x9e\xd7\xa4\xd7\x9c\xd7\x99\xd7\x92\xd7\x94 \xd7\x94\xd7\x99\xd7\x95"
	    "\xd7\x9d, \xd7\x95\xd7\x94\xd7\xa2\xd7\x96 \xd7\xa2\xd7\x9c\xd7\x99\xd7\x94." "</p></article>";
	static const char arabic[] = "<div><p>"
	    "\xd8\xaa\xd8\xa8\xd8\xad\xd8\xb1 \xd8\xa7\xd9\x84\xd8\xb9\xd8\xa8\xd8\xa7\xd8\xb1\xd8\xa9 "
	    "\xd8\xa7\xd9\x84\xd9\x8a\xd9\x88\xd9\x85\xd8\x8c \xd9\x88\xd8\xa7\xd9\x84\xd9\x85\xd8\xa7"
	    "\xd8\xb9\xd8\xb2 \xd8\xb9\xd9\x84\xd9\x8a\xd9\x87\xd8\xa7. \xd8\xaa\xd8\xa8\xd8\xad\xd8\xb1 "
	    "\xd8\xa7\xd9\x84\xd8\xb9\xd8\xa8\xd8\xa7\xd8\xb1\xd8\xa9 \xd8\xa7\xd9\x84\xd9\x8a\xd9\x88"
	    "\xd9\x85\xd8\x8c \xd9\x88\xd8\xa7\xd9\x84\xd9\x85\xd8\xa7\xd8\xb9\xd8\xb2 \xd8\xb9\xd9\x84"
	    "\xd9\x8a\xd9\x87\xd8\xa7. \xd8\xaa\xd8\xa8\xd8\xad\xd8\xb1 \xd8\xa7\xd9\x84\xd8\xb9\xd8\xa8"
	    "\xd8\xa7\xd8\xb1\xd8\xa9 \xd8\xa7\xd9\x84\xd9\x8a\xd9\x88\xd9\x85\xd8\x8c \xd9\x88\xd8\xa7"
	    "\xd9\x84\xd9\x85\xd8\xa7\xd8\xb9\xd8\xb2 \xd8\xb9\xd9\x84\xd9\x8a\xd9\x87\xd8\xa7." "</p></div>";
	struct reading reading;

	(void)state;
	reading_of_page(hebrew, &reading);
	assert_true(reading.article->right_to_left);
	assert_int_equal(reading.article->words, 15);
	reading_free(&reading);
	reading_of_page(arabic, &reading);
	assert_true(reading.article->right_to_left);
	assert_int_equal(reading.article->n_blocks, 1);
	reading_free(&reading);
}

/* Fewer letters say as much: the thresholds are by script. */
static void
a_chinese_text(void **state)
{
#define ZH "\xe6\xb8\xa1\xe8\xbd\xae\xe5\x9c\xa8\xe9\xbb\x8e\xe6\x98\x8e\xe5\x89\x8d\xe7\xa6\xbb\xe5" \
    "\xbc\x80\xe4\xba\x86\xe6\xb8\xaf\xe5\x8f\xa3\xe3\x80\x82"

	(void)state;
	check("<nav><a href=/>\xe9\xa6\x96\xe9\xa1\xb5" DROP "</a></nav><div class=a><div "
	    "class=b><p>" KEEP ZH "</p><p>" ZH
	    "</p><p>" ZH "</p><p>" KEEP ZH "</p></div><div class=c><a href=/a>" DROP ZH "</a></div></div>");
}

static void
code_with_its_language(void **state)
{

	(void)state;
	HTML(ARTICLE(P1 "<pre><code class=language-c><span class=comment>/* " KEEP " */</span>\nint  x;\n\tx = 1 "
	    "&lt; 2;</code>"
	    "</pre>" P2), "<pre><code class=\"language-c\">/* " KEEP " */\nint  x;\n\tx = 1 &lt; 2;</code></pre>");
	HTML(ARTICLE(P1 "<pre data-enlighter-language=java>int a;</pre>" P2 "<pre class='lang:python decode:true'>x = 1"
	    "</pre>" P3 "<code-block language=rust><pre>fn main() {}</pre></code-block>"), "\"language-java\">int a;",
	    "\"language-python\">x = 1", "\"language-rust\">fn main() {}");
	check("<main><h1>A tool</h1>" P1 "<pre>" KEEP " make\n</pre><p>Then:</p><pre>" KEEP " make install\n</pre>" P2
	    "<pre>" KEEP "</pre></main>");
}

static void
data_and_layout(void **state)
{

	(void)state;
	HTML(ARTICLE(P1 "<table><caption>Boats</caption><tr><th>Boat<th>Goats<tr><td>Ann<td>1</table>" P2),
	    "<table>\n<caption>Boats</caption>\n<tr>\n<th>\n<p>Boat</p>\n</th>", "<td>\n<p>1</p>\n</td>");
	/* What says that it is data may be all links. */
	HTML(ARTICLE(P1 "<table><tr><th>A<th>B<tr><td><a href=/a>The swift Ann</a><td><a href=/b>Ben Bo of "
	    "the island</a></table>" P2), "<a href=\"https://example.org/a\">The swift Ann</a>");
	HTML("<table><tr><td><a href=/>Home</a></td><td>" P1 P2 P3 P4 "</td></tr></table>", "<p>The ferry left");
}

/* Footnotes by whatever address, wherever they stand. */
static void
notes_of_all_kinds(void **state)
{
#define REFERS(href) "<p>A goat<sup><a href='" href "'>1</a></sup> " PROSE_1 "</p>" P2
	static const char *const pages[] = {
		ARTICLE(REFERS(READING_URL "#n1") "<ol><li id=n1>An animal.</ol>"),
		ARTICLE(REFERS("/news/story.html#n1") "<ol><li id=n1>An animal.</ol>"),
		"<base href='https://example.org/'>" ARTICLE(REFERS("news/story.html#n1")
		    "<ol><li id=n1>An animal.</ol>"),
		ARTICLE(REFERS("#%6E1") "<ol><li id=n1>An animal.</ol>"),
		ARTICLE(REFERS("#n1") "<ol><li id=n0>What nothing refers to.<li id=n1>An animal.</ol>"),
		ARTICLE(REFERS("#n1") "<aside role=doc-footnote id=n1>An animal.</aside>"),
		ARTICLE(REFERS("#n1") "<footer class='footnotes'><ol><li id=n1>An animal.</ol></footer>"),
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		HTML(pages[i], "<a href=\"#n1\">1</a>", "<aside id=\"n1\">\n<p>An animal.</p>");
	HTML(ARTICLE(REFERS("/news/other.html#n1") "<ol><li id=n1>An animal.</ol>"), "/news/other.html#n1\">1</a>",
	    "<li>\n<p>An animal.</p>");
	/* What is no id is no note, whatever it is escaped as. */
	HTML(ARTICLE(REFERS("#n%0a1") "<ol><li id='n\n1'>An animal.</ol>"), "<li>\n<p>An animal.</p>");
	HTML(ARTICLE(REFERS("#%ff") "<ol><li id='n1'>An animal.</ol>"), "<li>\n<p>An animal.</p>");
	/* A note in the margin stands in the sentence. */
	HTML(ARTICLE("<p>A goat<label for=s1></label><input type=checkbox id=s1><span class=sidenote>An animal.</span> "
	    PROSE_1 "</p>" P2), "<p>A goat (An animal.) The ferry");
}

static void
notes_and_formulas(void **state)
{

	(void)state;
	HTML(ARTICLE("<p>A goat<sup><a href='#f1' id=r1>1</a></sup> " PROSE_1 "</p>" P2 "<ol><li id=f1>An animal. "
	    "<a href='#r1'>"
	    "back</a></ol>"), "<a href=\"#f1\">1</a>", "<aside id=\"f1\">");
	HTML(ARTICLE(P1 "<p>So <math><mi>x</mi><annotation encoding='application/x-tex'>x^2</annotation></math> it "
	    "is.</p>"
	    "<script type='math/tex; mode=display'>\\frac12</script>" P2), "<code>x^2</code>",
	    "<pre><code>\\frac12</code></pre>");
}

static void
what_is_embedded(void **state)
{

	(void)state;
	HTML(ARTICLE(P1 "<blockquote class=twitter-tweet><p>" KEEP " the goat is mine</p>&mdash; Bo <a href="
	    "'https://social.example/bo/1'>May 4</a></blockquote>" P2 "<iframe title='The goat, sailing' width=560 "
	    "height=315 "
	    "src='https://video.example/embed/1'></iframe>" P3),
	    "<blockquote>\n<p>" KEEP " the goat is mine</p>", "https://social.example/bo/1",
	    "<a href=\"https://video.example/embed/1\">The goat, sailing</a>");
	/* A post that is one link. */
	HTML(ARTICLE(P1 P2 "<div class=tweet><a href='https://social.example/bo/1'><div>Bo</div><p>" KEEP " the goat "
	    "is mine</p></a></div>" P3), KEEP " the goat is mine", "https://social.example/bo/1");
}

/* Players and posts of which the page has no more than an address. */
static void
what_a_program_would_fill(void **state)
{
	static const struct { const char *inside, *link; } cases[] = {
		{ "<amp-facebook data-href='https://social.example/p/1'></amp-facebook>",
		    "<a href=\"https://social.example/p/1\">" },
		{ "<amp-post data-href='https://social.example/p/3'><blockquote placeholder>A goat</blockquote>"
		    "</amp-post>", "<a href=\"https://social.example/p/3\">A goat</a>" },
		{ "<amp-post data-href='https://social.example/p/3'><blockquote placeholder>" PROSE_1 "</blockquote>"
		    "</amp-post>", "<blockquote>\n<p>" PROSE_1 "</p>\n</blockquote>\n"
		    "<p><a href=\"https://social.example/p/3\">" },
		{ "<lite-video url='https://video.example/36' playlabel='Play: the goat'></lite-video>",
		    "<a href=\"https://video.example/36\">Play: the goat</a>" },
		{ "<my-video src='//video.example/1' title='The goat'></my-video>",
		    "<a href=\"https://video.example/1\">The goat</a>" },
		{ "<figure class=media><oembed url='https://video.example/1'></oembed></figure>",
		    "<a href=\"https://video.example/1\">" },
		{ "<blockquote data-instgrm-permalink='https://social.example/p/2'><div><a href=/2>A post by Bo"
		    "</a></div></blockquote>", "<a href=\"https://social.example/p/2\">A post by Bo</a>" },
		{ "<blockquote class=twitter-tweet><a href='https://social.example/bo/1'></a></blockquote>",
		    "<a href=\"https://social.example/bo/1\">" },
		{ "<figure><div class=wrapper>\nhttps://video.example/watch?v=1\n</div></figure>",
		    "<figure>\n<p><a href=\"https://video.example/watch?v=1\">" },
	};
	char page[4096];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(page, sizeof(page), ARTICLE(P1 P2 "%s" P3 P4), cases[i].inside);
		HTML(page, cases[i].link);
	}
	/* A number names no site, a button is no player, and a component may hold an article. */
	check(ARTICLE(P1 "<amp-video-box data-videoid='" DROP "'></amp-video-box><div class=youtube data-id='" DROP
	    " x'></div><share-button url='https://" DROP ".example/'></share-button>" P2 P3));
	HTML(ARTICLE("<video-page src='https://video.example/1'>" P1 P2 P3 "</video-page>"), "<p>" PROSE_1 "</p>",
	    "<a href=\"https://video.example/1\">https");
}

static void
images_that_load_late(void **state)
{

	(void)state;
	HTML(ARTICLE(P1 "<img src='data:image/gif;base64,R0lGOD' data-src=/late.jpg alt=late>" P2
	    "<img srcset='/s.jpg 400w, /m.jpg 1200w, /l.jpg 4000w' src=/s.jpg>" P3
	    "<img class=lazy src=/blank.gif><noscript><img src=/plain.jpg></noscript>" P4
	    "<picture><source srcset='/p.webp 800w'><img src=/p.jpg></picture><img src=/t.gif width=1 height=1>"),
	    "https://example.org/late.jpg", "https://example.org/m.jpg", "https://example.org/plain.jpg",
	    "https://example.org/p.");
	check(ARTICLE(P1 "<img src=/" DROP ".gif width=1 height=1>" P2));
	/* What a script would put a width in, and what is shown until the image is there. */
	HTML(ARTICLE(P1 "<img src=/plain.jpg data-src='/" DROP "_{width}x.jpg'>" P2), "https://example.org/plain.jpg");
	HTML(ARTICLE(P1 "<img src=/large.jpg data-thumb=/" DROP ".jpg data-lowsrc=/" DROP ".jpg>" P2),
	    "https://example.org/large.jpg");
}

static void
captions_apart_from_the_text(void **state)
{
	struct reading reading;

	(void)state;
	reading_of_page(ARTICLE(P1 "<figure><img src=/i.jpg><figcaption>A goat <span class=credit>Ann Other</span>"
	    "</figcaption></figure>" P2), &reading);
	assert_non_null(strstr(buffer_text(&reading.html), "<figcaption>A goat"));
	assert_null(strstr(buffer_text(&reading.text), "A goat"));
	assert_null(strstr(buffer_text(&reading.text), "Ann Other"));
	reading_free(&reading);
	HTML(ARTICLE(P1 "<figure><img src=/i.jpg><span class=image__copyright>&copy; Ann Other</span><figcaption>A goat"
	    "</figcaption></figure>" P2 "<div class=image><img src=/j.jpg><div class=image-caption>A ferry</div><div "
	    "class=photographer>Bo Other</div></div>" P3), "<cite>\xc2\xa9 Ann Other</cite>", "<cite>Bo Other</cite>");
	reading_of_page(ARTICLE(P1 "<div itemscope><img src=/i.jpg><span itemprop=caption>A goat</span> <span itemprop="
	    "copyrightHolder>Ann Other</span></div>" P2), &reading);
	assert_non_null(strstr(buffer_text(&reading.html), "<cite>Ann Other</cite>"));
	assert_null(strstr(buffer_text(&reading.text), "Ann Other"));
	reading_free(&reading);
}

/* Who is quoted belongs to a quote; a link from a heading to itself says nothing. */
static void
quotes_and_headings(void **state)
{

	(void)state;
	HTML(ARTICLE(P1 "<blockquote><p>To sail is to wait for the wind, and for the goat.</p><footer>&mdash; The "
	    "captain</footer></blockquote>" P2), "<p>\xe2\x80\x94 The captain</p>\n</blockquote>");
	HTML(ARTICLE(P1 "<h2><a href=#a id=a>\xc2\xa7</a> The goat</h2>" P2 "<h2>The captain <a href=#b>"
	    "\xf0\x9f\x94\x97</a></h2>" P3), "<h2>The goat</h2>", "<h2>The captain</h2>");
}

/* Images of letters and signs are read as these. */
static void
images_of_signs(void **state)
{

	(void)state;
	HTML(ARTICLE("<p>The goat <img class=emoji src=/goat.png alt='\xf0\x9f\x90\x90'> left the harbour, <img "
	    "class=wp-smiley src=/smile.gif alt=':)'> and nobody looked up from their coffee.</p>" P2),
	    "<p>The goat \xf0\x9f\x90\x90 left the harbour, :) and nobody");
	HTML(ARTICLE("<p><img class=dropcap src=/T.png alt=T>\nhe ferry left the harbour before dawn, as it had "
	    "every day since.</p>" P2), "<p>The ferry left");
}

/* Custom elements part no sentence; how a word is read is no part of it. */
static void
words_amid_text(void **state)
{

	(void)state;
	HTML(ARTICLE("<p>The <x-tip>ferry</x-tip> left the harbour before <a-b><c-d>dawn</c-d></a-b>, as"
	    "  it had every day since.</p>" P2 "<x-part>" PROSE_3 "</x-part><x-part>" PROSE_4 "</x-part>"),
	    "<p>The ferry left the harbour before dawn, as it had every day since.</p>",
	    "<p>" PROSE_3 "</p>\n<p>" PROSE_4);
	HTML(ARTICLE("<p>The word <ruby>goat<rt>go-t</rt></ruby>, and <ruby>ferry<rp>[</rp><rt>ferri</rt><rp>]"
	    "</rp></ruby>, are all that the captain said to us.</p>" P2),
	    "<p>The word goat(go-t), and ferry[ferri], are");
}

static void
letters_mended(void **state)
{

	(void)state;
	/* Space after a letter that is no word is that of the markup; after one, it may be the text's. */
	HTML(ARTICLE("<p><span class=dropcap>T</span>\nhe ferry left the harbour before dawn, as it had every day.</p>"
	    "<p><span class=dropcap>A</span> ferry left the harbour before dawn, as it had every day.</p>"
	    "<p><span class=dropcap>A</span>ll ferries left the harbour before dawn, as they had every day.</p>" P2),
	    "<p>The ferry left", "<p>A ferry left", "<p>All ferries left");
	HTML(ARTICLE("<p><span class=dropcap>T</span>he ferry left the har&shy;bour before dawn, as it had every "
	    "day since the "
	    "bridge fell.</p>" P2), "<p>The ferry left the harbour before");
	/* One for the eye and one for the ear. */
	HTML(ARTICLE("<p><span class=drop-cap aria-hidden=true>T</span><span class=sr-only>T</span>he ferry left the "
	    "harbour before dawn, as it had every day since the bridge fell.</p>" P2), "<p>The ferry left the harbour");
	HTML(ARTICLE("<p><span class=sr-only>The</span><span class=drop-cap aria-hidden=true>T</span><span "
	    "aria-hidden=true>he</span> ferry left the harbour before dawn, as it had every day since.</p>" P2),
	    "<p>The ferry left the harbour");
}

/* Each step in a box of its own, and the opening in the one with most sentences. */
static void
an_instruction_in_steps(void **state)
{
#define STEP(class, inside) "<div class='mod " class "'><div class=box><div class=text>" inside "</div></div></div>"
#define DO(what) STEP("step", "<b>" KEEP " Step</b><p>" what " and see that the rope is dry before you go on.</p>")

	(void)state;
	check("<body><section><h1>How to tie up a ferry</h1><div class=col>"
	    STEP("step", "<p>" KEEP " " PROSE_1 " " PROSE_2 " " PROSE_3 " " PROSE_4 "</p>")
	    STEP("next", "<p>" DROP " Other boats that you may like</p>")
	    DO("Take the rope in the left hand") DO("Lay it around the post twice")
	    DO("Pull at it until the ferry stands") DO("Put the end of it away")
	    "</div><aside class=related><p>" DROP " " PROSE_5 "</p></aside></section></body>");
}

static void
a_formula_with_a_menu(void **state)
{
	(void)state;
	check(ARTICLE(P1 P2 "<mjx-container class='MathJax CtxtMenu_Attached_0'><mjx-math aria-hidden=true>"
	    "<mjx-mi></mjx-mi></mjx-math><mjx-assistive-mml><math><mi>" KEEP "</mi></math></mjx-assistive-mml>"
	    "</mjx-container>" P3));
}

static void
an_amp_page(void **state)
{

	(void)state;
	HTML("<html amp><body><amp-sidebar><p>Menu</p></amp-sidebar><article><h1>The last ferry</h1>" P1
	    "<amp-img src=/a.jpg width=640 height=480 alt=boat></amp-img>" P2 P3 "</article></body></html>",
	    "<img src=\"https://example.org/a.jpg\" alt=\"boat\"", "<p>The ferry left");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_live_blog),
		cmocka_unit_test(a_live_blog_with_microdata),
		cmocka_unit_test(times_of_a_live_blog),
		cmocka_unit_test(questions_and_answers),
		cmocka_unit_test(questions_with_microdata),
		cmocka_unit_test(a_card_of_a_link),
		cmocka_unit_test(a_forum),
		cmocka_unit_test(a_forum_with_profiles),
		cmocka_unit_test(a_recipe),
		cmocka_unit_test(a_recipe_in_columns),
		cmocka_unit_test(a_text_from_right_to_left),
		cmocka_unit_test(a_chinese_text),
		cmocka_unit_test(code_with_its_language),
		cmocka_unit_test(data_and_layout),
		cmocka_unit_test(notes_of_all_kinds),
		cmocka_unit_test(notes_and_formulas),
		cmocka_unit_test(what_is_embedded),
		cmocka_unit_test(what_a_program_would_fill),
		cmocka_unit_test(images_that_load_late),
		cmocka_unit_test(captions_apart_from_the_text),
		cmocka_unit_test(quotes_and_headings),
		cmocka_unit_test(images_of_signs),
		cmocka_unit_test(words_amid_text),
		cmocka_unit_test(letters_mended),
		cmocka_unit_test(an_instruction_in_steps),
		cmocka_unit_test(a_formula_with_a_menu),
		cmocka_unit_test(an_amp_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
