#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/block.h"
#include "daemon/page/body.h"
#include "daemon/page/candidate.h"
#include "daemon/page/convert.h"
#include "daemon/page/explain.h"
#include "daemon/page/hint.h"
#include "daemon/page/measure.h"
#include "daemon/page/note.h"
#include "daemon/page/prune.h"
#include "daemon/page/trim.h"
#include "daemon/page/url.h"
#include "proto/base/err.h"
#include "proto/record/article.h"

/* What links are relative to: the page's <base>, itself relative to ${url}. */
static int
find_base(xmlNode *root, const char *url, char **ret_base)
{
	xmlNode *node;
	int err;

	for (node = root; node != NULL; node = dom_next(node, root)) {
		if (dom_is(node, "body"))
			break;
		if (!dom_is(node, "base") || dom_attribute(node, "href") == NULL)
			continue;
		err = url_resolve(url, dom_attribute(node, "href"), ret_base);
		if (err != RS_EINVAL)
			return err;
	}
	if (url == NULL)
		url = "";
	return (*ret_base = strdup(url)) == NULL ? RS_ENOMEM : 0;
}

static xmlNode *
find_body(xmlNode *root)
{
	xmlNode *node;

	for (node = root->children; node != NULL; node = node->next)
		if (dom_is(node, "body"))
			return node;
	return root;
}

/* Tell whether the text runs from right to left, by what its letters are. */
static bool
is_right_to_left(const struct block_list *blocks)
{
	size_t i, right = 0, left = 0;
	const unsigned char *at;

	for (i = 0; i < blocks->count; i++)
		for (at = (const unsigned char *)blocks->list[i]->text; *at != '\0'; at++) {
			/* Hebrew, Arabic, Syriac, Thaana, N'Ko: U+0590 to U+07FF. */
			right += at[0] >= 0xd6 && at[0] <= 0xdf;
			left += (at[0] | 0x20) >= 'a' && (at[0] | 0x20) <= 'z';
		}
	return right > left;
}

/*
 * Elsewhere the text begins in what stands under the headline; in English that advertises the
 * text, which says it again.
 */
static void
add_lead(const struct measures *measures, const struct metadata *metadata,
    struct candidate *candidate)
{
	const char *language = metadata == NULL ? NULL : metadata->language;
	bool english = language != NULL && strncasecmp(language, "en", 2) == 0;

	candidate_add_lead(measures, english ? HINT_LEAD : HINT_LEAD | HINT_DEK,
	    english || language == NULL ? NULL : metadata->excerpt, candidate);
}

static int
extract(struct measures *measures, const char *base, const struct metadata *metadata,
    bool prunes, struct block_list *blocks, struct buffer *explanation)
{
	struct candidate candidates[CANDIDATE_KINDS];
	enum candidate_kind kind;
	int err;

	if (prunes)
		prune_page(measures);
	candidate_find(measures, candidates);
	kind = candidate_judge(candidates);
	if ((err = explain_candidates(candidates, kind, explanation)) != 0)
		return err;
	add_lead(measures, metadata, &candidates[kind]);
	if (prunes)
		prune_candidate(measures, &candidates[kind]);
	if ((err = explain_tree(measures, &candidates[kind], explanation)) != 0 ||
	    (err = convert(&candidates[kind], base, blocks, explanation)) != 0)
		return err;
	return trim(blocks, metadata, explanation);
}

int
body_extract(xmlDoc *document, const char *url, const struct metadata *metadata,
    bool prunes, Readsync__Article *article, struct buffer *explanation)
{
	xmlNode *root = xmlDocGetRootElement(document);
	struct measures measures = { NULL, 0 };
	struct block_list blocks;
	char *base = NULL;
	int err;

	block_list_init(&blocks);
	if ((err = find_base(root, url, &base)) != 0)
		goto out;
	if (url != NULL && (err = note_localize(root, url, base)) != 0)
		goto out;
	if ((err = measures_init(&measures, find_body(root))) != 0)
		goto out;
	if ((err = extract(&measures, base, metadata, prunes, &blocks, explanation)) != 0)
		goto out;
	article->right_to_left = is_right_to_left(&blocks);
	block_list_take(&blocks, article);
	article->words = article_words(article);
out:
	measures_release(&measures);
	block_list_release(&blocks);
	free(base);
	return err;
}
