#include <stdlib.h>

#include "daemon/page/access.h"
#include "daemon/page/body.h"
#include "daemon/page/charset.h"
#include "daemon/page/dom.h"
#include "daemon/page/metadata.h"
#include "daemon/page/page.h"
#include "daemon/page/pagination.h"
#include "daemon/page/plain_page.h"
#include "daemon/page/reference.h"
#include "daemon/page/shown.h"
#include "daemon/page/site_rule.h"
#include "daemon/page/stylesheet.h"
#include "daemon/page/verdict.h"
#include "proto/record/article.h"

/* Move the text at ${from} into the article's field at ${to}. */
static void
take(char **to, char **from)
{

	if (*from == NULL)
		return;
	if (*to != (char *)protobuf_c_empty_string)
		free(*to);
	*to = *from;
	*from = NULL;
}

/* Move what the page says of itself into ${article}. */
static int
take_metadata(struct metadata *metadata, Readsync__Article *article)
{
	size_t i;

	if (metadata->author_count > 0) {
		article->authors = calloc(metadata->author_count, sizeof(*article->authors));
		if (article->authors == NULL)
			return RS_ENOMEM;
		article->n_authors = metadata->author_count;
	}
	for (i = 0; i < metadata->author_count; i++) {
		article->authors[i] = metadata->authors[i];
		metadata->authors[i] = NULL;
	}
	metadata->author_count = 0;
	take(&article->title, &metadata->title);
	take(&article->site_name, &metadata->site_name);
	take(&article->published, &metadata->published);
	take(&article->modified, &metadata->modified);
	take(&article->language, &metadata->language);
	take(&article->section, &metadata->section);
	take(&article->excerpt, &metadata->excerpt);
	take(&article->canonical_url, &metadata->canonical_url);
	take(&article->lead_image, &metadata->lead_image);
	take(&article->referrer_policy, &metadata->referrer_policy);
	article->published_ms = metadata->published_ms;
	article->modified_ms = metadata->modified_ms;
	article->declared_words = metadata->declared_words;
	return 0;
}

/* From the page's bytes to its tree, with or without what the rule replaces. */
static int
read_tree(const struct page_input *input, bool replaces, xmlDoc **ret_document,
    struct rs_err_detail *detail)
{
	uint8_t *text = NULL, *replaced = NULL;
	size_t len, replaced_len;
	int err;

	err = charset_decode(input->body, input->content_type, PAGE_MAX, &text, &len, detail);
	if (err != 0)
		return err;
	if (plain_page_is(input->content_type, bytes_of(text, len))) {
		err = plain_page_mark_up(bytes_of(text, len), &replaced, &replaced_len);
	} else if (replaces) {
		err = site_rule_replace(input->rule, bytes_of(text, len), PAGE_MAX, &replaced,
		    &replaced_len);
	}
	if (err == 0 && replaced != NULL) {
		free(text);
		text = replaced;
		len = replaced_len;
	}
	if (err == 0) {
		len = reference_mend(text, len);
		err = dom_parse(bytes_of(text, len), input->rule != NULL, ret_document);
	}
	if (err == 0 && (err = stylesheet_conceal(*ret_document, bytes_of(text, len))) != 0)
		xmlFreeDoc(*ret_document);
	dom_describe(err, detail);
	free(text);
	return err;
}

/* Move the text of ${part}, the next page, to the end of ${article}.  RS_ENOMEM, RS_ELIMIT. */
static int
append_blocks(Readsync__Article *article, Readsync__Article *part)
{
	size_t count = article->n_blocks + part->n_blocks, i;
	Readsync__Block **blocks;

	if (count > ARTICLE_BLOCKS_MAX)
		return RS_ELIMIT;
	if (part->n_blocks == 0)
		return RS_OK;
	blocks = realloc(article->blocks, count * sizeof(*blocks));
	if (blocks == NULL)
		return RS_ENOMEM;
	article->blocks = blocks;
	for (i = 0; i < part->n_blocks; i++)
		article->blocks[article->n_blocks++] = part->blocks[i];
	part->n_blocks = 0;
	article->words += part->words;
	return RS_OK;
}

