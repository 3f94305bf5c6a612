#include <stdlib.h>
#include <string.h>

#include "daemon/config/config_key.h"
#include "daemon/config/config_value.h"
#include "daemon/fetch/fetch.h"
#include "daemon/fetch/guard.h"
#include "proto/replica/device.h"
#include "proto/replica/text.h"
#include "proto/replica/work.h"
#include "proto/wire/token.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const section_names[] = {
	[CONFIG_SECTION_DAEMON] = "daemon",
	[CONFIG_SECTION_VAULT] = "vault",
	[CONFIG_SECTION_FETCH] = "fetch",
	[CONFIG_SECTION_QUEUE] = "queue",
};

/* Setters: one for each type of field. */

static int
set_text(const struct config_key *key, const char *value, void *field,
    struct rs_err_detail *detail)
{
	char **text = field;

	(void)detail;
	if (key->is != NULL ? !key->is(value) : value[0] == '\0')
		return RS_EINVAL;
	*text = strdup(value);
	return *text == NULL ? RS_ENOMEM : RS_OK;
}

static int
in_range(const struct config_key *key, int64_t number)
{
	return number >= key->min && number <= key->max ? RS_OK : RS_EINVAL;
}

static int
set_unsigned(const struct config_key *key, const char *value, void *field,
    struct rs_err_detail *detail)
{
	int64_t number;
	int err = config_value_number(value, &number);

	(void)detail;
	if (err == RS_OK)
		err = in_range(key, number);
	if (err == RS_OK)
		*(unsigned *)field = (unsigned)number;
	return err;
}

static int
set_size(const struct config_key *key, const char *value, void *field,
    struct rs_err_detail *detail)
{
	int64_t number;
	int err = config_value_size(value, &number);

	(void)detail;
	if (err == RS_OK)
		err = in_range(key, number);
	if (err == RS_OK)
		*(size_t *)field = (size_t)number;
	return err;
}

static int
set_duration(const struct config_key *key, const char *value, void *field,
    struct rs_err_detail *detail)
{
	int64_t number;
	int err = config_value_duration(value, &number);

	(void)detail;
	if (err == RS_OK)
		err = in_range(key, number);
	if (err == RS_OK)
		*(int64_t *)field = number;
	return err;
}

static int
set_truth(const struct config_key *key, const char *value, void *field,
    struct rs_err_detail *detail)
{
	(void)key;
	(void)detail;
	return config_value_truth(value, field);
}

static int
set_level(const struct config_key *key, const char *value, void *field,
    struct rs_err_detail *detail)
{
	(void)key;
	(void)detail;
	return log_level_read(value, field);
}

static int
set_list(const struct config_key *key, const char *value, void *field,
    struct rs_err_detail *detail)
{
	struct config_list *list = field;
	size_t len;
	int err;

	for (;; value += len + 1) {
		value += strspn(value, " \t");
		len = strcspn(value, ",");
		if (list->count == (size_t)key->max) {
			rs_err_detail_set(detail, "at most %d can be given", (int)key->max);
			return RS_EINVAL;
		}
		/* Added first, for the check wants a text with an end. */
		err = config_value_list_add(list, value, len);
		if (err != RS_OK)
			return err;
		while (len > 0 && strchr(" \t", value[len - 1]) != NULL)
			list->items[list->count - 1][--len] = '\0';
		if (!key->is(list->items[list->count - 1]))
			return RS_EINVAL;
		len = strcspn(value, ",");
		if (value[len] == '\0')
			return RS_OK;
	}
}

static int
set_networks(const struct config_key *key, const char *value, void *field,
    struct rs_err_detail *detail)
{
	const struct config_list *list = field;
	size_t i = list->count;
	struct guard *guard;
	int err;

	err = set_list(key, value, field, detail);
	if (err != RS_OK)
		return err;
	err = guard_new(&guard);
	if (err != RS_OK)
		return err;
	for (; err == RS_OK && i < list->count; i++)
		err = guard_allow(guard, list->items[i], detail);
	guard_free(guard);
	return err;
}

static bool
is_not_empty(const char *text)
{
	return text[0] != '\0';
}

/* What the list of devices takes for a name. */
static bool
is_device_name(const char *text)
{
	return text[0] != '\0' && strlen(text) <= DEVICE_NAME_MAX &&
	    text_is_line(bytes_of_text(text));
}

