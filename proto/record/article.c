#include <ctype.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/record/article.h"
#include "proto/record/unpack.h"

enum {
	/* A packed byte of text costs one byte; an empty cell of three costs a Block. */
	UNPACK_MEMORY = 48 * 1024 * 1024,
	URL_LEN_MAX = 8192,
	LEVEL_MAX = 6
};

bool
article_is_container(Readsync__Block__Kind kind)
{

	switch (kind) {
	case READSYNC__BLOCK__KIND__QUOTE:
	case READSYNC__BLOCK__KIND__LIST:
	case READSYNC__BLOCK__KIND__ITEM:
	case READSYNC__BLOCK__KIND__TABLE:
	case READSYNC__BLOCK__KIND__ROW:
	case READSYNC__BLOCK__KIND__CELL:
	case READSYNC__BLOCK__KIND__FIGURE:
	case READSYNC__BLOCK__KIND__FOOTNOTE:
	case READSYNC__BLOCK__KIND__DESCRIPTION:
		return true;
	default:
		return false;
	}
}

/* The length of the UTF-8 sequence at ${text} (RFC 3629), 0 when it is none. */
static size_t
sequence_len(const unsigned char *text)
{
	unsigned char lead = text[0], second = lead == 0 ? 0 : text[1];
	size_t len = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 :
	    lead < 0xf5 ? 4 : 0, i;

	for (i = 1; i < len; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
	    (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f))
		return 0;
	return len;
}

/*
 * Tell whether all of eight bytes are from ' ' to '~': none has its high bit, none gives a
 * borrow below 0x20, none is 0x7f.
 */
static bool
are_plain(const unsigned char *text)
{
	const uint64_t ones = 0x0101010101010101u, highs = ones << 7;
	uint64_t eight;

	memcpy(&eight, text, sizeof(eight));
	return ((eight | (eight - ones * ' ') | (eight + ones)) & highs) == 0;
}

/* Tell whether ${text} is UTF-8 without control characters, but line feed and tab. */
static bool
is_clean(const char *text)
{
	const unsigned char *at = (const unsigned char *)text, *end = at + strlen(text);
	size_t len;

	for (; *at != '\0'; at += len) {
		while ((size_t)(end - at) >= sizeof(uint64_t) && are_plain(at))
			at += sizeof(uint64_t);
		if (*at == '\0')
			break;
		if ((*at < ' ' && *at != '\n' && *at != '\t') || *at == 0x7f)
			return false;
		if (*at == 0xc2 && at[1] < 0xa0)
			return false;
		if ((len = sequence_len(at)) == 0)
			return false;
	}
	return true;
}

bool
article_url_is_safe(const char *url, bool mail)
{
	const unsigned char *at;
	const char *host;

	for (at = (const unsigned char *)url; *at != '\0'; at++)
		if (*at <= ' ' || *at == 0x7f || strchr("\"<>\\`", *at) != NULL)
			return false;
	if ((size_t)((const char *)at - url) > URL_LEN_MAX || !is_clean(url))
		return false;
	if (strncmp(url, "mailto:", 7) == 0)
		return mail && url[7] != '\0';
	if (strncmp(url, "http://", 7) == 0)
		host = url + 7;
	else if (strncmp(url, "https://", 8) == 0)
		host = url + 8;
	else
		return false;
	return *host != '\0' && strchr("/?#", *host) == NULL;
}

/* Tell whether the byte at ${offset} of ${text} starts a letter, or is its end. */
static bool
is_boundary(const char *text, size_t offset)
{

	return ((unsigned char)text[offset] & 0xc0) != 0x80;
}

static bool
mark_is_valid(const Readsync__Mark *mark, const char *text, size_t len)
{

	if (mark->kind < READSYNC__MARK__KIND__LINK || mark->kind > READSYNC__MARK__KIND__BREAK)
		return false;
	if (mark->length == 0 || mark->start > len || mark->length > len - mark->start)
		return false;
	if (!is_boundary(text, mark->start) || !is_boundary(text, mark->start + mark->length))
		return false;
	switch (mark->kind) {
	case READSYNC__MARK__KIND__LINK:
		return article_url_is_safe(mark->href, true);
	case READSYNC__MARK__KIND__NOTE:
		return mark->href[0] == '#' && mark->href[1] != '\0' && is_clean(mark->href);
	case READSYNC__MARK__KIND__BREAK:
		return mark->length == 1 && text[mark->start] == '\n';
	default:
		return mark->href[0] == '\0';
	}
}

