#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/page/jsonld.h"
#include "proto/base/err.h"

enum {
	JSONLD_VALUES = 64,	/* values that one script may hold side by side */
	JSONLD_OPEN = 64	/* brackets that are open where a script is cut off */
};

struct jsonld *
jsonld_new(void)
{
	struct jsonld *jsonld = calloc(1, sizeof(*jsonld));

	if (jsonld != NULL && (jsonld->roots = json_array()) == NULL) {
		free(jsonld);
		return NULL;
	}
	return jsonld;
}

void
jsonld_free(struct jsonld *jsonld)
{

	if (jsonld == NULL)
		return;
	json_decref(jsonld->roots);
	free(jsonld);
}

/* ------------------------------------------------------------------- repair */

/* The next place from ${at} on that is no space. */
static size_t
skip_space(struct bytes script, size_t at)
{

	while (at < script.len && isspace(script.data[at]))
		at++;
	return at;
}

/*
 * Tell whether the quote at ${at} ends its string: what follows it must be what
 * may follow a string, and behind a comma what may follow that, which in a text is a word
 * as a rule.  Only asked once strict parsing has failed.
 */
static bool
quote_ends(struct bytes script, size_t at)
{
	static const char *const literals[] = { "true", "false", "null" };

	at = skip_space(script, at + 1);
	if (at == script.len)
		return true;
	if (script.data[at] != ',')
		return strchr(":}]", script.data[at]) != NULL;
	at = skip_space(script, at + 1);
	if (at == script.len || !isalpha(script.data[at]))
		return true;
	for (size_t i = 0; i < sizeof(literals) / sizeof(literals[0]); i++) {
		size_t len = strlen(literals[i]);

		if (script.len - at >= len && memcmp(script.data + at, literals[i], len) == 0)
			return true;
	}
	return false;
}

/*
 * Copy the string whose opening quote, of either kind, is at ${at}; return the place after
 * it, which is beyond the script where it is cut off.
 */
static size_t
repair_string(struct bytes script, size_t at, struct buffer *out)
{
	uint8_t quote = script.data[at];

	buffer_append_byte(out, '"');
	for (at++; at < script.len; at++) {
		uint8_t byte = script.data[at];

		if (byte == quote && quote_ends(script, at))
			break;
		if (byte == '"') {
			buffer_append_text(out, "\\\"");
		} else if (byte == '\\') {
			if (at + 1 < script.len &&
			    strchr("\"\\/bfnrtu", script.data[at + 1]) != NULL) {
				buffer_append_byte(out, byte);
				buffer_append_byte(out, script.data[++at]);
			}
		} else {
			buffer_append_byte(out, byte < 0x20 ? ' ' : byte);
		}
	}
	buffer_append_byte(out, '"');
	return at + 1;
}

/* The place after the comment or marker that starts at ${at}; ${at} if none does. */
static size_t
skip_comment(struct bytes script, size_t at)
{
	static const struct { const char *start, *end; } skipped[] = {
		{ "/*", "*/" }, { "//", "\n" }, { "<!--", "" }, { "-->", "" },
		{ "<![CDATA[", "" }, { "]]>", "" }, { ";", "" },
		{ "\xef\xbb\xbf", "" },
	};

	for (size_t i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++) {
		size_t len = strlen(skipped[i].start);
		const uint8_t *end;

		if (script.len - at < len || memcmp(script.data + at, skipped[i].start, len) != 0)
			continue;
		/* "//<![CDATA[" hides a marker, not the JSON that follows it. */
		if (strcmp(skipped[i].end, "\n") == 0 && at + len < script.len &&
		    strchr("<]-", script.data[at + len]) != NULL)
			return at + len;
		end = memmem(script.data + at + len, script.len - at - len, skipped[i].end,
		    strlen(skipped[i].end));
		return end == NULL ? script.len :
		    (size_t)(end - script.data) + strlen(skipped[i].end);
	}
	return at;
}

/*
 * Write ${script} to ${out} as JSON should be written, and tell in ${ret_cut} whether it ends
 * within a string.  ${out} has room for it by construction, so the appends inside need no check
 * but the final one.
 */
