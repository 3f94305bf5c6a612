#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/fetch/site_name.h"
#include "daemon/rule/policy.h"
#include "daemon/session/session.h"
#include "daemon/session/site_request.h"
#include "proto/base/utf8.h"
#include "proto/replica/site.h"
#include "proto/replica/text.h"
#include "proto/replica/work.h"

enum {
	ANSWER_BYTES = 40 * 1024,	/* of all sites in one answer, packed: well below a frame */
	COOKIE_FIELDS = 7,
	COOKIE_EXPIRES = 4		/* the field with the second */
};

/* ---------------------------------------------------------------- what is told */

static int
set_text(char **text, const char *value)
{
	char *copy = strdup(value);

	if (copy == NULL)
		return RS_ENOMEM;
	*text = copy;
	return RS_OK;
}

static int
fill(struct replica *replica, const struct site *site, Readsync__Site *told)
{
	int err = set_text(&told->name, site->name);

	if (err == RS_OK)
		err = set_text(&told->problem, site->problem);
	if (err == RS_OK)
		err = set_text(&told->user, site->user);
	if (err == RS_OK)
		err = set_text(&told->agent, site->agent);
	if (err == RS_OK)
		err = set_text(&told->test_url, site->test_url);
	if (err == RS_OK)
		err = set_text(&told->outcome, site->outcome);
	if (err == RS_OK)
		err = site_jar_count(replica, site->name, &told->cookies);
	if (err == RS_OK)
		err = work_of_site(replica, site->name, &told->waiting, &told->incomplete);
	told->session = (Readsync__Site__Session)site->session;
	told->since_ms = site->since_ms;
	told->seen_ms = site->seen_ms;
	told->held = site->held;
	told->http_auth = site->http_auth;
	told->told = site->told;
	told->busy = site->errand != SITE_NOTHING;
	told->meters = site->meters;
	told->metered = (Readsync__Site__Metered)site->metered;
	told->allowed = site->allowed;
	told->views = site_views(site, clock_now_ms(replica_clock(replica)));
	return err;
}

/* Add ${site} to what is told. */
static int
tell(struct replica *replica, const struct site *site, Readsync__Response *response)
{
	Readsync__Site *told = malloc(sizeof(*told));
	int err;

	if (told == NULL)
		return RS_ENOMEM;
	readsync__site__init(told);
	err = fill(replica, site, told);
	if (err != RS_OK) {
		readsync__site__free_unpacked(told, NULL);
		return err;
	}
	response->sites[response->n_sites++] = told;
	return RS_OK;
}

struct listing {
	struct replica *replica;
	const char *after;
	Readsync__Response *response;
	size_t bytes;
	int err;
};

static bool
list_one(void *context, const struct site *site)
{
	struct listing *listing = context;
	Readsync__Response *response = listing->response;

	if (strcmp(site->name, listing->after) <= 0)
		return true;
	listing->err = tell(listing->replica, site, response);
	if (listing->err != RS_OK)
		return false;
	listing->bytes += readsync__site__get_packed_size(response->sites[response->n_sites - 1]);
	return listing->bytes < ANSWER_BYTES && response->n_sites < SITE_REQUEST_SITES;
}

/* Make room for what is told of several sites. */
static int
begin_sites(Readsync__Response *response)
{
	response->sites = calloc(SITE_REQUEST_SITES, sizeof(*response->sites));
	return response->sites == NULL ? RS_ENOMEM : RS_OK;
}

int
site_request_list(struct replica *replica, const char *after, Readsync__Response *response)
{
	struct listing listing = {
		.replica = replica, .after = after, .response = response, .err = RS_OK
	};
	int err = begin_sites(response);

	if (err == RS_OK)
		err = site_each(replica, list_one, &listing);
	return err == RS_OK ? listing.err : err;
}

static bool
count_stopped(void *context, const struct site *site)
{
	*(uint32_t *)context += site->held || site->session == SITE_OUT;
	return true;
}

int
site_request_stopped(struct replica *replica, uint32_t *ret_count)
{
	uint32_t count = 0;
	int err = site_each(replica, count_stopped, &count);

	if (err == RS_OK)
		*ret_count = count;
	return err;
}

/* --------------------------------------------------------------- cookies given */

