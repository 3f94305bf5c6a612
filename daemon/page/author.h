/*
 * Names of authors out of bylines.
 */
#ifndef DAEMON_PAGE_AUTHOR_H
#define DAEMON_PAGE_AUTHOR_H

#include <stdbool.h>
#include <stddef.h>

enum {
	AUTHOR_MAX = 16,	/* names of one article */
	AUTHOR_TEXT = 100	/* bytes of a byline; a longer one is prose */
};

struct author_list {
	char *names[AUTHOR_MAX];
	size_t count;
};

/**
 * author_add(list, byline):
 * Add to ${list} the names that ${byline} holds: without "By" and its like in
 * other languages, roles, dates, addresses, who reviewed it and who took its pictures
 * (role.h), split at "and" and at commas where both sides are names, and none twice.  What
 * holds no name adds nothing; names beyond AUTHOR_MAX are dropped.  RS_ENOMEM.
 */
int author_add(struct author_list *list, const char *byline);

/**
 * author_in_order(text):
 * Return a copy of ${text}, the name of one author as a catalogue has it, with the family's
 * name last: of "Other, Ann" it is "Ann Other".  The caller frees it; NULL when memory is
 * exhausted.
 */
char *author_in_order(const char *text);

/**
 * author_skip_prefix(text):
 * Return where ${text} goes on behind "By", "Written by" and their like in other
 * languages; ${text} itself when it begins with none.
 */
const char *author_skip_prefix(const char *text);

/**
 * author_is_name(text), author_is_full_name(text):
 * Tell whether the line ${text} looks like the name of a person or of a group, with or
 * without "By"; or, more strictly, like two to four words of one.
 */
bool author_is_name(const char *text);
bool author_is_full_name(const char *text);

/**
 * author_clear(list):
 * Free the names; the list is then empty.
 */
void author_clear(struct author_list *list);

#endif