static bool
is_kind(const char *text)
{
	return strcmp(text, "feed") == 0 || strcmp(text, "folder") == 0;
}

#define MS_SECOND INT64_C(1000)
#define MS_HOUR (3600 * MS_SECOND)
#define MS_DAY (24 * MS_HOUR)
#define IN(field) offsetof(struct config, field)
#define IN_QUEUE(field) offsetof(struct config_queue, field)

static const struct config_key keys[] = {
	{ CONFIG_SECTION_DAEMON, "listen", set_list, IN(listen),
	    "HOST:PORT, such as 0.0.0.0:7323 or [::]:7323", 0, CONFIG_LISTEN_MAX,
	    config_value_is_address, true },
	{ CONFIG_SECTION_DAEMON, "announce", set_list, IN(announce),
	    "HOST:PORT, such as home.example.org:7323", 0, CONFIG_ANNOUNCE_MAX,
	    token_address_valid, true },
	{ CONFIG_SECTION_DAEMON, "control", set_text, IN(control),
	    "an absolute path", 0, 0, config_value_is_path, false },
	{ CONFIG_SECTION_DAEMON, "name", set_text, IN(name),
	    "a name of 1 to 64 bytes without control characters", 0, 0, is_device_name, false },
	{ CONFIG_SECTION_DAEMON, "workers", set_unsigned, IN(workers),
	    "a number from 1 to 64", 1, 64, NULL, false },
	{ CONFIG_SECTION_DAEMON, "log_level", set_level, IN(log_level),
	    "error, warning, notice, info or debug", 0, 0, NULL, false },
	{ CONFIG_SECTION_DAEMON, "log_titles", set_truth, IN(log_titles),
	    "yes or no", 0, 0, NULL, false },
	{ CONFIG_SECTION_VAULT, "passphrase_file", set_text, IN(passphrase_file),
	    "an absolute path", 0, 0, config_value_is_path, false },
	{ CONFIG_SECTION_VAULT, "key_file", set_text, IN(key_file),
	    "an absolute path", 0, 0, config_value_is_path, false },
	{ CONFIG_SECTION_FETCH, "agent_url", set_text, IN(agent_url),
	    "an http or https URL", 0, 0, config_value_is_web_url, false },
	{ CONFIG_SECTION_FETCH, "spacing", set_duration, IN(spacing_ms),
	    "a duration from 0 to 1h, such as 500ms", 0, MS_HOUR, NULL, false },
	{ CONFIG_SECTION_FETCH, "connections_per_host", set_unsigned, IN(connections_per_host),
	    "a number from 1 to 8", 1, 8, NULL, false },
	{ CONFIG_SECTION_FETCH, "timeout", set_duration, IN(timeout_ms),
	    "a duration from 1s to 1h, such as 60s", MS_SECOND, MS_HOUR, NULL, false },
	{ CONFIG_SECTION_FETCH, "max_page", set_size, IN(max_page),
	    "a size from 1K to 32M, such as 8M", 1024, FETCH_BODY_MAX, NULL, false },
	{ CONFIG_SECTION_FETCH, "max_redirects", set_unsigned, IN(max_redirects),
	    "a number from 1 to 50", 1, 50, NULL, false },
	{ CONFIG_SECTION_FETCH, "wait", set_duration, IN(wait_ms),
	    "a duration from 0 to 1d, such as 6h", 0, WORK_STAND_BY_MS, NULL, false },
	{ CONFIG_SECTION_FETCH, "keep_raw", set_truth, IN(keep_raw),
	    "yes or no", 0, 0, NULL, false },
	{ CONFIG_SECTION_FETCH, "keep_images", set_truth, IN(keep_images),
	    "yes or no", 0, 0, NULL, false },
	{ CONFIG_SECTION_FETCH, "max_image", set_size, IN(max_image),
	    "a size from 1K to 32M, such as 8M", 1024, FETCH_BODY_MAX, NULL, false },
	{ CONFIG_SECTION_FETCH, "max_images", set_size, IN(max_images),
	    "a size from 1K to 1G, such as 32M", 1024, 1024 * 1024 * 1024, NULL, false },
	{ CONFIG_SECTION_FETCH, "allow_address", set_networks, IN(allow_address),
	    "networks such as 192.168.1.0/24", 0, CONFIG_LIST_MAX, is_not_empty, true },
	{ CONFIG_SECTION_FETCH, "proxy", set_text, IN(proxy),
	    "the URL of an http, https, socks5 or socks5h proxy", 0, 0,
	    config_value_is_proxy_url, false },
	{ CONFIG_SECTION_QUEUE, "type", set_text, IN_QUEUE(kind),
	    "feed or folder", 0, 0, is_kind, false },
	{ CONFIG_SECTION_QUEUE, "url", set_text, IN_QUEUE(url),
	    "an http or https URL", 0, 0, config_value_is_web_url, false },
	{ CONFIG_SECTION_QUEUE, "path", set_text, IN_QUEUE(path),
	    "an absolute path", 0, 0, config_value_is_path, false },
	{ CONFIG_SECTION_QUEUE, "every", set_duration, IN_QUEUE(every_ms),
	    "a duration from 1s to 30d, such as 15m", MS_SECOND, 30 * MS_DAY, NULL, false },
	{ CONFIG_SECTION_QUEUE, "tags", set_list, IN_QUEUE(tags),
	    "tags of 1 to 64 bytes, separated by commas", 0, CONFIG_LIST_MAX,
	    config_value_is_tag, true },
};