/* Check that marks are sorted and nest; the ends of those open form a stack. */
static int
validate_marks(const Readsync__Block *block)
{
	size_t len = strlen(block->text), i, depth = 0;
	size_t ends[ARTICLE_DEPTH_MAX * 2];

	if (block->n_marks > ARTICLE_MARKS_MAX)
		return RS_ELIMIT;
	for (i = 0; i < block->n_marks; i++) {
		const Readsync__Mark *mark = block->marks[i];
		size_t end = (size_t)mark->start + mark->length;

		if (!mark_is_valid(mark, block->text, len))
			return RS_EINVAL;
		if (i > 0 && (mark->start < block->marks[i - 1]->start ||
		    (mark->start == block->marks[i - 1]->start &&
		    mark->length > block->marks[i - 1]->length)))
			return RS_EINVAL;
		while (depth > 0 && ends[depth - 1] <= mark->start)
			depth--;
		if (depth > 0 && end > ends[depth - 1])
			return RS_EINVAL;
		if (depth == sizeof(ends) / sizeof(ends[0]))
			return RS_ELIMIT;
		ends[depth++] = end;
	}
	return 0;
}

/* Tell whether a block of ${kind} may stand inside one of ${parent} (NONE: top). */
static bool
may_stand_in(Readsync__Block__Kind kind, Readsync__Block__Kind parent)
{

	switch (parent) {
	case READSYNC__BLOCK__KIND__LIST:
		return kind == READSYNC__BLOCK__KIND__ITEM;
	case READSYNC__BLOCK__KIND__TABLE:
		return kind == READSYNC__BLOCK__KIND__ROW ||
		    kind == READSYNC__BLOCK__KIND__CAPTION;
	case READSYNC__BLOCK__KIND__ROW:
		return kind == READSYNC__BLOCK__KIND__CELL;
	default:
		break;
	}
	switch (kind) {
	case READSYNC__BLOCK__KIND__ITEM:
	case READSYNC__BLOCK__KIND__ROW:
	case READSYNC__BLOCK__KIND__CELL:
		return false;
	case READSYNC__BLOCK__KIND__CAPTION:
	case READSYNC__BLOCK__KIND__CREDIT:
		return parent == READSYNC__BLOCK__KIND__FIGURE;
	default:
		return true;
	}
}

static bool
has_source(Readsync__Block__Kind kind)
{

	return kind == READSYNC__BLOCK__KIND__IMAGE || kind == READSYNC__BLOCK__KIND__EMBED;
}

/* Check a block by itself. */
static int
validate_block(const Readsync__Block *block)
{

	if (block->kind <= READSYNC__BLOCK__KIND__NONE ||
	    block->kind > READSYNC__BLOCK__KIND__DESCRIPTION)
		return RS_EINVAL;
	if (block->depth > ARTICLE_DEPTH_MAX)
		return RS_ELIMIT;
	if (!is_clean(block->text) || !is_clean(block->language) || !is_clean(block->name))
		return RS_EINVAL;
	if (block->kind == READSYNC__BLOCK__KIND__HEADING &&
	    (block->level < 1 || block->level > LEVEL_MAX))
		return RS_EINVAL;
	if (has_source(block->kind) != (block->source[0] != '\0') ||
	    (has_source(block->kind) && !article_url_is_safe(block->source, false)))
		return RS_EINVAL;
	return validate_marks(block);
}

/* Check each block in its place: depth, and what it stands in. */
static int
validate_blocks(const Readsync__Article *article)
{
	/* kind of the block at each depth */
	Readsync__Block__Kind open[ARTICLE_DEPTH_MAX + 1];
	uint32_t depth, may_be = 0;
	size_t i, text = 0;
	int err;

	for (i = 0; i < article->n_blocks; i++) {
		const Readsync__Block *block = article->blocks[i];

		if ((err = validate_block(block)) != 0)
			return err;
		depth = block->depth;
		if (depth > may_be)
			return RS_EINVAL;
		if (!may_stand_in(block->kind, depth == 0 ? READSYNC__BLOCK__KIND__NONE :
		    open[depth - 1]))
			return RS_EINVAL;
		open[depth] = block->kind;
		may_be = depth + (article_is_container(block->kind) ? 1 : 0);
		text += strlen(block->text);
		if (text > ARTICLE_TEXT_MAX)
			return RS_ELIMIT;
	}
	return 0;
}

int
article_validate(const Readsync__Article *article)
{
	const char *texts[] = { article->title, article->site_name, article->language,
		article->section, article->excerpt, article->published, article->modified,
		article->referrer_policy };
	const char *urls[] = { article->canonical_url, article->lead_image, article->next_page };
	size_t i;

	if (article->n_blocks > ARTICLE_BLOCKS_MAX)
		return RS_ELIMIT;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!is_clean(texts[i]))
			return RS_EINVAL;
	for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
		if (urls[i][0] != '\0' && !article_url_is_safe(urls[i], false))
			return RS_EINVAL;
	for (i = 0; i < article->n_authors; i++)
		if (!is_clean(article->authors[i]))
			return RS_EINVAL;
	return validate_blocks(article);
}

/* What a code point is to a count of words. */
enum letter {
	LETTER_NONE,		/* parts words */
	LETTER_PART,		/* of a word */
	LETTER_UNPARTED,	/* of a word, in a script that parts none */
	LETTER_WORD		/* a word by itself */
};

enum { UNPARTED_WORD = 4 };	/* letters, vowels and tones of a word of Thai, on average */