/*
 * Add the text of the pages that follow, up to the first that is not whole; where it goes on
 * after that, article->next_page says.
 */
static int
append_pages(const struct page_input *input, Readsync__Article *article)
{
	Readsync__Article *part;
	Readsync__Verdict *verdict;
	struct rs_err_detail detail;
	bool whole = true;
	size_t i;
	int err = RS_OK;

	for (i = 0; i < input->more_count && whole && err == RS_OK; i++) {
		struct page_input page = {
			.body = input->more[i].body, .url = input->more[i].url,
			.content_type = input->more[i].content_type, .session = input->session,
			.given = input->given, .allowed = input->allowed, .rule = input->rule,
			.first = { input->url, article->canonical_url },
		};

		err = page_read(&page, &part, &verdict, &detail);
		if (err != RS_OK)
			return err == RS_ENOMEM ? err : RS_OK;
		whole = verdict->copy == READSYNC__COPY__COPY_FULL;
		if (whole)
			err = append_blocks(article, part);
		if (whole && err == RS_OK)
			take(&article->next_page, &part->next_page);
		readsync__article__free_unpacked(part, NULL);
		readsync__verdict__free_unpacked(verdict, NULL);
	}
	/* What would be too much stays away, and the copy is not whole. */
	return err == RS_ELIMIT ? RS_OK : err;
}

/* Set ${next_page} to where the rule says that the text goes on, if it does. */
static int
apply_rule_links(const struct page_input *input, xmlDoc *document, char **next_page)
{
	char *url;
	int err = site_rule_link(input->rule->next_page, input->rule->n_next_page, document,
	    input->url, &url);

	if (err == 0 && url != NULL) {
		free(*next_page);
		*next_page = url;
	}
	return err;
}

int
page_single(const struct page_input *input, char **ret_url)
{
	struct rs_err_detail detail;
	xmlDoc *document = NULL;
	int err;

	*ret_url = NULL;
	if (input->rule == NULL || input->rule->n_single_page == 0)
		return RS_OK;
	err = read_tree(input, false, &document, &detail);
	if (err == 0)
		err = site_rule_link(input->rule->single_page, input->rule->n_single_page,
		    document, input->url, ret_url);
	xmlFreeDoc(document);
	return err;
}

/* The order binds: the verdict scans before anything is cut, the body reads after. */
static int
read_article(const struct page_input *input, xmlDoc *document, Readsync__Article *article,
    Readsync__Verdict **ret_verdict, struct rs_err_detail *detail)
{
	struct metadata *metadata = NULL;
	struct verdict_scan *scan = NULL;
	const char *names[PAGINATION_NAMES] = { NULL, input->first[0], input->first[1] };
	char *next_page = NULL;
	bool chosen = false;
	int err;

	if ((err = metadata_read(document, input->url, &metadata)) != 0)
		goto out;
	names[0] = metadata->canonical_url;
	if ((err = pagination_next(document, input->url, names, &next_page)) != 0)
		goto out;
	if ((err = verdict_scan_new(input, document, metadata, &scan)) != 0)
		goto out;
	/* The rule looks for the next page before anything is cut, and for the rest after. */
	if (input->rule != NULL && (err = apply_rule_links(input, document, &next_page)) != 0)
		goto out;
	/* That a later page goes on is no fault of its own. */
	if (input->first[0] == NULL)
		take(&article->next_page, &next_page);
	if ((err = verdict_withhold(scan, document)) != 0)
		goto out;
	if (input->rule != NULL && ((err = site_rule_metadata(input->rule, document,
	    metadata)) != 0 || (err = site_rule_cut(input->rule, document,
	    !verdict_withholds(scan), &chosen)) != 0))
		goto out;
	if (input->embedded != NULL &&
	    (err = embedded_take(input->embedded, document, input->url, input->body)) != 0)
		goto out;
	if ((err = body_extract(document, input->url, metadata, !(chosen && input->rule->whole),
	    article, input->explanation)) != 0) {
		if (err == RS_ELIMIT)
			rs_err_detail_set(detail, "the text is larger than %d blocks or %d bytes",
			    ARTICLE_BLOCKS_MAX, ARTICLE_TEXT_MAX);
		goto out;
	}
	if (input->embedded != NULL)
		embedded_keep_shown(input->embedded, article);
	if ((err = take_metadata(metadata, article)) != 0 ||
	    (err = append_pages(input, article)) != 0)
		goto out;
	err = verdict_judge(scan, article, ret_verdict);
	take(&article->next_page, &next_page);
out:
	free(next_page);
	verdict_scan_free(scan);
	metadata_free(metadata);
	return err;
}

