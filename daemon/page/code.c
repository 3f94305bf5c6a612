#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/code.h"
#include "daemon/page/hint.h"
#include "daemon/page/measure.h"

enum {
	LABEL_WEIGHT = 40,	/* what a wrapper of code may say besides */
	WRAPPERS = 6		/* elements that one <pre> may stand in */
};

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
		    (node->type == XML_ELEMENT_NODE && (hint_of(node, NULL) & HINT_GUTTER) != 0));

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

/* Copy a name that one of the languages in wide use has, with or without a version. */
static bool
copy_known(const char *text, size_t len, char language[CODE_LANGUAGE_MAX])
{
	static const char *const names[] = { "ada", "asm", "awk", "bash", "basic", "c", "c++",
		"clojure", "cmake", "cpp", "cs", "csharp", "css", "d", "dart", "diff",
		"dockerfile", "elixir", "elm", "erlang", "fortran", "fsharp", "go", "graphql",
		"groovy", "haskell", "html", "ini", "java", "javascript", "js", "json", "jsx",
		"julia", "kotlin", "latex", "lisp", "lua", "makefile", "markdown", "matlab",
		"nginx", "nim", "nix", "objc", "ocaml", "pascal", "perl", "php", "powershell",
		"prolog", "python", "r", "ruby", "rust", "scala", "scheme", "scss", "sh", "shell",
		"sql", "swift", "tcl", "toml", "ts", "tsx", "typescript", "verilog", "vhdl", "vim",
		"xml", "yaml", "zig", "zsh" };
	size_t i, name = len;

	while (name > 0 && isdigit((unsigned char)text[name - 1]))
		name--;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == name && strncasecmp(text, names[i], name) == 0)
			return copy_name(text, len, language);
	return false;
}

/* A class as "language-c", or "brush:" with the name after it; false when it is none. */
static bool
language_of_name(const char *name, size_t len, char language[CODE_LANGUAGE_MAX])
{
	static const char *const prefixes[] = { "language-", "lang-", "lang:",
		"highlight-source-" };
	static const char *const loose[] = { "highlight-", "src-" };
	size_t i, start;

	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		start = strlen(prefixes[i]);
		if (len > start && strncasecmp(name, prefixes[i], start) == 0)
			return copy_name(name + start, len - start, language);
	}
	for (i = 0; i < sizeof(loose) / sizeof(loose[0]); i++) {
		start = strlen(loose[i]);
		if (len > start && strncasecmp(name, loose[i], start) == 0)
			return copy_known(name + start, len - start, language);
	}
	return false;
}

/* Tell whether a highlighter that names the language in a class by itself was here. */
static bool
is_highlighted(const char *list)
{
	static const char *const words[] = { "highlight", "hljs", "sourcecode", "src" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (dom_has_token(list, words[i]))
			return true;
	return false;
}

static bool
language_of_class(const char *list, char language[CODE_LANGUAGE_MAX])
{
	bool bare = is_highlighted(list);
	size_t run;

	while (list != NULL && *(list += strspn(list, " \t\r\n\f;")) != '\0') {
		run = strcspn(list, " \t\r\n\f;");
		if (language_of_name(list, run, language) ||
		    (bare && copy_known(list, run, language)))
			return true;
		/* SyntaxHighlighter writes "brush: c; gutter: false". */
		if (run == 6 && strncasecmp(list, "brush:", 6) == 0) {
			list += run + strspn(list + run, " ");
			run = strcspn(list, " \t\r\n\f;");
			if (copy_name(list, run, language))
				return true;
		}
		list += run;
	}
	return false;
}

static bool
language_of(const xmlNode *node, char language[CODE_LANGUAGE_MAX])
{
	static const char *const names[] = { "data-lang", "data-language",
		"data-enlighter-language", "language" };
	const char *value;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((value = dom_attribute(node, names[i])) != NULL &&
		    copy_name(value, strlen(value), language))
			return true;
	return language_of_class(dom_attribute(node, "class"), language);
}

/* Tell whether ${outer} holds more than what ${node} is, and the name of a file. */
static bool
holds_more(const xmlNode *outer, const xmlNode *node)
{
	const struct measure *wide = measure_of(outer), *own = measure_of(node);

	return wide == NULL || own == NULL || wide->weight > own->weight + LABEL_WEIGHT;
}

void
code_language(const xmlNode *node, char language[CODE_LANGUAGE_MAX])
{
	const xmlNode *child, *outer = node;
	unsigned level;

	for (child = node->children; child != NULL; child = child->next)
		if (dom_is(child, "code") && language_of(child, language))
			return;
	/* Highlighters wrap the <pre>, in a table too, and name the language on the wrapper. */
	for (level = 0; level < WRAPPERS && !holds_more(outer, node); level++) {
		if (language_of(outer, language))
			return;
		outer = outer->parent;
	}
	language[0] = '\0';
}
