#include <ctype.h>
#include <string.h>

#include "daemon/page/mathml.h"

enum { PARTS = 3 };	/* of what has most of them: a base and two scripts */

/* How the parts of an element are written: what stands before each of them. */
static const struct form {
	const char *name;
	const char *signs[PARTS];
} forms[] = {
	{ "mfrac", { "", "/", NULL } },
	{ "mover", { "", "^", NULL } },
	{ "mroot", { "", "^(1/", ")" } },
	{ "msub", { "", "_", NULL } },
	{ "msubsup", { "", "_", "^" } },
	{ "msup", { "", "^", NULL } },
	{ "munder", { "", "_", NULL } },
	{ "munderover", { "", "_", "^" } },
};

static int append_node(const xmlNode *node, struct buffer *out);
static int append_children(const xmlNode *parent, const char *between, struct buffer *out);

static const xmlNode *
next_element(const xmlNode *node)
{

	while (node != NULL && node->type != XML_ELEMENT_NODE)
		node = node->next;
	return node;
}

/* The text of a letter, number or sign. */
static const char *
text_of(const xmlNode *token)
{
	const xmlNode *text = token->type == XML_TEXT_NODE ? token : token->children;

	return text != NULL && text->type == XML_TEXT_NODE && text->content != NULL ?
	    (const char *)text->content : "";
}

/* Append that text, without white space around it. */
static int
append_token(const xmlNode *token, struct buffer *out)
{
	const char *text = text_of(token);
	size_t len;

	text += strspn(text, " \t\r\n");
	len = strlen(text);
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	return buffer_append(out, text, len);
}

static size_t
letters_of(const xmlNode *token)
{
	const char *text;
	size_t letters = 0;

	for (text = text_of(token); *text != '\0'; text++)
		letters += !isspace((unsigned char)*text) && ((unsigned char)*text & 0xc0) != 0x80;
	return letters;
}

/* Tell whether the first sign of ${row} is a bracket that the last one closes. */
static bool
is_bracketed(const xmlNode *row)
{
	const xmlNode *node = next_element(row->children);
	const char *text;
	unsigned depth = 0;

	for (; node != NULL; node = next_element(node->next)) {
		text = dom_is(node, "mo") ? text_of(node) : "";
		if (strcmp(text, "(") == 0 || strcmp(text, "[") == 0)
			depth++;
		else if (depth > 0 && (strcmp(text, ")") == 0 || strcmp(text, "]") == 0))
			depth--;
		if (depth == 0)
			return next_element(node->next) == NULL && text[0] != '\0';
	}
	return false;
}

/* Tell whether ${node} is one letter, number or sign, or in brackets already. */
static bool
is_single(const xmlNode *node)
{
	const xmlNode *child;

	while (dom_is(node, "mrow") && (child = next_element(node->children)) != NULL &&
	    next_element(child->next) == NULL)
		node = child;
	if (dom_is(node, "mrow"))
		return is_bracketed(node);
	return dom_is(node, "mi") || dom_is(node, "mn") || dom_is(node, "mo") ||
	    dom_is(node, "mfenced") || dom_is(node, "mtable");
}

/* Append ${node}, in brackets unless it is one thing. */
static int
append_part(const xmlNode *node, struct buffer *out)
{
	int err;

	if (node == NULL)
		return 0;
	if (is_single(node))
		return append_node(node, out);
	if ((err = buffer_append_byte(out, '(')) == 0 && (err = append_node(node, out)) == 0)
		err = buffer_append_byte(out, ')');
	return err;
}

static int
append_form(const xmlNode *node, const struct form *form, struct buffer *out)
{
	const xmlNode *parts[PARTS] = { NULL, NULL, NULL }, *child = next_element(node->children);
	size_t count = 0, i;
	int err = 0;

	for (; child != NULL && count < PARTS; child = next_element(child->next))
		parts[count++] = child;
	for (i = 0; i < PARTS && form->signs[i] != NULL && err == 0; i++)
		if ((err = buffer_append_text(out, form->signs[i])) == 0)
			err = append_part(parts[i], out);
	return err;
}