_Static_assert(COUNT(keys) <= 64, "a bit for each key");

const char *
config_key_section_name(enum config_section section)
{
	return section_names[section];
}

/* A key is close enough to be meant when two letters differ, or one in four. */
static bool
is_near(const char *word, const char *meant, size_t *best)
{
	size_t distance = config_value_distance(word, meant), len = strlen(meant);

	if (distance > (len < 8 ? 2 : len / 4) || distance >= len || distance >= *best)
		return false;
	*best = distance;
	return true;
}

enum config_section
config_key_section(const char *word, const char **ret_near)
{
	const char *near = NULL;
	size_t best = SIZE_MAX;
	int section;

	for (section = CONFIG_SECTION_DAEMON; section <= CONFIG_SECTION_QUEUE; section++) {
		if (strcmp(section_names[section], word) == 0)
			return (enum config_section)section;
		if (is_near(word, section_names[section], &best))
			near = section_names[section];
	}
	*ret_near = near;
	return CONFIG_SECTION_UNKNOWN;
}

const struct config_key *
config_key_find(enum config_section section, const char *name)
{
	size_t i;

	for (i = 0; i < COUNT(keys); i++) {
		if (keys[i].section == section && strcmp(keys[i].name, name) == 0)
			return &keys[i];
	}
	return NULL;
}

uint64_t
config_key_bit(const struct config_key *key)
{
	return UINT64_C(1) << (key - keys);
}

int
config_key_set(const struct config_key *key, const char *value, void *base,
    struct rs_err_detail *detail)
{
	struct rs_err_detail cause = { "" };
	int err = key->set(key, value, (char *)base + key->offset, &cause);

	if (err == RS_EINVAL && cause.text[0] != '\0')
		rs_err_detail_set(detail, "%s: %s", key->name, cause.text);
	else if (err == RS_EINVAL)
		rs_err_detail_set(detail, "%s: '%.80s' is not %s", key->name, value,
		    key->expected);
	return err;
}

void
config_key_describe_unknown(enum config_section section, const char *name,
    struct rs_err_detail *detail)
{
	const char *near = NULL, *here = section_names[section];
	const struct config_key *other = NULL;
	size_t best = SIZE_MAX, i;

	for (i = 0; i < COUNT(keys); i++) {
		if (strcmp(keys[i].name, name) == 0)
			other = &keys[i];
		if (keys[i].section == section && is_near(name, keys[i].name, &best))
			near = keys[i].name;
	}
	if (other != NULL)
		rs_err_detail_set(detail, "'%s' does not belong in [%s] but in [%s]", name, here,
		    section_names[other->section]);
	else if (near != NULL)
		rs_err_detail_set(detail, "unknown key '%s' in [%s]; did you mean '%s'?", name,
		    here, near);
	else
		rs_err_detail_set(detail, "unknown key '%s' in [%s]", name, here);
}
