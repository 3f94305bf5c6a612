#include <stdio.h>
#include <string.h>

#include "client/command.h"
#include "client/json.h"
#include "client/view/annotation.h"
#include "client/view/cells.h"
#include "proto/record/article.h"
#include "proto/record/article_text.h"
#include "proto/record/quote.h"
#include "proto/replica/highlight.h"
#include "proto/replica/reading.h"

#define TEXT_COLUMNS 80
#define AROUND 60		/* bytes that are kept of what stands before and behind */

/* An item, its article where that is here, and what is highlighted in it. */
struct marking {
	struct client *client;
	const char *name;		/* of the item, as it was typed */
	uint8_t item[HASH_NAME_LEN];
	Readsync__Article *article;	/* NULL: it is not here */
	struct annotation now;
};

static int
fail(const struct marking *marking, int err)
{
	return client_fail(marking->client, err, "item '%s': %s", marking->name,
	    replica_err_text(marking->client->replica, err));
}

static int
load(struct marking *marking)
{
	struct replica *replica = marking->client->replica;
	Readsync__Reading *reading = NULL;
	int err = reading_best(replica, marking->item, &reading);

	if (err == RS_OK)
		err = reading_article(replica, reading, &marking->article);
	readsync__reading__free_unpacked(reading, NULL);
	return err == RS_OK || err == RS_ENOTFOUND ?
	    annotation_load(replica, marking->item, marking->article, &marking->now) : err;
}

/* ------------------------------------------------------------------------ making */

/* Copy what stands in ${text} from ${start} to ${end}, of whole characters. */
static void
copy(struct bytes text, size_t start, size_t end, char out[AROUND + 1])
{
	while (start < end && (text.data[start] & 0xc0) == 0x80)
		start++;
	while (end > start && end < text.len && (text.data[end] & 0xc0) == 0x80)
		end--;
	memcpy(out, text.data + start, end - start);
	out[end - start] = '\0';
}

/* Write the highlight of what stands at ${place} of ${text}. */
static int
add(struct marking *marking, struct bytes text, const struct quote_place *place,
    uint8_t ret_id[HASH_NAME_LEN])
{
	Readsync__Highlight passage = READSYNC__HIGHLIGHT__INIT;
	char prefix[AROUND + 1], suffix[AROUND + 1];
	size_t left = text.len - place->end;
	struct buffer words;
	int err;

	buffer_init(&words, HIGHLIGHT_QUOTE_MAX);
	err = buffer_append(&words, text.data + place->start, place->end - place->start);
	if (err == RS_OK) {
		copy(text, place->start < AROUND ? 0 : place->start - AROUND, place->start, prefix);
		copy(text, place->end, place->end + (left < AROUND ? left : AROUND), suffix);
		passage.quote = (char *)buffer_text(&words);
		passage.prefix = prefix;
		passage.suffix = suffix;
		passage.start = (uint32_t)place->start;
		err = highlight_add(marking->client->replica, marking->item, &passage, ret_id);
	}
	buffer_release(&words);
	return err;
}

/* The same place again is the same highlight: then only the comment is new. */
static int
add_or_comment(struct marking *marking, struct bytes text, const struct quote_place *place)
{
	const char *comment = marking->client->options.comment;
	uint8_t id[HASH_NAME_LEN];
	bool there = false;
	int err = RS_OK;

	for (size_t i = 0; i < marking->now.passage_count && !there; i++) {
		const struct annotation_passage *passage = &marking->now.passages[i];

		there = passage->found && passage->start == place->start &&
		    passage->end == place->end;
		if (there)
			memcpy(id, passage->id, sizeof(id));
	}
	if (!there)
		err = add(marking, text, place, id);
	if (err == RS_OK && comment != NULL)
		err = highlight_comment(marking->client->replica, id, comment);
	return err;
}

static int
find(struct bytes text, const char *words, struct quote_place *ret_place, size_t *ret_count)
{
	struct quote quote = { words, "", "", 0 };
	struct quote_text *plain;
	int err = quote_text_new(text, &plain);

	if (err != RS_OK)
		return err;
	err = quote_find(plain, &quote, ret_place, ret_count);
	quote_text_free(plain);
	return err;
}