/* One line of a cookies.txt that a device sent, checked. */
struct line {
	struct bytes whole;
	char site[SITE_NAME_SIZE];
};

/* Take the next line that is no comment and not empty off ${text}; false at its end. */
static bool
next_line(struct bytes *text, struct bytes *ret_line)
{
	static const char http_only[] = "#HttpOnly_";
	const uint8_t *end;

	while (text->len > 0) {
		end = memchr(text->data, '\n', text->len);
		*ret_line = bytes_of(text->data, end == NULL ? text->len :
		    (size_t)(end - text->data));
		text->len -= ret_line->len + (end != NULL);
		text->data += ret_line->len + (end != NULL);
		if (ret_line->len > 0 && ret_line->data[ret_line->len - 1] == '\r')
			ret_line->len--;
		if (ret_line->len > 0 && (ret_line->data[0] != '#' ||
		    (ret_line->len >= sizeof(http_only) - 1 &&
		    memcmp(ret_line->data, http_only, sizeof(http_only) - 1) == 0)))
			return true;
	}
	return false;
}

/* Find the site that the cookie in ${line} is of.  RS_EINVAL for a line that is no cookie. */
static int
site_of_line(struct bytes line, char ret_name[SITE_NAME_SIZE])
{
	static const char http_only[] = "#HttpOnly_";
	const uint8_t *at = line.data, *end = line.data + line.len, *tab;
	char domain[SITE_NAME_SIZE];
	size_t fields = 1, len;

	for (tab = at; tab < end; tab++)
		fields += *tab == '\t';
	tab = memchr(at, '\t', line.len);
	if (fields != COOKIE_FIELDS || tab == NULL || line.len > SITE_COOKIE_MAX)
		return RS_EINVAL;
	if (line.len >= sizeof(http_only) - 1 && memcmp(at, http_only, sizeof(http_only) - 1) == 0)
		at += sizeof(http_only) - 1;
	len = (size_t)(tab - at);
	if (len >= sizeof(domain))
		return RS_EINVAL;
	memcpy(domain, at, len);
	domain[len] = '\0';
	return site_name_of_host(domain, ret_name);
}

/* Would the cookie in ${line}, of ${site}, go to the sites of others too?  No browser has one. */
static bool
is_of_all(struct bytes line, const char *site)
{
	const uint8_t *flag = memchr(line.data, '\t', line.len);

	return site_name_is_suffix(site) && (line.data[0] == '.' || flag[1] == 'T' ||
	    flag[1] == 't');
}

/* Does the cookie in ${line}, which was checked, live at ${now_ms}?  0 stands for ever. */
static bool
is_live(struct bytes line, int64_t now_ms)
{
	const uint8_t *at = line.data;
	int64_t second = 0;

	for (unsigned tabs = 0; tabs < COOKIE_EXPIRES; at++)
		tabs += *at == '\t';
	for (; *at >= '0' && *at <= '9' && second < now_ms; at++)
		second = 10 * second + (*at - '0');
	return second == 0 || second > now_ms / 1000;
}

/* Note that the reader gave a session to ${name}: what was known of the last one is past. */
static int
begin_session(struct replica *replica, const char *name)
{
	struct site site;
	int err = site_get(replica, name, &site);

	if (err != RS_OK)
		return err;
	site.session = SITE_UNTRIED;
	site.since_ms = clock_now_ms(replica_clock(replica));
	site.seen_ms = 0;
	site.problem[0] = '\0';
	site.outcome[0] = '\0';
	site.told = false;
	err = site_put(replica, &site);
	site_wipe(&site);
	return err == RS_OK ? work_renew(replica, name, SITE_RENEW_SPACING_MS) : err;
}

/* The sites that an import has touched. */
struct import {
	int64_t now_ms;
	char names[SITE_REQUEST_SITES][SITE_NAME_SIZE];
	size_t count;
	char expired[SITE_NAME_SIZE];	/* one of a cookie that was left out, or "" */
};

static bool
add_site(struct import *import, const char *name)
{
	size_t i;

	for (i = 0; i < import->count; i++) {
		if (strcmp(import->names[i], name) == 0)
			return true;
	}
	if (import->count == SITE_REQUEST_SITES)
		return false;
	snprintf(import->names[import->count++], SITE_NAME_SIZE, "%s", name);
	return true;
}

