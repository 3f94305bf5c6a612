#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "daemon/feed/feed_parse.h"
#include "daemon/filter.h"
#include "daemon/page/page.h"
#include "daemon/page/url.h"
#include "daemon/worker/sandbox.h"
#include "proto/base/buffer.h"
#include "proto/base/clock.h"
#include "proto/base/err.h"
#include "proto/base/utf8.h"
#include "proto/record/article_html.h"
#include "proto/record/article_text.h"
#include "proto/record/copy_name.h"
#include "proto/record/evidence_reason.h"

enum {
	EXIT_INPUT = 1,
	EXIT_USAGE = 2,
	OUTPUT_MAX = 256 * 1024 * 1024,	/* bytes of one rendering */
	MIB = 1024 * 1024
};

struct options {
	const char *url;	/* as given; "" when it was not */
	const char *base;	/* what links are relative to; "" when url is of no use */
	const char *content_type;
	unsigned status;
	Readsync__Session session;
	bool explain;
};

static const char extract_usage[] =
    "usage: readsyncd extract [--url URL] [--status N] [--content-type TYPE]\n"
    "                         [--session in|out|unknown] [--explain]\n"
    "Reads a page on standard input and prints what is kept of it as JSON, or with\n"
    "--explain what could be its article, and why each other part of it is not.\n"
    "Links are resolved against URL; without one, relative ones are left out.\n"
    "The session is unknown by default: a page that a reader saved, of which\n"
    "nothing visible is withheld.\n";

static const char feed_usage[] =
    "usage: readsyncd feed [--url URL] [--content-type TYPE]\n"
    "Reads a feed on standard input and prints its entries as JSON.\n"
    "Links are resolved against URL; without one, relative ones are left out.\n";

/* ---------------------------------------------------------------------- options */

static int
take_session(const char *text, Readsync__Session *session)
{

	if (strcmp(text, "in") == 0)
		*session = READSYNC__SESSION__SESSION_IN;
	else if (strcmp(text, "out") == 0)
		*session = READSYNC__SESSION__SESSION_OUT;
	else if (strcmp(text, "unknown") == 0)
		*session = READSYNC__SESSION__SESSION_UNKNOWN;
	else
		return RS_EINVAL;
	return RS_OK;
}

static int
take_status(const char *text, unsigned *status)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	if (end == text || *end != '\0' || number > 999)
		return RS_EINVAL;
	*status = (unsigned)number;
	return RS_OK;
}

/* One option; RS_EINVAL when it is unknown or its value makes no sense. */
static int
take_option(int option, const char *value, struct options *options)
{

	switch (option) {
	case 'u':
		options->url = value;
		return RS_OK;
	case 't':
		options->content_type = value;
		return RS_OK;
	case 's':
		return take_status(value, &options->status);
	case 'i':
		return take_session(value, &options->session);
	case 'x':
		options->explain = true;
		return RS_OK;
	default:
		return RS_EINVAL;
	}
}

/*
 * A page can be read without knowing where it stands: a URL that is of no use as a
 * base costs the relative links, and one line that says so.
 */
static int
check_url(const char *command, struct options *options)
{
	char *resolved = NULL;

	if (!utf8_valid(bytes_of_text(options->url))) {
		fprintf(stderr, "readsyncd %s: the --url is not UTF-8\n", command);
		return RS_EINVAL;
	}
	options->base = options->url;
	if (options->url[0] == '\0')
		return RS_OK;
	if (url_resolve("", options->url, &resolved) != RS_OK ||
	    strncmp(resolved, "http", 4) != 0) {
		options->base = "";
		fprintf(stderr, "readsyncd %s: warning: \"%.200s\" is no http or https URL; "
		    "relative links are left out\n", command, options->url);
	}
	free(resolved);
	return RS_OK;
}

static int
refuse(const char *command, const char *problem, const char *word)
{

	fprintf(stderr, "readsyncd %s: %s \"%s\"; see readsyncd %s --help\n", command, problem,
	    word, command);
	return RS_EINVAL;
}

/* Returns 0, 1 when help was asked for and given, or RS_EINVAL. */
static int
read_options(int argc, char *argv[], const struct option *known, const char *usage,
    struct options *options)
{
	char problem[64];
	int option, which;

	optind = 1;
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", known, &which)) != -1) {
		switch (option) {
		case 'h': fputs(usage, stdout); return 1;
		case ':': return refuse(argv[0], "a value is missing after", argv[optind - 1]);
		case '?': return refuse(argv[0], "there is no option", argv[optind - 1]);
		default: break;
		}
		if (take_option(option, optarg, options) < 0) {
			snprintf(problem, sizeof(problem), "--%s: cannot use", known[which].name);
			return refuse(argv[0], problem, optarg);
		}
	}
	if (optind < argc)
		return refuse(argv[0], "unexpected", argv[optind]);
	return check_url(argv[0], options);
}

