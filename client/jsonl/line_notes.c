#include <stdlib.h>
#include <string.h>

#include "client/jsonl/field.h"
#include "client/jsonl/line_notes.h"
#include "client/jsonl/message.h"
#include "proto/base/encode.h"
#include "proto/replica/highlight.h"
#include "proto/replica/note.h"
#include "proto/replica/register.h"

struct line_note {
	uint8_t id[HASH_NAME_LEN];
	Readsync__Note *note;
};

struct line_highlight {
	uint8_t id[HASH_NAME_LEN];
	Readsync__Highlight *passage;
	const char *comment;		/* borrowed from the line; "" for none */
};

/* ---------------------------------------------------------------------- writing */

static void
set_id(json_t *object, const uint8_t *id)
{
	char text[2 * HASH_NAME_LEN + 1];

	encode_hex(bytes_of(id, HASH_NAME_LEN), text);
	json_object_set_new(object, "id", json_string(text));
}

static bool
write_note(void *context, const struct note *note)
{
	Readsync__Note shown = *note->revision;
	json_t *object;

	shown.item = (ProtobufCBinaryData){ 0, NULL };
	object = message_to_json(&shown.base);
	set_id(object, note->id);
	json_array_append_new(context, object);
	return true;
}

static bool
write_highlight(void *context, const struct highlight *highlight)
{
	Readsync__Highlight shown = *highlight->passage;
	json_t *object;

	shown.item = (ProtobufCBinaryData){ 0, NULL };
	object = message_to_json(&shown.base);
	set_id(object, highlight->id);
	if (highlight->comment[0] != '\0')
		json_object_set_new(object, "comment", json_string(highlight->comment));
	json_array_append_new(context, object);
	return true;
}

/* Set ${key} to ${list}, which is freed, unless it is empty. */
static void
set_list(json_t *object, const char *key, json_t *list)
{
	if (json_array_size(list) > 0)
		json_object_set(object, key, list);
	json_decref(list);
}

int
line_notes_write(struct replica *replica, const uint8_t *item, json_t *object)
{
	json_t *notes = json_array(), *highlights = json_array();
	int err = note_history(replica, item, write_note, notes);

	if (err == RS_OK)
		err = highlight_list(replica, item, write_highlight, highlights);
	set_list(object, "notes", notes);
	set_list(object, "highlights", highlights);
	return err;
}

/* ---------------------------------------------------------------------- reading */

/* What is read of the line beside the notes themselves. */
struct reading {
	struct line_notes *into;
	const char *url;
	int64_t saved_ms;
	struct rs_err_detail *detail;
};

/*
 * Make a message of ${value}, an object, or a text that becomes its field ${field}; its
 * `id` in ${ret_id}.
 */
static int
read_message(const struct reading *reading, const json_t *value, const char *field,
    const ProtobufCMessageDescriptor *descriptor, uint8_t ret_id[HASH_NAME_LEN],
    ProtobufCMessage **ret_message)
{
	json_t *object = json_is_string(value) ? json_pack("{sO}", field, value) :
	    json_copy((json_t *)value);
	struct bytes parts[] = { bytes_of_text("import"), bytes_of_text(field),
	    bytes_of_text(reading->url), bytes_of_text(""),
	    bytes_of_text(json_string_value(json_object_get(object, field))) };
	const char *id = NULL;
	int err = field_text(value, "id", &id, reading->detail);

	if (err == RS_OK && id == NULL)
		hash_name(bytes_of(NULL, 0), parts, sizeof(parts) / sizeof(parts[0]), ret_id);
	else if (err == RS_OK && !message_read_hex(id, ret_id, HASH_NAME_LEN))
		err = field_refuse(reading->detail, "id", "32 hexadecimal digits");
	json_object_del(object, "id");
	json_object_del(object, "comment");
	if (err == RS_OK)
		err = message_from_json(object, descriptor, ret_message, reading->detail);
	json_decref(object);
	return err;
}

/* Text of another program may have line ends, and more, that no note has. */
static void
clean(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' && *text != '\n' && *text != '\t')
			*text = ' ';
}

static int
read_note(const struct reading *reading, const json_t *value)
{
	struct line_note *into = &reading->into->notes[reading->into->note_count];
	static const uint8_t item[HASH_NAME_LEN];
	ProtobufCMessage *message;
	Readsync__Note checked;
	int err = read_message(reading, value, "text", &readsync__note__descriptor, into->id,
	    &message);

	if (err != RS_OK)
		return err;
	into->note = (Readsync__Note *)message;
	reading->into->note_count++;
	if (json_is_string(value)) {
		clean(into->note->text);
		into->note->at_ms = reading->saved_ms;
	}
	checked = *into->note;
	checked.item = (ProtobufCBinaryData){ sizeof(item), (uint8_t *)item };
	err = note_check(&checked);
	if (err == RS_EINVAL)
		return field_refuse(reading->detail, "notes", "made of texts without control "
		    "characters, with ids of 32 hexadecimal digits");
	if (err == RS_ELIMIT)
		rs_err_detail_set(reading->detail, "a note has more than %d bytes, or replaces "
		    "more than %d others", NOTE_TEXT_MAX, NOTE_REPLACES_MAX);
	return err;
}

