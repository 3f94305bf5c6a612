#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/author.h"
#include "daemon/page/date.h"
#include "daemon/page/fold.h"
#include "daemon/page/plain.h"
#include "daemon/page/role.h"
#include "proto/base/err.h"

/* What stands before a name; longer ones first. */
static const char *const prefixes[] = {
	"written by", "posted by", "published by", "reviewed by", "edited by", "story by",
	"words by", "guide by", "updated by", "contributed by", "text by",
	"articles by", "article by", "all posts by", "posts by", "authored by", "authors:",
	"author:", "authors", "author", "by:", "by",
	"von:", "von", "par", "por", "di", "door", "autor:", "autore:", "auteur:", "text:",
	"tekst:", "contributors:", "contributor:", "от", "автор:", "Автор:",
	"作者：", "作者:", "文：", "文/", "撰文：", "记者：", "記者", "记者",
};

/* What separates two names. */
static const char *const joints[] = {
	" and ", " & ", " und ", " et ", " y ", " e ", " en ", "; ", " / ", " • ", "、", "，", "；",
};

/* Bylines that name nobody. */
static const char *const nobody[] = {
	"admin", "administrator", "author", "authors", "editor", "by", "unknown", "anonymous user",
	"guest", "guest author", "guest writer", "guest contributor", "guest post",
	"staff writer", "staff writers", "staff reporter", "staff reporters", "staff report",
	"staff reports",
	"view all posts", "follow", "share", "subscribe", "login",
	"undefined",
	"null", "none", "the author", "written by", "view more posts", "about the",
	"about the author", "about the authors", "wordpress", "webmaster", "root", "user",
};

enum {
	NAME_LEN = 50,		/* bytes of a line that is a name */
	TITLE_LEN = 4,		/* letters of a title that is cut short, as "Prof." */
	SIGNS_MIN = 2,		/* of a name in Chinese or Japanese */
	SIGNS_MAX = 8
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

void
author_clear(struct author_list *list)
{

	for (size_t i = 0; i < list->count; i++)
		free(list->names[i]);
	list->count = 0;
}

const char *
author_skip_prefix(const char *text)
{

	for (size_t i = 0; i < COUNT(prefixes); i++) {
		size_t len = strlen(prefixes[i]);

		if (strncasecmp(text, prefixes[i], len) != 0)
			continue;
		/*
		 * "By" must be a word of its own: "Byron" is a name; behind "Written by" a space
		 * may have got lost between two elements.
		 */
		if (isalpha((unsigned char)prefixes[i][len - 1]) &&
		    text[len] != ' ' && text[len] != ':' && text[len] != '\0' &&
		    !(strchr(prefixes[i], ' ') != NULL && isupper((unsigned char)text[len])))
			continue;
		text += len;
		return text + strspn(text, " :");
	}
	return text;
}

/* A name has a word of more than one letter, no address, and is no date. */
static bool
is_name(const char *text)
{
	struct date date;
	bool letter = false;

	if (strstr(text, "://") != NULL || strstr(text, "www.") != NULL ||
	    strchr(text, '{') != NULL || strlen(text) < 2 || date_parse(text, &date) == RS_OK)
		return false;
	for (const char *at = text; *at != '\0'; at++)
		letter = letter || (unsigned char)*at >= 0x80 ||
		    (isalpha((unsigned char)at[0]) && isalpha((unsigned char)at[1]));
	for (size_t i = 0; i < COUNT(nobody); i++) {
		if (fold_equal(text, nobody[i]))
			return false;
	}
	return letter;
}

/* Words of a trade or a rank that stand right behind a name, lower case and sorted. */
static const char *const trades[] = {
	"analyst", "associate", "author", "chief", "ceo", "columnist", "consultant", "content",
	"contributing", "contributor", "coordinator", "correspondent", "deputy", "director",
	"editor", "editorial", "former", "founder", "freelance", "guest", "head",
	"journalist", "lead", "manager", "president", "producer", "publisher", "reporter",
	"researcher", "senior", "specialist", "tech", "updated", "vice", "writer",
};

/* How much of the ${len} bytes of a name stands before an address of its owner's. */
static size_t
without_address(const char *name, size_t len)
{
	const char *sign = memchr(name, '@', len);

	if (sign == NULL)
		return len;
	while (sign > name && sign[-1] != ' ')
		sign--;
	return sign > name ? (size_t)(sign - name) : len;
}

/* How much of a name stands before a trade; two words at least. */
static size_t
without_trade(const char *name, size_t len)
{
	size_t at = 0, word, words = 0;

	if (len > 5 && strncasecmp(name + len - 5, " team", 5) == 0)
		return len;
	while (at < len) {
		word = strcspn(name + at, " ,");
		for (size_t i = 0; words >= 2 && i < COUNT(trades); i++)
			if (strlen(trades[i]) == word &&
			    strncasecmp(trades[i], name + at, word) == 0)
				return at;
		/* "Ann Other, editor" is said by commas, and kept. */
		if (name[at + word] == ',')
			return len;
		words++;
		at += word + 1;
	}
	return len;
}

static int
add_name(struct author_list *list, const char *start, size_t len)
{
	char *name;

	while (len > 0 && strchr(" ,;|-/\t", *start) != NULL) {
		start++;
		len--;
	}
	len = without_trade(start, without_address(start, len));
	while (len > 0 && strchr(" ,;|-/\t", start[len - 1]) != NULL)
		len--;
	/* Of brackets around a whole byline. */
	if (len > 3 && (memcmp(start + len - 3, "）", 3) == 0 ||
	    memcmp(start + len - 3, "】", 3) == 0) && memmem(start, len - 3, "（", 3) == NULL)
		len -= 3;
	if ((name = strndup(start, len)) == NULL)
		return RS_ENOMEM;
	if (!is_name(name) || list->count >= AUTHOR_MAX)
		goto drop;
	for (size_t i = 0; i < list->count; i++) {
		if (fold_equal(list->names[i], name))
			goto drop;
	}
	list->names[list->count++] = name;
	return RS_OK;
drop:
	free(name);
	return RS_OK;
}

/* Words of a run of text; a name has two to four, each of which begins upper case. */
static bool
looks_like_full_name(const char *start, size_t len)
{
	unsigned words = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)start[i];