/* Check every line, and collect the sites of those that live; all or nothing. */
static int
check_cookies(const Readsync__SiteChange *change, const char *only, struct import *import,
    struct rs_err_detail *detail)
{
	struct bytes text = bytes_of(change->cookies.data, change->cookies.len), line;
	char name[SITE_NAME_SIZE];
	unsigned number = 0;

	while (next_line(&text, &line)) {
		number++;
		if (site_of_line(line, name) != RS_OK) {
			rs_err_detail_set(detail, "cookie %u is not a line of a cookies.txt",
			    number);
			return RS_EINVAL;
		}
		if (only != NULL && strcmp(only, name) != 0)
			continue;
		if (is_of_all(line, name)) {
			rs_err_detail_set(detail, "cookie %u would go to every site below %s: "
			    "leave it out", number, name);
			return RS_EINVAL;
		}
		if (!is_live(line, import->now_ms)) {
			snprintf(import->expired, sizeof(import->expired), "%s", name);
			continue;
		}
		if (!add_site(import, name)) {
			rs_err_detail_set(detail, "cookies of more than %d sites at a time",
			    SITE_REQUEST_SITES);
			return RS_ELIMIT;
		}
		if (only == NULL && !change->every && import->count > 1) {
			rs_err_detail_set(detail, "these are cookies of %s, %s and perhaps others: "
			    "name the site, or say --all", import->names[0], import->names[1]);
			return RS_EINVAL;
		}
	}
	if (import->count == 0 && import->expired[0] != '\0') {
		rs_err_detail_set(detail, "every cookie of %s in it has expired: log in with your "
		    "browser and export them again", import->expired);
		return RS_ENOTFOUND;
	}
	if (import->count == 0) {
		rs_err_detail_set(detail, only == NULL ? "there is no cookie in it" :
		    "there is no cookie of %s in it", only);
		return RS_ENOTFOUND;
	}
	return RS_OK;
}

/* Put the lines for the site ${name} into its jar, beside what is there. */
static int
put_cookies(struct replica *replica, const Readsync__SiteChange *change, const char *name,
    int64_t now_ms)
{
	struct bytes text = bytes_of(change->cookies.data, change->cookies.len), line;
	char site[SITE_NAME_SIZE];
	struct buffer lines;
	int err = RS_OK;

	buffer_init_secret(&lines, SITE_JAR_MAX);
	while (err == RS_OK && next_line(&text, &line)) {
		if (site_of_line(line, site) != RS_OK || strcmp(site, name) != 0 ||
		    !is_live(line, now_ms))
			continue;
		err = buffer_append(&lines, line.data, line.len);
		if (err == RS_OK)
			err = buffer_append_byte(&lines, '\n');
	}
	if (err == RS_OK)
		err = site_jar_merge(replica, name, true, bytes_of(NULL, 0), buffer_bytes(&lines));
	buffer_release(&lines);
	return err == RS_OK ? begin_session(replica, name) : err;
}

static int
take_cookies(struct replica *replica, const Readsync__SiteChange *change, const char *only,
    Readsync__Response *response, struct rs_err_detail *detail)
{
	struct import *import = calloc(1, sizeof(*import));
	struct site site;
	size_t i;
	int err;

	if (import == NULL)
		return RS_ENOMEM;
	import->now_ms = clock_now_ms(replica_clock(replica));
	err = check_cookies(change, only, import, detail);
	for (i = 0; err == RS_OK && i < import->count; i++) {
		err = put_cookies(replica, change, import->names[i], import->now_ms);
		if (err == RS_ELIMIT)
			rs_err_detail_set(detail, "more than %d KiB of cookies of %s",
			    SITE_JAR_MAX / 1024, import->names[i]);
		if (err == RS_OK)
			err = site_get(replica, import->names[i], &site);
		if (err == RS_OK) {
			err = tell(replica, &site, response);
			site_wipe(&site);
		}
	}
	free(import);
	return err;
}

/* ------------------------------------------------------------- the other changes */

static bool
is_line(const char *text, size_t max)
{
	return strlen(text) <= max && text_is_line(bytes_of_text(text));
}

