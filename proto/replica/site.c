#include <stdio.h>
#include <string.h>
#include <time.h>

#include "proto/base/secret.h"
#include "proto/replica/internal.h"
#include "proto/replica/site.h"
#include "readsync.pb-c.h"

/* Fields of a line of a cookies.txt; what cannot be told apart by these is the same cookie. */
enum cookie_field {
	COOKIE_DOMAIN = 0,
	COOKIE_PATH = 2,
	COOKIE_NAME = 5,
	COOKIE_FIELDS = 7
};

struct cookie {
	struct bytes line;		/* without its line feed */
	struct bytes fields[COOKIE_FIELDS];
};

/* ------------------------------------------------------------------- the rows */

static bool
name_is_valid(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len <= SITE_NAME_MAX;
}

static void
take_text(char *out, size_t size, const struct rows *rows, int column)
{
	snprintf(out, size, "%s", database_text(rows, column));
}

#define SITE_COLUMNS \
	"name, session, since_ms, seen_ms, problem, held, user, password, http_auth, agent," \
	" test_url, meters, metered, allowed, month, views, login_url, user_field," \
	" password_field, json, failed, errand, outcome, told, login_ms"

static void
take_row(struct site *site, const struct rows *rows)
{
	take_text(site->name, sizeof(site->name), rows, 0);
	site->session = (enum site_session)database_integer(rows, 1);
	site->since_ms = database_integer(rows, 2);
	site->seen_ms = database_integer(rows, 3);
	take_text(site->problem, sizeof(site->problem), rows, 4);
	site->held = database_integer(rows, 5) != 0;
	take_text(site->user, sizeof(site->user), rows, 6);
	take_text(site->password, sizeof(site->password), rows, 7);
	site->http_auth = database_integer(rows, 8) != 0;
	take_text(site->agent, sizeof(site->agent), rows, 9);
	take_text(site->test_url, sizeof(site->test_url), rows, 10);
	site->meters = database_integer(rows, 11) != 0;
	site->metered = (enum site_metered)database_integer(rows, 12);
	site->allowed = (unsigned)database_integer(rows, 13);
	site->month = (unsigned)database_integer(rows, 14);
	site->views = (unsigned)database_integer(rows, 15);
	take_text(site->login_url, sizeof(site->login_url), rows, 16);
	take_text(site->user_field, sizeof(site->user_field), rows, 17);
	take_text(site->password_field, sizeof(site->password_field), rows, 18);
	site->json = database_integer(rows, 19) != 0;
	site->failed = database_integer(rows, 20) != 0;
	site->errand = (enum site_errand)database_integer(rows, 21);
	take_text(site->outcome, sizeof(site->outcome), rows, 22);
	site->told = database_integer(rows, 23) != 0;
	site->login_ms = database_integer(rows, 24);
}

int
site_get(struct replica *replica, const char *name, struct site *ret_site)
{
	struct rows rows;

	if (!name_is_valid(name))
		return RS_EINVAL;
	memset(ret_site, 0, sizeof(*ret_site));
	snprintf(ret_site->name, sizeof(ret_site->name), "%s", name);
	rows = database_query(&replica->database,
	    "SELECT " SITE_COLUMNS " FROM site WHERE name = ?",
	    VALUES(DB_TEXT(bytes_of_text(name))));
	if (database_next(&rows))
		take_row(ret_site, &rows);
	return database_end(&rows);
}

/* Tell whether ${site} says no more than an empty row. */
static bool
is_empty(const struct site *site)
{
	return site->session == SITE_STRANGER && site->problem[0] == '\0' && !site->held &&
	    site->user[0] == '\0' && site->agent[0] == '\0' && site->test_url[0] == '\0' &&
	    site->login_url[0] == '\0' && site->errand == SITE_NOTHING &&
	    site->outcome[0] == '\0' &&
	    !site->meters && site->metered == SITE_METERED_ASK && site->views == 0;
}