/* --------------------------------------------------------------- input and output */

/* Read all of standard input, and then close the sandbox round what came. */
static int
read_input(struct buffer *input, struct rs_err_detail *detail)
{
	uint8_t *room;
	ssize_t got;
	int err;

	for (;;) {
		if ((err = buffer_reserve(input, 64 * 1024, &room)) < 0) {
			if (err == RS_ELIMIT)
				rs_err_detail_set(detail, "the input is larger than %zu MiB",
				    input->max / MIB);
			return err;
		}
		got = read(STDIN_FILENO, room, 64 * 1024);
		if (got == 0)
			return sandbox_close(SANDBOX_FILTER, detail);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return rs_err_from_errno(errno);
		buffer_commit(input, (size_t)got);
	}
}

static int
fail(const char *command, int err, const struct rs_err_detail *detail)
{

	fprintf(stderr, "readsyncd %s: %s\n", command,
	    detail->text[0] != '\0' ? detail->text : rs_err_text(err));
	return EXIT_INPUT;
}

/* Print ${object}, which this takes, as one line. */
static int
print_object(const char *command, json_t *object)
{
	struct rs_err_detail none = { .text = "" };

	if (object == NULL)
		return fail(command, RS_ENOMEM, &none);
	if (json_dumpf(object, stdout, JSON_COMPACT) < 0 || putchar('\n') == EOF ||
	    fflush(stdout) == EOF) {
		json_decref(object);
		return fail(command, RS_EIO, &none);
	}
	json_decref(object);
	return 0;
}

static int
print_text(const char *command, const char *text)
{
	struct rs_err_detail none = { .text = "" };

	return fputs(text, stdout) == EOF || fflush(stdout) == EOF ?
	    fail(command, RS_EIO, &none) : 0;
}

static void
set_text(json_t *object, const char *key, const char *text)
{

	json_object_set_new(object, key,
	    text != NULL && text[0] != '\0' ? json_string(text) : json_null());
}

/* ---------------------------------------------------------------------- extract */

static json_t *
evidence_json(const Readsync__Verdict *verdict)
{
	json_t *list = json_array();

	for (size_t i = 0; i < verdict->n_evidence; i++) {
		const Readsync__Evidence *item = verdict->evidence[i];

		json_array_append_new(list, json_pack("{s:s, s:i, s:s, s:s}", "id", item->id,
		    "weight", (int)item->weight, "reason", evidence_reason(item->id),
		    "excerpt", item->excerpt));
	}
	return list;
}

static json_t *
verdict_json(const Readsync__Verdict *verdict)
{
	static const char *const gated[] = { "unknown", "no", "yes" };
	static const char *const kinds[] = { "unknown", "none", "metered", "registration", "hard" };

	return json_pack("{s:s, s:s, s:s, s:o}", "gated", gated[verdict->gated],
	    "kind", kinds[verdict->kind], "copy", copy_name(verdict->copy),
	    "evidence", evidence_json(verdict));
}

/* All images, or the targets of all links, each once in order of appearance. */
static json_t *
addresses_json(const Readsync__Article *article, bool images)
{
	json_t *list = json_array(), *seen = json_object();

	for (size_t i = 0; i < article->n_blocks; i++) {
		const Readsync__Block *block = article->blocks[i];
		size_t count = images ? 1 : block->n_marks;

		for (size_t j = 0; j < count; j++) {
			const char *address = images ? block->source : block->marks[j]->href;

			if (images && block->kind != READSYNC__BLOCK__KIND__IMAGE)
				continue;
			if (!images && block->marks[j]->kind != READSYNC__MARK__KIND__LINK)
				continue;
			if (address[0] == '\0' || json_object_get(seen, address) != NULL)
				continue;
			json_object_set_new(seen, address, json_true());
			json_array_append_new(list, json_string(address));
		}
	}
	json_decref(seen);
	return list;
}

/* The names in one line, as a byline gives them. */
static void
set_byline(json_t *object, const Readsync__Article *article)
{
	struct buffer line;

	buffer_init(&line, OUTPUT_MAX);
	for (size_t i = 0; i < article->n_authors; i++) {
		if (i > 0)
			buffer_append_text(&line, ", ");
		buffer_append_text(&line, article->authors[i]);
	}
	set_text(object, "byline", buffer_text(&line));
	buffer_release(&line);
}

static int
set_rendering(json_t *object, const char *key, const Readsync__Article *article,
    int (*render)(const Readsync__Article *, struct buffer *))
{
	struct buffer out;
	int err;

	buffer_init(&out, OUTPUT_MAX);
	if ((err = render(article, &out)) == RS_OK)
		json_object_set_new(object, key, json_string(buffer_text(&out)));
	buffer_release(&out);
	return err;
}