static int
check_highlight(const struct reading *reading, const struct line_highlight *into)
{
	static const uint8_t item[HASH_NAME_LEN];
	Readsync__Highlight checked = *into->passage;
	int err;

	checked.item = (ProtobufCBinaryData){ sizeof(item), (uint8_t *)item };
	err = highlight_check(&checked);
	if (err == RS_OK)
		err = highlight_check_comment(into->comment);
	if (err == RS_EINVAL)
		return field_refuse(reading->detail, "highlights", "made of texts without control "
		    "characters, with ids of 32 hexadecimal digits");
	if (err == RS_ELIMIT)
		rs_err_detail_set(reading->detail, "a highlight has more than %d bytes, or a "
		    "comment on it more than %d", HIGHLIGHT_QUOTE_MAX, HIGHLIGHT_COMMENT_MAX);
	return err;
}

static int
read_highlight(const struct reading *reading, const json_t *value)
{
	struct line_highlight *into =
	    &reading->into->highlights[reading->into->highlight_count];
	ProtobufCMessage *message;
	int err = read_message(reading, value, "quote", &readsync__highlight__descriptor,
	    into->id, &message);

	if (err != RS_OK)
		return err;
	into->passage = (Readsync__Highlight *)message;
	into->comment = "";
	reading->into->highlight_count++;
	if (json_is_string(value)) {
		clean(into->passage->quote);
		into->passage->at_ms = reading->saved_ms;
	}
	err = field_text(value, "comment", &into->comment, reading->detail);
	return err == RS_OK ? check_highlight(reading, into) : err;
}

/* Go through the array ${key}; a lone text is an array of it. */
static int
read_list(const struct reading *reading, const json_t *root, const char *key, size_t size,
    void *ret_room, int (*read)(const struct reading *reading, const json_t *value))
{
	const json_t *list = field_get(root, key);
	size_t count = json_is_array(list) ? json_array_size(list) : 1, i;
	int err = RS_OK;

	if (list == NULL)
		return RS_OK;
	if (count > LINE_NOTES_MAX || !(json_is_array(list) || json_is_string(list)))
		return field_refuse(reading->detail, key, "an array of at most 10000");
	*(void **)ret_room = calloc(count + 1, size);
	if (*(void **)ret_room == NULL)
		return RS_ENOMEM;
	for (i = 0; i < count && err == RS_OK; i++) {
		const json_t *value = json_is_array(list) ? json_array_get(list, i) : list;

		err = json_is_string(value) || json_is_object(value) ? read(reading, value) :
		    field_refuse(reading->detail, key, "made of texts and objects");
	}
	return err;
}

int
line_notes_read(struct line_notes *notes, const json_t *root, const char *url, int64_t saved_ms,
    struct rs_err_detail *detail)
{
	const struct reading reading = { notes, url, saved_ms, detail };
	int err = read_list(&reading, root, "notes", sizeof(*notes->notes), &notes->notes,
	    read_note);

	return err != RS_OK ? err : read_list(&reading, root, "highlights",
	    sizeof(*notes->highlights), &notes->highlights, read_highlight);
}

void
line_notes_release(struct line_notes *notes)
{
	size_t i;

	for (i = 0; i < notes->note_count; i++)
		readsync__note__free_unpacked(notes->notes[i].note, NULL);
	for (i = 0; i < notes->highlight_count; i++)
		readsync__highlight__free_unpacked(notes->highlights[i].passage, NULL);
	free(notes->notes);
	free(notes->highlights);
}

/* ---------------------------------------------------------------------- keeping */

static int64_t
time_or_now(struct replica *replica, int64_t at_ms)
{
	return at_ms == 0 ? clock_now_ms(replica_clock(replica)) : at_ms;
}

static int
keep_note(struct replica *replica, const uint8_t *item, const struct line_note *from)
{
	Readsync__Note note = *from->note;
	bool there;
	int err = register_is_there(replica, RECORD_NOTE, from->id, "note", &there);

	if (err != RS_OK || there)
		return err;
	note.item = (ProtobufCBinaryData){ HASH_NAME_LEN, (uint8_t *)item };
	note.at_ms = time_or_now(replica, note.at_ms);
	return note_put(replica, from->id, &note);
}

static int
keep_highlight(struct replica *replica, const uint8_t *item, const struct line_highlight *from)
{
	Readsync__Highlight passage = *from->passage;
	bool there;
	int err = register_is_there(replica, RECORD_HIGHLIGHT, from->id, "highlight", &there);

	if (err != RS_OK || there)
		return err;
	passage.item = (ProtobufCBinaryData){ HASH_NAME_LEN, (uint8_t *)item };
	passage.at_ms = time_or_now(replica, passage.at_ms);
	err = highlight_put(replica, from->id, &passage);
	return err == RS_OK && from->comment[0] != '\0' ?
	    highlight_comment(replica, from->id, from->comment) : err;
}

int
line_notes_keep(const struct line_notes *notes, struct replica *replica, const uint8_t *item)
{
	int err = RS_OK;
	size_t i;

	for (i = 0; i < notes->note_count && err == RS_OK; i++)
		err = keep_note(replica, item, &notes->notes[i]);
	for (i = 0; i < notes->highlight_count && err == RS_OK; i++)
		err = keep_highlight(replica, item, &notes->highlights[i]);
	return err;
}