int
site_put(struct replica *replica, const struct site *site)
{
	if (!name_is_valid(site->name))
		return RS_EINVAL;
	if (is_empty(site))
		return database_run(&replica->database, "DELETE FROM site WHERE name = ?",
		    VALUES(DB_TEXT(bytes_of_text(site->name))));
	if (site->errand != SITE_NOTHING)
		replica->change.work = true;
	return database_run(&replica->database,
	    "INSERT OR REPLACE INTO site (" SITE_COLUMNS ")"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    VALUES(DB_TEXT(bytes_of_text(site->name)), DB_INTEGER(site->session),
	    DB_INTEGER(site->since_ms), DB_INTEGER(site->seen_ms),
	    DB_TEXT(bytes_of_text(site->problem)), DB_INTEGER(site->held),
	    DB_TEXT(bytes_of_text(site->user)), DB_TEXT(bytes_of_text(site->password)),
	    DB_INTEGER(site->http_auth), DB_TEXT(bytes_of_text(site->agent)),
	    DB_TEXT(bytes_of_text(site->test_url)), DB_INTEGER(site->meters),
	    DB_INTEGER(site->metered), DB_INTEGER(site->allowed), DB_INTEGER(site->month),
	    DB_INTEGER(site->views), DB_TEXT(bytes_of_text(site->login_url)),
	    DB_TEXT(bytes_of_text(site->user_field)),
	    DB_TEXT(bytes_of_text(site->password_field)), DB_INTEGER(site->json),
	    DB_INTEGER(site->failed), DB_INTEGER(site->errand),
	    DB_TEXT(bytes_of_text(site->outcome)), DB_INTEGER(site->told),
	    DB_INTEGER(site->login_ms)));
}

void
site_wipe(struct site *site)
{
	secret_wipe(site, sizeof(*site));
}

int
site_each(struct replica *replica, bool (*on_site)(void *context, const struct site *site),
    void *context)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT " SITE_COLUMNS " FROM site ORDER BY name", NO_VALUES);
	struct site site;
	bool goes_on = true;

	while (goes_on && database_next(&rows)) {
		take_row(&site, &rows);
		goes_on = on_site(context, &site);
		site_wipe(&site);
	}
	return database_end(&rows);
}

int
site_next_errand(struct replica *replica, const char *after, struct site *ret_site)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT " SITE_COLUMNS " FROM site WHERE name > ? AND errand <> 0"
	    " ORDER BY name LIMIT 1", VALUES(DB_TEXT(bytes_of_text(after))));
	bool found = database_next(&rows);

	if (found)
		take_row(ret_site, &rows);
	if (database_end(&rows) != RS_OK)
		return rows.err;
	return found ? RS_OK : RS_ENOTFOUND;
}

int
site_sample(struct replica *replica, const char *name, char ret_url[SITE_URL_MAX + 1])
{
	struct rows rows = database_query(&replica->database,
	    "SELECT url FROM work JOIN item ON item.item = work.item"
	    " WHERE " WORK_OF_SITE " AND length(url) <= ?3"
	    " ORDER BY item.copy = ?2, saved_ms DESC LIMIT 1",
	    VALUES(DB_TEXT(bytes_of_text(name)), DB_INTEGER(READSYNC__COPY__COPY_FULL),
	    DB_INTEGER(SITE_URL_MAX)));
	bool found = database_next(&rows);

	if (found)
		take_text(ret_url, SITE_URL_MAX + 1, &rows, 0);
	if (database_end(&rows) != RS_OK)
		return rows.err;
	return found ? RS_OK : RS_ENOTFOUND;
}

/* -------------------------------------------------------------------- the jar */

/* Take the next line off ${text}; false at its end.  A line that is none has an empty name. */
static bool
next_cookie(struct bytes *text, struct cookie *cookie)
{
	const uint8_t *end, *at;
	size_t field = 0;

	memset(cookie, 0, sizeof(*cookie));
	if (text->len == 0)
		return false;
	end = memchr(text->data, '\n', text->len);
	cookie->line = bytes_of(text->data, end == NULL ? text->len : (size_t)(end - text->data));
	text->len -= cookie->line.len + (end != NULL);
	text->data += cookie->line.len + (end != NULL);
	for (at = cookie->line.data; field < COOKIE_FIELDS; at = end + 1, field++) {
		size_t rest = (size_t)(cookie->line.data + cookie->line.len - at);

		/* The last is the value, which may hold anything. */
		end = field + 1 == COOKIE_FIELDS ? NULL : memchr(at, '\t', rest);
		cookie->fields[field] = bytes_of(at, end == NULL ? rest : (size_t)(end - at));
		if (end == NULL)
			break;
	}
	if (field + 1 < COOKIE_FIELDS || cookie->line.len > SITE_COOKIE_MAX)
		cookie->fields[COOKIE_NAME].len = 0;
	return true;
}

