#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "daemon/fetch/form_body.h"
#include "daemon/fetch/site_name.h"
#include "daemon/session/login.h"
#include "daemon/session/session.h"
#include "proto/base/secret.h"

#define BODY_MAX (256 * 1024)
/* Of user, password and the names of their fields; JSON writes a byte in six at the most. */
#define JSON_TEXT_MAX (6 * (SITE_USER_MAX + SITE_PASSWORD_MAX + 2 * SITE_FIELD_MAX) + 64)
#define REPEAT_LEN 4	/* bytes of a password that are a part of it */
#define PAGE_BYTES_MAX (2 * 1024 * 1024)	/* of a page with a form */

/* What no program can answer. */
#define SECOND_FACTOR "the site asks for a second factor: log in with your browser, and use " \
	"readsync site cookies"
#define REFUSED_CAPTCHA "the login was refused; the page asks whether a person is there: use " \
	"readsync site cookies"

struct login {
	struct fetcher *fetcher;
	struct pool *pool;
	struct site site;
	const Readsync__SiteRule *rule;	/* its fields go along; or NULL */
	char **extra;			/* what was found of each of them, or NULL */
	bool *looked;			/* and whether it was looked for */
	size_t field;			/* the one whose page is asked for */
	Readsync__Form *form;		/* to be sent once all are found, or NULL */
	char home[SITE_NAME_SIZE];	/* the site that may have what is typed */
	struct buffer jar;
	struct buffer body;		/* what is being sent */
	char *page_url;			/* of the page that is being read; the next Referer */
	unsigned status;		/* of the answer to what was sent; 0: of another page */
	unsigned exchanges;
	bool user_sent;
	bool password_sent;
	bool cookie_set;		/* by any answer since the first page */
	bool captcha;			/* the page with the form asks whether we are a person */

	struct fetch *fetching;		/* pending, or NULL */
	struct pool_job *reading;	/* pending, or NULL */
	void (*on_done)(void *context, const struct login_outcome *outcome);
	void *context;
};

static void on_page(void *context, struct fetch_result *result);
static void on_field_page(void *context, struct fetch_result *result);
static void on_sent(void *context, struct fetch_result *result);

/* ------------------------------------------------------------ beginning and end */

static void
login_free(struct login *login)
{
	buffer_release(&login->jar);
	buffer_release(&login->body);
	site_wipe(&login->site);
	for (size_t i = 0; login->rule != NULL && i < login->rule->n_field; i++) {
		if (login->extra[i] != NULL)
			secret_wipe(login->extra[i], strlen(login->extra[i]));
		free(login->extra[i]);
	}
	free(login->extra);
	free(login->looked);
	pool_form_free(login->form);
	free(login->page_url);
	free(login);
}

void
login_cancel(struct login *login)
{
	if (login == NULL)
		return;
	if (login->fetching != NULL)
		fetcher_cancel(login->fetching);
	if (login->reading != NULL)
		pool_cancel(login->reading);
	login_free(login);
}

/* It is over; ${login} is gone after that. */
static void __attribute__((format(printf, 3, 4)))
finish(struct login *login, int err, const char *format, ...)
{
	char text[SITE_PROBLEM_MAX + 1];
	struct login_outcome outcome = {
		.err = err, .text = text, .jar = buffer_bytes(&login->jar)
	};
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	login->on_done(login->context, &outcome);
	login_free(login);
}

/* ------------------------------------------------------------------- exchanges */

/* Tell whether ${url} is of the site that what is typed is for. */
static bool
is_home(const struct login *login, const char *url)
{
	char name[SITE_NAME_SIZE];

	return site_name_of(url, name) == RS_OK && strcmp(name, login->home) == 0;
}

/* Start ${request} with the jar.  RS_ELIMIT, RS_ENOMEM. */
static int
ask(struct login *login, struct fetch_request *request, fetcher_done *on_done)
{
	if (++login->exchanges > LOGIN_EXCHANGES_MAX)
		return RS_ELIMIT;
	request->kind = FETCH_PAGE;
	request->cookies = buffer_bytes(&login->jar);
	request->agent = login->site.agent[0] == '\0' ? NULL : login->site.agent;
	request->limits.body_max = PAGE_BYTES_MAX;
	request->secret = true;
	return fetcher_start(login->fetcher, request, on_done, login, &login->fetching);
}

static int
get(struct login *login, const char *url)
{
	struct fetch_request request = { .url = url };

	return ask(login, &request, on_page);
}