		if (isdigit(c))
			return false;
		if (c != ' ' && (i == 0 || start[i - 1] == ' ')) {
			words++;
			if (islower(c) && len - i > 3)
				return false;
		}
	}
	return words >= 2 && words <= 4;
}

/* Tell whether each full stop of ${text} ends an initial or a short title: "Dr. A. Other". */
static bool
stops_are_short(const char *text)
{
	const char *start = text;

	for (; *text != '\0'; text++) {
		if (*text == ' ')
			start = text + 1;
		else if (*text == '.' && (text == start || text - start > TITLE_LEN))
			return false;
	}
	return true;
}

/* Tell whether ${text} is as long as a name, in signs of Chinese or Japanese alone. */
static bool
is_name_in_signs(const char *text)
{
	unsigned signs = 0, length;

	for (; *text != '\0'; text += length) {
		uint32_t character = fold_decode(text, &length);

		if (character != ' ' && !fold_is_ideographic(character))
			return false;
		signs += character != ' ';
	}
	return signs >= SIGNS_MIN && signs <= SIGNS_MAX;
}

bool
author_is_full_name(const char *text)
{

	return is_name_in_signs(text) ||
	    (looks_like_full_name(text, strlen(text)) && is_name(text) &&
	    strpbrk(text, "?!:;") == NULL && stops_are_short(text));
}

/* As author_is_name, of a line of one role. */
static bool
is_name_of_role(const char *text)
{
	size_t len;

	text = author_skip_prefix(text);
	/* Whoever helped stands in brackets behind it. */
	len = strcspn(text, "(");
	return len > 2 && len <= NAME_LEN && is_name(text) &&
	    strpbrk(text, "?!:/@0123456789") == NULL;
}

bool
author_is_name(const char *text)
{
	char writers[AUTHOR_TEXT + 1];

	if (snprintf(writers, sizeof(writers), "%s", text) >= (int)sizeof(writers))
		return false;
	role_keep_writers(writers);
	return is_name_of_role(writers);
}

/* Are all parts between the commas of a byline names of their own? */
static bool
commas_separate(const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		const char *comma = memchr(text, ',', (size_t)(end - text));
		const char *stop = comma != NULL ? comma : end;

		while (text < stop && *text == ' ')
			text++;
		if (!looks_like_full_name(text, (size_t)(stop - text)))
			return false;
		text = stop + 1;
	}
	return true;
}

/* Add one stretch between joints, which commas may divide further. */
static int
add_stretch(struct author_list *list, const char *text, size_t len)
{
	bool divide = commas_separate(text, len);
	int err;

	while (divide && len > 0) {
		const char *comma = memchr(text, ',', len);
		size_t part = comma != NULL ? (size_t)(comma - text) : len;

		if ((err = add_name(list, text, part)) < 0)
			return err;
		part += comma != NULL;
		text += part;
		len -= part;
	}
	return divide ? RS_OK : add_name(list, text, len);
}

/*
 * The next joint in ${text}, and its length.  What stands in brackets is not parted, nor
 * where one side is a letter: "Mac & i" is a name.
 */
