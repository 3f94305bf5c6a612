#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/code.h"
#include "daemon/page/hint.h"

static int
append_line_feed(struct buffer *out)
{

	if (out->len == 0 || out->data[out->len - 1] == '\n')
		return 0;
	return buffer_append_byte(out, '\n');
}

/* Append the bytes of ${text}, without carriage returns and other controls. */
static int
append_verbatim(const char *text, struct buffer *out)
{
	int err;

	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;

		if ((byte < ' ' && byte != '\n' && byte != '\t') || byte == 0x7f)
			continue;
		/* The control characters of C1, in UTF-8. */
		if (byte == 0xc2 && (unsigned char)text[1] >= 0x80 &&
		    (unsigned char)text[1] <= 0x9f) {
			text++;
			continue;
		}
		if ((err = buffer_append_byte(out, byte)) != 0)
			return err;
	}
	return 0;
}

static int
append_lines(const xmlNode *root, struct buffer *out)
{
	const xmlNode *node = root;
	int err = 0;

	while (node != NULL && err == 0) {
		bool skip = node != root && (dom_hidden(node) ||
		    (node->type == XML_ELEMENT_NODE && (hint_of(node) & HINT_GUTTER) != 0));

		if (dom_is(node, "br"))
			err = buffer_append_byte(out, '\n');
		else if (!skip && node != root && dom_breaks_line(node))
			err = append_line_feed(out);
		else if (node->type == XML_TEXT_NODE && node->content != NULL)
			err = append_verbatim((const char *)node->content, out);
		if (!skip && node->type == XML_ELEMENT_NODE && node->children != NULL) {
			node = node->children;
			continue;
		}
		while (node != root && node->next == NULL) {
			node = node->parent;
			if (node != root && dom_breaks_line(node) && err == 0)
				err = append_line_feed(out);
		}
		node = node == root ? NULL : node->next;
	}
	return err;
}

int
code_append(const xmlNode *node, struct buffer *out)
{
	size_t start = 0, at;
	int err;

	if ((err = append_lines(node, out)) != 0)
		return err;
	while (out->len > 0 && isspace(out->data[out->len - 1]))
		out->len--;
	/* White space before the first line goes, its indentation stays. */
	for (at = 0; at < out->len && isspace(out->data[at]); at++)
		if (out->data[at] == '\n')
			start = at + 1;
	buffer_consume(out, start);
	return 0;
}

/* Copy a name of letters, digits and "+#-." of at most ${len} bytes. */
static bool
copy_name(const char *text, size_t len, char language[CODE_LANGUAGE_MAX])
{
	size_t i;

	if (len == 0 || len >= CODE_LANGUAGE_MAX)
		return false;
	for (i = 0; i < len; i++) {
		if (!isalnum((unsigned char)text[i]) && strchr("+#-._", text[i]) == NULL)
			return false;
		language[i] = (char)tolower((unsigned char)text[i]);
	}
	language[len] = '\0';
	return strcmp(language, "none") != 0 && strcmp(language, "plaintext") != 0;
}

static bool
language_of_class(const char *list, char language[CODE_LANGUAGE_MAX])
{
	static const char *const prefixes[] = { "language-", "lang-", "highlight-source-",
		"brush:" };
	size_t run, i, len;

	while (list != NULL && *(list += strspn(list, " \t\r\n\f")) != '\0') {
		run = strcspn(list, " \t\r\n\f");
		for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
			len = strlen(prefixes[i]);
			if (run < len || strncasecmp(list, prefixes[i], len) != 0)
				continue;
			/* SyntaxHighlighter writes "brush: c; gutter: false". */
			if (run == len) {
				list += len + strspn(list + len, " ");
				run = strcspn(list, " ;\t\r\n\f");
				len = 0;
			}
			if (copy_name(list + len, strcspn(list + len, " ;\t\r\n\f"), language))
				return true;
		}
		list += run;
	}
	return false;
}

static bool
language_of(const xmlNode *node, char language[CODE_LANGUAGE_MAX])
{
	static const char *const names[] = { "data-lang", "data-language" };
	const char *value;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((value = dom_attribute(node, names[i])) != NULL &&
		    copy_name(value, strlen(value), language))
			return true;
	return language_of_class(dom_attribute(node, "class"), language);
}

void
code_language(const xmlNode *node, char language[CODE_LANGUAGE_MAX])
{
	const xmlNode *child;
	unsigned levels = 3;

	for (child = node->children; child != NULL; child = child->next)
		if (dom_is(child, "code") && language_of(child, language))
			return;
	/* Highlighters wrap the <pre> and name the language on the wrapper. */
	for (; node != NULL && levels-- > 0; node = node->parent)
		if (language_of(node, language))
			return;
	language[0] = '\0';
}
