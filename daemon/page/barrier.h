/*
 * Answers that hold no article: errors, login pages, checks for robots, questions
 * about consent, pages that are gone, empty shells.
 */
#ifndef DAEMON_PAGE_BARRIER_H
#define DAEMON_PAGE_BARRIER_H

#include "daemon/page/evidence.h"
#include "daemon/page/page.h"
#include "daemon/page/view.h"
#include "daemon/page/wall.h"

enum {
	BARRIER_QUESTION = 4096	/* bytes of a question about consent */
};

/* What is kept of a page to tell later, with its article, what it is. */
struct barrier {
	unsigned status;
	bool login_address;		/* the final address is a login's, the asked one not */
	bool password;			/* a password is asked for */
	unsigned view_words;		/* all that the page shows */
	unsigned ideas;			/* enum phrase_idea of the page, when it is short */
	bool gone_heading;		/* a heading or the <title> says "not found" */
	bool gone_title;
	bool login_heading;		/* a heading or the <title> says that one must log in */
	bool consent_title;		/* <title> asks about cookies */
	char question[BARRIER_QUESTION]; /* what is shown where the page does */
	char excerpt[WALL_EXCERPT];
};

/**
 * barrier_scan(input, document, view, barrier):
 * Fill ${barrier} from the page and how it was answered.
 */
void barrier_scan(const struct page_input *input, xmlDoc *document, const struct view *view,
    struct barrier *barrier);

/**
 * barrier_is_login(url):
 * Tell whether a part of the path of ${url}, or its host, is called as those of logins are.
 */
bool barrier_is_login(const char *url);

/**
 * barrier_judge(barrier, article, list):
 * Add to ${list} what says that the page, in which ${article} was found, holds none.
 */
void barrier_judge(const struct barrier *barrier, const Readsync__Article *article,
    struct evidence_list *list);

#endif