static const char *
next_joint(const char *text, size_t *ret_len)
{
	const char *nearest = NULL, *bracket = strchr(text, '(');

	for (size_t i = 0; i < COUNT(joints); i++) {
		const char *at = strstr(text, joints[i]);

		if (at == NULL || (bracket != NULL && at > bracket) ||
		    strlen(at + strlen(joints[i])) < 2)
			continue;
		if (nearest == NULL || at < nearest) {
			nearest = at;
			*ret_len = strlen(joints[i]);
		}
	}
	return nearest;
}

char *
author_in_order(const char *text)
{
	const char *comma = strchr(text, ','), *first;
	size_t last;
	char *name;

	if (comma == NULL || strpbrk(comma + 1, ",;") != NULL)
		return strdup(text);
	last = (size_t)(comma - text);
	first = comma + 1 + strspn(comma + 1, " ");
	/* A family's name is one word, but for its "van der"; an office is lower case. */
	if (*first == '\0' || islower((unsigned char)*first) ||
	    (memchr(text, ' ', last) != NULL && !islower((unsigned char)*text)))
		return strdup(text);
	if ((name = malloc(strlen(first) + 1 + last + 1)) == NULL)
		return NULL;
	sprintf(name, "%s %.*s", first, (int)last, text);
	return name;
}

/* Cut ${text} before whoever only looked at it: "Ann Other. Reviewed by Bo Byte". */
static void
cut_reviewers(char *text)
{
	static const char *const reviews[] = { " fact checked by ", " fact-checked by ",
		" medically reviewed by ", " reviewed by " };
	size_t len = strlen(text);

	for (size_t i = 0; i < COUNT(reviews); i++) {
		const char *at = strcasestr(text, reviews[i]);

		if (at != NULL && at > text && (size_t)(at - text) < len)
			len = (size_t)(at - text);
	}
	if (text[len] == '\0')
		return;
	while (len > 0 && strchr(" .,;|", text[len - 1]) != NULL)
		len--;
	text[len] = '\0';
}

/* Cut ${text} before the place that a reporter reports from: "王小明／台北報導". */
static void
cut_place(char *text)
{
	static const char *const reports[] = { "報導", "报道", "報道" };
	size_t len = strlen(text), name = strcspn(text, "/");
	const char *wide = strstr(text, "／");

	if (wide != NULL && (size_t)(wide - text) < name)
		name = (size_t)(wide - text);
	for (size_t i = 0; name > 0 && name < len && i < COUNT(reports); i++)
		if (len - name > 6 && strcmp(text + len - 6, reports[i]) == 0)
			text[name] = '\0';
}

/* How much of the ${len} bytes at ${text} stands before a word that leads to a date. */
static size_t
without_lead(const char *text, size_t len)
{
	static const char *const leads[] = { "on", "am", "le", "el", "il", "op", "em", "monday",
		"tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "mon", "tue",
		"wed", "thu", "fri", "sat", "sun" };
	size_t start = len;

	while (start > 0 && text[start - 1] != ' ')
		start--;
	for (size_t i = 0; i < COUNT(leads); i++)
		if (strlen(leads[i]) == len - start &&
		    strncasecmp(text + start, leads[i], len - start) == 0)
			return start;
	return len;
}

/* Cut ${text} before a date, and what leads to it: "Ann Other on Friday, March 1, 2024". */
static void
cut_date(char *text)
{
	struct date date;
	size_t at = strlen(text), len;

	if (strpbrk(text, "0123456789") == NULL || date_parse(text, &date) != RS_OK)
		return;
	/* It begins at the last word from which on it is one. */
	while (at > 0 && (text[at - 1] != ' ' || date_parse(text + at, &date) != RS_OK))
		at--;
	if (at == 0)
		return;
	do {
		while (at > 0 && strchr(" ,;|-", text[at - 1]) != NULL)
			at--;
		len = at;
		at = without_lead(text, len);
	} while (at < len);
	text[at] = '\0';
}

int
author_add(struct author_list *list, const char *byline)
{
	char *text = plain_text(byline, AUTHOR_TEXT * 4);
	const char *at, *joint;
	size_t len, joint_len = 0;
	int err = RS_OK;

	if (text == NULL || strlen(text) > AUTHOR_TEXT * 3)
		goto out;
	/* What follows a bar is a paper, a place or a date; an address stands in brackets. */
	role_keep_writers(text);
	len = strcspn(text, "|");
	if (len > 0)
		text[len] = '\0';
	at = strstr(text, " (http");
	if (at != NULL)
		text[at - text] = '\0';
	cut_reviewers(text);
	cut_place(text);
	cut_date(text);
	at = author_skip_prefix(text);
	while (err == RS_OK && *at != '\0') {
		joint = next_joint(at, &joint_len);
		len = joint != NULL ? (size_t)(joint - at) : strlen(at);
		err = add_stretch(list, at, len);
		at = joint != NULL ? joint + joint_len : at + len;
	}
out:
	free(text);
	return err;
}
