#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/uregex.h>
#include <unicode/utext.h>

#include "daemon/rule/field.h"
#include "daemon/rule/xpath.h"
#include "proto/base/buffer.h"
#include "proto/base/err.h"

enum {
	TEXT_MAX = 2000		/* bytes of a name, a text, a pattern or an address */
};

static const char *
past_space(const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

/* Step over ${word}, and what space is around it; false where it does not stand. */
static bool
take(const char **text, const char *word)
{
	const char *at = past_space(*text);

	if (strncmp(at, word, strlen(word)) != 0)
		return false;
	*text = past_space(at + strlen(word));
	return true;
}

/* Take a text in quotes, in which a backslash stands before a quote of the same kind. */
static bool
take_quoted(const char **text, struct buffer *out)
{
	const char *at = past_space(*text);
	char quote = *at;

	if (quote != '\'' && quote != '"')
		return false;
	for (at++; *at != quote; at++) {
		if (*at == '\\' && (at[1] == quote || at[1] == '\\'))
			at++;
		if (*at == '\0' || buffer_append(out, (const uint8_t *)at, 1) != RS_OK)
			return false;
	}
	*text = past_space(at + 1);
	return true;
}

/* Take ", request_html(...))": the page, "" for the login's. */
static bool
take_page(const char **text, struct buffer *page)
{
	if (!take(text, ",") || !take(text, "request_html") || !take(text, "("))
		return false;
	if (!take(text, "config.getLoginUri()") && !take_quoted(text, page))
		return false;
	return take(text, ")") && take(text, ")") && **text == '\0';
}

static bool
compiles(const char *pattern)
{
	UErrorCode status = U_ZERO_ERROR;
	UParseError where;
	UText text = UTEXT_INITIALIZER;
	URegularExpression *expression;

	utext_openUTF8(&text, pattern, -1, &status);
	expression = uregex_openUText(&text, 0, &where, &status);
	uregex_close(expression);
	utext_close(&text);
	return U_SUCCESS(status);
}

/* Turn "/pattern/flags" into a pattern that has its flags in it. */
static bool
unwrap_pattern(const char *text, struct buffer *out)
{
	const char *close = text[0] == '\0' ? NULL : strrchr(text + 1, text[0]);
	int err = RS_OK;

	if (close == NULL || isalnum((unsigned char)text[0]) ||
	    strspn(close + 1, "imsxu") != strlen(close + 1))
		return false;
	for (const char *flag = close + 1; *flag != '\0' && err == RS_OK; flag++)
		/* All text is UTF-8. */
		if (*flag != 'u')
			err = buffer_printf(out, "(?%c)", *flag);
	return err == RS_OK &&
	    buffer_append(out, (const uint8_t *)text + 1, (size_t)(close - text - 1)) == RS_OK;
}

/* What is found in the text of ${how}, or NULL and a reason. */
static const char *
take_function(const char *text, struct buffer *value, struct buffer *page,
    Readsync__RuleField__How *ret_how)
{
	struct buffer raw;
	const char *reason = NULL;

	buffer_init(&raw, TEXT_MAX);
	*ret_how = take(&text, "preg_match") ? READSYNC__RULE_FIELD__HOW__PATTERN :
	    READSYNC__RULE_FIELD__HOW__XPATH;
	if ((*ret_how == READSYNC__RULE_FIELD__HOW__XPATH && !take(&text, "xpath")) ||
	    !take(&text, "(") || !take_quoted(&text, &raw) || !take_page(&text, page))
		reason = "neither xpath(...) nor preg_match(...) of a page";
	else if (*ret_how == READSYNC__RULE_FIELD__HOW__XPATH)
		reason = xpath_check(buffer_text(&raw));
	else if (!unwrap_pattern(buffer_text(&raw), value) || !compiles(buffer_text(value)))
		reason = "not a regular expression";
	if (reason == NULL && *ret_how == READSYNC__RULE_FIELD__HOW__XPATH &&
	    buffer_append(value, raw.data, raw.len) != RS_OK)
		reason = "too long";
	buffer_release(&raw);
	return reason;
}

static Readsync__RuleField *
make(struct bytes name, const char *value, const char *page, Readsync__RuleField__How how)
{
	Readsync__RuleField *field = malloc(sizeof(*field));

	if (field == NULL)
		return NULL;
	readsync__rule_field__init(field);
	field->how = how;
	field->name = strndup((const char *)name.data, name.len);
	field->value = strdup(value);
	field->page = strdup(page);
	if (field->name != NULL && field->value != NULL && field->page != NULL)
		return field;
	readsync__rule_field__free_unpacked(field, NULL);
	return NULL;
}

int
field_parse(const char *text, Readsync__RuleField **ret_field, const char **ret_reason)
{
	Readsync__RuleField__How how = READSYNC__RULE_FIELD__HOW__TEXT;
	const char *equals = strchr(text, '='), *rest;
	struct buffer value, page;
	struct bytes name;

	*ret_reason = NULL;
	if (equals == NULL || equals == text || strlen(text) > TEXT_MAX) {
		*ret_reason = "not name=value";
		return RS_EINVAL;
	}
	buffer_init(&value, 2 * TEXT_MAX);
	buffer_init(&page, TEXT_MAX);
	name = bytes_of((const uint8_t *)text, (size_t)(equals - text));
	while (name.len > 0 && isspace(name.data[name.len - 1]))
		name.len--;
	rest = past_space(equals + 1);
	if (take(&rest, "@="))
		*ret_reason = take_function(rest, &value, &page, &how);
	if (*ret_reason == NULL)
		*ret_field = make(name, how == READSYNC__RULE_FIELD__HOW__TEXT ? rest :
		    buffer_text(&value), buffer_text(&page), how);
	buffer_release(&value);
	buffer_release(&page);
	if (*ret_reason != NULL)
		return RS_EINVAL;
	return *ret_field == NULL ? RS_ENOMEM : RS_OK;
}
