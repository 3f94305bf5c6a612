#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "client/command.h"
#include "client/history.h"
#include "client/json.h"
#include "client/view/advice.h"
#include "client/view/cells.h"
#include "client/view/terminal.h"
#include "proto/record/copy_name.h"
#include "proto/record/evidence_reason.h"
#include "proto/replica/reading.h"

/* What is to be told of an item: its best reading is NULL when there is none yet. */
struct question {
	struct replica *replica;
	const Readsync__Reading *reading;
	Readsync__Copy marked;		/* the reader's own verdict on it, */
	Readsync__Copy judged;		/* and the archive's */
	bool given;			/* a session of theirs went along */
	int err;
};

static void
print_line(const char *label, const char *text)
{
	printf("%s", label);
	cells_print(stdout, text, SIZE_MAX);
	putchar('\n');
}

static const char *
gated_sentence(const Readsync__Verdict *verdict)
{
	if (verdict->gated == READSYNC__GATED__GATED_NO)
		return "The article is free to read.";
	if (verdict->gated != READSYNC__GATED__GATED_YES)
		return "Whether the article is behind a paywall is not known.";
	switch (verdict->kind) {
	case READSYNC__GATE_KIND__GATE_KIND_METERED: return "The article counts against a meter.";
	case READSYNC__GATE_KIND__GATE_KIND_REGISTRATION: return "The article asks for an account.";
	case READSYNC__GATE_KIND__GATE_KIND_HARD: return "The article is for subscribers.";
	default: return "The article is behind a paywall.";
	}
}

/* Was a session sent along that the site did not know? */
static bool
was_sent_in_vain(const Readsync__Verdict *verdict)
{
	for (size_t i = 0; i < verdict->n_evidence; i++) {
		if (strcmp(verdict->evidence[i]->id, "logged-out") == 0)
			return true;
	}
	return false;
}

static const char *
session_sentence(const struct question *question)
{
	const Readsync__Verdict *verdict = question->reading->verdict;

	if (history_is_imported(verdict))
		return "You imported the text.";
	switch (verdict->session) {
	case READSYNC__SESSION__SESSION_IN: return "It was fetched with your subscription.";
	case READSYNC__SESSION__SESSION_OUT:
		return was_sent_in_vain(verdict) ? "It was fetched with your session, which did "
		    "not work." : question->given ? "It was fetched with your session, of which "
		    "the page does not tell whether it works." : "It was fetched without a login.";
	default: return "You saved the page from your own browser.";
	}
}

/* In single quotes, for a shell; a quote within is written as URLs may write it. */
static void
print_quoted(const char *url)
{
	struct cell cell;

	putchar('\'');
	for (; *url != '\0'; url += cell.len) {
		cells_take(url, &cell);
		fputs(*url == '\'' ? "%27" : cell.bytes, stdout);
	}
	putchar('\'');
}

/* What the reader can do about a copy that is not whole. */
static void
print_advice(const Readsync__Reading *reading, const char *url)
{
	struct buffer advice;

	if (reading->verdict->copy == READSYNC__COPY__COPY_FULL)
		return;
	buffer_init(&advice, ADVICE_MAX);
	if (advice_append(reading->verdict, url, &advice) == RS_OK && advice.len > 0)
		print_line("\n", buffer_text(&advice));
	buffer_release(&advice);
	printf("\nIf your own browser shows you the whole article, save that page there as a\n"
	    "file and give it to readsync, which repairs this item:\n"
	    "  readsync save --page FILE ");
	print_quoted(url);
	putchar('\n');
}

/* The weight and what it means; beneath it, what was seen of it. */
static void
print_evidence(const Readsync__Evidence *evidence)
{
	const char *reason = evidence_reason(evidence->id);

	printf("  %+4d  ", evidence->weight);
	print_line("", reason[0] != '\0' ? reason : evidence->id);
	if (evidence->excerpt[0] == '\0')
		return;
	printf("        \"");
	cells_print(stdout, evidence->excerpt, SIZE_MAX);
	printf("\"\n");
}