/* Find in ${text} the line of the same cookie as ${wanted}. */
static bool
find_cookie(struct bytes text, const struct cookie *wanted, struct cookie *ret_cookie)
{
	while (next_cookie(&text, ret_cookie)) {
		if (bytes_equal(ret_cookie->fields[COOKIE_NAME], wanted->fields[COOKIE_NAME]) &&
		    bytes_equal(ret_cookie->fields[COOKIE_DOMAIN], wanted->fields[COOKIE_DOMAIN]) &&
		    bytes_equal(ret_cookie->fields[COOKIE_PATH], wanted->fields[COOKIE_PATH]))
			return true;
	}
	return false;
}

int
site_jar(struct replica *replica, const char *name, bool given, struct buffer *out)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT line FROM site_jar WHERE site = ? AND given = ? ORDER BY domain, path, name",
	    VALUES(DB_TEXT(bytes_of_text(name)), DB_INTEGER(given)));
	struct bytes line;

	while (rows.err == RS_OK && database_next(&rows)) {
		line = database_blob(&rows, 0);
		rows.err = buffer_append(out, line.data, line.len);
		if (rows.err == RS_OK)
			rows.err = buffer_append_byte(out, '\n');
	}
	return database_end(&rows);
}

int
site_jar_count(struct replica *replica, const char *name, uint64_t *ret_count)
{
	int64_t count;
	int err = database_lookup(&replica->database,
	    "SELECT count(*) FROM site_jar WHERE site = ? AND given",
	    VALUES(DB_TEXT(bytes_of_text(name))), &count);

	if (err == RS_OK)
		*ret_count = (uint64_t)count;
	return err;
}

static int
put_cookie(struct replica *replica, const char *name, bool given, const struct cookie *cookie)
{
	return database_run(&replica->database,
	    "INSERT OR REPLACE INTO site_jar (site, given, domain, path, name, line)"
	    " VALUES (?, ?, ?, ?, ?, ?)",
	    VALUES(DB_TEXT(bytes_of_text(name)), DB_INTEGER(given),
	    DB_BYTES(cookie->fields[COOKIE_DOMAIN]), DB_BYTES(cookie->fields[COOKIE_PATH]),
	    DB_BYTES(cookie->fields[COOKIE_NAME]),
	    DB_BYTES(cookie->line)));
}

static int
drop_cookie(struct replica *replica, const char *name, bool given, const struct cookie *cookie)
{
	return database_run(&replica->database,
	    "DELETE FROM site_jar WHERE site = ? AND given = ? AND domain = ? AND path = ?"
	    " AND name = ?",
	    VALUES(DB_TEXT(bytes_of_text(name)), DB_INTEGER(given),
	    DB_BYTES(cookie->fields[COOKIE_DOMAIN]), DB_BYTES(cookie->fields[COOKIE_PATH]),
	    DB_BYTES(cookie->fields[COOKIE_NAME])));
}

/* RS_ELIMIT when the jar would be too large with ${after} bytes in place of ${before}. */
static int
fits(struct replica *replica, const char *name, bool given, size_t before, size_t after)
{
	int64_t stored;
	int err = database_lookup(&replica->database,
	    "SELECT coalesce(sum(length(line) + 1), 0) FROM site_jar WHERE site = ? AND given = ?",
	    VALUES(DB_TEXT(bytes_of_text(name)), DB_INTEGER(given)), &stored);

	if (err != RS_OK)
		return err;
	if (stored > (int64_t)before)
		after += (size_t)stored - before;
	return after > SITE_JAR_MAX ? RS_ELIMIT : RS_OK;
}

