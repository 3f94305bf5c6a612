#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/answer.h"
#include "daemon/page/barrier.h"
#include "daemon/page/charset.h"
#include "daemon/page/dom.h"
#include "daemon/page/form.h"
#include "daemon/page/form_extra.h"
#include "daemon/page/reference.h"
#include "daemon/page/url.h"

enum {
	HINT_TEXT_MAX = 4096	/* bytes of an attribute that are looked at */
};

/* One form, as far as it says what it is for. */
struct candidate {
	xmlNode *form;
	xmlNode *user;			/* the field that the user's name goes into, or NULL */
	xmlNode *password;		/* and the password's, or NULL */
	xmlNode *code;			/* before it, one that may be for a code, or NULL */
	unsigned passwords;		/* two: somebody registers, or changes one */
	bool named;			/* it has the fields that were asked for by name */
	bool login;			/* it is called a login */
};

/* ------------------------------------------------------------------ questions */

static bool
equals(const char *text, const char *other)
{
	return text != NULL && other != NULL && strcasecmp(text, other) == 0;
}

/* Does the attribute ${name} of ${node} hold one of ${words}, which end with NULL? */
static bool
mentions(const xmlNode *node, const char *name, const char *const *words)
{
	const char *text = dom_attribute(node, name);

	if (text == NULL || strlen(text) > HINT_TEXT_MAX)
		return false;
	for (; *words != NULL; words++) {
		if (dom_find(text, *words) != NULL)
			return true;
	}
	return false;
}

static const char *
type_of(const xmlNode *node)
{
	const char *type = dom_attribute(node, "type");

	return type == NULL || type[0] == '\0' ? "text" : type;
}

static bool
is_named(const xmlNode *node)
{
	const char *name = dom_attribute(node, "name");

	return name != NULL && name[0] != '\0' && strlen(name) <= FORM_NAME_MAX;
}

static bool
is_control(const xmlNode *node)
{
	return dom_is(node, "input") || dom_is(node, "select") || dom_is(node, "textarea") ||
	    dom_is(node, "button");
}

static bool
is_password(const xmlNode *node)
{
	return dom_is(node, "input") && strcasecmp(type_of(node), "password") == 0;
}

/* A field that somebody types a line into. */
static bool
is_line(const xmlNode *node)
{
	const char *type = type_of(node);

	return dom_is(node, "input") && (strcasecmp(type, "text") == 0 ||
	    strcasecmp(type, "email") == 0 || strcasecmp(type, "tel") == 0);
}

/* Tell whether a line is called as those for a user's name are. */
static bool
is_called_user(const xmlNode *node)
{
	static const char *const complete[] = { "username", "email", NULL };
	static const char *const names[] = { "user", "mail", "login", "log", "ident", "account",
	    "uname", "name", NULL };

	return mentions(node, "autocomplete", complete) ||
	    strcasecmp(type_of(node), "email") == 0 || mentions(node, "name", names) ||
	    mentions(node, "id", names);
}

/* Is ${node} named exactly so?  What stands for a code there is part of other words elsewhere. */
static bool
is_called_code(const xmlNode *node)
{
	static const char *const names[] = { "code", "pin", "passcode", "auth_code", "authcode",
	    "login_code", "logincode", "email_code", "emailcode", "sms_code", "smscode",
	    "security_code", "securitycode", "confirmation_code", "confirmationcode", NULL };
	const char *name = dom_attribute(node, "name");
	size_t i = 0;

	while (names[i] != NULL && !equals(name, names[i]))
		i++;
	return names[i] != NULL;
}

/* A field for what was sent to the reader, or what a device of theirs shows. */
static bool
is_code_field(const xmlNode *node)
{
	static const char *const complete[] = { "one-time-code", NULL };
	static const char *const words[] = { "otp", "totp", "2fa", "mfa", "two_factor",
	    "two-factor", "twofactor", "verification_code", "verification-code",
	    "verificationcode", NULL };

	return dom_is(node, "input") && strcasecmp(type_of(node), "hidden") != 0 &&
	    (mentions(node, "autocomplete", complete) || mentions(node, "name", words) ||
	    mentions(node, "id", words) || is_called_code(node));
}

static bool
is_called_login(const xmlNode *node)
{
	static const char *const words[] = { "login", "log-in", "log_in", "signin", "sign-in",
	    "sign_in", "auth", "session", "account", "connexion", "anmeld", "einlogg", "iniciar",
	    "entrar", "acced", "inlog", NULL };

	return mentions(node, "action", words) || mentions(node, "id", words) ||
	    mentions(node, "class", words) || mentions(node, "name", words);
}

/* -------------------------------------------------------------------- finding */

static void
look_at_field(xmlNode *node, const char *user_field, const char *password_field,
    struct candidate *candidate)
{
	const char *name = dom_attribute(node, "name");
	static const char *const username[] = { "username", NULL };

