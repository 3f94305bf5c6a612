#include <stdio.h>
#include <string.h>

#include "client/command.h"
#include "client/json.h"
#include "client/view/cells.h"
#include "proto/replica/reading.h"

#define LINE_MAX_CELLS 400

static void
print_line(const char *label, const char *text)
{
	printf("%s", label);
	cells_print(stdout, text, LINE_MAX_CELLS);
	putchar('\n');
}

static const char *
copy_sentence(const Readsync__Reading *reading)
{
	switch (reading->verdict->copy) {
	case READSYNC__COPY__COPY_FULL: return "This copy is the whole article.";
	case READSYNC__COPY__COPY_PARTIAL: return "This copy lacks a part of the article.";
	case READSYNC__COPY__COPY_TEASER: return "This copy is a teaser: the beginning, and no more.";
	case READSYNC__COPY__COPY_BLOCKED: return "This copy holds nothing of the article.";
	default: return "How complete this copy is cannot be told.";
	}
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

static const char *
session_sentence(const Readsync__Verdict *verdict)
{
	switch (verdict->session) {
	case READSYNC__SESSION__SESSION_IN: return "It was fetched with your subscription.";
	case READSYNC__SESSION__SESSION_OUT: return "It was fetched without a login.";
	default: return "You saved the page from your own browser.";
	}
}

/* What the reader can do about a copy that is not whole. */
static void
print_advice(const Readsync__Reading *reading, const char *prefix)
{
	if (reading->verdict->copy == READSYNC__COPY__COPY_FULL)
		return;
	printf("\nIf your own browser shows you the whole article, save that page there and give it to\n"
	    "readsync; it repairs this item:\n  readsync save --page FILE URL   (item %s)\n", prefix);
}

static void
print_verdict(const Readsync__Reading *reading, const char *prefix)
{
	const Readsync__Verdict *verdict = reading->verdict;
	size_t i;

	print_line("", reading->title);
	if (reading->refusal[0] != '\0')
		print_line("There is no article: ", reading->refusal);
	else
		printf("%s It has %u words.\n", copy_sentence(reading), reading->words);
	printf("%s %s\n", gated_sentence(verdict), session_sentence(verdict));
	if (verdict->n_evidence > 0)
		printf("\nWhat was seen (a positive weight speaks against a whole copy):\n");
	for (i = 0; i < verdict->n_evidence; i++) {
		printf("  %+4d  %-28s ", verdict->evidence[i]->weight, verdict->evidence[i]->id);
		print_line("", verdict->evidence[i]->excerpt);
	}
	print_advice(reading, prefix);
}

static int
run(struct client *client, int argc, char **argv)
{
	Readsync__Reading *reading;
	uint8_t id[HASH_NAME_LEN];
	int err = client_open(client);

	(void)argc;
	if (err == RS_OK)
		err = client_find(client, argv[0], id);
	if (err != RS_OK)
		return rs_err_exit_status(err);
	err = reading_best(client->replica, id, &reading);
	if (err == RS_ENOTFOUND) {
		printf("This item has not been read yet: the archive still has to fetch it, or this device to "
		    "sync.\n");
		return 0;
	}
	if (err != RS_OK)
		return client_fail(client, err, "item '%s'", argv[0]);
	if (client->options.json)
		json_print_verdict(reading);
	else
		print_verdict(reading, argv[0]);
	readsync__reading__free_unpacked(reading, NULL);
	return 0;
}

const struct command command_why = {
	.name = "why",
	.arguments = "ITEM",
	.summary = "tell how complete a copy is, and how that is known",
	.description = "Tells of the item's best copy how complete it is, whether the article is behind a\n"
	    "paywall, how it was fetched, the evidence for that, and what can be done.\n",
	.options = "j",
	.min_arguments = 1,
	.max_arguments = 1,
	.run = run
};
