#include <stdint.h>
#include <string.h>

#include "client/view/cells.h"
#include "client/view/flow.h"
#include "proto/base/err.h"

#define WORD_MAX (64 * 1024)	/* bytes; a longer one is cut */

static const struct {
	enum flow_style style;
	const char *on;
	const char *off;
} codes[] = {
	{ FLOW_STRONG, "\033[1m", "\033[22m" },
	{ FLOW_EMPHASIS, "\033[3m", "\033[23m" },
	{ FLOW_UNDERLINE, "\033[4m", "\033[24m" },
	{ FLOW_STRIKE, "\033[9m", "\033[29m" },
	{ FLOW_CODE, "\033[33m", "\033[39m" },
	{ FLOW_DIM, "\033[2m", "\033[22m" },
	{ FLOW_MARK, "\033[7m", "\033[27m" },
};

#define CODE_COUNT (sizeof(codes) / sizeof(codes[0]))

void
flow_init(struct flow *flow, FILE *out, size_t columns, bool colour)
{
	memset(flow, 0, sizeof(*flow));
	flow->out = out;
	flow->columns = columns;
	flow->colour = colour;
	flow->first = "";
	flow->rest = "";
	buffer_init(&flow->word, WORD_MAX);
}

void
flow_release(struct flow *flow)
{
	buffer_release(&flow->word);
}

void
flow_begin(struct flow *flow, const char *first, const char *rest)
{
	flow->first = first;
	flow->rest = rest;
	flow->any_line = false;
	flow->column = 0;
	flow->space = false;
	flow->wide = false;
	flow->stuck = false;
}

static void
write_styles(struct flow *flow, unsigned style)
{
	size_t i;

	for (i = 0; i < CODE_COUNT && flow->colour; i++) {
		if ((style & codes[i].style) != 0)
			fputs(codes[i].on, flow->out);
	}
}

static void
open_line(struct flow *flow)
{
	const char *prefix = flow->any_line ? flow->rest : flow->first;

	flow->column = cells_print(flow->out, prefix, SIZE_MAX);
	flow->any_line = true;
	flow->space = false;
	write_styles(flow, flow->word_style);
}

static void
close_line(struct flow *flow)
{
	if (flow->colour && flow->word_style != 0)
		fputs("\033[0m", flow->out);
	fputc('\n', flow->out);
	flow->column = 0;
}

/* What takes no cells, such as a style's end, stays on its line and needs no space. */
static void
end_empty_word(struct flow *flow)
{
	/* At a line's start the styles are written anew behind the prefix. */
	if (flow->column > 0)
		fwrite(flow->word.data, 1, flow->word.len, flow->out);
	buffer_clear(&flow->word);
	flow->word_style = flow->style;
}

/* Put the word on this line, or on the next where it does not fit. */
static void
end_word(struct flow *flow)
{
	if (flow->word_cells == 0) {
		end_empty_word(flow);
		return;
	}
	/* A line that is open holds a word at least, so each line gets one. */
	if (flow->column > 0 && flow->column + flow->space + flow->word_cells > flow->columns)
		close_line(flow);
	if (flow->column == 0) {
		open_line(flow);
	} else if (flow->space) {
		fputc(' ', flow->out);
		flow->column++;
	}
	fwrite(flow->word.data, 1, flow->word.len, flow->out);
	flow->column += flow->word_cells;
	flow->space = false;
	buffer_clear(&flow->word);
	flow->word_cells = 0;
	flow->word_style = flow->style;
}

static bool
is_one_of(uint32_t point, const uint32_t *set, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (set[i] == point)
			return true;
	}
	return false;
}

#define IS_ONE_OF(point, set) is_one_of(point, set, sizeof(set) / sizeof((set)[0]))

/*
 * What must not begin a line beside wide characters, and what must not end one (the most
 * common of classes CL, NS, EX, IS and of OP of Unicode Standard Annex 14).
 */
