#include <stdio.h>
#include <string.h>

#include "daemon/rule/rule.h"
#include "proto/base/file.h"
#include "proto/record/host_name.h"

/* Set ${out} to the host of ${url}, in its one spelling, without "www.". */
static int
host_of(const char *url, struct buffer *out)
{
	const char *start = strstr(url, "://"), *at, *end;
	int err;

	if (start == NULL)
		return RS_ENOTFOUND;
	start += 3;
	end = start + strcspn(start, "/?#");
	at = memrchr(start, '@', (size_t)(end - start));
	start = at == NULL ? start : at + 1;
	at = start[0] == '[' ? NULL : memchr(start, ':', (size_t)(end - start));
	end = at == NULL ? end : at;
	err = host_name_append(bytes_of(start, (size_t)(end - start)), out);
	if (err == RS_OK && strncmp(buffer_text(out), "www.", 4) == 0)
		buffer_consume(out, 4);
	return err == RS_EINVAL ? RS_ENOTFOUND : err;
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

int
rule_find(const char *home, const char *url, Readsync__SiteRule **ret_rule)
{
	char own[4096];
	const char *const directories[] = { own, "/etc/readsync/sites",
	    "/usr/share/readsync/sites" };
	struct buffer host;
	int err;

	snprintf(own, sizeof(own), "%s/sites", home);
	buffer_init(&host, HOST_NAME_MAX_LEN);
	err = host_of(url, &host);
	if (err == RS_OK)
		err = RS_ENOTFOUND;
	for (size_t i = 0; err == RS_ENOTFOUND && host.len > 0 &&
	    i < sizeof(directories) / sizeof(directories[0]); i++)
		err = find_in(directories[i], buffer_text(&host), ret_rule);
	buffer_release(&host);
	return err;
}
