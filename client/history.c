#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/history.h"
#include "client/json.h"
#include "client/view/cells.h"
#include "client/view/changes.h"
#include "proto/record/article_text.h"
#include "proto/record/copy_name.h"
#include "proto/replica/item.h"
#include "proto/replica/reading.h"

#define TEXT_MAX (16 * 1024 * 1024)

/* ------------------------------------------------------------------- the list */

static bool
add(void *context, const Readsync__Reading *reading, bool best)
{
	struct history *history = context;
	struct history_entry *grown = realloc(history->entries,
	    (history->count + 1) * sizeof(*grown));

	history->err = RS_ENOMEM;
	if (grown == NULL)
		return false;
	history->entries = grown;
	grown += history->count;
	reading_name(reading->fetch.data, reading->extractor, grown->id);
	grown->best = best;
	grown->preferred = bytes_equal(bytes_of(grown->id, sizeof(grown->id)),
	    buffer_bytes(&history->preferred));
	history->err = reading_marked(history->replica, grown->id, &grown->marked);
	if (history->err == RS_OK)
		history->err = reading_get(history->replica, grown->id, &grown->reading);
	history->count += history->err == RS_OK;
	return history->err == RS_OK;
}

int
history_read(struct client *client, const uint8_t *item, struct history *ret_history)
{
	struct history_entry entry;
	size_t i;
	int err;

	*ret_history = (struct history){ .replica = client->replica };
	buffer_init(&ret_history->preferred, RECORD_VALUE_MAX);
	err = reading_preferred(client->replica, item, &ret_history->preferred);
	if (err == RS_OK || err == RS_ENOTFOUND)
		err = reading_list(client->replica, item, add, ret_history);
	if (err == RS_OK)
		err = ret_history->err;
	if (err != RS_OK) {
		history_release(ret_history);
		client_fail_code(client, err, "its readings");
		return err;
	}
	/* They came newest first. */
	for (i = 0; i < ret_history->count / 2; i++) {
		struct history_entry *other = &ret_history->entries[ret_history->count - 1 - i];

		entry = ret_history->entries[i];
		ret_history->entries[i] = *other;
		*other = entry;
	}
	return RS_OK;
}

void
history_release(struct history *history)
{
	size_t i;

	for (i = 0; i < history->count; i++)
		readsync__reading__free_unpacked(history->entries[i].reading, NULL);
	free(history->entries);
	buffer_release(&history->preferred);
	*history = (struct history){ .count = 0 };
}

int
history_find(const struct client *client, const struct history *history, const char *word,
    const struct history_entry **ret_entry)
{
	char *end;
	unsigned long number = word[0] >= '0' && word[0] <= '9' ? strtoul(word, &end, 10) : 0;

	if (number == 0 || *end != '\0' || number > history->count)
		return client_fail(client, RS_ENOTFOUND, "there is no reading '%s': readsync "
		    "history shows their numbers", word);
	*ret_entry = &history->entries[number - 1];
	return 0;
}

const struct history_entry *
history_best(const struct history *history)
{
	size_t i;

	for (i = 0; i < history->count; i++) {
		if (history->entries[i].best)
			return &history->entries[i];
	}
	return NULL;
}

bool
history_is_imported(const Readsync__Verdict *verdict)
{
	return verdict->n_evidence == 1 && strcmp(verdict->evidence[0]->id, "imported") == 0;
}

/* -------------------------------------------------------------------- history */

static const char *
way_of(const Readsync__Reading *reading)
{
	if (history_is_imported(reading->verdict))
		return "imported";
	switch (reading->verdict->session) {
	case READSYNC__SESSION__SESSION_IN: return "with your session";
	case READSYNC__SESSION__SESSION_OUT: return "without a login";
	default: return "from your browser";
	}
}

static void
print_entry(const struct history *history, size_t i)
{
	const struct history_entry *entry = &history->entries[i];
	const struct history_entry *before = i == 0 ? NULL : &history->entries[i - 1];
	const Readsync__Reading *reading = entry->reading;
	time_t seconds = (time_t)(reading->at_ms / 1000);
	struct tm local;
	char when[20] = "";

	if (localtime_r(&seconds, &local) != NULL)
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M", &local);
	printf("%3zu%c %s  %-7s  %u words, %s", i + 1, entry->best ? '*' : ' ', when,
	    copy_name(reading->verdict->copy), reading->words, way_of(reading));
	if (entry->marked != READSYNC__COPY__COPY_UNKNOWN)
		printf(", marked %s", copy_name(entry->marked));
	if (entry->preferred)
		fputs(", preferred", stdout);
	if (reading->refusal[0] != '\0') {
		fputs("; ", stdout);
		cells_print(stdout, reading->refusal, SIZE_MAX);
	} else if (before != NULL && reading->article.len > 0 &&
	    before->reading->article.len == reading->article.len) {
		printf("; %s", memcmp(before->reading->article.data, reading->article.data,
		    reading->article.len) == 0 ? "unchanged" : "changed");
	}
	putchar('\n');
}

