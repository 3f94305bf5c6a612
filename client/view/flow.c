#include <string.h>

#include "client/view/cells.h"
#include "client/view/flow.h"

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

	fputs(prefix, flow->out);
	flow->column = cells_width(prefix);
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

/* Put the word on this line, or on the next where it does not fit. */
static void
end_word(struct flow *flow)
{
	bool text_before = flow->column > cells_width(flow->any_line ? flow->rest : flow->first);

	if (flow->word.len == 0)
		return;
	if (flow->column > 0 && text_before &&
	    flow->column + flow->space + flow->word_cells > flow->columns)
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

size_t
flow_character(struct flow *flow, const char *text)
{
	size_t len;
	int cells = cells_next(text, &len);

	if (*text == ' ' || *text == '\n' || *text == '\t') {
		end_word(flow);
		flow->space = flow->column > 0;
		return len;
	}
	if (cells == 2)
		end_word(flow);
	/* Beyond the bound, a word loses its end. */
	if (cells < 0)
		(void)buffer_append_text(&flow->word, (unsigned char)*text < 0x20 ? " " : "?");
	else
		(void)buffer_append(&flow->word, text, len);
	flow->word_cells += cells < 0 ? 1 : (size_t)cells;
	if (cells == 2)
		end_word(flow);
	return len;
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
	size_t i;

	for (i = 0; i < CODE_COUNT && flow->colour; i++) {
		if ((flow->style & ~style & codes[i].style) != 0)
			(void)buffer_append_text(&flow->word, codes[i].off);
	}
	for (i = 0; i < CODE_COUNT && flow->colour; i++) {
		if ((style & ~flow->style & codes[i].style) != 0)
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
