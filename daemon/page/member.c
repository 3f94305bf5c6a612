#include <string.h>

#include "daemon/page/member.h"
#include "daemon/page/site_rule.h"

enum {
	NOTICE_WORDS = 60	/* a longer block is prose */
};

void
member_scan(const struct page_input *input, xmlDoc *document, const struct view *view,
    struct member *member)
{
	bool tells = input->rule != NULL && input->rule->not_logged_in[0] != '\0';

	memset(member, 0, sizeof(*member));
	member->given = input->given;
	member->asks = tells && site_rule_asks_login(input->rule, document);
	/* What a rule does not find proves nothing: it may be made for another page. */
	member->account = view->account && !member->asks;
	member->session = input->session;
	if (member->given && member->account)
		member->session = READSYNC__SESSION__SESSION_IN;
	for (size_t i = 0; i < view->count && member->given && !member->elsewhere; i++) {
		const struct view_block *block = &view->blocks[i];

		if (!(block->ideas & PHRASE_IN_USE) || (block->flags & VIEW_COMMENTS) ||
		    block->words > NOTICE_WORDS)
			continue;
		member->elsewhere = true;
		wall_excerpt(view_text(view, block), member->excerpt);
	}
}

/* Does the page ask who is there? */
static bool
asks_for_login(const struct wall *wall, const struct evidence_list *list)
{
	return (wall != NULL && (wall->ideas & PHRASE_KNOWN)) ||
	    evidence_has(list, EVIDENCE_HTTP_LOGIN) || evidence_has(list, EVIDENCE_LOGIN_PAGE);
}

void
member_judge(struct member *member, const struct wall *wall, struct evidence_list *list)
{
	if (member->account)
		evidence_add(list, EVIDENCE_LOGGED_IN, NULL);
	if (!member->given)
		return;
	if (member->elsewhere) {
		evidence_add(list, EVIDENCE_IN_USE, member->excerpt);
	} else if (member->asks || (!member->account && asks_for_login(wall, list))) {
		evidence_add(list, EVIDENCE_LOGGED_OUT, wall == NULL ? NULL : wall->excerpt);
		member->session = READSYNC__SESSION__SESSION_OUT;
	}
}