static int
repair(struct bytes script, struct buffer *out, bool *ret_cut)
{
	size_t at = 0, next;
	uint8_t *room;
	int err;

	/* A string can double (each byte escaped); nothing else grows. */
	if ((err = buffer_reserve(out, script.len * 2 + 2, &room)) < 0)
		return err;
	while (at < script.len) {
		uint8_t byte = script.data[at];

		if (byte == '"' || byte == '\'') {
			at = repair_string(script, at, out);
			continue;
		}
		if ((next = skip_comment(script, at)) != at) {
			at = next;
			continue;
		}
		if (byte == '}' || byte == ']') {
			while (out->len > 0 && isspace(out->data[out->len - 1]))
				out->len--;
			if (out->len > 0 && out->data[out->len - 1] == ',')
				out->len--;
		}
		buffer_append_byte(out, byte);
		at++;
	}
	*ret_cut = at > script.len;
	return RS_OK;
}

/* The place after the string whose opening quote is at ${at} in ${json}, which is well formed. */
static size_t
skip_string(struct bytes json, size_t at)
{

	for (at++; at < json.len && json.data[at] != '"'; at++)
		at += json.data[at] == '\\';
	return at < json.len ? at + 1 : json.len;
}

/* A place in JSON, and how many brackets are open there. */
struct place {
	size_t at, depth;
};

/*
 * Cut ${json}, which is broken from ${end} on, behind its last whole value, and close what is open
 * there.  Where ${end} is the end and ${cut} is set, the string there is not whole; nor is one, it
 * seems, behind whose comma no name follows.
 */
static void
close_after_whole(struct buffer *json, size_t end, bool cut)
{
	struct place whole = { 0, 0 }, before = { 0, 0 };
	bool string = false, doubtful = false;
	char open[JSONLD_OPEN], last = '\0';
	size_t depth = 0, at = 0;

	while (at < end && depth < JSONLD_OPEN) {
		char c = (char)json->data[at];

		if (c == '"') {
			at = skip_string(buffer_bytes(json), at);
			string = last == ':' && at <= end && !(cut && at == json->len);
			before = string ? whole : before;
			whole = string ? (struct place){ at, depth } : whole;
			continue;
		}
		if (c == ',') {
			whole = (struct place){ at, depth };
		} else if (c == '{' || c == '[') {
			open[depth++] = c == '{' ? '}' : ']';
		} else if (c == '}' || c == ']') {
			if (depth == 0 || open[depth - 1] != c)
				break;
			whole = (struct place){ at + 1, --depth };
		}
		if (!isspace((unsigned char)c)) {
			doubtful = c == ',' && string;
			string = false;
			last = c;
		}
		at++;
	}
	if (doubtful && end < json->len)
		whole = before;
	/* What was closed later than there is whole, so these are open still. */
	buffer_truncate(json, whole.at);
	for (depth = whole.at > 0 ? whole.depth : 0; depth > 0; depth--)
		buffer_append_byte(json, (uint8_t)open[depth - 1]);
}

/* ------------------------------------------------------------------ parsing */

/* Collect ${value} and the objects inside it, outer before inner. */
static void
flatten(struct jsonld *jsonld, json_t *value, unsigned depth)
{
	const char *key;
	json_t *inner;
	size_t i;

	if (depth > JSONLD_DEPTH || jsonld->count >= JSONLD_NODES)
		return;
	if (json_is_array(value)) {
		json_array_foreach(value, i, inner)
			flatten(jsonld, inner, depth + 1);
	} else if (json_is_object(value)) {
		jsonld->nodes[jsonld->count++] = value;
		json_object_foreach(value, key, inner)
			flatten(jsonld, inner, depth + 1);
	}
}

/* Parse the values that stand side by side in ${text}; tell how many, and where it is broken. */
static size_t
parse_values(struct jsonld *jsonld, struct bytes text, size_t *ret_broken)
{
	size_t values = 0, at = 0;

	while (values < JSONLD_VALUES) {
		json_error_t error;
		json_t *value;

		while (at < text.len && (isspace(text.data[at]) || text.data[at] == ','))
			at++;
		value = json_loadb((const char *)text.data + at, text.len - at,
		    JSON_DISABLE_EOF_CHECK, &error);
		at += (size_t)error.position;
		if (value == NULL) {
			/* What does not belong there was read already. */
			*ret_broken = json_error_code(&error) == json_error_premature_end_of_input ?
			    text.len : at > 0 ? at - 1 : 0;
			break;
		}
		values++;
		if (json_array_append_new(jsonld->roots, value) == 0)
			flatten(jsonld, value, 0);
	}
	return values;
}