	if (!is_control(node) || !is_named(node))
		return;
	if (equals(name, password_field))
		candidate->named = true;
	if (is_password(node) || equals(name, password_field)) {
		candidate->passwords += is_password(node);
		if (candidate->password == NULL || equals(name, password_field))
			candidate->password = node;
	} else if (equals(name, user_field)) {
		candidate->named = true;
		candidate->user = node;
	} else if (is_line(node) && candidate->password == NULL && !candidate->named) {
		if (is_code_field(node))
			candidate->code = node;
		else if (candidate->user == NULL || !is_called_user(candidate->user))
			candidate->user = node;
	}
	if (mentions(node, "autocomplete", username))
		candidate->login = true;
}

static struct candidate
look_at_form(xmlNode *form, const char *user_field, const char *password_field)
{
	struct candidate candidate = { .form = form, .login = is_called_login(form) };
	xmlNode *node;

	for (node = dom_next(form, form); node != NULL; node = dom_next(node, form)) {
		if (node->type == XML_ELEMENT_NODE)
			look_at_field(node, user_field, password_field, &candidate);
	}
	/* Who is not asked for anything else is known by it: a reader's card has a code. */
	if (candidate.password != NULL && candidate.user == NULL)
		candidate.user = candidate.code;
	return candidate;
}

/* How well it fits: 0 is no login at all. */
static int
rank(const struct candidate *candidate)
{
	if (candidate->named)
		return 4;
	if (candidate->password != NULL && candidate->passwords < 2)
		return candidate->login ? 3 : 2;
	if (candidate->password == NULL && candidate->user != NULL && candidate->login &&
	    is_called_user(candidate->user))
		return 1;
	return 0;
}

static struct candidate
find(xmlDoc *document, const char *user_field, const char *password_field)
{
	xmlNode *root = xmlDocGetRootElement(document), *node;
	struct candidate best = { .form = NULL }, candidate;

	for (node = root; node != NULL; node = dom_next(node, root)) {
		if (!dom_is(node, "form"))
			continue;
		candidate = look_at_form(node, user_field, password_field);
		if (rank(&candidate) > (best.form == NULL ? 0 : rank(&best)))
			best = candidate;
	}
	return best;
}

/* ------------------------------------------------------------- what it sends */

static int
add_field(Readsync__Form *form, const char *name, const char *value,
    Readsync__FormField__Kind kind)
{
	Readsync__FormField *field;

	if (form->n_fields == FORM_FIELDS_MAX || strlen(value) > FORM_VALUE_MAX)
		return RS_ELIMIT;
	field = malloc(sizeof(*field));
	if (field == NULL)
		return RS_ENOMEM;
	readsync__form_field__init(field);
	form->fields[form->n_fields++] = field;
	field->kind = kind;
	field->name = strdup(name);
	field->value = strdup(value);
	return field->name == NULL || field->value == NULL ? RS_ENOMEM : RS_OK;
}

/* A box by which the site is asked to remember the reader is ticked; others stay as they are. */
static bool
is_ticked(const xmlNode *node)
{
	static const char *const words[] = { "remember", "persist", "stay", "keep", "permanent",
	    "souvenir", "angemeldet", "recordar", NULL };

	return dom_attribute(node, "checked") != NULL ||
	    (strcasecmp(type_of(node), "checkbox") == 0 &&
	    (mentions(node, "name", words) || mentions(node, "id", words)));
}

/* The option of a list that is chosen: the one that says so, or the first. */
static const char *
chosen(xmlNode *list)
{
	const char *first = NULL, *value;
	xmlNode *node;

	for (node = dom_next(list, list); node != NULL; node = dom_next(node, list)) {
		if (!dom_is(node, "option"))
			continue;
		value = dom_attribute(node, "value");
		value = value == NULL ? "" : value;
		if (dom_attribute(node, "selected") != NULL)
			return value;
		if (first == NULL)
			first = value;
	}
	return first;
}

/* What ${node} sends if nobody touches it, or NULL; ${submitted}: a button was pressed. */
static const char *
value_of(xmlNode *node, bool *submitted)
{
	const char *type = type_of(node), *value = dom_attribute(node, "value");

	if (dom_attribute(node, "disabled") != NULL)
		return NULL;
	if (dom_is(node, "select"))
		return chosen(node);
	if (dom_is(node, "textarea"))
		return "";
	if (strcasecmp(type, "checkbox") == 0 || strcasecmp(type, "radio") == 0)
		return !is_ticked(node) ? NULL : value == NULL ? "on" : value;
	if (strcasecmp(type, "submit") == 0 || (dom_is(node, "button") &&
	    dom_attribute(node, "type") == NULL)) {
		/* Only the first is pressed. */
		if (*submitted)
			return NULL;
		*submitted = true;
		return value == NULL ? "" : value;
	}
	if (dom_is(node, "button") || strcasecmp(type, "reset") == 0 ||
	    strcasecmp(type, "button") == 0 || strcasecmp(type, "image") == 0 ||
	    strcasecmp(type, "file") == 0)
		return NULL;
	return value == NULL ? "" : value;
}