static int
set_metered(struct replica *replica, const Readsync__SiteChange *change, struct site *site,
    struct rs_err_detail *detail)
{
	int err;

	if (change->allowed > SITE_ALLOWED_MAX ||
	    (change->metered == READSYNC__SITE__METERED__ALLOW && change->allowed == 0)) {
		rs_err_detail_set(detail, "1 to %d views a month can be allowed", SITE_ALLOWED_MAX);
		return RS_EINVAL;
	}
	site->metered = change->metered == READSYNC__SITE__METERED__ALLOW ? SITE_METERED_ALLOW :
	    change->metered == READSYNC__SITE__METERED__NEVER ? SITE_METERED_NEVER :
	    SITE_METERED_ASK;
	site->allowed = site->metered == SITE_METERED_ALLOW ? change->allowed : 0;
	err = site_put(replica, site);
	if (err != RS_OK)
		return err;
	/* With views to spend, what a meter kept from us is tried again too. */
	return site->metered == SITE_METERED_ALLOW ?
	    work_renew(replica, site->name, SITE_RENEW_SPACING_MS) :
	    work_release(replica, site->name);
}

static int
resume(struct replica *replica, struct site *site)
{
	int err;

	site->held = false;
	site->problem[0] = '\0';
	site->outcome[0] = '\0';
	if (site->session == SITE_OUT)
		site->session = SITE_UNTRIED;
	err = site_put(replica, site);
	return err == RS_OK ? work_renew(replica, site->name, SITE_RENEW_SPACING_MS) : err;
}

static int
set_test_url(struct replica *replica, const char *text, struct site *site,
    struct rs_err_detail *detail)
{
	char name[SITE_NAME_SIZE];

	if (text[0] != '\0' && (!is_line(text, SITE_URL_MAX) ||
	    site_name_of(text, name) != RS_OK || strcmp(name, site->name) != 0)) {
		rs_err_detail_set(detail, "the address of an article at %s is wanted", site->name);
		return RS_EINVAL;
	}
	snprintf(site->test_url, sizeof(site->test_url), "%s", text);
	return site_put(replica, site);
}

/* Take over user and password. */
static int
take_password(const Readsync__SiteChange *change, struct site *site,
    struct rs_err_detail *detail)
{
	if (change->user[0] == '\0' || !is_line(change->user, SITE_USER_MAX) ||
	    strlen(change->password) > SITE_PASSWORD_MAX ||
	    !utf8_valid(bytes_of_text(change->password))) {
		rs_err_detail_set(detail, "a user has 1 to %d bytes, a password at most %d, of "
		    "UTF-8 text", SITE_USER_MAX, SITE_PASSWORD_MAX);
		return RS_EINVAL;
	}
	snprintf(site->user, sizeof(site->user), "%s", change->user);
	snprintf(site->password, sizeof(site->password), "%s", change->password);
	site->failed = false;
	site->outcome[0] = '\0';
	return RS_OK;
}

static int
set_password(struct replica *replica, const Readsync__SiteChange *change, struct site *site,
    struct rs_err_detail *detail)
{
	int err = take_password(change, site, detail);

	if (err != RS_OK)
		return err;
	site->http_auth = true;
	site->errand = SITE_TEST;
	err = site_put(replica, site);
	return err == RS_OK ? begin_session(replica, site->name) : err;
}

/* The keeper does it; the row tells when, and how it went. */
static int
log_in(struct replica *replica, const Readsync__SiteChange *change, struct site *site,
    struct rs_err_detail *detail)
{
	char name[SITE_NAME_SIZE];
	int err = take_password(change, site, detail);

	if (err != RS_OK)
		return err;
	if ((change->text[0] != '\0' && (!is_line(change->text, SITE_URL_MAX) ||
	    !session_is_private(change->text) || site_name_of(change->text, name) != RS_OK)) ||
	    (change->json && change->text[0] == '\0')) {
		rs_err_detail_set(detail, "the address of the login is wanted, https://...");
		return RS_EINVAL;
	}
	if (!is_line(change->user_field, SITE_FIELD_MAX) ||
	    !is_line(change->password_field, SITE_FIELD_MAX)) {
		rs_err_detail_set(detail, "a field's name has at most %d bytes", SITE_FIELD_MAX);
		return RS_EINVAL;
	}
	snprintf(site->login_url, sizeof(site->login_url), "%s", change->text);
	snprintf(site->user_field, sizeof(site->user_field), "%s", change->user_field);
	snprintf(site->password_field, sizeof(site->password_field), "%s",
	    change->password_field);
	site->json = change->json;
	site->http_auth = false;
	site->errand = SITE_LOGIN;
	return site_put(replica, site);
}

