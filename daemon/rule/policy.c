#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "daemon/rule/policy.h"

/* Names of crawlers and of what makes previews of links, as they call themselves. */
static const char *const crawlers[] = {
	"bot", "crawl", "spider", "slurp", "facebookexternal", "facebookcatalog", "meta-external",
	"embedly", "iframely", "preview", "mediapartners", "feedfetcher", "whatsapp", "archiver",
	"google-", "-google", "googleother", "lighthouse", "flipboard", "pinterest/0", "vkshare",
	NULL
};

/* Copies of others' pages, kept elsewhere. */
static const char *const mirrors[] = {
	"archive.org", "archive.is", "archive.ph", "archive.today", "archive.li", "archive.fo",
	"archive.md", "archive.vn", "webcache", "googlecache", "12ft.", "freedium", NULL
};

/* What hides a text from a reader, in markup. */
static const char *const hiding[] = {
	"hidden", "display", "visibility", "template", "<script", "</script", "accessibleforfree",
	"style=", NULL
};

static bool
names_any(const char *text, const char *const *words)
{
	for (; *words != NULL; words++) {
		if (strcasestr(text, *words) != NULL)
			return true;
	}
	return false;
}

/* Is the "bot" at ${at} in ${text} the end of a maker of telephones, whose browsers name it? */
static bool
is_telephone(const char *text, const char *at)
{
	return at - text >= 2 && strncasecmp(at - 2, "cubot", 5) == 0;
}

bool
policy_is_crawler(const char *agent)
{
	const char *at;

	for (size_t i = 0; crawlers[i] != NULL; i++) {
		at = strcasestr(agent, crawlers[i]);
		while (at != NULL && is_telephone(agent, at))
			at = strcasestr(at + 1, crawlers[i]);
		if (at != NULL)
			return true;
	}
	return false;
}

static const char *
header_refused(const char *name, const char *value)
{
	if (strcasecmp(name, "user-agent") == 0)
		return policy_is_crawler(value) ? "the agent of a crawler or link previewer" : NULL;
	if (strcasecmp(name, "referer") == 0)
		return "a referer that nobody came from";
	if (strcasecmp(name, "cookie") == 0)
		return "cookies are the site's to set: one may renew a meter";
	if (strcasecmp(name, "x-forwarded-for") == 0 || strcasecmp(name, "authorization") == 0)
		return "a header that claims to be somebody else";
	return NULL;
}

const char *
policy_refuses(const char *command, const char *argument, const char *value)
{
	if (strcmp(command, "http_header") == 0)
		return header_refused(argument, value);
	if (names_any(value, mirrors))
		return "an archive mirror";
	if ((strcmp(command, "find_string") == 0 && names_any(value, hiding)) ||
	    (strcmp(command, "replace_string") == 0 && argument[0] != '\0' &&
	    names_any(argument, hiding)))
		return "it would show what the page hides";
	return NULL;
}