/* It goes on, or, with ${err}, it does not. */
static void
go_on(struct login *login, int err)
{
	if (err == RS_ELIMIT)
		finish(login, err, "the login leads from page to page without end");
	else if (err != RS_OK)
		finish(login, err, "%s", rs_err_text(err));
}

/* Take over the jar of an answer; false, and it is over, when there is none that is good. */
static bool
take(struct login *login, struct fetch_result *result)
{
	login->fetching = NULL;
	if (result->cookies_changed) {
		buffer_release(&login->jar);
		buffer_take(&login->jar, &result->cookies);
		login->cookie_set = login->cookie_set || login->user_sent;
	}
	if (result->err == RS_OK)
		return true;
	if (result->err == RS_ELIMIT && result->status / 100 == 3)
		finish(login, RS_ELIMIT, "the login redirects in a circle");
	else
		finish(login, result->err, "%s", result->detail.text);
	return false;
}

/* ---------------------------------------------------------------------- sending */

static int
post(struct login *login, const char *url)
{
	struct fetch_request request = {
		.url = url, .post = buffer_text(&login->body), .referer = login->page_url,
		.post_type = login->site.json ? "application/json" : FORM_BODY_TYPE
	};

	return ask(login, &request, on_sent);
}

/* Send the body to ${url}, if that is the site's own, and nobody on the way reads it. */
static void
send_to(struct login *login, const char *url)
{
	if (!is_home(login, url))
		finish(login, RS_EREFUSED, "the login would send the password to another site: "
		    "%.100s", url);
	else if (!session_is_private(url))
		finish(login, RS_EREFUSED, "the login would send the password without encryption");
	else
		go_on(login, post(login, url));
}

/* What the rule's field ${i} adds. */
static const char *
extra_value(const struct login *login, size_t i)
{
	const Readsync__RuleField *field = login->rule->field[i];

	return field->how == READSYNC__RULE_FIELD__HOW__TEXT ? field->value : login->extra[i];
}

static size_t
extra_count(const struct login *login)
{
	return login->rule == NULL ? 0 : login->rule->n_field;
}

/* Does the rule add a field ${name}? */
static bool
is_extra(const struct login *login, const char *name)
{
	for (size_t i = 0; i < extra_count(login); i++) {
		if (strcmp(login->rule->field[i]->name, name) == 0)
			return true;
	}
	return false;
}

static bool
asks_password(const Readsync__Form *form)
{
	for (size_t i = 0; i < form->n_fields; i++) {
		if (form->fields[i]->kind == READSYNC__FORM_FIELD__KIND__PASSWORD)
			return true;
	}
	return false;
}

/* Is what goes into the field ${name} of ${form} the reader's to say? */
static bool
is_typed(const Readsync__Form *form, const char *name)
{
	for (size_t i = 0; i < form->n_fields; i++) {
		if (form->fields[i]->kind != READSYNC__FORM_FIELD__KIND__PLAIN &&
		    strcmp(form->fields[i]->name, name) == 0)
			return true;
	}
	return false;
}

/* Compose what ${form} sends, with what is typed and what is added.  RS_ELIMIT, RS_ENOMEM. */
static int
fill_form(struct login *login, const Readsync__Form *form)
{
	size_t extras = asks_password(form) ? extra_count(login) : 0, i;
	const Readsync__FormField *field;
	const char *value;
	int err = RS_OK;

	buffer_clear(&login->body);
	for (i = 0; i < form->n_fields && err == RS_OK; i++) {
		field = form->fields[i];
		value = field->value;
		if (field->kind == READSYNC__FORM_FIELD__KIND__PLAIN && extras > 0 &&
		    is_extra(login, field->name))
			continue;
		if (field->kind == READSYNC__FORM_FIELD__KIND__USER) {
			value = login->site.user;
			login->user_sent = true;
		} else if (field->kind == READSYNC__FORM_FIELD__KIND__PASSWORD) {
			value = login->site.password;
			login->user_sent = login->password_sent = true;
		}
		err = form_body_append(&login->body, field->name, value);
	}
	for (i = 0; i < extras && err == RS_OK; i++) {
		if (!is_typed(form, login->rule->field[i]->name))
			err = form_body_append(&login->body, login->rule->field[i]->name,
			    extra_value(login, i));
	}
	return err;
}