static int
fill_fields(const struct candidate *candidate, Readsync__Form *form)
{
	bool submitted = false;
	const char *value;
	xmlNode *node = dom_next(candidate->form, candidate->form);
	int err = RS_OK;

	form->fields = calloc(FORM_FIELDS_MAX, sizeof(*form->fields));
	if (form->fields == NULL)
		return RS_ENOMEM;
	for (; node != NULL && err == RS_OK; node = dom_next(node, candidate->form)) {
		if (node->type != XML_ELEMENT_NODE || !is_control(node) || !is_named(node))
			continue;
		if (node == candidate->user || node == candidate->password) {
			err = add_field(form, dom_attribute(node, "name"), "",
			    node == candidate->user ? READSYNC__FORM_FIELD__KIND__USER :
			    READSYNC__FORM_FIELD__KIND__PASSWORD);
			continue;
		}
		value = value_of(node, &submitted);
		if (value != NULL)
			err = add_field(form, dom_attribute(node, "name"), value,
			    READSYNC__FORM_FIELD__KIND__PLAIN);
	}
	return err;
}

/* Take over ${candidate}. */
static int
fill(const struct candidate *candidate, const char *url, Readsync__Form *form)
{
	const char *action = dom_attribute(candidate->form, "action");
	char *resolved = NULL;
	int err;

	err = url_resolve(url, action == NULL ? "" : action, &resolved);
	/* Where no address comes out, nothing can be sent: there is no form. */
	if (err != RS_OK)
		return err == RS_ENOMEM ? err : RS_OK;
	/* A fragment is the browser's own. */
	resolved[strcspn(resolved, "#")] = '\0';
	form->action = resolved;
	form->get = !equals(dom_attribute(candidate->form, "method"), "post");
	form->found = true;
	return fill_fields(candidate, form);
}

/* Take over the first link that leads to a login. */
static int
find_link(xmlDoc *document, const char *url, Readsync__Form *form)
{
	xmlNode *root = xmlDocGetRootElement(document), *node;
	const char *href;
	char *resolved;
	int err;

	for (node = root; node != NULL; node = dom_next(node, root)) {
		href = dom_is(node, "a") ? dom_attribute(node, "href") : NULL;
		resolved = NULL;
		err = href == NULL ? RS_EINVAL : url_resolve(url, href, &resolved);
		if (err == RS_ENOMEM)
			return err;
		if (err == RS_OK && strncmp(resolved, "http", 4) == 0 &&
		    barrier_is_login(resolved)) {
			resolved[strcspn(resolved, "#")] = '\0';
			form->login_link = resolved;
			return RS_OK;
		}
		free(resolved);
	}
	return RS_OK;
}

/* --------------------------------------------------- what no program can answer */

static bool
is_captcha(const xmlNode *node)
{
	static const char *const words[] = { "captcha", "turnstile", NULL };

	return mentions(node, "class", words) || mentions(node, "id", words) ||
	    mentions(node, "name", words) ||
	    ((dom_is(node, "script") || dom_is(node, "iframe")) && mentions(node, "src", words));
}

static void
look_for_questions(xmlDoc *document, Readsync__Form *form)
{
	xmlNode *root = xmlDocGetRootElement(document), *node;

	for (node = root; node != NULL; node = dom_next(node, root)) {
		if (node->type != XML_ELEMENT_NODE)
			continue;
		form->captcha = form->captcha || is_captcha(node);
		form->second_factor = form->second_factor || is_code_field(node);
	}
}

/* ------------------------------------------------------------------ the outside */

int
form_read(const struct page_input *input, const char *user_field,
    const char *password_field, Readsync__Form **ret_form, struct rs_err_detail *detail)
{
	struct candidate candidate;
	Readsync__Form *form = NULL;
	xmlDoc *document = NULL;
	uint8_t *text = NULL;
	size_t len;
	int err;

	err = charset_decode(input->body, input->content_type, PAGE_MAX, &text, &len, detail);
	if (err == RS_OK) {
		len = reference_mend(text, len);
		err = dom_parse(bytes_of(text, len), true, &document);
		dom_describe(err, detail);
	}
	if (err == RS_OK && (form = malloc(sizeof(*form))) == NULL)
		err = RS_ENOMEM;
	if (err != RS_OK)
		goto out;
	readsync__form__init(form);
	answer_read(bytes_of(text, len), form);
	look_for_questions(document, form);
	candidate = find(document, user_field == NULL || user_field[0] == '\0' ? NULL : user_field,
	    password_field == NULL || password_field[0] == '\0' ? NULL : password_field);
	if (candidate.form != NULL)
		err = fill(&candidate, input->url, form);
	if (err == RS_OK && !form->found)
		err = find_link(document, input->url, form);
	if (err == RS_OK)
		err = form_extra_read(input, document, bytes_of(text, len), form);
	if (err == RS_ELIMIT)
		rs_err_detail_set(detail, "the form has more than %d fields, or a value of more "
		    "than %d bytes", FORM_FIELDS_MAX, FORM_VALUE_MAX);
	if (err == RS_OK) {
		*ret_form = form;
		form = NULL;
	}
out:
	if (form != NULL)
		readsync__form__free_unpacked(form, NULL);
	xmlFreeDoc(document);
	free(text);
	return err;
}