int
site_jar_merge(struct replica *replica, const char *name, bool given, struct bytes before,
    struct bytes after)
{
	struct bytes rest = before;
	struct cookie cookie, other;
	int err;

	if (!name_is_valid(name))
		return RS_EINVAL;
	err = fits(replica, name, given, before.len, after.len);
	while (err == RS_OK && next_cookie(&rest, &cookie)) {
		if (cookie.fields[COOKIE_NAME].len > 0 && !find_cookie(after, &cookie, &other))
			err = drop_cookie(replica, name, given, &cookie);
	}
	rest = after;
	while (err == RS_OK && next_cookie(&rest, &cookie)) {
		if (cookie.fields[COOKIE_NAME].len > 0 &&
		    (!find_cookie(before, &cookie, &other) ||
		    !bytes_equal(cookie.line, other.line)))
			err = put_cookie(replica, name, given, &cookie);
	}
	return err;
}

bool
site_same_session(const struct site *one, const struct site *other)
{
	return one->since_ms == other->since_ms && strcmp(one->user, other->user) == 0 &&
	    strcmp(one->password, other->password) == 0;
}

int
site_jar_keep(struct replica *replica, const struct site *asked, bool given,
    struct bytes before, struct bytes after)
{
	bool same = true;
	struct site now;
	int err;

	if (given) {
		err = site_get(replica, asked->name, &now);
		if (err != RS_OK)
			return err;
		same = site_same_session(asked, &now);
		site_wipe(&now);
	}
	return same ? site_jar_merge(replica, asked->name, given, before, after) : RS_OK;
}

void
site_set_session(struct site *site, enum site_session session, int64_t now_ms)
{
	if (session != site->session && (site->session != SITE_UNTRIED || session != SITE_IN))
		site->since_ms = now_ms;
	site->session = session;
}

static int
empty_jar(struct replica *replica, const char *name)
{
	return database_run(&replica->database, "DELETE FROM site_jar WHERE site = ? AND given",
	    VALUES(DB_TEXT(bytes_of_text(name))));
}

int
site_forget(struct replica *replica, const char *name)
{
	struct site site, left = { .session = SITE_STRANGER };
	int err = site_get(replica, name, &site);

	if (err != RS_OK)
		return err;
	memcpy(left.name, site.name, sizeof(left.name));
	if (site.meters) {
		left.meters = true;
		left.month = site.month;
		left.views = site.views;
	}
	site_wipe(&site);
	err = site_put(replica, &left);
	return err == RS_OK ? empty_jar(replica, name) : err;
}

int
site_log_out(struct replica *replica, const char *name)
{
	struct site site;
	int err = site_get(replica, name, &site);

	if (err != RS_OK)
		return err;
	secret_wipe(site.user, sizeof(site.user));
	secret_wipe(site.password, sizeof(site.password));
	site.http_auth = site.json = site.failed = false;
	site.login_url[0] = site.user_field[0] = site.password_field[0] = '\0';
	site.errand = SITE_NOTHING;
	site.outcome[0] = '\0';
	site.session = SITE_STRANGER;
	site.since_ms = site.seen_ms = 0;
	site.held = false;
	site.problem[0] = '\0';
	err = site_put(replica, &site);
	site_wipe(&site);
	return err == RS_OK ? empty_jar(replica, name) : err;
}

/* ------------------------------------------------------------------ the meter */

static unsigned
month_of(int64_t now_ms)
{
	time_t now = (time_t)(now_ms / 1000);
	struct tm parts;

	if (gmtime_r(&now, &parts) == NULL)
		return 0;
	return (unsigned)((parts.tm_year + 1900) * 12 + parts.tm_mon);
}

void
site_count_view(struct site *site, int64_t now_ms)
{
	unsigned month = month_of(now_ms);

	/* A clock that was set back gives no views back. */
	if (month > site->month) {
		site->month = month;
		site->views = 0;
	}
	site->views++;
}

unsigned
site_views(const struct site *site, int64_t now_ms)
{
	return month_of(now_ms) > site->month ? 0 : site->views;
}