/* Tell whether ${replaced} shows what ${document} does, replaced, and what replaces it. */
static int
shows_no_more(const xmlDoc *replaced, const xmlDoc *document, const Readsync__SiteRule *rule,
    bool marks, bool *ret_within)
{
	struct buffer before, after;
	uint8_t *text = NULL;
	size_t len;
	int err;

	buffer_init(&before, 2 * PAGE_MAX);
	buffer_init(&after, 2 * PAGE_MAX);
	err = shown_append(document, marks, &before);
	if (err == 0)
		err = shown_append(replaced, marks, &after);
	if (err == 0)
		err = site_rule_replace(rule, buffer_bytes(&before), PAGE_MAX, &text, &len);
	if (err == 0)
		err = shown_within(buffer_text(&after), text == NULL ? buffer_text(&before) :
		    (char *)text, rule->replace, rule->n_replace, ret_within);
	free(text);
	buffer_release(&before);
	buffer_release(&after);
	return err;
}

/*
 * Read the page anew with what its rule replaces; unless it declares its article closed, which
 * a replacement must not take away, or the replacement would show what is hidden, or leave no
 * page.
 */
static int
replace(const struct page_input *input, xmlDoc **document)
{
	struct rs_err_detail unread = { "" };
	struct metadata *metadata;
	xmlDoc *replaced;
	bool closed, within;
	int err;

	if (input->rule == NULL || input->rule->n_find == 0)
		return 0;
	if ((err = metadata_read(*document, input->url, &metadata)) != 0)
		return err;
	closed = access_is_gated(metadata) || metadata->metered;
	metadata_free(metadata);
	if (closed)
		return 0;
	if ((err = read_tree(input, true, &replaced, &unread)) != 0)
		return err == RS_ENOMEM ? err : 0;
	/* What is shown may become a mark, such as a title; a mark does not become shown. */
	err = shows_no_more(replaced, *document, input->rule, false, &within);
	if (err == 0 && within)
		err = shows_no_more(replaced, *document, input->rule, true, &within);
	if (err == 0 && within) {
		xmlFreeDoc(*document);
		*document = replaced;
	} else {
		xmlFreeDoc(replaced);
	}
	return err == RS_ENOMEM ? err : 0;
}

int
page_read(const struct page_input *input, Readsync__Article **ret_article,
    Readsync__Verdict **ret_verdict, struct rs_err_detail *detail)
{
	Readsync__Article *article = NULL;
	xmlDoc *document = NULL;
	int err;

	if ((err = read_tree(input, false, &document, detail)) != 0 ||
	    (err = replace(input, &document)) != 0)
		goto out;
	if ((article = malloc(sizeof(*article))) == NULL) {
		err = RS_ENOMEM;
		goto out;
	}
	readsync__article__init(article);
	if ((err = read_article(input, document, article, ret_verdict, detail)) != 0)
		goto out;
	*ret_article = article;
	article = NULL;
out:
	if (article != NULL)
		readsync__article__free_unpacked(article, NULL);
	xmlFreeDoc(document);
	if (err == RS_ENOMEM)
		rs_err_detail_set(detail, "%s", rs_err_text(err));
	return err;
}
