#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "client/command.h"
#include "client/editor.h"
#include "client/json.h"
#include "client/view/annotation.h"
#include "proto/replica/note.h"

#define TEXT_ROOM (256 * 1024)	/* more than a note may have, to say so by its rule */
#define BETWEEN "\n\n"

/* The note as it is, and what is to become of it. */
struct noting {
	struct client *client;
	const char *name;		/* of the item, as it was typed */
	uint8_t item[HASH_NAME_LEN];
	struct annotation now;
	struct note_heads heads;	/* of what is seen here */
	struct buffer text;		/* what to write */
};

static int
fail(const struct noting *noting, int err)
{
	return client_fail(noting->client, err, "item '%s': %s", noting->name,
	    replica_err_text(noting->client->replica, err));
}

/* ---------------------------------------------------------------------- the text */

/* Bytes that all versions have together, at most, and one that is written more. */
static size_t
room_for(const struct annotation *now)
{
	return TEXT_ROOM + now->note_count * (NOTE_TEXT_MAX + sizeof(BETWEEN));
}

static bool
was_before(const struct annotation *now, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (strcmp(now->notes[j].text, now->notes[i].text) == 0)
			return true;
	return false;
}

/* Append all versions, each text once, parted by an empty line. */
static int
join_versions(const struct annotation *now, struct buffer *out)
{
	int err = RS_OK;

	for (size_t i = 0; i < now->note_count && err == RS_OK; i++) {
		if (was_before(now, i))
			continue;
		if (out->len > 0)
			err = buffer_append_text(out, BETWEEN);
		if (err == RS_OK)
			err = buffer_append_text(out, now->notes[i].text);
	}
	return err;
}

static int
join_arguments(int argc, char **argv, struct buffer *out)
{
	int err = RS_OK;

	for (int i = 0; i < argc && err == RS_OK; i++) {
		if (i > 0)
			err = buffer_append_byte(out, ' ');
		if (err == RS_OK)
			err = buffer_append_text(out, argv[i]);
	}
	return err;
}

/* Line ends of another system, and blanks at the end, are nobody's words. */
static void
tidy(struct buffer *text)
{
	size_t from, to = 0;

	for (from = 0; from < text->len; from++)
		if (text->data[from] != '\r' || from + 1 == text->len ||
		    text->data[from + 1] != '\n')
			text->data[to++] = text->data[from];
	while (to > 0 && strchr(" \t\r\n", text->data[to - 1]) != NULL)
		to--;
	buffer_truncate(text, to);
}

/* Read what the command line gives; returns an exit status after telling an error. */
static int
read_given(struct noting *noting, int argc, char **argv)
{
	bool is_stdin = argc == 1 && strcmp(argv[0], "-") == 0;
	int err = is_stdin ? client_read_stdin(&noting->text) :
	    join_arguments(argc, argv, &noting->text);

	if (err == RS_OK && memchr(buffer_text(&noting->text), '\0', noting->text.len) != NULL)
		err = RS_EINVAL;
	if (err == RS_ELIMIT || err == RS_EINVAL)
		return client_fail(noting->client, err, "a note is at most %d bytes of text",
		    NOTE_TEXT_MAX);
	if (err != RS_OK)
		return client_fail(noting->client, err, "standard input: %s", strerror(errno));
	tidy(&noting->text);
	return 0;
}

/* --------------------------------------------------------------------- the write */

static int
write_note(struct noting *noting)
{
	struct replica *replica = noting->client->replica;
	int err = replica_begin(replica);

	return err != RS_OK ? err : replica_settle(replica, note_write(replica, noting->item,
	    buffer_text(&noting->text), &noting->heads));
}

/* Tell how the write went; ${kept} is empty, or says where the text still is. */
static int
tell_written(const struct noting *noting, int err, const char *kept)
{
	if (err == RS_OK)
		return 0;
	if (err == RS_ELIMIT)
		return client_fail(noting->client, err, "a note has at most %d bytes, and this one "
		    "%zu%s", NOTE_TEXT_MAX, noting->text.len, kept);
	if (err == RS_EINVAL)
		return client_fail(noting->client, err, "a note is UTF-8 without control "
		    "characters but line ends and tabs%s", kept);
	return client_fail(noting->client, err, "item '%s': %s%s", noting->name,
	    replica_err_text(noting->client->replica, err), kept);
}

