#include "tests/unit/daemon/page/reading.h"

#include "proto/base/err.h"

/* What becomes of ${markup} between two paragraphs, as HTML; the caller frees it. */
static char *
between(const char *markup)
{
	static const char before[] = "<p>" PROSE_1 "</p>\n", after[] = "<p>" PROSE_2 "</p>\n";
	struct reading reading;
	struct buffer page;
	const char *html;
	size_t len;
	char *found;

	buffer_init(&page, 1 << 20);
	assert_int_equal(buffer_printf(&page, ARTICLE(P1 "%s" P2 P3 P4), markup), RS_OK);
	reading_of_page(buffer_text(&page), &reading);
	html = buffer_text(&reading.html);
	len = strlen(html);
	if (strncmp(html, before, strlen(before)) != 0 || strstr(html, after) == NULL)
		fail_msg("%s: %.*s", markup, (int)len, html);
	html += strlen(before);
	found = strndup(html, (size_t)(strstr(html, after) - html));
	reading_free(&reading);
	buffer_release(&page);
	assert_non_null(found);
	return found;
}

struct conversion {
	const char *markup, *html;
};

static void
check_conversions(const struct conversion *cases, size_t count)
{

	for (size_t i = 0; i < count; i++) {
		char *html = between(cases[i].markup);

		if (strcmp(html, cases[i].html) != 0)
			fail_msg("%s\nbecomes\n%s", cases[i].markup, html);
		free(html);
	}
}

#define CHECK_CONVERSIONS(cases) check_conversions(cases, sizeof(cases) / sizeof((cases)[0]))

static void
text_keeps_its_marks(void **state)
{
	static const struct conversion cases[] = {
		{ "<p>a <b>b</b> <em>c</em> <code>d</code></p>",
		    "<p>a <strong>b</strong> <em>c</em> <code>d</code></p>\n" },
		{ "<p>H<sub>2</sub>O, x<sup>2</sup>, <del>no</del></p>",
		    "<p>H<sub>2</sub>O, x<sup>2</sup>, <s>no</s></p>\n" },
		{ "<p>one<br>two</p>", "<p>one<br>two</p>\n" },
		{ "<p>one<br><br>two</p>", "<p>one</p>\n<p>two</p>\n" },
		{ "<p><b>bold <b>again</b></b></p>", "<p><strong>bold again</strong></p>\n" },
		{ "<p>a<b> b</b>c</p>", "<p>a <strong>b</strong>c</p>\n" },
		{ "<p>He <q>spoke</q>.</p>", "<p>He “spoke”.</p>\n" },
		{ "<p>&lt;b&gt; &amp; \"x\"</p>", "<p>&lt;b&gt; &amp; &quot;x&quot;</p>\n" },
		{ "<p>soft\xc2\xadly, zero\xe2\x80\x8bwidth</p>", "<p>softly, zerowidth</p>\n" },
		{ "<p> a \n\t b </p>", "<p>a b</p>\n" },
		{ "loose text <i>too</i>", "<p>loose text <em>too</em></p>\n" },
		{ "<p><span class=dropcap>T</span>he end</p>", "<p>The end</p>\n" },
		{ "<p></p><p>&nbsp;</p><div> </div>", "" },
	};

	(void)state;
	CHECK_CONVERSIONS(cases);
}

static void
links_are_absolute_and_safe(void **state)
{
	static const struct conversion cases[] = {
		{ "<p>a <a href='/x?a=1&amp;b=2'>b</a></p>",
		    "<p>a <a href=\"https://example.org/x?a=1&amp;b=2\">b</a></p>\n" },
		{ "<p>a <a href='other.html#part'>b</a></p>",
		    "<p>a <a href=\"https://example.org/news/other.html#part\">b</a></p>\n" },
		{ "<p>a <a href='//cdn.example/x'>b</a></p>",
		    "<p>a <a href=\"https://cdn.example/x\">b</a></p>\n" },
		{ "<p>write to <a href='mailto:a@b.example'>b</a></p>",
		    "<p>write to <a href=\"mailto:a@b.example\">b</a></p>\n" },
		{ "<p>a <a href='javascript:x()'>b</a> <a href=' java\tscript:x()'>c</a> "
		    "<a href='data:text/html,x'>d</a> <a href='vbscript:x'>e</a> <a>f</a></p>",
		    "<p>a b c d e f</p>\n" },
		{ "<p onclick='x()'>a <b onmouseover=x()>b</b></p>", "<p>a <strong>b</strong></p>\n" },
		{ "<p>a <a href='https://x.example/&quot;onclick=&quot;x'>b</a></p>",
		    "<p>a <a href=\"https://x.example/%22onclick=%22x\">b</a></p>\n" },
		{ "<p>a <a href='#here'>b</a></p>", "<p>a b</p>\n" },
	};

	(void)state;
	CHECK_CONVERSIONS(cases);
}

