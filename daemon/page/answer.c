#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "daemon/page/answer.h"
#include "daemon/page/plain.h"

enum {
	KEY_MAX = 32			/* bytes of the longest key that means something */
};

/* What a member says by being there with a value that is not empty. */
static const char *const errors[] = { "error", "errors", "errorcode", "errormessage", "errormsg" };

/* What one says by being true or false. */
static const char *const successes[] = {
	"success", "succeeded", "ok", "loggedin", "isloggedin", "authenticated", "isauthenticated"
};

/* What one says in a word, or as a status of HTTP. */
static const char *const states[] = { "status", "result", "state", "statuscode", "outcome" };

static const char *const good[] = { "ok", "success", "successful", "succeeded", "true" };
static const char *const bad[] = {
	"denied", "error", "fail", "failed", "failure", "false", "forbidden", "invalid", "rejected",
	"unauthorized"
};

/* A text that names an error, and means that there is none. */
static const char *const none[] = { "", "0", "false", "no error", "none", "null", "ok", "success" };

/* Where an answer is wrapped into another object. */
static const char *const wrappers[] = { "data", "response", "result", "login", "body", "d" };

/* Where its words may be; the first that has some. */
static const char *const words[] = {
	"errordescription", "errormessage", "errormsg", "errordetails", "message", "msg", "detail",
	"reason", "error", "errors", "description", "title", "statusreason"
};

#define COUNT_OF(list) (sizeof(list) / sizeof((list)[0]))
#define ONE_OF(text, list) is_one_of(text, list, COUNT_OF(list))

static bool
is_one_of(const char *text, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcasecmp(text, list[i]) == 0)
			return true;
	}
	return false;
}

/* Write ${key} without what it is joined by: "error_message", "errorMessage" are one. */
static void
fold_key(const char *key, char folded[KEY_MAX])
{
	size_t len = 0;

	for (; *key != '\0' && len < KEY_MAX - 1; key++) {
		if (isalnum((unsigned char)*key))
			folded[len++] = (char)tolower((unsigned char)*key);
	}
	folded[len] = '\0';
}

/* Does ${value} say something?  An object or a list does where something in it does. */
static bool
is_error(json_t *value, int depth)
{
	bool found = depth == ANSWER_DEPTH &&
	    (json_object_size(value) > 0 || json_array_size(value) > 0);
	const char *name;
	json_t *inner;
	size_t i;

	switch (json_typeof(value)) {
	case JSON_STRING:
		return !ONE_OF(json_string_value(value), none);
	case JSON_INTEGER:
	case JSON_REAL:
		return json_number_value(value) != 0;
	case JSON_OBJECT:
		json_object_foreach(value, name, inner)
			found = found || is_error(inner, depth + 1);
		return found;
	case JSON_ARRAY:
		json_array_foreach(value, i, inner)
			found = found || is_error(inner, depth + 1);
		return found;
	case JSON_TRUE:
		return true;
	case JSON_FALSE:
	case JSON_NULL:
		return false;
	}
	return false;
}

/* What ${value} says: 1 that it was a success, -1 that it was none, 0 nothing. */
static int
success_of(const json_t *value)
{
	if (json_is_boolean(value))
		return json_is_true(value) ? 1 : -1;
	if (json_is_integer(value))
		return json_integer_value(value) == 1 ? 1 : json_integer_value(value) == 0 ? -1 : 0;
	if (json_is_string(value))
		return ONE_OF(json_string_value(value), good) ? 1 :
		    ONE_OF(json_string_value(value), bad) ? -1 : 0;
	return 0;
}

static int
state_of(const json_t *value)
{
	json_int_t status = json_integer_value(value);

	if (json_is_integer(value))
		return status >= 400 && status < 600 ? -1 : 0;
	return success_of(value);
}

/* Look at ${object}, and at what it wraps. */
static void
look_at(json_t *object, int depth, bool *is_good, bool *is_bad)
{
	char key[KEY_MAX];
	const char *name;
	json_t *value;

	json_object_foreach(object, name, value) {
		int said = 0;

		fold_key(name, key);
		if (ONE_OF(key, errors))
			said = is_error(value, 0) ? -1 : 0;
		else if (ONE_OF(key, successes))
			said = success_of(value);
		else if (ONE_OF(key, states))
			said = state_of(value);
		*is_good = *is_good || said > 0;
		*is_bad = *is_bad || said < 0;
		if (json_is_object(value) && ONE_OF(key, wrappers) && depth < ANSWER_DEPTH)
			look_at(value, depth + 1, is_good, is_bad);
	}
}

static const char *words_of(json_t *value, int depth);

/* The words of the member of ${object} that folds to ${wanted}, or NULL. */
static const char *
words_at(json_t *object, const char *wanted, int depth)
{
	char key[KEY_MAX];
	const char *name, *found = NULL;
	json_t *value;

	json_object_foreach(object, name, value) {
		fold_key(name, key);
		if (found == NULL && strcmp(key, wanted) == 0)
			found = words_of(value, depth);
	}
	return found;
}

/* The words of the first member of ${object}: {"password": ["is wrong"]}. */
static const char *
words_by_field(json_t *object, int depth)
{
	void *first = json_object_iter(object);

	return first == NULL ? NULL : words_of(json_object_iter_value(first), depth);
}

/* The words in ${value}, wherever it has them; NULL when there are none. */
static const char *
words_of(json_t *value, int depth)
{
	const char *found = NULL;

	if (json_is_string(value))
		return ONE_OF(json_string_value(value), none) ? NULL : json_string_value(value);
	if (depth == ANSWER_DEPTH)
		return NULL;
	if (json_is_array(value))
		return words_of(json_array_get(value, 0), depth + 1);
	for (size_t i = 0; i < COUNT_OF(words) && found == NULL; i++)
		found = words_at(value, words[i], depth + 1);
	for (size_t i = 0; i < COUNT_OF(errors) && found == NULL; i++)
		found = words_by_field(json_object_get(value, errors[i]), depth + 1);
	for (size_t i = 0; i < COUNT_OF(wrappers) && found == NULL; i++)
		found = words_at(value, wrappers[i], depth + 1);
	return found;
}

void
answer_read(struct bytes text, Readsync__Form *form)
{
	json_t *root = json_loadb((const char *)text.data, text.len, 0, NULL);
	bool is_good = false, is_bad = false;
	const char *found;
	char *line;

	if (json_is_object(root))
		look_at(root, 0, &is_good, &is_bad);
	form->refused = is_bad && !is_good;
	found = form->refused ? words_of(root, 0) : NULL;
	line = found == NULL ? NULL : plain_text(found, ANSWER_WORDS_MAX);
	if (line != NULL)
		form->refusal = line;
	json_decref(root);
}