int
jsonld_add(struct jsonld *jsonld, struct bytes script)
{
	struct buffer repaired;
	size_t broken = 0;
	bool cut;
	int err = RS_OK;

	if (script.len > JSONLD_SCRIPT || parse_values(jsonld, script, &broken) > 0)
		return RS_OK;
	buffer_init(&repaired, JSONLD_SCRIPT * 2 + 2 + JSONLD_OPEN);
	if ((err = repair(script, &repaired, &cut)) == RS_OK &&
	    parse_values(jsonld, buffer_bytes(&repaired), &broken) == 0) {
		close_after_whole(&repaired, broken, cut);
		parse_values(jsonld, buffer_bytes(&repaired), &broken);
	}
	buffer_release(&repaired);
	return err;
}

int
jsonld_read(xmlDoc *document, struct jsonld **ret_jsonld)
{
	xmlNode *root = xmlDocGetRootElement(document);
	struct jsonld *jsonld;
	int err = RS_OK;

	if ((jsonld = jsonld_new()) == NULL)
		return RS_ENOMEM;
	for (xmlNode *node = root; node != NULL && err == RS_OK; node = dom_next(node, root)) {
		const char *type;
		xmlChar *text;

		if (!dom_is(node, "script") || (type = dom_attribute(node, "type")) == NULL ||
		    strcasestr(type, "ld+json") == NULL)
			continue;
		if ((text = xmlNodeGetContent(node)) == NULL)
			continue;
		err = jsonld_add(jsonld, bytes_of_text((const char *)text));
		xmlFree(text);
	}
	if (err < 0) {
		jsonld_free(jsonld);
		return err;
	}
	*ret_jsonld = jsonld;
	return RS_OK;
}

/* ------------------------------------------------------------------- asking */

static bool
type_matches(const char *have, const char *want)
{
	const char *local = strrchr(have, '/');
	size_t have_len, want_len;

	local = local != NULL ? local + 1 : have;
	if (strncmp(local, "schema:", 7) == 0)
		local += 7;
	if (want[0] != '*')
		return strcmp(local, want) == 0;
	have_len = strlen(local);
	want_len = strlen(want + 1);
	return have_len >= want_len && strcmp(local + have_len - want_len, want + 1) == 0;
}

bool
jsonld_is(const json_t *node, const char *type)
{
	json_t *types = json_object_get(node, "@type"), *one;
	size_t i;

	if (json_is_string(types))
		return type_matches(json_string_value(types), type);
	json_array_foreach(types, i, one) {
		if (json_is_string(one) && type_matches(json_string_value(one), type))
			return true;
	}
	return false;
}

json_t *
jsonld_resolve(const struct jsonld *jsonld, json_t *value)
{
	const char *id = json_string_value(json_object_get(value, "@id"));

	if (id == NULL || json_object_size(value) > 2)
		return value;
	for (size_t i = 0; i < jsonld->count; i++) {
		const char *other = json_string_value(json_object_get(jsonld->nodes[i], "@id"));

		if (other != NULL && strcmp(id, other) == 0 &&
		    json_object_size(jsonld->nodes[i]) > 2)
			return jsonld->nodes[i];
	}
	return value;
}

json_t *
jsonld_get(const struct jsonld *jsonld, const json_t *node, const char *key)
{
	json_t *value = json_object_get(node, key);

	if (json_is_array(value))
		value = json_array_get(value, 0);
	return value == NULL || json_is_null(value) ? NULL : jsonld_resolve(jsonld, value);
}

const char *
jsonld_text(const struct jsonld *jsonld, json_t *value)
{
	static const char *const keys[] = { "name", "headline", "@value", "url", "@id" };

	if (json_is_string(value))
		return json_string_value(value);
	if (json_is_array(value))
		return jsonld_text(jsonld, json_array_get(value, 0));
	for (size_t i = 0; json_is_object(value) && i < sizeof(keys) / sizeof(keys[0]); i++) {
		json_t *inner = jsonld_get(jsonld, value, keys[i]);

		if (json_is_string(inner))
			return json_string_value(inner);
	}
	return NULL;
}

