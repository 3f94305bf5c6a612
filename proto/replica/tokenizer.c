#include <stdlib.h>

#include <sqlite3.h>

#include "proto/base/utf8.h"
#include "proto/replica/tokenizer.h"

#define NAME "readsync"

/* The opaque type that FTS5 passes around is ours to define. */
struct Fts5Tokenizer {
	fts5_tokenizer parent;		/* unicode61, for all that is not CJK */
	Fts5Tokenizer *instance;	/* of it */
};

typedef int token_fn(void *context, int flags, const char *token, int len, int start, int end);

/*
 * Written without spaces between words, or with particles fixed to them: Han,
 * kana, bopomofo, hangul.  Punctuation of these scripts is not here, so it
 * ends a run.  Source: Unicode 15, Blocks.txt and Scripts.txt.
 */
static const struct {
	uint32_t first, last;
} cjk[] = {
	{ 0x1100, 0x11ff }, { 0x2e80, 0x2fd5 }, { 0x3005, 0x3007 }, { 0x3021, 0x3029 },
	{ 0x3031, 0x3035 }, { 0x3038, 0x303c }, { 0x3041, 0x309f }, { 0x30a1, 0x30fa },
	{ 0x30fc, 0x30ff }, { 0x3105, 0x318e }, { 0x31a0, 0x31bf }, { 0x31f0, 0x31ff },
	{ 0x3400, 0x4dbf }, { 0x4e00, 0x9fff }, { 0xa960, 0xa97c }, { 0xac00, 0xd7fb },
	{ 0xf900, 0xfaff }, { 0xff66, 0xffdc }, { 0x1aff0, 0x1b167 }, { 0x20000, 0x3ffff },
};

static bool
is_cjk(uint32_t point)
{
	if (point < cjk[0].first)
		return false;
	for (size_t i = 0; i < sizeof(cjk) / sizeof(cjk[0]); i++)
		if (point >= cjk[i].first && point <= cjk[i].last)
			return true;
	return false;
}

/* Return the length of the character at ${at}; a byte that is no UTF-8 stands alone. */
static size_t
character(struct bytes text, size_t at, bool *ret_cjk)
{
	uint32_t point;
	size_t len = utf8_character(text, at, &point);

	*ret_cjk = len > 0 && is_cjk(point);
	return len > 0 ? len : 1;
}

/* Return where the run of CJK (or other) characters that begins at ${start} ends. */
static size_t
run_end(struct bytes text, size_t start, bool *ret_cjk)
{
	size_t at = start + character(text, start, ret_cjk), len;
	bool same;

	while (at < text.len) {
		/* The rest of a word or blank in ASCII: where most texts spend most bytes. */
		if (!*ret_cjk)
			at += utf8_ascii_len(text, at);
		if (at == text.len)
			break;
		len = character(text, at, &same);
		if (same != *ret_cjk)
			break;
		at += len;
	}
	return at;
}

/* ---------------------------------------------------------------- the two sorts */

static int
give(token_fn *on_token, void *context, int flags, struct bytes text, size_t start, size_t end)
{
	return on_token(context, flags, (const char *)text.data + start, (int)(end - start),
	    (int)start, (int)end);
}

/* Give every pair of neighbours in [start, end); in a document, the last one alone too. */
static int
give_pairs(struct bytes text, size_t start, size_t end, bool query, token_fn *on_token,
    void *context)
{
	size_t last = start, next;
	bool first = true, unused;
	int code = SQLITE_OK;

	for (next = start + character(text, start, &unused); next < end && code == SQLITE_OK;) {
		size_t after = next + character(text, next, &unused);

		code = give(on_token, context, 0, text, last, after);
		first = false;
		last = next;
		next = after;
	}
	if (code == SQLITE_OK && (first || !query))
		code = give(on_token, context, first ? 0 : FTS5_TOKEN_COLOCATED, text, last, end);
	return code;
}

struct shift {
	token_fn *on_token;
	void *context;
	int offset;			/* of the run in the whole text */
};