/* Decode the letter at ${text}, ${len} bytes long. */
static uint32_t
code_point(const unsigned char *text, size_t len)
{
	uint32_t point = len == 1 ? text[0] : text[0] & (0x7f >> len);
	size_t i;

	for (i = 1; i < len; i++)
		point = point << 6 | (text[i] & 0x3f);
	return point;
}

static bool
is_ascii_part(unsigned char byte)
{

	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	    (byte >= '0' && byte <= '9');
}

static enum letter
letter_of(uint32_t point)
{

	if (point < 0x80)
		return is_ascii_part((unsigned char)point) ? LETTER_PART : LETTER_NONE;
	/* Han, kana, bopomofo: written without spaces. */
	if ((point >= 0x3040 && point <= 0x31ff) || (point >= 0x3400 && point <= 0x9fff) ||
	    (point >= 0xf900 && point <= 0xfaff) || (point >= 0x20000 && point <= 0x3ffff))
		return LETTER_WORD;
	/* Thai and Lao, Burmese, Khmer, but their signs. */
	if (point == 0xe2f || point == 0xe3f || point == 0xe4f || point == 0xe5a ||
	    point == 0xe5b || point == 0x104a || point == 0x104b || point == 0x17d4 ||
	    point == 0x17d5)
		return LETTER_NONE;
	if ((point >= 0xe00 && point <= 0xeff) || (point >= 0x1000 && point <= 0x109f) ||
	    (point >= 0x1780 && point <= 0x17ff))
		return LETTER_UNPARTED;
	/* Tibetan parts its syllables by a sign. */
	if (point >= 0xf0b && point <= 0xf14)
		return LETTER_NONE;
	/* Latin-1 signs, general punctuation, symbols, CJK and full-width punctuation. */
	if (point < 0xc0 ? point != 0xaa && point != 0xb5 && point != 0xba :
	    point == 0xd7 || point == 0xf7 || (point >= 0x2000 && point <= 0x2bff) ||
	    (point >= 0x3000 && point <= 0x303f) || (point >= 0xff00 && point <= 0xff0f) ||
	    (point >= 0x1f000 && point <= 0x1faff) || point == 0xfeff)
		return LETTER_NONE;
	return LETTER_PART;
}

uint32_t
article_words_of(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	enum letter letter;
	uint32_t words = 0, unparted = 0;
	bool inside = false;
	size_t len;

	for (; *at != '\0'; at += len) {
		/* Most letters are within a word. */
		while (inside && is_ascii_part(*at))
			at++;
		if (*at == '\0')
			break;
		if ((len = sequence_len(at)) == 0)
			len = 1;
		letter = letter_of(code_point(at, len));
		/* "don't" is one word. */
		if (letter == LETTER_NONE && inside && (*at == '\'' ||
		    memcmp(at, "\xe2\x80\x99", len) == 0) && isalpha(at[len]))
			continue;
		if (letter == LETTER_WORD || (letter == LETTER_PART && !inside) ||
		    (letter == LETTER_UNPARTED && unparted % UNPARTED_WORD == 0))
			words++;
		inside = letter == LETTER_PART;
		unparted = letter == LETTER_UNPARTED ? unparted + 1 : 0;
	}
	return words;
}

uint32_t
article_words(const Readsync__Article *article)
{
	uint32_t words = 0;
	size_t i;

	for (i = 0; i < article->n_blocks; i++) {
		switch (article->blocks[i]->kind) {
		case READSYNC__BLOCK__KIND__CAPTION:
		case READSYNC__BLOCK__KIND__CREDIT:
		case READSYNC__BLOCK__KIND__IMAGE:
		case READSYNC__BLOCK__KIND__EMBED:
			break;
		default:
			words += article_words_of(article->blocks[i]->text);
		}
	}
	return words;
}

int
article_pack(const Readsync__Article *article, struct buffer *out)
{
	size_t len;
	uint8_t *room;
	int err;

	if ((err = article_validate(article)) != 0)
		return err;
	len = readsync__article__get_packed_size(article);
	if (len > ARTICLE_PACKED_MAX)
		return RS_ELIMIT;
	if ((err = buffer_reserve(out, len, &room)) != 0)
		return err;
	readsync__article__pack(article, room);
	buffer_commit(out, len);
	return 0;
}

int
article_unpack(struct bytes packed, Readsync__Article **ret_article)
{
	ProtobufCMessage *message = NULL;
	int err;

	if (packed.len > ARTICLE_PACKED_MAX)
		return RS_ELIMIT;
	err = unpack_bounded(&readsync__article__descriptor, packed, UNPACK_MEMORY, &message);
	if (err != 0)
		return err == RS_EPROTOCOL ? RS_EINVAL : err;
	if ((err = article_validate((Readsync__Article *)message)) != 0) {
		readsync__article__free_unpacked((Readsync__Article *)message, NULL);
		return err;
	}
	*ret_article = (Readsync__Article *)message;
	return 0;
}