static void
blocks_keep_their_kind(void **state)
{
	static const struct conversion cases[] = {
		{ "<h2>Two</h2><h3>Three</h3>", "<h2>Two</h2>\n<h3>Three</h3>\n" },
		{ "<ul><li>a<li>b</ul>",
		    "<ul>\n<li>\n<p>a</p>\n</li>\n<li>\n<p>b</p>\n</li>\n</ul>\n" },
		{ "<ol start=4><li>a</ol>", "<ol start=\"4\">\n<li>\n<p>a</p>\n</li>\n</ol>\n" },
		{ "<ol><li value=4>a</ol>", "<ol start=\"4\">\n<li>\n<p>a</p>\n</li>\n</ol>\n" },
		{ "<div role=heading aria-level=3>Three</div><div role=heading>Two</div>"
		    "<div role=heading aria-level=99>Six</div>",
		    "<h3>Three</h3>\n<h2>Two</h2>\n<h6>Six</h6>\n" },
		/* What is in a shadow root is shown; what is in another template is not. */
		{ "<x-y><template shadowrootmode=open><h2>Two</h2></template></x-y><template><p>a</p></template>",
		    "<h2>Two</h2>\n" },
		{ "<ul><li>a<ul><li>b</ul></ul>", "<ul>\n<li>\n<p>a</p>\n<ul>\n<li>\n<p>b</p>\n"
		    "</li>\n</ul>\n</li>\n</ul>\n" },
		/* A list straight in a list belongs to the item before it. */
		{ "<ul><li>a</li><ul><li>b</li></ul></ul>", "<ul>\n<li>\n<p>a</p>\n<ul>\n<li>\n<p>b</p>\n"
		    "</li>\n</ul>\n</li>\n</ul>\n" },
		{ "<ul></ul><ol><li></li></ol>", "" },
		{ "<blockquote>a<p>b</blockquote>", "<blockquote>\n<p>a</p>\n<p>b</p>\n</blockquote>\n" },
		{ "<pre>if (a)\n\tb();\n</pre>", "<pre><code>if (a)\n\tb();</code></pre>\n" },
		{ "<pre><span class=lineno>1</span><code>x &lt; 1</code></pre>",
		    "<pre><code>x &lt; 1</code></pre>\n" },
		{ "<p>a</p><hr><p>b</p>", "<p>a</p>\n<hr>\n<p>b</p>\n" },
		{ "<div>a<div>b</div>c</div>", "<p>a</p>\n<p>b</p>\n<p>c</p>\n" },
		{ "<details><summary>a</summary>b</details>", "<p>a</p>\n<p>b</p>\n" },
	};

	(void)state;
	CHECK_CONVERSIONS(cases);
}

/* The language that highlighters name, and no numbers of lines. */
static void
code_keeps_its_language(void **state)
{
#define CODE(language) "<pre><code class=\"language-" language "\">a b</code></pre>\n"
	static const struct conversion cases[] = {
		{ "<pre>a b</pre>", "<pre><code>a b</code></pre>\n" },
		{ "<pre><code class='hljs language-c'>a b</code></pre>", CODE("c") },
		{ "<div class='highlight highlight-source-js'><pre>a b</pre></div>", CODE("js") },
		{ "<pre class='brush: php; gutter: false'>a b</pre>", CODE("php") },
		{ "<pre data-language='x\"y'>a b</pre>", "<pre><code>a b</code></pre>\n" },
		{ "<pre><code class='hljs rust'>a b</code></pre>", CODE("rust") },
		{ "<pre class='sourceCode haskell'>a b</pre>", CODE("haskell") },
		{ "<pre class='src src-python'>a b</pre>", CODE("python") },
		{ "<div class='highlight-python3 notranslate'><div class=highlight><pre>a b</pre></div></div>",
		    CODE("python3") },
		/* A class that speaks of how it looks, or of the language of the page. */
		{ "<pre class='highlight dark'>a b</pre>", "<pre><code>a b</code></pre>\n" },
		{ "<div class=lang-en>" P5 "<pre>a b</pre></div>",
		    P5 "\n<pre><code>a b</code></pre>\n" },
		{ "<figure class='highlight ruby'><table><tr><td class=gutter><pre>1\n2</pre><td class=code>"
		    "<pre>a b</pre></table></figure>", "<figure>\n" CODE("ruby") "</figure>\n" },
		{ "<table class=highlighttable><tr><td class=linenos><div><pre>1\n2</pre></div><td>"
		    "<pre class=lang-c>a b</pre></table>", CODE("c") },
		{ "<div class=chroma><table><tr><td class=lntd><pre><code><span class=lnt>1\n</span></code></pre>"
		    "<td class=lntd><pre><code class=language-go>a b</code></pre></table></div>", CODE("go") },
	};

	(void)state;
	CHECK_CONVERSIONS(cases);
}

