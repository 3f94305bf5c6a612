/*
 * What publishers say at a wall, in the languages that the project knows: one table
 * of phrases, each of which stands for one idea.
 *
 * No phrase proves a wall.  An idea alone ("subscribe") is in every footer; a wall
 * says that the text goes on or is reserved, and beside it what to do about it.
 * daemon/page/wall.h combines the ideas.
 */
#ifndef DAEMON_PAGE_PHRASE_H
#define DAEMON_PAGE_PHRASE_H

#include <stdint.h>

/* The ideas, as bits. */
enum phrase_idea {
	PHRASE_RESERVED = 1 << 0,	/* this text is for those who pay or belong */
	PHRASE_CONTINUE = 1 << 1,	/* the text goes on: "to continue reading" */
	PHRASE_SPENT = 1 << 2,		/* the free articles are used up */
	PHRASE_REMAINS = 1 << 3,	/* how much of this text is left */
	PHRASE_OFFER = 1 << 4,		/* subscribe, become a member, try a month */
	PHRASE_REGISTER = 1 << 5,	/* create an account that costs nothing */
	PHRASE_KNOWN = 1 << 6,		/* already a subscriber?  log in */
	PHRASE_COUNTER = 1 << 7,	/* some free articles are left */
	PHRASE_OTHER = 1 << 8,		/* about newsletters, comments, donations */
	PHRASE_ELSEWHERE = 1 << 9,	/* the whole text is in print or at its origin */
	PHRASE_ROBOT = 1 << 10,		/* the site checks whether we are a person */
	PHRASE_CONSENT = 1 << 11,	/* a question that stands before the site */
	PHRASE_GONE = 1 << 12,		/* there is no such page */
	PHRASE_DENIED = 1 << 13,	/* the server refuses, for law or by error */
	PHRASE_LABEL = 1 << 14,		/* "subscribers only": a badge, or a wall's head */
	PHRASE_MEMBER_OUT = 1 << 15,	/* "log out": someone is logged in */
	PHRASE_IN_USE = 1 << 16,	/* the account is in use on another device */
	PHRASE_LOGIN = 1 << 17		/* who wants to see this must log in; as a heading */
};

enum {
	PHRASE_TABLE_MAX = 1200		/* entries that the index has room for */
};

enum {
	PHRASE_CHAINS = 256,		/* by the first two bytes, where a third may be anything */
	PHRASE_LONG_CHAINS = 2048	/* and by the first three */
};

/* The table, chained by the first letters of its entries. */
struct phrase_index {
	uint16_t head[PHRASE_CHAINS + PHRASE_LONG_CHAINS];
	uint16_t next[PHRASE_TABLE_MAX];
};

/* What was found in one text. */
struct phrase_hits {
	unsigned ideas;
	int percent_left;		/* of REMAINS; 0 when it names no share */
	int characters_left;		/* likewise in characters, or words × 6 */
};

/**
 * phrase_index_init(index):
 * Fill ${index}; it depends on nothing and holds no memory.
 */
void phrase_index_init(struct phrase_index *index);

/**
 * phrase_find(index, folded, hits):
 * Add to ${hits} the ideas of ${folded}, a text that fold_append made.
 * Time is linear in the text but for words that begin many phrases.
 */
void phrase_find(const struct phrase_index *index, const char *folded,
    struct phrase_hits *hits);

/**
 * phrase_at(i), phrase_count():
 * The pattern of entry ${i} of the table, and how many there are; for the test that
 * each entry is written as folding would write it.
 */
const char *phrase_at(unsigned i);
unsigned phrase_count(void);

#endif
