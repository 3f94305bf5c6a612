/*
 * Whether the page knows the reader: the session it came with, and what the page itself
 * tells of that.
 *
 * Without a session of the reader's nothing is looked for.  With one, "log out" on the page
 * shows that it works, and a wall that asks who is there, or a login in place of the page,
 * that it does not.  A page that tells neither proves nothing: a session that was seen at
 * work before is then believed, one that never was is not.
 */
#ifndef DAEMON_PAGE_MEMBER_H
#define DAEMON_PAGE_MEMBER_H

#include "daemon/page/barrier.h"
#include "daemon/page/evidence.h"
#include "daemon/page/page.h"
#include "daemon/page/view.h"
#include "daemon/page/wall.h"

struct member {
	bool given;			/* the reader's own session went along */
	bool account;			/* the page says "log out", or the like */
	bool asks;			/* the site's rule says that the page is a stranger's */
	bool elsewhere;			/* it says that the account is in use elsewhere */
	Readsync__Session session;	/* as far as it is known */
	char excerpt[WALL_EXCERPT];	/* of `elsewhere` */
};

/**
 * member_scan(input, document, view, member):
 * Fill ${member} from how the page was asked for and what it shows.
 */
void member_scan(const struct page_input *input, xmlDoc *document, const struct view *view,
    struct member *member);

/**
 * member_judge(member, wall, list):
 * Add to ${list}, which holds what tells of barriers already, what tells of the session,
 * and decide it; ${wall} is the one that ends the text, or NULL.
 */
void member_judge(struct member *member, const struct wall *wall, struct evidence_list *list);

#endif