static void
print_verdict(const struct question *question)
{
	const Readsync__Reading *reading = question->reading;
	const Readsync__Verdict *verdict = reading->verdict;
	size_t i;

	if (reading->refusal[0] != '\0') {
		print_line("There is no article: ", reading->refusal);
	} else {
		printf("%s ", terminal_copy_text(verdict->copy));
		if (question->marked != READSYNC__COPY__COPY_UNKNOWN)
			printf("You marked it so; judged by what was seen, it is called %s. ",
			    copy_name(question->judged));
		printf("It has %u words.\n", reading->words);
	}
	printf("%s %s\n", gated_sentence(verdict), session_sentence(question));
	if (verdict->n_evidence > 0)
		printf("\nWhat was seen (a positive weight speaks against a whole copy):\n");
	for (i = 0; i < verdict->n_evidence; i++)
		print_evidence(verdict->evidence[i]);
}

static bool
print_address(void *context, const char *url)
{
	(void)context;
	print_line("also ", url);
	return true;
}

static bool
explain(void *context, const struct item *item)
{
	struct question *question = context;
	const Readsync__Reading *reading = question->reading;

	if (item->title[0] != '\0')
		print_line("", item->title);
	print_line("", item->url);
	question->err = item_addresses(question->replica, item->id, print_address, NULL);
	putchar('\n');
	if (item->waits[0] != '\0')
		print_line("The archive does not fetch it for now: ", item->waits);
	if (reading == NULL) {
		printf("This item has not been read yet: the archive still has to fetch it, or\n"
		    "this device to sync.\n");
		return false;
	}
	print_verdict(question);
	print_advice(reading, item->url);
	return false;
}

static int
print_explanation(struct question *question, const uint8_t *id)
{
	int err = item_get(question->replica, id, explain, question);

	return err == RS_OK ? question->err : err;
}

/* Look whether a session went along with the fetch of the reading, where that is known. */
static int
look_at_fetch(struct question *question)
{
	Readsync__Fetch *fetch;
	int err;

	if (question->reading == NULL)
		return RS_OK;
	err = reading_get_fetch(question->replica, question->reading->fetch.data, &fetch);
	if (err != RS_OK)
		return err == RS_ENOTFOUND ? RS_OK : err;
	question->given = fetch->given;
	readsync__fetch__free_unpacked(fetch, NULL);
	return RS_OK;
}

static int
run(struct client *client, int argc, char **argv)
{
	struct question question = { .reading = NULL };
	Readsync__Reading *reading = NULL;
	uint8_t id[HASH_NAME_LEN];
	int err = client_open(client);

	(void)argc;
	if (err == RS_OK)
		err = client_find(client, argv[0], id);
	if (err != RS_OK)
		return rs_err_exit_status(err);
	question.replica = client->replica;
	err = reading_best(client->replica, id, &reading);
	if (err == RS_OK)
		err = reading_judged(client->replica, reading, &question.marked,
		    &question.judged);
	else if (err == RS_ENOTFOUND)
		err = RS_OK;
	question.reading = reading;
	if (err == RS_OK)
		err = look_at_fetch(&question);
	if (err == RS_OK)
		err = client->options.json ? json_print_verdict(client->replica, id, reading,
		    question.marked, question.judged) : print_explanation(&question, id);
	readsync__reading__free_unpacked(reading, NULL);
	return err == RS_OK ? 0 : client_fail(client, err, "item '%s': %s", argv[0],
	    replica_err_text(client->replica, err));
}

const struct command command_why = {
	.name = "why",
	.arguments = "ITEM",
	.summary = "tell how complete a copy is, and how that is known",
	.description =
	    "Tells of the item's best copy how complete it is, whether the article is\n"
	    "behind a paywall, how it was fetched, the evidence for that, and what can be\n"
	    "done; and under which other addresses it is known, see readsync split.\n",
	.options = "j",
	.min_arguments = 1,
	.max_arguments = 1,
	.run = run
};