/* Compose {"user": ..., "password": ...}. */
static int
fill_json(struct login *login)
{
	const struct site *site = &login->site;
	json_t *object = json_object(), *password = json_string(site->password);
	uint8_t *room;
	size_t len;
	int err;

	json_object_set_new(object, site->user_field[0] == '\0' ? "username" : site->user_field,
	    json_string(site->user));
	json_object_set_new(object, site->password_field[0] == '\0' ? "password" :
	    site->password_field, password);
	/* Nothing that holds the password is given back unwiped: no growing text, no copy. */
	err = buffer_reserve(&login->body, JSON_TEXT_MAX, &room);
	len = err == RS_OK ? json_dumpb(object, (char *)room, JSON_TEXT_MAX, JSON_COMPACT) : 0;
	if (password != NULL)
		secret_wipe((char *)json_string_value(password), json_string_length(password));
	json_decref(object);
	if (len == 0 || len > JSON_TEXT_MAX)
		return err == RS_OK ? RS_ENOMEM : err;
	buffer_commit(&login->body, len);
	login->user_sent = login->password_sent = true;
	return RS_OK;
}

/* -------------------------------------------------------- what the rule adds */

/* Keep what a page has told of the rule's fields that are to be found at ${page}. */
static int
keep_extras(struct login *login, const char *page, const Readsync__Form *form)
{
	for (size_t i = 0; i < extra_count(login); i++) {
		const Readsync__RuleField *field = login->rule->field[i];

		if (strcmp(field->page, page) == 0)
			login->looked[i] = true;
		for (size_t j = 0; j < form->n_extra && login->extra[i] == NULL; j++) {
			if (strcmp(form->extra[j]->name, field->name) != 0)
				continue;
			login->extra[i] = strdup(form->extra[j]->value);
			if (login->extra[i] == NULL)
				return RS_ENOMEM;
		}
	}
	return RS_OK;
}

/* Ask for the page at which the rule's field ${i} is found. */
static void
look_for(struct login *login, size_t i)
{
	const char *page = login->rule->field[i]->page;
	struct fetch_request request = {
		.url = page[0] == '\0' ? login->site.login_url : page
	};

	login->field = i;
	if (!is_home(login, request.url))
		finish(login, RS_EREFUSED, "the site's rule looks for a field of the login at "
		    "another site: %.100s", request.url);
	else if (!session_is_private(request.url))
		finish(login, RS_EREFUSED, "the site's rule looks for a field of the login "
		    "without encryption: %.100s", request.url);
	else
		go_on(login, ask(login, &request, on_field_page));
}

/* Send the form; that with the password once all that goes along is found. */
static void
send_form(struct login *login)
{
	size_t i = asks_password(login->form) ? 0 : extra_count(login);
	int err;

	while (i < extra_count(login) && (login->extra[i] != NULL ||
	    login->rule->field[i]->how == READSYNC__RULE_FIELD__HOW__TEXT))
		i++;
	if (i < extra_count(login) && login->looked[i]) {
		finish(login, RS_ENOTFOUND, "the field '%.100s' that the site's rule looks for is "
		    "not there", login->rule->field[i]->name);
		return;
	}
	if (i < extra_count(login)) {
		look_for(login, i);
		return;
	}
	err = fill_form(login, login->form);
	if (err != RS_OK)
		finish(login, err, "%s", rs_err_text(err));
	else
		send_to(login, login->form->action);
}

/* ---------------------------------------------------------------- reading pages */

/* Have a worker look for a form, and the rule's fields of ${asked}, on the page of ${result}. */
static int
submit_page(struct login *login, const struct fetch_result *result, const char *asked,
    void (*on_done)(void *, int, Readsync__JobResult *, const char *))
{
	Readsync__Job job = READSYNC__JOB__INIT;

	job.kind = READSYNC__JOB__KIND__FORM;
	job.url = result->url;
	job.asked_url = (char *)asked;
	job.content_type = result->content_type == NULL ? "" : result->content_type;
	job.user_field = login->site.user_field;
	job.password_field = login->site.password_field;
	job.rule = (Readsync__SiteRule *)login->rule;
	job.body = (ProtobufCBinaryData){ result->body.len, result->body.data };
	return pool_submit(login->pool, &job, on_done, login, &login->reading);
}

static void
on_field_read(void *context, int err, Readsync__JobResult *result, const char *detail)
{
	struct login *login = context;
	const char *page = login->rule->field[login->field]->page;

	login->reading = NULL;
	if (err == RS_OK)
		err = keep_extras(login, page, result->form);
	if (err != RS_OK)
		finish(login, err, "the page with a field of the login cannot be read: %.150s",
		    detail == NULL ? rs_err_text(err) : detail);
	else
		send_form(login);
	pool_result_free(result);
}

