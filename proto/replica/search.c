#include <string.h>

#include "proto/replica/internal.h"
#include "proto/replica/item_row.h"
#include "proto/replica/search.h"
#include "proto/replica/tokenizer.h"

enum {
	QUERY_MAX = 1000,		/* bytes of a query */
	EXCERPT_TOKENS = 24
};

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
append_term(struct replica *replica, const struct term *term, struct buffer *out)
{
	bool prefix = term->last || tokenizer_ends_alone(term->text);
	size_t tokens;
	int err;

	err = tokenizer_count(replica->database.handle, term->text, &tokens);
	if (err != RS_OK || tokens == 0)
		return err;
	return buffer_printf(out, "\"%.*s\"%s ", (int)term->text.len,
	    (const char *)term->text.data, prefix ? "*" : "");
}

/* Write what ${query} means as an expression of FTS5; empty when it has no word. */
static int
make_expression(struct replica *replica, const char *query, struct buffer *out)
{
	struct bytes rest = bytes_of_text(query);
	struct term term;
	int err = RS_OK;

	/* What follows the last word does not keep it from being the last. */
	while (rest.len > 0 && is_space(rest.data[rest.len - 1]))
		rest.len--;
	while (err == RS_OK && next_term(&rest, &term))
		err = append_term(replica, &term, out);
	return err;
}

int
search(struct replica *replica, const char *query, unsigned limit,
    bool (*on_hit)(void *context, const struct item *item, const char *excerpt), void *context,
    struct rs_err_detail *detail)
{
	struct buffer expression;
	struct rows rows;
	struct item item;
	int err;

	if (strlen(query) > QUERY_MAX) {
		rs_err_detail_set(detail, "the query is longer than %d bytes", QUERY_MAX);
		return RS_EINVAL;
	}
	/* At worst, each byte is a word, and gets two quotes, a star and a space. */
	buffer_init(&expression, 5 * QUERY_MAX);
	err = make_expression(replica, query, &expression);
	if (err == RS_OK && expression.len == 0) {
		rs_err_detail_set(detail, "there is no word in the query");
		err = RS_EINVAL;
	}
	if (err != RS_OK)
		goto out;
	rows = database_query(&replica->database,
	    "SELECT" ITEM_ROW_COLUMNS ", snippet(search, -1, char(1), char(2), '…', ?)"
	    " FROM search JOIN item ON item.id = search.rowid"
	    " WHERE search MATCH ? ORDER BY search.rank LIMIT ?",
	    VALUES(DB_INTEGER(EXCERPT_TOKENS), DB_TEXT(buffer_bytes(&expression)),
	    DB_INTEGER(limit == 0 ? -1 : (int64_t)limit)));
	while (database_next(&rows)) {
		item_row_read(&rows, &item);
		if (!on_hit(context, &item, database_text(&rows, ITEM_ROW_COLUMN_COUNT)))
			break;
	}
	err = database_end(&rows);
out:
	buffer_release(&expression);
	return err;
}
