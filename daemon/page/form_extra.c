#include <stdlib.h>
#include <string.h>

#include <unicode/uregex.h>
#include <unicode/utext.h>

#include "daemon/page/dom.h"
#include "daemon/page/form.h"
#include "daemon/page/form_extra.h"
#include "daemon/page/site_rule.h"
#include "proto/base/utf8.h"

enum {
	STEPS_MAX = 100		/* of ICU's clock: some thousand states each, for one pattern */
};

/* Is ${field} to be found on this page? */
static bool
is_here(const Readsync__RuleField *field, const struct page_input *input)
{
	return field->how != READSYNC__RULE_FIELD__HOW__TEXT &&
	    ((input->asked_url != NULL && strcmp(field->page, input->asked_url) == 0) ||
	    strcmp(field->page, input->url) == 0);
}

/* Copy what the first group of ${pattern} matches in ${text}; NULL for nothing. */
static char *
match(const char *pattern, struct bytes text)
{
	UErrorCode status = U_ZERO_ERROR;
	UText source = UTEXT_INITIALIZER, subject = UTEXT_INITIALIZER;
	URegularExpression *expression;
	UParseError where;
	int64_t start, end;
	char *found = NULL;

	utext_openUTF8(&source, pattern, -1, &status);
	utext_openUTF8(&subject, (const char *)text.data, (int64_t)text.len, &status);
	expression = uregex_openUText(&source, 0, &where, &status);
	uregex_setTimeLimit(expression, STEPS_MAX, &status);
	uregex_setUText(expression, &subject, &status);
	if (uregex_find64(expression, 0, &status) && U_SUCCESS(status)) {
		/* Of UTF-8, ICU tells bytes. */
		start = uregex_start64(expression, 1, &status);
		end = uregex_end64(expression, 1, &status);
		if (U_SUCCESS(status) && start >= 0 && end - start <= FORM_VALUE_MAX)
			found = strndup((const char *)text.data + start, (size_t)(end - start));
	}
	uregex_close(expression);
	utext_close(&subject);
	utext_close(&source);
	return found;
}

static int
add(Readsync__Form *form, const char *name, char *value)
{
	Readsync__FormField **grown, *field;

	grown = realloc(form->extra, (form->n_extra + 1) * sizeof(*grown));
	if (grown == NULL)
		return RS_ENOMEM;
	form->extra = grown;
	field = malloc(sizeof(*field));
	if (field == NULL)
		return RS_ENOMEM;
	readsync__form_field__init(field);
	grown[form->n_extra++] = field;
	field->name = strdup(name);
	field->value = strdup(value);
	return field->name == NULL || field->value == NULL ? RS_ENOMEM : RS_OK;
}

int
form_extra_read(const struct page_input *input, xmlDoc *document, struct bytes text,
    Readsync__Form *form)
{
	int err = RS_OK;

	for (size_t i = 0; input->rule != NULL && i < input->rule->n_field && err == RS_OK &&
	    form->n_extra < FORM_FIELDS_MAX; i++) {
		const Readsync__RuleField *field = input->rule->field[i];
		char *value = NULL;

		if (!is_here(field, input))
			continue;
		if (field->how == READSYNC__RULE_FIELD__HOW__XPATH)
			value = site_rule_value(field->value, document);
		else
			value = match(field->value, text);
		if (value != NULL && strlen(value) <= FORM_VALUE_MAX &&
		    utf8_valid(bytes_of_text(value)))
			err = add(form, field->name, value);
		free(value);
	}
	return err;
}