static void
on_field_page(void *context, struct fetch_result *result)
{
	struct login *login = context;
	int err;

	if (take(login, result)) {
		if (!is_home(login, result->url)) {
			finish(login, RS_EREFUSED, "a field of the login is at another site: "
			    "%.100s", result->url);
		} else if (result->status >= 400) {
			finish(login, RS_ENOTFOUND, "the page with a field of the login answered "
			    "%u", result->status);
		} else {
			err = submit_page(login, result, login->rule->field[login->field]->page,
			    on_field_read);
			if (err != RS_OK)
				finish(login, err, "%s", rs_err_text(err));
		}
	}
	fetch_result_free(result);
}

/* There is a form: the login's, or one that shows that it did not succeed. */
static void
take_form(struct login *login, Readsync__JobResult *result)
{
	Readsync__Form *form = result->form;

	if (login->user_sent && form->second_factor && !asks_password(form)) {
		finish(login, RS_EREFUSED, SECOND_FACTOR);
		return;
	}
	if (login->password_sent || (login->user_sent && !asks_password(form))) {
		finish(login, RS_EAUTH, login->captcha || form->captcha ? REFUSED_CAPTCHA :
		    "the user or the password was refused");
		return;
	}
	if (form->get) {
		finish(login, RS_EREFUSED, "the form would put the password into an address");
		return;
	}
	login->captcha = login->captcha || form->captcha;
	pool_form_free(login->form);
	login->form = form;
	result->form = NULL;
	send_form(login);
}

/* The password was sent, and nothing more is asked. */
static void
end_sent(struct login *login)
{
	if (!login->cookie_set)
		finish(login, RS_EAUTH, "the site took the password and set no cookie");
	else
		finish(login, RS_OK, "logged in as %.100s", login->site.user);
}

/* The page has no form to log in by: it leads to one, or that is the end. */
static void
take_page(struct login *login, const Readsync__Form *form)
{
	if (!login->user_sent && form->login_link[0] != '\0')
		go_on(login, get(login, form->login_link));
	else if (form->second_factor && login->user_sent)
		finish(login, RS_EREFUSED, SECOND_FACTOR);
	else if (!login->password_sent && form->captcha)
		finish(login, RS_EREFUSED, "the page asks whether a person is there: log in with "
		    "your browser, and use readsync site cookies");
	else if (!login->password_sent)
		finish(login, RS_ENOTFOUND, "there is no form to log in by at %.150s; name its "
		    "page, or use readsync site cookies", login->page_url);
	else
		end_sent(login);
}

/* Tell whether ${text} has a part of ${secret}: it may be cut, or be spelled in another way. */
static bool
repeats(const char *text, const char *secret)
{
	size_t len = strlen(secret), part = len < REPEAT_LEN ? len : REPEAT_LEN;

	for (; *text != '\0'; text++)
		for (size_t i = 0; i + part <= len; i++)
			if (strncasecmp(text, secret + i, part) == 0)
				return true;
	return false;
}

/* What was sent was in vain, as the site says: in words that are told unless they repeat it. */
static void
take_refusal(struct login *login, const Readsync__Form *form)
{
	if (login->captcha)
		finish(login, RS_EAUTH, REFUSED_CAPTCHA);
	else if (form->refusal[0] == '\0' || repeats(form->refusal, login->site.password))
		finish(login, RS_EAUTH, "the user or the password was refused");
	else
		finish(login, RS_EAUTH, "the user or the password was refused; the site says: %s",
		    form->refusal);
}

/* Is it a status with which user and password are refused? */
static bool
is_refusal(unsigned status)
{
	return status == 400 || status == 401 || status == 403 || status == 422;
}

/* The status of the answer to what was sent says that it was in vain, or that it was wrong. */
static void
take_status(struct login *login, const Readsync__Form *form)
{
	if (form != NULL && form->captcha)
		finish(login, RS_EAUTH, REFUSED_CAPTCHA);
	else if (login->status == 400)
		finish(login, RS_ENETWORK, "the site answered 400");
	else
		finish(login, RS_EAUTH, "the user or the password was refused (%u)",
		    login->status);
}

static void
on_read(void *context, int err, Readsync__JobResult *result, const char *detail)
{
	struct login *login = context;

	login->reading = NULL;
	if (err == RS_OK)
		err = keep_extras(login, "", result->form);
	/* Where the password went, an answer that is no page may be all that there is. */
	if (err == RS_OK && result->form->refused && login->user_sent)
		take_refusal(login, result->form);
	else if (is_refusal(login->status))
		take_status(login, err == RS_OK ? result->form : NULL);
	else if (err == RS_ENOTPAGE && login->password_sent)
		end_sent(login);
	else if (err != RS_OK)
		finish(login, err, "the login page cannot be read: %.150s", detail == NULL ?
		    rs_err_text(err) : detail);
	else if (result->form->found)
		take_form(login, result);
	else
		take_page(login, result->form);
	pool_result_free(result);
}