static bool
closes(uint32_t point)
{
	static const uint32_t set[] = {
		'!', ')', ',', '.', ':', ';', '?', ']', '}', 0x2019, 0x201d, 0x2026, 0x3001, 0x3002,
		0x3005, 0x3009, 0x300b, 0x300d, 0x300f, 0x3011, 0x3015, 0x3017, 0x30fb, 0x30fc,
		0xff01, 0xff09, 0xff0c, 0xff0e, 0xff1a, 0xff1b, 0xff1f, 0xff3d, 0xff5d
	};

	return IS_ONE_OF(point, set);
}

static bool
opens(uint32_t point)
{
	static const uint32_t set[] = {
		'(', '[', '{', 0x2018, 0x201c, 0x3008, 0x300a, 0x300c, 0x300e, 0x3010, 0x3014,
		0x3016, 0xff08, 0xff3b, 0xff5b
	};

	return IS_ONE_OF(point, set);
}

/* Marks on the character before: they and what a joiner (U+200D) joins are not torn from it. */
static bool
continues(const struct cell *cell)
{
	return cell->width == 0 || closes(cell->point) ||
	    (cell->point >= 0x1f3fb && cell->point <= 0x1f3ff);	/* skin tones */
}

/* May a line break on either side?  Korean sets spaces between its words. */
static bool
stands_alone(const struct cell *cell)
{
	return cell->width == 2 && (cell->point < 0xac00 || cell->point > 0xd7a3);
}

size_t
flow_character(struct flow *flow, const char *text)
{
	struct cell cell;

	cells_take(text, &cell);
	if (*text == ' ' || *text == '\n' || *text == '\t' || cell.point == 0x2028 ||
	    cell.point == 0x2029) {
		end_word(flow);
		flow->space = flow->column > 0;
		flow->wide = false;
		flow->stuck = false;
		return cell.len;
	}
	if (cell.bytes[0] == '\0')
		return cell.len;
	if ((flow->wide || stands_alone(&cell)) && !flow->stuck && !continues(&cell))
		end_word(flow);
	/* Beyond its bound, a word loses its end. */
	if (buffer_append_text(&flow->word, cell.bytes) == RS_OK)
		flow->word_cells += cell.width;
	if (cell.point == 0x200d || opens(cell.point))
		flow->stuck = true;
	else if (cell.width > 0)
		flow->stuck = false;
	if (cell.width > 0)
		flow->wide = stands_alone(&cell);
	/* An em dash ends what stands before it, and a zero width space says that a word may. */
	if ((cell.point == 0x2014 && flow->word_cells > 1) || cell.point == 0x200b)
		end_word(flow);
	return cell.len;
}

void
flow_text(struct flow *flow, const char *text)
{
	while (*text != '\0')
		text += flow_character(flow, text);
}

void
flow_set_style(struct flow *flow, unsigned style)
{
	unsigned on = flow->style;
	size_t i;

	for (i = 0; i < CODE_COUNT && flow->colour; i++) {
		if ((flow->style & ~style & codes[i].style) == 0)
			continue;
		(void)buffer_append_text(&flow->word, codes[i].off);
		/* One code ends both of these. */
		on &= (codes[i].style & (FLOW_STRONG | FLOW_DIM)) != 0 ?
		    ~(unsigned)(FLOW_STRONG | FLOW_DIM) : ~(unsigned)codes[i].style;
	}
	for (i = 0; i < CODE_COUNT && flow->colour; i++) {
		if ((style & ~on & codes[i].style) != 0)
			(void)buffer_append_text(&flow->word, codes[i].on);
	}
	flow->style = style;
}

void
flow_break(struct flow *flow)
{
	end_word(flow);
	if (flow->column == 0)
		open_line(flow);
	close_line(flow);
}

void
flow_end(struct flow *flow)
{
	flow_set_style(flow, 0);
	end_word(flow);
	flow->word_style = 0;
	if (flow->column > 0)
		close_line(flow);
}