/* The vault is closed while the editor has the text. */
static int
write_edited(struct noting *noting)
{
	struct client *client = noting->client;
	struct rs_err_detail detail = { "" };
	struct editor editor;
	struct buffer before;
	char kept[EDITOR_PATH_MAX + 64];
	int err, status;

	buffer_init(&before, room_for(&noting->now));
	err = join_versions(&noting->now, &before);
	replica_close(client->replica);
	client->replica = NULL;
	if (err == RS_OK && before.len > 0)
		err = buffer_append_byte(&before, '\n');
	if (err == RS_OK)
		err = editor_run(&editor, buffer_text(&before), &noting->text, &detail);
	if (err != RS_OK) {
		status = err == RS_ELIMIT ? client_fail(client, err, "a note has at most %d bytes; "
		    "the text is in %s", NOTE_TEXT_MAX, editor.path) :
		    client_fail_detail(client, err, NULL, &detail);
		goto out;
	}
	snprintf(kept, sizeof(kept), "; the text is in %s", editor.path);
	if (!bytes_equal(buffer_bytes(&noting->text), buffer_bytes(&before))) {
		tidy(&noting->text);
		err = memchr(buffer_text(&noting->text), '\0', noting->text.len) != NULL ?
		    RS_EINVAL : client_open_again(client, &detail);
		if (err == RS_OK)
			err = write_note(noting);
	}
	status = detail.text[0] != '\0' ? client_fail(client, err, "%s%s", detail.text, kept) :
	    tell_written(noting, err, kept);
	if (err == RS_OK)
		editor_forget(&editor);
out:
	buffer_release(&before);
	return status;
}

static int
write_given(struct noting *noting, int argc, char **argv)
{
	const struct client *client = noting->client;
	int err = RS_OK, status;

	if (argc == 0)
		err = join_versions(&noting->now, &noting->text);
	if (err != RS_OK)
		return tell_written(noting, err, "");
	status = argc == 0 ? 0 : read_given(noting, argc, argv);
	if (status != 0)
		return status;
	if (noting->now.note_count > 1 && !client->options.join)
		return client_fail(client, RS_EINVAL, "item '%s': the note has %zu versions; "
		    "readsync note %s shows them, and --join makes one of them", noting->name,
		    noting->now.note_count, noting->name);
	return tell_written(noting, write_note(noting), "");
}

/* ----------------------------------------------------------------------- showing */

static int
show(const struct noting *noting)
{
	const struct annotation *now = &noting->now;

	if (noting->client->options.json) {
		json_print_notes(now);
		return 0;
	}
	for (size_t i = 0; i < now->note_count; i++) {
		const struct annotation_note *note = &now->notes[i];

		if (now->note_count > 1) {
			printf("%s-- ", i == 0 ? "" : "\n");
			annotation_print_by(stdout, note->device, note->at_ms);
			printf(" --\n");
		}
		annotation_print_note(stdout, note);
	}
	if (now->note_count > 1) {
		fflush(stdout);
		fprintf(stderr, "readsync note: it was edited in %zu places at once; --join or "
		    "--edit makes one note of it\n", now->note_count);
	}
	return 0;
}

static int
act(struct noting *noting, int argc, char **argv)
{
	const struct command_options *options = &noting->client->options;

	if (options->edit)
		return write_edited(noting);
	return argc > 0 || options->join ? write_given(noting, argc, argv) : show(noting);
}

static int
run(struct client *client, int argc, char **argv)
{
	struct noting noting = { .client = client, .name = argv[0] };
	int err, status;

	if (client->options.edit && (argc > 1 || client->options.join))
		return client_fail(client, RS_EINVAL, "--edit takes neither a text nor --join");
	if (client->options.json && (argc > 1 || client->options.edit || client->options.join))
		return client_fail(client, RS_EINVAL, "--json shows a note, and changes none");
	client->keeps_key = client->options.edit;
	err = client_open(client);
	if (err == RS_OK)
		err = client_find(client, argv[0], noting.item);
	if (err != RS_OK)
		return rs_err_exit_status(err);
	err = annotation_load(client->replica, noting.item, NULL, &noting.now);
	buffer_init(&noting.text, room_for(&noting.now));
	if (err == RS_OK)
		err = note_heads(client->replica, noting.item, &noting.heads);
	status = err == RS_OK ? act(&noting, argc - 1, argv + 1) : fail(&noting, err);
	annotation_release(&noting.now);
	buffer_release(&noting.text);
	return status;
}

const struct command command_note = {
	.name = "note",
	.arguments = "ITEM [TEXT ... | -]",
	.summary = "show or write your note on an item",
	.description =
	    "Shows the note on an item. With TEXT, or - for standard input, that becomes\n"
	    "the note in place of what it was; an empty TEXT removes it. With --edit, it is\n"
	    "edited. Edited on two devices before they heard of each other, a note has two\n"
	    "versions, and both are shown; --join makes one of them, with TEXT, or with the\n"
	    "texts of both. Works without a network.\n",
	.options = "EJj",
	.min_arguments = 1,
	.max_arguments = -1,
	.run = run
};