/* Have a worker look for a form on the page of ${result}. */
static void
read_page(struct login *login, const struct fetch_result *result)
{
	int err;

	free(login->page_url);
	login->page_url = strdup(result->url);
	err = login->page_url == NULL ? RS_ENOMEM : submit_page(login, result, "", on_read);
	if (err != RS_OK)
		finish(login, err, "%s", rs_err_text(err));
}

static void
on_page(void *context, struct fetch_result *result)
{
	struct login *login = context;

	login->status = 0;
	if (take(login, result)) {
		if (!login->user_sent && !is_home(login, result->url))
			finish(login, RS_EREFUSED, "the login is at another site: %.100s; if that "
			    "is right, name it: readsync site login %s URL", result->url,
			    login->site.name);
		else if (!login->user_sent && result->status == 401)
			finish(login, RS_ENOTFOUND, "the login page asks for user and password by "
			    "HTTP: readsync site login %s http", login->site.name);
		else if (!login->user_sent && (result->status == 429 || result->status >= 500))
			finish(login, RS_ENETWORK, "the login page answered %u: try again "
			    "later, or use readsync site cookies", result->status);
		else if (!login->user_sent && result->status >= 400)
			finish(login, RS_ENOTFOUND, "the login page answered %u: name its page, "
			    "or log in with your browser, and use readsync site cookies",
			    result->status);
		else
			read_page(login, result);
	}
	fetch_result_free(result);
}

/* The answer to what was sent: a redirect, a page, or an error. */
static void
on_sent(void *context, struct fetch_result *result)
{
	struct login *login = context;
	bool again = result->status == 307 || result->status == 308;

	login->status = result->status;
	if (!take(login, result)) {
		fetch_result_free(result);
		return;
	}
	if (result->location != NULL && again)
		send_to(login, result->location);
	else if (result->location != NULL)
		go_on(login, get(login, result->location));
	else if (result->status == 403 && login->captcha)
		finish(login, RS_EAUTH, REFUSED_CAPTCHA);
	else if (result->status >= 400 && !is_refusal(result->status))
		finish(login, RS_ENETWORK, "the site answered %u", result->status);
	else
		read_page(login, result);
	fetch_result_free(result);
}

/* ------------------------------------------------------------------ the outside */

/* Begin where the site says, or at its front page, which asks or leads to who asks. */
static int
begin(struct login *login)
{
	const struct site *site = &login->site;
	char front[SITE_NAME_SIZE + sizeof("https:///")];
	int err = site->json ? fill_json(login) : RS_OK;

	if (err != RS_OK || site->json)
		return err == RS_OK ? post(login, site->login_url) : err;
	snprintf(front, sizeof(front), "https://%s/", site->name);
	return get(login, site->login_url[0] == '\0' ? front : site->login_url);
}

static int
take_rule(struct login *login, const Readsync__SiteRule *rule)
{
	if (rule == NULL || rule->n_field == 0)
		return RS_OK;
	login->extra = calloc(rule->n_field, sizeof(*login->extra));
	login->looked = calloc(rule->n_field, sizeof(*login->looked));
	if (login->extra == NULL || login->looked == NULL)
		return RS_ENOMEM;
	login->rule = rule;
	return RS_OK;
}

int
login_start(struct fetcher *fetcher, struct pool *pool, const struct site *site,
    const Readsync__SiteRule *rule, struct bytes jar,
    void (*on_done)(void *context, const struct login_outcome *outcome), void *context,
    struct login **ret_login)
{
	struct login *login;
	int err;

	if (site->json && site->login_url[0] == '\0')
		return RS_EINVAL;
	login = calloc(1, sizeof(*login));
	if (login == NULL)
		return RS_ENOMEM;
	login->fetcher = fetcher;
	login->pool = pool;
	login->site = *site;
	login->on_done = on_done;
	login->context = context;
	buffer_init_secret(&login->jar, FETCH_JAR_MAX);
	buffer_init_secret(&login->body, BODY_MAX);
	err = take_rule(login, rule);
	if (err == RS_OK)
		err = buffer_append(&login->jar, jar.data, jar.len);
	/* The reader may have named a login that the site keeps elsewhere. */
	if (err == RS_OK && (site->login_url[0] == '\0' ||
	    site_name_of(site->login_url, login->home) != RS_OK))
		snprintf(login->home, sizeof(login->home), "%s", site->name);
	if (err == RS_OK)
		err = begin(login);
	if (err != RS_OK)
		login_free(login);
	else
		*ret_login = login;
	return err;
}