static void
tables_of_data_stay_tables(void **state)
{
	static const struct conversion cases[] = {
		{ "<table><caption>C</caption><tr><th>a<th>b<tr><td colspan=2>c</table>",
		    "<table>\n<caption>C</caption>\n<tr>\n<th>\n<p>a</p>\n</th>\n<th>\n<p>b</p>\n</th>\n</tr>\n"
		    "<tr>\n<td colspan=\"2\">\n<p>c</p>\n</td>\n</tr>\n</table>\n" },
		{ "<table><tr><td>a<td><tr><td>c<td>d</table>",
		    "<table>\n<tr>\n<td>\n<p>a</p>\n</td>\n<td>\n</td>\n</tr>\n"
		    "<tr>\n<td>\n<p>c</p>\n</td>\n<td>\n<p>d</p>\n</td>\n</tr>\n</table>\n" },
		/* One that only places things on the page is none. */
		{ "<table role=presentation><tr><td>a<td>b<tr><td>c<td>d</table>",
		    "<p>a</p>\n<p>b</p>\n<p>c</p>\n<p>d</p>\n" },
		{ "<table><tr><td>a</table>", "<p>a</p>\n" },
		{ "<table><tr><td rowspan=99999999999999999999 colspan=-4>a<td>b<tr><td>c<td>d</table>",
		    "<table>\n<tr>\n<td rowspan=\"1000\">\n<p>a</p>\n</td>\n<td>\n<p>b</p>\n</td>\n</tr>\n"
		    "<tr>\n<td>\n<p>c</p>\n</td>\n<td>\n<p>d</p>\n</td>\n</tr>\n</table>\n" },
	};

	(void)state;
	CHECK_CONVERSIONS(cases);
}

/* The first head is shown first and the first foot last, wherever they stand. */
static void
rows_stand_as_they_are_shown(void **state)
{
#define ROW(tag, text) "<tr>\n<" tag ">\n<p>" text "</p>\n</" tag ">\n<td>\n</td>\n</tr>\n"
	static const struct conversion cases[] = {
		{ "<table><tfoot><tr><td>sum<td><tbody><tr><td>a<td><tr><td>b<td></table>",
		    "<table>\n" ROW("td", "a") ROW("td", "b") ROW("td", "sum") "</table>\n" },
		{ "<table><tbody><tr><td>a<td></tbody><thead><tr><th>name<td></thead>"
		    "<tbody><tr><td>b<td></table>",
		    "<table>\n" ROW("th", "name") ROW("td", "a") ROW("td", "b") "</table>\n" },
		{ "<table><thead><tr><th>one<td><tbody><tr><td>a<td></tbody><thead><tr><th>two<td>"
		    "<tbody><tr><td>b<td><tfoot><tr><td>sum<td><tfoot><tr><td>more<td></table>",
		    "<table>\n" ROW("th", "one") ROW("td", "a") ROW("th", "two") ROW("td", "b")
		    ROW("td", "more") ROW("td", "sum") "</table>\n" },
	};

	(void)state;
	CHECK_CONVERSIONS(cases);
}

