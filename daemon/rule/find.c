#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/rule/rule.h"
#include "proto/base/file.h"

void
rule_folder(const char *home, size_t i, char *path, size_t size)
{
	static const char *const shared[] = { "/etc/readsync/sites", "/usr/share/readsync/sites" };

	if (i == 0)
		snprintf(path, size, "%s/sites", home);
	else
		snprintf(path, size, "%s", shared[i - 1]);
}

/* In its one spelling, without "www.". */
int
rule_host(const char *url, char *host)
{
	const char *start = strstr(url, "://"), *at, *end;
	struct buffer out;
	int err;

	host[0] = '\0';
	if (start == NULL)
		return RS_OK;
	start += 3;
	end = start + strcspn(start, "/?#");
	at = memrchr(start, '@', (size_t)(end - start));
	start = at == NULL ? start : at + 1;
	at = start[0] == '[' ? NULL : memchr(start, ':', (size_t)(end - start));
	end = at == NULL ? end : at;
	buffer_init(&out, HOST_NAME_MAX_LEN);
	err = host_name_append(bytes_of(start, (size_t)(end - start)), &out);
	if (err == RS_OK)
		snprintf(host, RULE_HOST_SIZE, "%s", buffer_text(&out) +
		    (strncmp(buffer_text(&out), "www.", 4) == 0 ? 4 : 0));
	buffer_release(&out);
	return err == RS_ENOMEM ? err : RS_OK;
}

/* Read the rule "DIR/NAME.txt", with ${dot} before the name. */
static int
read_rule(const char *directory, const char *dot, const char *name,
    Readsync__SiteRule **ret_rule)
{
	char path[4096];
	struct buffer text;
	int err;

	/* A host has no slash in it: it cannot lead out of the folder. */
	if (snprintf(path, sizeof(path), "%s/%s%s.txt", directory, dot, name) >=
	    (int)sizeof(path))
		return RS_ENOTFOUND;
	buffer_init(&text, RULE_FILE_MAX);
	err = file_read(path, &text);
	if (err == RS_OK)
		err = rule_parse(buffer_bytes(&text), NULL, NULL, ret_rule);
	buffer_release(&text);
	return err == RS_OK || err == RS_ENOMEM ? err : RS_ENOTFOUND;
}

static int
find_in(const char *directory, const char *host, Readsync__SiteRule **ret_rule)
{
	int err = read_rule(directory, "", host, ret_rule);

	for (host = strchr(host, '.'); err == RS_ENOTFOUND && host != NULL;
	    host = strchr(host + 1, '.'))
		err = read_rule(directory, ".", host + 1, ret_rule);
	return err;
}

/* Find a rule by ${name}, or by what its domains are called, in the first folder that has one. */
static int
find_by_name(const char *home, const char *name, Readsync__SiteRule **ret_rule)
{
	char folder[4096];
	int err = RS_ENOTFOUND;

	for (size_t i = 0; err == RS_ENOTFOUND && name[0] != '\0' && i < RULE_FOLDERS; i++) {
		rule_folder(home, i, folder, sizeof(folder));
		err = find_in(folder, name, ret_rule);
	}
	return err;
}

/*
 * A copy of ${rule} that shares its lists, but for what goes along with a login, and has none of
 * the values that stand alone.
 */
static Readsync__SiteRule
lists_of(const Readsync__SiteRule *rule)
{
	Readsync__SiteRule lists = *rule, none = READSYNC__SITE_RULE__INIT;

	lists.not_logged_in = none.not_logged_in;
	lists.login_uri = none.login_uri;
	lists.user_field = none.user_field;
	lists.password_field = none.password_field;
	lists.accept = none.accept;
	lists.accept_language = none.accept_language;
	lists.n_field = 0;
	lists.requires_login = lists.whole = lists.alone = false;
	return lists;
}

/* Put what ${more} lists behind what ${rule} does: messages in a row are one, with longer lists. */
static int
join(Readsync__SiteRule **rule, const Readsync__SiteRule *more)
{
	Readsync__SiteRule lists = lists_of(more), *both;
	size_t len = readsync__site_rule__get_packed_size(*rule);
	uint8_t *packed = malloc(len + readsync__site_rule__get_packed_size(&lists) + 1);

	if (packed == NULL)
		return RS_ENOMEM;
	len = readsync__site_rule__pack(*rule, packed);
	len += readsync__site_rule__pack(&lists, packed + len);
	both = readsync__site_rule__unpack(NULL, len, packed);
	free(packed);
	if (both == NULL)
		return RS_ENOMEM;
	readsync__site_rule__free_unpacked(*rule, NULL);
	*rule = both;
	return RS_OK;
}

int
rule_find(const char *home, const char *url, Readsync__SiteRule **ret_rule)
{
	Readsync__SiteRule *rule = NULL, *global = NULL;
	char host[RULE_HOST_SIZE];
	int err = rule_host(url, host);

	if (err == RS_OK)
		err = find_by_name(home, host, &rule);
	if ((err == RS_OK && !rule->alone) || err == RS_ENOTFOUND)
		err = find_by_name(home, "global", &global);
	if (err == RS_OK && rule != NULL && global != NULL)
		err = join(&rule, global);
	if (err == RS_ENOTFOUND && rule != NULL)
		err = RS_OK;
	if (err == RS_OK && rule == NULL) {
		rule = global;
		global = NULL;
	}
	if (err == RS_OK)
		*ret_rule = rule;
	else
		readsync__site_rule__free_unpacked(rule, NULL);
	readsync__site_rule__free_unpacked(global, NULL);
	return err;
}