static int
begin_test(struct replica *replica, const char *text, struct site *site,
    struct rs_err_detail *detail)
{
	int err = text[0] == '\0' ? RS_OK : set_test_url(replica, text, site, detail);

	if (err != RS_OK)
		return err;
	site->errand = SITE_TEST;
	site->outcome[0] = '\0';
	return site_put(replica, site);
}

static int
set_agent(struct replica *replica, const char *text, struct site *site,
    struct rs_err_detail *detail)
{
	if (!is_line(text, SITE_AGENT_MAX)) {
		rs_err_detail_set(detail, "an agent has at most %d bytes, without control "
		    "characters", SITE_AGENT_MAX);
		return RS_EINVAL;
	}
	if (policy_is_crawler(text)) {
		rs_err_detail_set(detail, "that is no browser of a reader's: it names a crawler "
		    "or link previewer");
		return RS_EINVAL;
	}
	snprintf(site->agent, sizeof(site->agent), "%s", text);
	return site_put(replica, site);
}

/* Do what concerns one site, and tell how it is then. */
static int
change_one(struct replica *replica, const Readsync__SiteChange *change, const char *name,
    Readsync__Response *response, struct rs_err_detail *detail)
{
	struct site site;
	int err = site_get(replica, name, &site);

	if (err != RS_OK)
		return err;
	switch (change->action) {
	case READSYNC__SITE_CHANGE__ACTION__LOG_OUT:
		err = site_log_out(replica, name);
		if (err == RS_OK)
			err = work_release(replica, name);
		break;
	case READSYNC__SITE_CHANGE__ACTION__FORGET:
		err = site_forget(replica, name);
		if (err == RS_OK)
			err = work_release(replica, name);
		break;
	case READSYNC__SITE_CHANGE__ACTION__RESUME:
		err = resume(replica, &site);
		break;
	case READSYNC__SITE_CHANGE__ACTION__METERED:
		err = set_metered(replica, change, &site, detail);
		break;
	case READSYNC__SITE_CHANGE__ACTION__AGENT:
		err = set_agent(replica, change->text, &site, detail);
		break;
	case READSYNC__SITE_CHANGE__ACTION__TEST_URL:
		err = set_test_url(replica, change->text, &site, detail);
		break;
	case READSYNC__SITE_CHANGE__ACTION__LOGIN:
		err = log_in(replica, change, &site, detail);
		break;
	case READSYNC__SITE_CHANGE__ACTION__TEST:
		err = begin_test(replica, change->text, &site, detail);
		break;
	case READSYNC__SITE_CHANGE__ACTION__PASSWORD:
		err = set_password(replica, change, &site, detail);
		break;
	default:
		err = RS_EVERSION;
		break;
	}
	if (err == RS_OK)
		err = site_get(replica, name, &site);
	if (err == RS_OK)
		err = tell(replica, &site, response);
	site_wipe(&site);
	return err;
}

int
site_request_change(struct replica *replica, const Readsync__SiteChange *change,
    Readsync__Response *response, struct rs_err_detail *detail)
{
	bool cookies = change->action == READSYNC__SITE_CHANGE__ACTION__COOKIES;
	char name[SITE_NAME_SIZE] = "";
	int err;

	if ((change->host[0] != '\0' || !cookies) &&
	    site_name_of_host(change->host, name) != RS_OK) {
		rs_err_detail_set(detail, "'%.100s' is no host name", change->host);
		return RS_EINVAL;
	}
	err = begin_sites(response);
	if (err == RS_OK)
		err = replica_begin(replica);
	if (err != RS_OK)
		return err;
	err = cookies ? take_cookies(replica, change, name[0] == '\0' ? NULL : name, response,
	    detail) : change_one(replica, change, name, response, detail);
	return replica_settle(replica, err);
}