static int
on_word(void *context, int flags, const char *token, int len, int start, int end)
{
	const struct shift *shift = context;

	return shift->on_token(shift->context, flags, token, len, start + shift->offset,
	    end + shift->offset);
}

static int
tokenize(Fts5Tokenizer *tokenizer, void *context, int flags, const char *data, int len,
    token_fn *on_token)
{
	struct bytes text = bytes_of(data, len < 0 ? 0 : (size_t)len);
	struct shift shift = { on_token, context, 0 };
	int code = SQLITE_OK;
	size_t end;
	bool pairs;

	for (size_t start = 0; start < text.len && code == SQLITE_OK; start = end) {
		end = run_end(text, start, &pairs);
		shift.offset = (int)start;
		if (pairs)
			code = give_pairs(text, start, end, flags & FTS5_TOKENIZE_QUERY, on_token,
			    context);
		else
			code = tokenizer->parent.xTokenize(tokenizer->instance, &shift, flags,
			    data + start, (int)(end - start), on_word);
	}
	return code;
}

/* ---------------------------------------------------------------- for FTS5 */

static void
destroy(Fts5Tokenizer *tokenizer)
{
	if (tokenizer == NULL)
		return;
	if (tokenizer->instance != NULL)
		tokenizer->parent.xDelete(tokenizer->instance);
	free(tokenizer);
}

static int
create(void *context, const char **arguments, int count, Fts5Tokenizer **ret_tokenizer)
{
	const char *options[] = { "remove_diacritics", "2" };
	fts5_api *api = context;
	Fts5Tokenizer *tokenizer = calloc(1, sizeof(*tokenizer));
	void *user;
	int code;

	(void)arguments;
	(void)count;
	if (tokenizer == NULL)
		return SQLITE_NOMEM;
	code = api->xFindTokenizer(api, "unicode61", &user, &tokenizer->parent);
	if (code == SQLITE_OK)
		code = tokenizer->parent.xCreate(user, options, 2, &tokenizer->instance);
	if (code != SQLITE_OK) {
		destroy(tokenizer);
		return code;
	}
	*ret_tokenizer = tokenizer;
	return SQLITE_OK;
}

/* As SQLite's manual says, "Extending FTS5". */
static fts5_api *
api_of(struct sqlite3 *database)
{
	sqlite3_stmt *statement = NULL;
	fts5_api *api = NULL;

	if (sqlite3_prepare_v2(database, "SELECT fts5(?1)", -1, &statement, NULL) == SQLITE_OK) {
		sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", NULL);
		sqlite3_step(statement);
	}
	sqlite3_finalize(statement);
	return api;
}

int
tokenizer_register(struct sqlite3 *database)
{
	fts5_tokenizer ours = { create, destroy, tokenize };
	fts5_api *api = api_of(database);

	if (api == NULL)
		return RS_EINTERNAL;
	return api->xCreateTokenizer(api, NAME, api, &ours, NULL) == SQLITE_OK ? RS_OK : RS_ENOMEM;
}

static int
on_counted(void *context, int flags, const char *token, int len, int start, int end)
{
	size_t *count = context;

	(void)flags;
	(void)token;
	(void)len;
	(void)start;
	(void)end;
	(*count)++;
	return SQLITE_OK;
}

int
tokenizer_count(struct sqlite3 *database, struct bytes text, size_t *ret_count)
{
	fts5_api *api = api_of(database);
	Fts5Tokenizer *tokenizer;
	size_t count = 0;
	int code;

	if (api == NULL || create(api, NULL, 0, &tokenizer) != SQLITE_OK)
		return RS_ENOMEM;
	code = tokenize(tokenizer, &count, FTS5_TOKENIZE_QUERY, (const char *)text.data,
	    (int)text.len, on_counted);
	destroy(tokenizer);
	if (code != SQLITE_OK)
		return RS_ENOMEM;
	*ret_count = count;
	return RS_OK;
}

bool
tokenizer_ends_alone(struct bytes text)
{
	bool pairs = false, before = false;
	size_t start = 0;

	for (size_t at = 0; at < text.len; at = start) {
		before = pairs;
		start = at + character(text, at, &pairs);
	}
	return pairs && !before;
}
