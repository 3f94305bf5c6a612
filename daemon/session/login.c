#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "daemon/fetch/form_body.h"
#include "daemon/fetch/site_name.h"
#include "daemon/session/login.h"
#include "daemon/session/session.h"
#include "proto/base/secret.h"

#define BODY_MAX (256 * 1024)
/* Of user, password and the names of their fields; JSON writes a byte in six at the most. */
#define JSON_TEXT_MAX (6 * (SITE_USER_MAX + SITE_PASSWORD_MAX + 2 * SITE_FIELD_MAX) + 64)
#define PAGE_BYTES_MAX (2 * 1024 * 1024)	/* of a page with a form */

struct login {
	struct fetcher *fetcher;
	struct pool *pool;
	struct site site;
	char home[SITE_NAME_SIZE];	/* the site that may have what is typed */
	struct buffer jar;
	struct buffer body;		/* what is being sent */
	char *page_url;			/* of the page that is being read; the next Referer */
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
static void on_sent(void *context, struct fetch_result *result);

/* ------------------------------------------------------------ beginning and end */

static void
wipe_buffer(struct buffer *buffer)
{
	if (buffer->data != NULL)
		secret_wipe(buffer->data, buffer->capacity);
	buffer_release(buffer);
}

static void
login_free(struct login *login)
{
	wipe_buffer(&login->jar);
	wipe_buffer(&login->body);
	site_wipe(&login->site);
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
		wipe_buffer(&login->jar);
		login->jar = result->cookies;
		buffer_init(&result->cookies, 0);
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

/* Compose what ${form} sends, with what is typed.  RS_ELIMIT, RS_ENOMEM. */
static int
fill_form(struct login *login, const Readsync__Form *form)
{
	const Readsync__FormField *field;
	const char *value;
	uint8_t *room;
	size_t len = 3 * (SITE_USER_MAX + SITE_PASSWORD_MAX), i;
	int err;

	wipe_buffer(&login->body);
	/* What a growing body leaves behind is not wiped.  An escaped byte is three. */
	for (i = 0; i < form->n_fields; i++)
		len += 3 * (strlen(form->fields[i]->name) + strlen(form->fields[i]->value)) + 2;
	err = buffer_reserve(&login->body, len, &room);
	for (i = 0; i < form->n_fields && err == RS_OK; i++) {
		field = form->fields[i];
		value = field->value;
		if (field->kind == READSYNC__FORM_FIELD__KIND__USER) {
			value = login->site.user;
			login->user_sent = true;
		} else if (field->kind == READSYNC__FORM_FIELD__KIND__PASSWORD) {
			value = login->site.password;
			login->user_sent = login->password_sent = true;
		}
		err = form_body_append(&login->body, field->name, value);
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

/* ---------------------------------------------------------------- reading pages */

/* There is a form: the login's, or one that shows that it did not succeed. */
static void
take_form(struct login *login, const Readsync__Form *form)
{
	bool asks_password = false;
	size_t i;
	int err;

	for (i = 0; i < form->n_fields; i++)
		asks_password = asks_password ||
		    form->fields[i]->kind == READSYNC__FORM_FIELD__KIND__PASSWORD;
	if (login->password_sent || (login->user_sent && !asks_password)) {
		finish(login, RS_EAUTH, login->captcha || form->captcha ?
		    "the login was refused; the page asks whether a person is there: use "
		    "readsync site cookies" : "the user or the password was refused");
		return;
	}
	if (form->get) {
		finish(login, RS_EREFUSED, "the form would put the password into an address");
		return;
	}
	login->captcha = login->captcha || form->captcha;
	err = fill_form(login, form);
	if (err != RS_OK)
		finish(login, err, "%s", rs_err_text(err));
	else
		send_to(login, form->action);
}

/* The page has no form to log in by: it leads to one, or that is the end. */
static void
take_page(struct login *login, const Readsync__Form *form)
{
	if (!login->user_sent && form->login_link[0] != '\0')
		go_on(login, get(login, form->login_link));
	else if (form->second_factor && login->user_sent)
		finish(login, RS_EREFUSED, "the site asks for a second factor: log in with your "
		    "browser, and use readsync site cookies");
	else if (!login->password_sent && form->captcha)
		finish(login, RS_EREFUSED, "the page asks whether a person is there: log in with "
		    "your browser, and use readsync site cookies");
	else if (!login->password_sent)
		finish(login, RS_ENOTFOUND, "there is no form to log in by at %.150s; name its "
		    "page, or use readsync site cookies", login->page_url);
	else if (!login->cookie_set)
		finish(login, RS_EAUTH, "the site took the password and set no cookie");
	else
		finish(login, RS_OK, "logged in as %.100s", login->site.user);
}

static void
on_read(void *context, int err, Readsync__JobResult *result, const char *detail)
{
	struct login *login = context;

	login->reading = NULL;
	/* Where the password went, an answer that is no page may be all that there is. */
	if (err == RS_ENOTPAGE && login->password_sent && login->cookie_set)
		finish(login, RS_OK, "logged in as %.100s", login->site.user);
	else if (err != RS_OK)
		finish(login, err, "the login page cannot be read: %.150s", detail);
	else if (result->form->found)
		take_form(login, result->form);
	else
		take_page(login, result->form);
	if (result != NULL)
		readsync__job_result__free_unpacked(result, NULL);
}

/* Have a worker look for a form on the page of ${result}. */
static void
read_page(struct login *login, const struct fetch_result *result)
{
	Readsync__Job job = READSYNC__JOB__INIT;
	int err;

	free(login->page_url);
	login->page_url = strdup(result->url);
	if (login->page_url == NULL) {
		finish(login, RS_ENOMEM, "%s", rs_err_text(RS_ENOMEM));
		return;
	}
	job.kind = READSYNC__JOB__KIND__FORM;
	job.url = login->page_url;
	job.content_type = result->content_type == NULL ? "" : result->content_type;
	job.user_field = login->site.user_field;
	job.password_field = login->site.password_field;
	job.body = (ProtobufCBinaryData){ result->body.len, result->body.data };
	err = pool_submit(login->pool, &job, on_read, login, &login->reading);
	if (err != RS_OK)
		finish(login, err, "%s", rs_err_text(err));
}

static void
on_page(void *context, struct fetch_result *result)
{
	struct login *login = context;

	if (take(login, result)) {
		if (!login->user_sent && !is_home(login, result->url))
			finish(login, RS_EREFUSED, "the login is at another site: %.100s; if that "
			    "is right, name it: readsync site login %s URL", result->url,
			    login->site.name);
		else if (!login->user_sent && result->status >= 400)
			finish(login, RS_ENOTFOUND, "the login page answered %u", result->status);
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

	if (!take(login, result)) {
		fetch_result_free(result);
		return;
	}
	if (result->location != NULL && again)
		send_to(login, result->location);
	else if (result->location != NULL)
		go_on(login, get(login, result->location));
	else if (result->status == 401 || result->status == 403 || result->status == 422)
		finish(login, RS_EAUTH, "the user or the password was refused (%u)",
		    result->status);
	else if (result->status >= 400)
		finish(login, RS_ENETWORK, "the site answered %u", result->status);
	else if (login->site.json && login->cookie_set)
		finish(login, RS_OK, "logged in as %.100s", login->site.user);
	else if (login->site.json)
		finish(login, RS_EAUTH, "the site took the password and set no cookie");
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

int
login_start(struct fetcher *fetcher, struct pool *pool, const struct site *site,
    struct bytes jar, void (*on_done)(void *context, const struct login_outcome *outcome),
    void *context, struct login **ret_login)
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
	buffer_init(&login->jar, FETCH_JAR_MAX);
	buffer_init(&login->body, BODY_MAX);
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
