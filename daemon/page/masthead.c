#include <ctype.h>
#include <string.h>

#include "daemon/page/fold.h"
#include "daemon/page/masthead.h"
#include "proto/base/buffer.h"

enum {
	NAME_MAX_BYTES = 4000,	/* folded */
	HOST_MAX = 256,
	LABEL_MIN = 5,		/* letters of a host's name that is no common word */
	INITIALS_MIN = 3,
	PUBLICATION_MAX = 36,	/* bytes of a name: twelve signs */
	WORDS_MAX = 6		/* of a site's name */
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Fold ${text} and drop the spaces too: as a host name would spell it. */
static void
squeeze(const char *text, struct buffer *out)
{
	size_t to = 0;

	if (fold_append(text, out) < 0)
		buffer_clear(out);
	for (size_t i = 0; i < out->len; i++) {
		if (out->data[i] != ' ')
			out->data[to++] = out->data[i];
	}
	out->len = to;
	if (out->data != NULL)
		out->data[to] = '\0';
}

/* The host of ${url} without "www."; its length, 0 where there is none. */
static size_t
host_of(const char *url, const char **ret_host)
{
	const char *host = strstr(url, "://");
	size_t len;

	*ret_host = url;
	if (host == NULL)
		return 0;
	host += 3;
	len = strcspn(host, "/:?#");
	if (len > 4 && strncmp(host, "www.", 4) == 0) {
		host += 4;
		len -= 4;
	}
	*ret_host = host;
	return len;
}

/* Does the host of ${url} spell ${squeezed}, or that the host's name? */
static bool
host_spells(const char *url, const char *squeezed)
{
	const char *host;
	size_t left = host_of(url, &host), len = 0;
	char label[HOST_MAX];

	if (left == 0 || strlen(squeezed) < 3)
		return false;
	for (; left > 0 && len < sizeof(label) - 1; host++, left--) {
		if (*host != '-' && *host != '.')
			label[len++] = *host;
	}
	label[len] = '\0';
	return strstr(label, squeezed) == label ||
	    (len >= 5 && strlen(squeezed) >= 5 && strstr(label, squeezed) != NULL);
}

/* Has the host of ${url} each word of ${folded}, of which there are two at least? */
static bool
host_has_words(const char *url, const char *folded)
{
	const char *host, *word = folded;
	size_t host_len = host_of(url, &host), len, words = 0;

	for (; *word != '\0'; word += len + (word[len] == ' ')) {
		bool has = false;

		len = strcspn(word, " ");
		for (size_t at = 0; at + len <= host_len && !has; at++)
			has = (at == 0 || strchr(".-", host[at - 1]) != NULL) &&
			    (at + len == host_len || strchr(".-", host[at + len]) != NULL) &&
			    memcmp(host + at, word, len) == 0;
		if (!has || ++words > WORDS_MAX)
			return false;
	}
	return words >= 2;
}

/*
 * The label of the host of ${url} that its owner chose: the one before the last, or, where that
 * is as short as "co", the one before it.
 */
static size_t
own_label(const char *url, const char **ret_label)
{
	const char *host;
	size_t end = host_of(url, &host), start;

	while (end > 0 && host[end - 1] != '.')
		end--;
	for (unsigned tries = 0; end > 0 && tries < 2; tries++) {
		for (start = --end; start > 0 && host[start - 1] != '.';)
			start--;
		*ret_label = host + start;
		if (end - start > 3 || start == 0)
			return end - start;
		end = start;
	}
	return 0;
}

/* Write the first letters of the words of ${folded}, but for small words, to ${initials}. */
static size_t
initials_of(const char *folded, char initials[WORDS_MAX + 1])
{
	static const char *const small[] = { "a", "an", "and", "at", "de", "for", "in", "la", "of",
		"on", "the", "und" };
	size_t count = 0, len;

	for (; *folded != '\0'; folded += len + (folded[len] == ' ')) {
		bool is_small = false;

		len = strcspn(folded, " ");
		for (size_t i = 0; i < COUNT(small) && !is_small; i++)
			is_small = strlen(small[i]) == len && memcmp(small[i], folded, len) == 0;
		if (is_small)
			continue;
		if (count == WORDS_MAX || !isalpha((unsigned char)*folded))
			return 0;
		initials[count++] = *folded;
	}
	initials[count] = '\0';
	return count;
}

/* Is ${part} the first letters of the site's name, or are its own the host's name? */
static bool
is_abbreviation(const struct masthead *masthead, const char *part, const char *folded)
{
	char initials[WORDS_MAX + 1];
	struct buffer site;
	const char *label;
	size_t len = initials_of(folded, initials);
	bool is;

	if (len >= INITIALS_MIN && own_label(masthead->url, &label) == len &&
	    memcmp(label, initials, len) == 0)
		return true;
	len = strlen(part);
	if (masthead->site_name == NULL || len < INITIALS_MIN || strlen(folded) != len ||
	    strspn(part, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != len)
		return false;
	buffer_init(&site, NAME_MAX_BYTES);
	is = fold_append(masthead->site_name, &site) == 0 &&
	    initials_of(buffer_text(&site), initials) == len && memcmp(initials, folded, len) == 0;
	buffer_release(&site);
	return is;
}

/* Are the two names the same, or does one hold the other and little else? */
static bool
is_like_name(const char *site_name, const struct buffer *squeezed)
{
	struct buffer site;
	const char *a = buffer_text(squeezed), *b;
	bool is;

	if (site_name == NULL)
		return false;
	buffer_init(&site, NAME_MAX_BYTES);
	squeeze(site_name, &site);
	b = buffer_text(&site);
	is = site.len > 0 && (strcmp(a, b) == 0 ||
	    (site.len >= 4 && squeezed->len < site.len * 2 && strstr(a, b) != NULL) ||
	    (squeezed->len >= 4 && site.len < squeezed->len * 2 && strstr(b, a) != NULL));
	buffer_release(&site);
	return is;
}

bool
masthead_is(const struct masthead *masthead, const char *part)
{
	struct buffer squeezed, folded;
	bool is;

	buffer_init(&squeezed, NAME_MAX_BYTES);
	buffer_init(&folded, NAME_MAX_BYTES);
	squeeze(part, &squeezed);
	is = squeezed.len > 0 && (is_like_name(masthead->site_name, &squeezed) ||
	    host_spells(masthead->url, buffer_text(&squeezed)) ||
	    (fold_append(part, &folded) == 0 &&
	    (host_has_words(masthead->url, buffer_text(&folded)) ||
	    is_abbreviation(masthead, part, buffer_text(&folded)))));
	buffer_release(&squeezed);
	buffer_release(&folded);
	return is;
}

bool
masthead_is_exact(const struct masthead *masthead, const char *part)
{
	return masthead->site_name != NULL && fold_equal(masthead->site_name, part);
}

/*
 * Is ${squeezed} a folder of the address, with or without hyphens?  What stands last there is the
 * article, even where a slash follows.
 */
static bool
is_folder(const char *url, const char *squeezed)
{
	const char *at = strstr(url, "://"), *end;
	size_t len = strlen(squeezed);

	at = at == NULL ? NULL : strchr(at + 3, '/');
	while (at != NULL && (end = strchr(++at, '/')) != NULL) {
		size_t same = 0;

		for (; at < end && same < len; at++) {
			if (*at == squeezed[same])
				same++;
			else if (*at != '-' && *at != '_')
				break;
		}
		if (at == end && same == len)
			return strchr("/?#", end[1]) == NULL;
		at = end;
	}
	return false;
}

bool
masthead_is_section(const struct masthead *masthead, const char *part)
{
	struct buffer squeezed;
	bool is;

	if (masthead->section != NULL && fold_equal(masthead->section, part))
		return true;
	buffer_init(&squeezed, NAME_MAX_BYTES);
	squeeze(part, &squeezed);
	is = squeezed.len > 0 && is_folder(masthead->url, buffer_text(&squeezed));
	buffer_release(&squeezed);
	return is;
}

bool
masthead_begins(const struct masthead *masthead, const char *part)
{
	struct buffer squeezed;
	const char *label;
	size_t len = own_label(masthead->url, &label);
	bool is;

	buffer_init(&squeezed, NAME_MAX_BYTES);
	squeeze(part, &squeezed);
	is = len >= LABEL_MIN && squeezed.len >= len && memcmp(squeezed.data, label, len) == 0;
	buffer_release(&squeezed);
	return is;
}

bool
masthead_is_publication(const char *part)
{
	static const char *const kinds[] = { "网", "網", "新闻", "新聞", "日报", "日報", "晚报",
		"晚報", "晨报", "早报", "时报", "時報", "频道", "頻道", "社区", "博客", "在线", "周刊",
		"週刊", "杂志", "雜誌", "新闻中心", "ニュース", "ブログ", "オンライン", "デジタル" };
	size_t len = strlen(part);

	if (len > PUBLICATION_MAX)
		return false;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		size_t kind = strlen(kinds[i]);

		if (len > kind && memcmp(part + len - kind, kinds[i], kind) == 0)
			return true;
	}
	return false;
}