/* Tell why ${words} were not highlighted; returns the exit status. */
static int
tell_refused(const struct marking *marking, const char *words, int err, size_t count)
{
	const struct client *client = marking->client;

	if (err == RS_ENOTFOUND)
		return client_fail(client, err, "item '%s': its article does not have the words "
		    "'%.100s'", marking->name, words);
	if (err == RS_EAMBIGUOUS)
		return client_fail(client, err, "item '%s': these words stand there %zu times; "
		    "give more of what is about them", marking->name, count);
	if (err == RS_ELIMIT)
		return client_fail(client, err, "a highlight has at most %d bytes, and a comment "
		    "%d", HIGHLIGHT_QUOTE_MAX, HIGHLIGHT_COMMENT_MAX);
	if (err == RS_EINVAL)
		return client_fail(client, err, "--comment takes UTF-8 without control characters "
		    "but line ends and tabs");
	return fail(marking, err);
}

static int
highlight(struct marking *marking, const char *words)
{
	struct replica *replica = marking->client->replica;
	struct quote_place place;
	struct buffer text;
	size_t count = 0;
	int err;

	if (marking->article == NULL)
		return client_fail(marking->client, RS_ENOTFOUND, "the article of item '%s' is not "
		    "on this device: readsync read %s tells why", marking->name, marking->name);
	buffer_init(&text, ARTICLE_TEXT_MAX + ARTICLE_BLOCKS_MAX);
	err = article_text(marking->article, &text);
	if (err == RS_OK)
		err = find(buffer_bytes(&text), words, &place, &count);
	if (err == RS_OK && count > 1)
		err = RS_EAMBIGUOUS;
	if (err == RS_OK)
		err = replica_begin(replica);
	if (err == RS_OK)
		err = replica_settle(replica, add_or_comment(marking, buffer_bytes(&text), &place));
	buffer_release(&text);
	return err == RS_OK ? 0 : tell_refused(marking, words, err, count);
}

/* ---------------------------------------------------------- removing and showing */

static int
remove_one(struct marking *marking)
{
	struct replica *replica = marking->client->replica;
	unsigned number = marking->client->options.remove;
	int err;

	if (number > marking->now.passage_count)
		return client_fail(marking->client, RS_ENOTFOUND, "item '%s' has no highlight %u; "
		    "readsync highlight %s lists them", marking->name, number, marking->name);
	err = replica_begin(replica);
	if (err == RS_OK)
		err = replica_settle(replica,
		    highlight_remove(replica, marking->now.passages[number - 1].id));
	return err == RS_OK ? 0 : fail(marking, err);
}

static int
show(const struct marking *marking)
{
	size_t columns = cells_columns();

	if (marking->client->options.json)
		json_print_highlights(&marking->now);
	else
		annotation_print_passages(stdout, &marking->now, marking->article != NULL,
		    columns == 0 || columns > TEXT_COLUMNS ? TEXT_COLUMNS : columns,
		    marking->client->colour);
	return 0;
}

static int
run(struct client *client, int argc, char **argv)
{
	const struct command_options *options = &client->options;
	struct marking marking = { .client = client, .name = argv[0] };
	bool makes = argc > 1;
	int err, status;

	if (makes + (options->remove != 0) + (options->list || options->json) > 1)
		return client_fail(client, RS_EINVAL, "of a QUOTE, --remove, and --list or --json, "
		    "only one can be");
	if (options->comment != NULL && !makes)
		return client_fail(client, RS_EINVAL, "--comment needs a QUOTE to stand by");
	err = client_open(client);
	if (err == RS_OK)
		err = client_find(client, argv[0], marking.item);
	if (err != RS_OK)
		return rs_err_exit_status(err);
	err = load(&marking);
	status = err != RS_OK ? fail(&marking, err) : makes ? highlight(&marking, argv[1]) :
	    options->remove != 0 ? remove_one(&marking) : show(&marking);
	annotation_release(&marking.now);
	readsync__article__free_unpacked(marking.article, NULL);
	return status;
}

const struct command command_highlight = {
	.name = "highlight",
	.arguments = "ITEM [QUOTE]",
	.summary = "mark a passage of an article, or list what is marked",
	.description =
	    "Highlights QUOTE, words that stand once in the article of an item, as they are\n"
	    "there but for line ends and the kind of quotes and dashes; with a comment, if\n"
	    "--comment gives one. The same QUOTE again changes its comment. Without QUOTE,\n"
	    "lists what is highlighted, numbered for --remove. A highlight is found again\n"
	    "by its words in another copy of the article. Works without a network.\n",
	.options = "OLRj",
	.min_arguments = 1,
	.max_arguments = 2,
	.run = run
};
