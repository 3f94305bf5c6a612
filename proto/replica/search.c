#include <string.h>

#include "proto/replica/internal.h"
#include "proto/replica/item_row.h"
#include "proto/replica/search.h"
#include "proto/replica/tokenizer.h"

#define EXCERPT_TOKENS 24

/* One word of a query, or a quoted phrase. */
struct term {
	struct bytes text;
	bool last;			/* an unquoted word that ends the query */
};

static bool
is_space(uint8_t byte)
{
	return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* Take the next term off ${query}; false at its end.  A quote that is not closed ends there. */
static bool
next_term(struct bytes *query, struct term *term)
{
	size_t start = 0, end;
	bool quoted;

	while (start < query->len && is_space(query->data[start]))
		start++;
	if (start == query->len)
		return false;
	quoted = query->data[start] == '"';
	start += quoted;
	for (end = start; end < query->len && query->data[end] != '"'; end++)
		if (!quoted && is_space(query->data[end]))
			break;
	term->text = bytes_of(query->data + start, end - start);
	end += quoted && end < query->len;
	*query = bytes_of(query->data + end, query->len - end);
	term->last = !quoted && query->len == 0;
	return true;
}

/*
 * Append ${term} to the FTS5 expression ${out}: a string of FTS5, in which nothing
 * has a meaning but the quote, and there is none in a term.  A term without a
 * token is left out: FTS5 would find nothing for it.
 */
static int
append_term(struct replica *replica, const struct term *term, bool prefix, struct buffer *out)
{
	size_t tokens;
	int err;

	err = tokenizer_count(replica->database.handle, term->text, &tokens);
	if (err != RS_OK || tokens == 0)
		return err;
	return buffer_printf(out, "\"%.*s\"%s ", (int)term->text.len,
	    (const char *)term->text.data,
	    prefix || tokenizer_ends_alone(term->text) ? "*" : "");
}

/*
 * Append what ${query} means as an expression of FTS5, its last word as the beginning of one if
 * it is a ${prefix}; nothing when it has no word.  Set ${ret_open} to whether that word may go on.
 */
static int
append_query(struct replica *replica, const char *query, bool prefix, struct buffer *out,
    bool *ret_open)
{
	struct bytes rest = bytes_of_text(query);
	struct term term = { .last = false };
	int err = RS_OK;

	/* What follows the last word does not keep it from being the last. */
	while (rest.len > 0 && is_space(rest.data[rest.len - 1]))
		rest.len--;
	while (err == RS_OK && next_term(&rest, &term))
		err = append_term(replica, &term, prefix && term.last, out);
	*ret_open = term.last;
	return err;
}

/* Append what finds the items whose words only begin with the last of ${query}. */
static int
append_beginnings(struct replica *replica, const char *query, struct buffer *out)
{
	bool open;
	int err = buffer_append_text(out, "(");

	if (err == RS_OK)
		err = append_query(replica, query, true, out, &open);
	if (err == RS_OK)
		err = buffer_append_text(out, ") NOT (");
	if (err == RS_OK)
		err = append_query(replica, query, false, out, &open);
	return err == RS_OK ? buffer_append_text(out, ")") : err;
}

/* Whom the hits are for, and how many more are wanted; below 0: all. */
struct hits {
	bool (*on_hit)(void *context, const struct item *item, const char *excerpt);
	void *context;
	int64_t wanted;
};

/* Hand on what ${expression} finds, best first. */
static int
find(struct replica *replica, const struct buffer *expression, struct hits *hits)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT" ITEM_ROW_COLUMNS ", snippet(search, -1, char(1), char(2), '…', ?)"
	    " FROM search JOIN item ON item.id = search.rowid"
	    " WHERE search MATCH ? ORDER BY search.rank LIMIT ?",
	    VALUES(DB_INTEGER(EXCERPT_TOKENS), DB_TEXT(buffer_bytes(expression)),
	    DB_INTEGER(hits->wanted)));
	struct item item;

	while (hits->wanted != 0 && database_next(&rows)) {
		item_row_read(&rows, &item);
		hits->wanted -= hits->wanted > 0;
		if (!hits->on_hit(hits->context, &item,
		    database_text(&rows, ITEM_ROW_COLUMN_COUNT)))
			hits->wanted = 0;
	}
	return database_end(&rows);
}

int
search(struct replica *replica, const char *query, unsigned limit,
    bool (*on_hit)(void *context, const struct item *item, const char *excerpt), void *context,
    struct rs_err_detail *detail)
{
	struct hits hits = { on_hit, context, limit == 0 ? -1 : (int64_t)limit };
	struct buffer expression;
	bool open;
	int err;

	if (strlen(query) > SEARCH_QUERY_MAX) {
		rs_err_detail_set(detail, "the query is longer than %d bytes", SEARCH_QUERY_MAX);
		return RS_EINVAL;
	}
	/* At worst, each byte is a word, and gets two quotes, a star and a space; twice. */
	buffer_init(&expression, 2 * 5 * SEARCH_QUERY_MAX + 16);
	err = append_query(replica, query, false, &expression, &open);
	if (err == RS_OK && expression.len == 0) {
		rs_err_detail_set(detail, "there is no word in the query");
		err = RS_EINVAL;
	}
	if (err == RS_OK)
		err = find(replica, &expression, &hits);
	/* All words that begin so are a long way through the index, where there are many. */
	if (err == RS_OK && open && hits.wanted != 0) {
		buffer_clear(&expression);
		err = append_beginnings(replica, query, &expression);
		if (err == RS_OK)
			err = find(replica, &expression, &hits);
	}
	buffer_release(&expression);
	return err;
}