static void
images_have_their_captions(void **state)
{
	static const struct conversion cases[] = {
		{ "<figure><img src=/a.jpg alt='An &amp;' width=10 height=20><figcaption>Under it</figcaption>"
		    "</figure>", "<figure>\n<img src=\"https://example.org/a.jpg\" alt=\"An &amp;\" width=\"10\" "
		    "height=\"20\">\n<figcaption>Under it</figcaption>\n</figure>\n" },
		{ "<figure><img src=/a.jpg><figcaption>Under it <span class=credit>By Ann</span></figcaption>"
		    "</figure>", "<figure>\n<img src=\"https://example.org/a.jpg\" alt=\"\">\n"
		    "<figcaption>Under it</figcaption>\n<cite>By Ann</cite>\n</figure>\n" },
		{ "<img src=/a.jpg><p class=caption>Under it</p>",
		    "<figure>\n<img src=\"https://example.org/a.jpg\" alt=\"\">\n"
		    "<figcaption>Under it</figcaption>\n</figure>\n" },
		/* Without its image a caption says nothing. */
		{ "<figure><figcaption>Under nothing</figcaption></figure>", "" },
		{ "<img src=data:image/gif;base64,R0 data-src=/late.jpg>",
		    "<img src=\"https://example.org/late.jpg\" alt=\"\">\n" },
		{ "<img src=/t.gif width=1 height=1>", "" },
		{ "<img src=/t.gif style='border:0; width:1px'><img src=/t.gif style='height: 0'>", "" },
		{ "<img src=/a.jpg style='max-width:1px; width:100%; border-width:0'>",
		    "<img src=\"https://example.org/a.jpg\" alt=\"\">\n" },
		/* A credit after the caption, without a figure around them. */
		{ "<div><img src=/a.jpg><div class=image-caption>Under it</div><div class=image-credit>By Ann</div>"
		    "</div>", "<figure>\n<img src=\"https://example.org/a.jpg\" alt=\"\">\n"
		    "<figcaption>Under it</figcaption>\n<cite>By Ann</cite>\n</figure>\n" },
		{ "<img src='javascript:x()'>", "" },
		{ "<picture><source srcset='/s.webp 400w, /m.webp 1200w, /l.webp 3000w'><img></picture>",
		    "<img src=\"https://example.org/m.webp\" alt=\"\">\n" },
		/* Elements that end where they begin, which the parser does not know of. */
		{ "<picture><source srcset='/s.webp 400w' media='(max-width: 9em)'><source srcset='/m.webp 900w'>"
		    "<img src=/a.jpg alt=goat width=20 height=10></picture>",
		    "<img src=\"https://example.org/a.jpg\" alt=\"goat\" width=\"20\" height=\"10\">\n" },
		{ "<embed src=/v.swf><p>a<wbr>b<wbr>c</p>", "<p><a href=\"https://example.org/v.swf\">"
		    "https://example.org/v.swf</a></p>\n<p>abc</p>\n" },
		/* The copy for readers without scripts. */
		{ "<img class=lazy><noscript><img src=/n.jpg></noscript>",
		    "<img src=\"https://example.org/n.jpg\" alt=\"\">\n" },
		{ "<img src=/a.jpg><img src=/a.jpg>", "<img src=\"https://example.org/a.jpg\" alt=\"\">\n" },
		{ "<p>a <img src=/a.jpg> b</p>", "<p>a b</p>\n<img src=\"https://example.org/a.jpg\" alt=\"\">\n" },
		/* What a figure may show instead. */
		{ "<figure><pre>x</pre><figcaption>Code</figcaption></figure>",
		    "<figure>\n<pre><code>x</code></pre>\n<figcaption>Code</figcaption>\n</figure>\n" },
		{ "<iframe src='https://video.example/1' title='A film'></iframe>",
		    "<p><a href=\"https://video.example/1\">A film</a></p>\n" },
		{ "<amp-video src=/v.mp4 title='A film'></amp-video><amp-audio><source src=/a.mp3></amp-audio>",
		    "<p><a href=\"https://example.org/v.mp4\">A film</a></p>\n"
		    "<p><a href=\"https://example.org/a.mp3\">https://example.org/a.mp3</a></p>\n" },
		/* What a script would put there, and its copy for readers without scripts. */
		{ "<div data-video=1></div><noscript><iframe src='https://video.example/1'></iframe></noscript>",
		    "<p><a href=\"https://video.example/1\">https://video.example/1</a></p>\n" },
		{ "<iframe data-src='https://video.example/1'></iframe><noscript>"
		    "<iframe src='https://video.example/1'></iframe></noscript>",
		    "<p><a href=\"https://video.example/1\">https://video.example/1</a></p>\n" },
		{ "<noscript><iframe src=/count width=0 height=0></iframe></noscript>", "" },
		{ "<amp-ad>Buy</amp-ad><amp-consent>Yes?</amp-consent>", "" },
		{ "<iframe src='about:blank'></iframe><iframe src=/t width=1 height=1></iframe>", "" },
	};

	(void)state;
	CHECK_CONVERSIONS(cases);
}