static json_t *
article_json(const struct options *options, const Readsync__Article *article,
    const Readsync__Verdict *verdict)
{
	json_t *object = json_object();

	json_object_set_new(object, "url", json_string(options->url));
	set_text(object, "canonical_url", article->canonical_url);
	set_text(object, "title", article->title);
	set_byline(object, article);
	set_text(object, "site_name", article->site_name);
	set_text(object, "published", article->published);
	set_text(object, "modified", article->modified);
	set_text(object, "lang", article->language);
	set_text(object, "section", article->section);
	set_text(object, "excerpt", article->excerpt);
	set_text(object, "lead_image", article->lead_image);
	set_text(object, "next_page", article->next_page);
	if (set_rendering(object, "text", article, article_text) < 0 ||
	    set_rendering(object, "html", article, article_html) < 0) {
		json_decref(object);
		return NULL;
	}
	json_object_set_new(object, "images", addresses_json(article, true));
	json_object_set_new(object, "links", addresses_json(article, false));
	json_object_set_new(object, "words", json_integer(article->words));
	json_object_set_new(object, "declared_words", article->declared_words == 0 ? json_null() :
	    json_integer(article->declared_words));
	json_object_set_new(object, "paywall", verdict_json(verdict));
	return object;
}

int
filter_extract(int argc, char *argv[])
{
	static const struct option known[] = {
		{ "url", required_argument, NULL, 'u' },
		{ "status", required_argument, NULL, 's' },
		{ "content-type", required_argument, NULL, 't' },
		{ "session", required_argument, NULL, 'i' },
		{ "explain", no_argument, NULL, 'x' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct options options = { .url = "", .session = READSYNC__SESSION__SESSION_UNKNOWN };
	struct rs_err_detail detail = { .text = "" };
	Readsync__Article *article = NULL;
	Readsync__Verdict *verdict = NULL;
	struct page_input page;
	struct buffer input, explanation;
	int err, status;

	if ((err = read_options(argc, argv, known, extract_usage, &options)) != 0)
		return err < 0 ? EXIT_USAGE : 0;
	buffer_init(&input, PAGE_MAX);
	buffer_init(&explanation, OUTPUT_MAX);
	if ((err = read_input(&input, &detail)) < 0) {
		status = fail(argv[0], err, &detail);
		goto out;
	}
	page = (struct page_input){
		.body = buffer_bytes(&input), .url = options.base, .status = options.status,
		.content_type = options.content_type, .session = options.session,
		.explanation = options.explain ? &explanation : NULL,
	};
	if ((err = page_read(&page, &article, &verdict, &detail)) < 0)
		status = fail(argv[0], err, &detail);
	else if (options.explain)
		status = print_text(argv[0], buffer_text(&explanation));
	else
		status = print_object(argv[0], article_json(&options, article, verdict));
out:
	if (article != NULL)
		readsync__article__free_unpacked(article, NULL);
	if (verdict != NULL)
		readsync__verdict__free_unpacked(verdict, NULL);
	buffer_release(&explanation);
	buffer_release(&input);
	return status;
}

/* ------------------------------------------------------------------------- feed */

static void
set_time(json_t *object, const char *key, int64_t ms)
{
	char text[21] = "";

	if (ms != 0)
		clock_format(ms, text);
	set_text(object, key, text);
}

static json_t *
feed_json(const Readsync__JobResult *feed)
{
	json_t *object = json_object(), *entries = json_array();

	for (size_t i = 0; i < feed->n_entries; i++) {
		const Readsync__FeedEntry *entry = feed->entries[i];
		json_t *item = json_object();

		set_text(item, "id", entry->id);
		set_text(item, "link", entry->link);
		set_text(item, "title", entry->title);
		set_time(item, "published", entry->published_ms);
		set_time(item, "updated", entry->updated_ms);
		json_array_append_new(entries, item);
	}
	set_text(object, "title", feed->feed_title);
	json_object_set_new(object, "entries", entries);
	return object;
}

int
filter_feed(int argc, char *argv[])
{
	static const struct option known[] = {
		{ "url", required_argument, NULL, 'u' },
		{ "content-type", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct options options = { .url = "" };
	struct rs_err_detail detail = { .text = "" };
	Readsync__JobResult *feed = NULL;
	struct buffer input;
	int err, status;

	if ((err = read_options(argc, argv, known, feed_usage, &options)) != 0)
		return err < 0 ? EXIT_USAGE : 0;
	buffer_init(&input, FEED_PARSE_MAX);
	if ((err = read_input(&input, &detail)) < 0 ||
	    (err = feed_parse(buffer_bytes(&input), options.base, options.content_type, &feed,
	    &detail)) < 0)
		status = fail(argv[0], err, &detail);
	else
		status = print_object(argv[0], feed_json(feed));
	readsync__job_result__free_unpacked(feed, NULL);
	buffer_release(&input);
	return status;
}