static int
append_root(const xmlNode *node, struct buffer *out)
{
	int err;

	if ((err = buffer_append_text(out, "\xe2\x88\x9a(")) == 0 &&
	    (err = append_children(node, "", out)) == 0)
		err = buffer_append_byte(out, ')');
	return err;
}

static int
append_fenced(const xmlNode *node, struct buffer *out)
{
	const char *open = dom_attribute(node, "open"), *close = dom_attribute(node, "close");
	int err;

	if ((err = buffer_append_text(out, open != NULL ? open : "(")) == 0 &&
	    (err = append_children(node, ", ", out)) == 0)
		err = buffer_append_text(out, close != NULL ? close : ")");
	return err;
}

static int
append_table(const xmlNode *node, struct buffer *out)
{
	const xmlNode *row;
	int err = buffer_append_byte(out, '[');

	for (row = next_element(node->children); row != NULL && err == 0;
	    row = next_element(row->next)) {
		err = append_children(row, ", ", out);
		if (err == 0 && next_element(row->next) != NULL)
			err = buffer_append_text(out, "; ");
	}
	return err != 0 ? err : buffer_append_byte(out, ']');
}

/* Tell whether ${sign} stands between what it joins: not at the beginning of its row. */
static bool
is_infix(const xmlNode *sign)
{
	static const char *const signs[] = { "=", "<", ">", "+", "-", "\xe2\x88\x92", "\xc2\xb1",
		"\xc3\x97", "\xe2\x89\xa0", "\xe2\x89\xa4", "\xe2\x89\xa5", "\xe2\x89\x88",
		"\xe2\x89\xa1", "\xe2\x88\x88", "\xe2\x86\x92" };
	const xmlNode *before = sign->prev;
	const char *text = text_of(sign) + strspn(text_of(sign), " \t\r\n");
	size_t len = strcspn(text, " \t\r\n"), i;

	while (before != NULL && before->type != XML_ELEMENT_NODE)
		before = before->prev;
	for (i = 0; before != NULL && i < sizeof(signs) / sizeof(signs[0]); i++)
		if (len == strlen(signs[i]) && memcmp(text, signs[i], len) == 0)
			return true;
	return false;
}

static int
append_infix(const xmlNode *sign, struct buffer *out)
{
	int err;

	if ((err = buffer_append_byte(out, ' ')) == 0 && (err = append_token(sign, out)) == 0)
		err = buffer_append_byte(out, ' ');
	return err;
}

static int
append_node(const xmlNode *node, struct buffer *out)
{
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (dom_is(node, forms[i].name))
			return append_form(node, &forms[i], out);
	if (dom_is(node, "mo") && is_infix(node))
		return append_infix(node, out);
	if (dom_is(node, "mi") || dom_is(node, "mn") || dom_is(node, "mo") || dom_is(node, "ms"))
		return append_token(node, out);
	if (dom_is(node, "mtext"))
		return buffer_append_text(out, text_of(node));
	if (dom_is(node, "msqrt"))
		return append_root(node, out);
	if (dom_is(node, "mfenced"))
		return append_fenced(node, out);
	if (dom_is(node, "mtable"))
		return append_table(node, out);
	if (dom_is(node, "mspace"))
		return buffer_append_text(out, " ");
	if (dom_is(node, "mphantom") || dom_is(node, "annotation") ||
	    dom_is(node, "annotation-xml"))
		return 0;
	return append_children(node, "", out);
}

static int
append_children(const xmlNode *parent, const char *between, struct buffer *out)
{
	const xmlNode *node;
	int err = 0;

	for (node = parent->children; node != NULL && err == 0; node = node->next) {
		if (node->type == XML_TEXT_NODE)
			err = append_token(node, out);
		if (node->type != XML_ELEMENT_NODE)
			continue;
		err = append_node(node, out);
		if (err != 0 || next_element(node->next) == NULL)
			continue;
		/* "sin x" is no product of letters, nor are the bounds of a sum what it sums. */
		err = buffer_append_text(out, between[0] == '\0' && ((dom_is(node, "mi") &&
		    letters_of(node) > 1) || dom_is(node, "munder") ||
		    dom_is(node, "munderover")) ? " " : between);
	}
	return err;
}

int
mathml_append(const xmlNode *math, struct buffer *out)
{

	return append_children(math, "", out);
}