static void
notes_and_formulas_are_kept(void **state)
{
	static const struct conversion cases[] = {
		{ "<p>a<sup><a href='#n1'>1</a></sup></p><ol><li id=n1>note</ol>",
		    "<p>a<sup><a href=\"#n1\">1</a></sup></p>\n<aside id=\"n1\">\n<p>note</p>\n</aside>\n" },
		{ "<p>a <math><mi>x</mi><annotation encoding='application/x-tex'>x^2</annotation></math></p>",
		    "<p>a <code>x^2</code></p>\n" },
		/* The way back, notes that stand in no list, and those whose name is on the way back. */
		{ "<p>a<sup><a href='#n1'>1</a></sup></p><ol><li id=n1>note <a href='#r1'>\u21a9\ufe0e</a></ol>",
		    "<p>a<sup><a href=\"#n1\">1</a></sup></p>\n<aside id=\"n1\">\n<p>note</p>\n</aside>\n" },
		{ "<p>a<sup><a href='#n1'>1</a></sup></p><div id=n1><p>note</p></div>",
		    "<p>a<sup><a href=\"#n1\">1</a></sup></p>\n<aside id=\"n1\">\n<p>note</p>\n</aside>\n" },
		{ "<p>a<a href='#n1' class=footnote-anchor>1</a></p><div><a id=n1 href='#r1'>1</a><div><p>note</p>"
		    "</div></div>",
		    "<p>a<a href=\"#n1\">1</a></p>\n<aside id=\"n1\">\n<p>note</p>\n</aside>\n" },
		{ "<p>a<a href='#n1' name=r1>[1]</a></p><p><a href='#r1' name=n1>[1]</a> note</p>",
		    "<p>a<a href=\"#n1\">[1]</a></p>\n<aside id=\"n1\">\n<p>note</p>\n</aside>\n" },
		/* A formula as an image, hidden from those who see that; and as a script has set it. */
		{ "<p>a <span style='display:none'><math alttext='y_1'><mi>y</mi></math></span>"
		    "<img class=math-fallback src=/y.svg alt='y_1'></p>", "<p>a <code>y_1</code></p>\n" },
		{ "<p>a <img class=latex src=/y.png alt='y_1'> b</p>", "<p>a <code>y_1</code> b</p>\n" },
		{ "<p>a <span class=MathJax_Preview>z</span><span class=MathJax id=M><math><mi>z</mi></math></span>"
		    "<script type='math/tex'>y_1</script> b</p>", "<p>a <code>y_1</code> b</p>\n" },
		{ "<math display=block alttext='y_1'><mi>y</mi></math>", "<pre><code>y_1</code></pre>\n" },
		{ "<p>a <math><mi>z</mi></math></p>", "<p>a z</p>\n" },
		/* MathML without TeX. */
		{ "<p>a <math>z <mi>sin</mi><mi>x</mi></math></p>", "<p>a zsin x</p>\n" },
		{ "<p><math><mfrac><mi>a</mi><mn>2</mn></mfrac><mo>+</mo><msup> <mi>x</mi> <mn>2</mn></msup>"
		    "</math></p>", "<p>a/2 + x^2</p>\n" },
		{ "<p><math><mfrac><mrow><mo>(</mo><mi>a</mi><mo>)</mo></mrow><mrow><mo>(</mo><mi>a</mi><mo>)</mo>"
		    "<mo>[</mo><mi>b</mi><mo>]</mo></mrow></mfrac></math></p>", "<p>(a)/((a)[b])</p>\n" },
		{ "<p><math><msubsup><mrow><mi>a</mi><mi>b</mi></mrow><mrow><mi>i</mi></mrow><mn>2</mn></msubsup>"
		    "</math></p>", "<p>(ab)_i^2</p>\n" },
		{ "<p><math><msqrt><mi>x</mi><mo>-</mo><mn>1</mn></msqrt><mroot><mi>y</mi><mn>3</mn></mroot>"
		    "</math></p>", "<p>\xe2\x88\x9a(x - 1)y^(1/3)</p>\n" },
		{ "<p><math><munderover><mo>S</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover>"
		    "<mi>i</mi><mtext> if </mtext><mfenced open='['><mi>a</mi><mi>b</mi></mfenced></math></p>",
		    "<p>S_(i = 1)^n i if [a, b)</p>\n" },
		{ "<p>a<math display=block><mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr><mtr><mtd><mn>3"
		    "</mn></mtd></mtr></mtable></math>b", "<p>a</p>\n<p>[1, 2; 3]</p>\n<p>b</p>\n" },
		{ "<p><math><semantics><mfrac></mfrac><annotation-xml><ci>no</ci></annotation-xml></semantics></math>a",
		    "<p>/a</p>\n" },
	};

	(void)state;
	CHECK_CONVERSIONS(cases);
}