static int
run_history(struct client *client, int argc, char **argv)
{
	struct history history;
	uint8_t item[HASH_NAME_LEN];
	size_t i;
	int err = client_open(client);

	(void)argc;
	if (err == RS_OK)
		err = client_find(client, argv[0], item);
	if (err == RS_OK)
		err = history_read(client, item, &history);
	if (err != RS_OK)
		return rs_err_exit_status(err);
	if (client->options.json)
		json_print_history(&history);
	else if (history.count == 0)
		printf("This item has not been read yet.\n");
	/* The newest first. */
	for (i = history.count; i-- > 0 && !client->options.json;)
		print_entry(&history, i);
	history_release(&history);
	return 0;
}

const struct command command_history = {
	.name = "history",
	.arguments = "ITEM",
	.summary = "show every reading of an item, and which is the best",
	.description =
	    "Shows all that was ever read of an item, the newest first: its number, a star for\n"
	    "the one that is shown, when, how complete it is, how it was fetched, and whether\n"
	    "it differs from the one before. A worse copy never takes the place of a better\n"
	    "one. See readsync diff, mark and prefer.\n",
	.options = "j",
	.min_arguments = 1,
	.max_arguments = 1,
	.run = run_history
};

/* ----------------------------------------------------------------------- diff */

static int
read_text(struct client *client, const struct history_entry *entry, const char *name,
    struct buffer *out)
{
	Readsync__Article *article;
	int err = reading_article(client->replica, entry->reading, &article);

	if (err == RS_OK) {
		err = article_text(article, out);
		readsync__article__free_unpacked(article, NULL);
	}
	if (err == RS_ENOTFOUND)
		return client_fail(client, err, "item '%s': one of the two has no article, or not "
		    "on this device", name);
	return err == RS_OK ? 0 : client_fail(client, err, "item '%s': %s", name,
	    replica_err_text(client->replica, err));
}

/* The two that are compared: those that are named, or the best and the one before it. */
static int
choose(const struct client *client, const struct history *history, int argc, char **argv,
    const struct history_entry **before, const struct history_entry **after)
{
	int status = 0;

	*after = history_best(history);
	if (argc > 1)
		status = history_find(client, history, argv[argc - 1], after);
	if (status == 0 && argc > 2)
		return history_find(client, history, argv[1], before);
	if (status != 0)
		return status;
	*before = *after;
	while (*before != NULL && *before > history->entries) {
		(*before)--;
		if ((*before)->reading->article.len > 0)
			return 0;
	}
	return client_fail(client, RS_ENOTFOUND, "item '%s': there is no reading before to "
	    "compare with", argv[0]);
}

static int
print_diff(struct client *client, const struct history *history, int argc, char **argv)
{
	const struct history_entry *before = NULL, *after = NULL;
	struct buffer old, new;
	bool any = false;
	int err = RS_OK, status = choose(client, history, argc, argv, &before, &after);

	buffer_init(&old, TEXT_MAX);
	buffer_init(&new, TEXT_MAX);
	if (status == 0 && before != NULL && after != NULL)
		status = read_text(client, before, argv[0], &old);
	if (status == 0 && after != NULL)
		status = read_text(client, after, argv[0], &new);
	if (status == 0)
		err = changes_print(stdout, buffer_bytes(&old), buffer_bytes(&new), client->colour,
		    &any);
	if (err != RS_OK)
		status = client_fail_code(client, err, argv[0]);
	else if (status == 0 && !any)
		fprintf(stderr, "readsync diff: readings %zu and %zu have the same text\n",
		    (size_t)(before - history->entries) + 1,
		    (size_t)(after - history->entries) + 1);
	buffer_release(&old);
	buffer_release(&new);
	return status;
}

static int
run_diff(struct client *client, int argc, char **argv)
{
	struct history history;
	uint8_t item[HASH_NAME_LEN];
	int err = client_open(client), status;

	if (err == RS_OK)
		err = client_find(client, argv[0], item);
	if (err == RS_OK)
		err = history_read(client, item, &history);
	if (err != RS_OK)
		return rs_err_exit_status(err);
	status = print_diff(client, &history, argc, argv);
	history_release(&history);
	return status;
}

const struct command command_diff = {
	.name = "diff",
	.arguments = "ITEM [READING [READING]]",
	.summary = "show how two readings of an item differ",
	.description =
	    "Shows the words that went as [-words-] and those that came as {+words+}, in red\n"
	    "and green on a terminal, with the paragraphs that they stand in. READING is a\n"
	    "number that readsync history shows; without one the best is compared with the\n"
	    "one before it, with one, that is.\n",
	.options = "",
	.min_arguments = 1,
	.max_arguments = 3,
	.run = run_diff
};
