#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "proto/base/buffer.h"
#include "proto/record/alias_url.h"
#include "proto/record/canonical_url.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* First labels of hosts, and segments of paths without their ending, that no article has. */
static const char *const account_words[] = {
	"account", "accounts", "auth", "authenticate", "authorize", "captcha", "consent",
	"cookies", "denied", "error", "log-in", "login", "logout", "oauth", "paywall", "register",
	"registration", "session", "sign-in", "sign-up", "sign_in", "sign_up", "signin", "signup",
	"sso", "subscribe", "subscription", "wp-login", "accedi", "anmelden", "anmeldung",
	"connexion", "einloggen", "entrar", "giris", "identification", "iniciar-sesion",
	"inloggen", "logga-in", "zaloguj",
};

/* What is all there is of the path of a front page, without its ending. */
static const char *const front_words[] = {
	"default", "frontpage", "home", "homepage", "index", "main", "start", "startseite",
	"404", "not-found",
};

/* The parts of a canonical form. */
struct address {
	struct bytes site;	/* host, and port if there is one */
	struct bytes path;	/* from its first '/' on */
};

static struct address
parts_of(const char *form)
{
	const char *host = form + strlen("https://");
	size_t site = strcspn(host, "/?#"), path = strcspn(host + site, "?#");

	return (struct address){ bytes_of(host, site), bytes_of(host + site, path) };
}

/*
 * Tell whether ${host} is a site that has others below it: not a name of one label or of an
 * IPv4 address, nor one under which everybody is somebody else.
 */
static bool
is_above(struct bytes host, struct bytes below)
{
	size_t lead = below.len - host.len;

	return below.len > host.len + 1 && below.data[lead - 1] == '.' &&
	    memcmp(below.data + lead, host.data, host.len) == 0 &&
	    memchr(host.data, '.', host.len) != NULL && !isdigit(host.data[host.len - 1]) &&
	    !canonical_url_is_shared_host(host);
}

static bool
same_site(struct bytes a, struct bytes b)
{
	return bytes_equal(a, b) || is_above(a, b) || is_above(b, a);
}

static bool
is_one_of(struct bytes word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (word.len == strlen(words[i]) &&
		    strncasecmp((const char *)word.data, words[i], word.len) == 0)
			return true;
	return false;
}

/* Return ${segment} up to its last dot: what makes "login.php" a login is the rest. */
static struct bytes
without_ending(struct bytes segment)
{
	for (size_t at = segment.len; at > 1; at--)
		if (segment.data[at - 1] == '.')
			return bytes_of(segment.data, at - 1);
	return segment;
}

/* "en" or "en-gb": the front page in a language. */
static bool
is_language(struct bytes segment)
{
	return (segment.len == 2 || (segment.len == 5 && segment.data[2] == '-')) &&
	    isalpha(segment.data[0]) && isalpha(segment.data[1]);
}

/* Tell whether the path is a front page's or leads to a login. */
static bool
leads_nowhere(struct bytes path)
{
	struct bytes segment, name;
	const uint8_t *end;
	bool alone = true;

	while (path.len > 1) {
		path = bytes_of(path.data + 1, path.len - 1);
		end = memchr(path.data, '/', path.len);
		segment = bytes_of(path.data, end == NULL ? path.len : (size_t)(end - path.data));
		path = bytes_of(path.data + segment.len, path.len - segment.len);
		name = without_ending(segment);
		if (is_one_of(name, account_words, COUNT(account_words)))
			return true;
		alone = alone && (is_language(segment) ||
		    is_one_of(name, front_words, COUNT(front_words)));
	}
	/* Without a segment, or with none but those. */
	return alone;
}

bool
alias_url_credible(const char *from, const char *to)
{
	struct address source = parts_of(from), target = parts_of(to);
	const uint8_t *dot = memchr(target.site.data, '.', target.site.len);
	size_t label = dot == NULL ? target.site.len : (size_t)(dot - target.site.data);

	return strcmp(from, to) != 0 && same_site(source.site, target.site) &&
	    !is_one_of(bytes_of(target.site.data, label), account_words, COUNT(account_words)) &&
	    !leads_nowhere(target.path);
}