/* Blocks have no list of descriptions: each term and description stands for itself. */
static void
descriptions_follow_their_terms(void **state)
{
	static const Readsync__Block__Kind kinds[] = { READSYNC__BLOCK__KIND__PARAGRAPH,
		READSYNC__BLOCK__KIND__TERM, READSYNC__BLOCK__KIND__DESCRIPTION,
		READSYNC__BLOCK__KIND__PARAGRAPH, READSYNC__BLOCK__KIND__PARAGRAPH };
	struct reading reading;

	(void)state;
	reading_of_page(ARTICLE(P1 "<dl><dt>goat<dd>an animal</dl>" P2), &reading);
	assert_int_equal(reading.article->n_blocks, 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(reading.article->blocks[i]->kind, kinds[i]);
	assert_int_equal(reading.article->blocks[3]->depth, 1);
	assert_non_null(strstr(buffer_text(&reading.html),
	    "<dl>\n<dt>goat</dt>\n<dd>\n<p>an animal</p>\n</dd>\n</dl>\n<p>"));
	reading_free(&reading);
	/* Lists in one another, in another container, and at the end. */
	reading_of_page(ARTICLE(P1 "<blockquote><dl><dt>a<dd>b<dl><dt>c<dd>d</dl></dl></blockquote><dl><dt>e</dl>"),
	    &reading);
	assert_non_null(strstr(buffer_text(&reading.html), "<blockquote>\n<dl>\n<dt>a</dt>\n<dd>\n<p>b</p>\n"
	    "<dl>\n<dt>c</dt>\n<dd>\n<p>d</p>\n</dd>\n</dl>\n</dd>\n</dl>\n</blockquote>\n<dl>\n<dt>e</dt>\n</dl>\n"));
	reading_free(&reading);
}

/* Deeper than an article may be, structure goes and text stays. */
static void
depth_costs_structure_not_text(void **state)
{
	static const char *const containers[] = { "<blockquote>", "<ul><li>", "<table><tr><th>a<td>",
		"<figure><pre>x</pre>", "<dl><dd>" };
	struct reading reading;
	struct buffer page;

	(void)state;
	buffer_init(&page, 1 << 20);
	for (size_t i = 0; i < 4 * sizeof(containers) / sizeof(containers[0]); i++) {
		buffer_clear(&page);
		buffer_append_text(&page, "<html><body><article>" P1 P2);
		/* So that the bound is met at every place in a container. */
		for (size_t j = 0; j < i % 4; j++)
			buffer_append_text(&page, "<blockquote>");
		for (size_t j = 0; j < 60; j++)
			buffer_append_text(&page, containers[i / 4]);
		buffer_append_text(&page, P3);
		/* reading_of validates it. */
		reading_of_page(buffer_text(&page), &reading);
		assert_true(reading_holds(&reading, "three councils ago"));
		reading_free(&reading);
	}
	buffer_release(&page);
}

static void
tells_which_way_the_text_runs(void **state)
{
	struct reading reading;

	(void)state;
	reading_of_page(ARTICLE(P1 P2), &reading);
	assert_false(reading.article->right_to_left);
	reading_free(&reading);
	reading_of_page(ARTICLE("<p>يغادر القارب الميناء كل يوم قبل الفجر ولا أحد ينظر إليه من فنجان قهوته على "
	    "الرصيف</p><p>عندما انقشع الضباب كان القبطان قد عد أحد عشر راكبا وأربعة صناديق من التفاح</p>"),
	    &reading);
	assert_true(reading.article->right_to_left);
	reading_free(&reading);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_keeps_its_marks),
		cmocka_unit_test(links_are_absolute_and_safe),
		cmocka_unit_test(blocks_keep_their_kind),
		cmocka_unit_test(code_keeps_its_language),
		cmocka_unit_test(tables_of_data_stay_tables),
		cmocka_unit_test(rows_stand_as_they_are_shown),
		cmocka_unit_test(images_have_their_captions),
		cmocka_unit_test(notes_and_formulas_are_kept),
		cmocka_unit_test(descriptions_follow_their_terms),
		cmocka_unit_test(depth_costs_structure_not_text),
		cmocka_unit_test(tells_which_way_the_text_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
