#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <libxml/xpath.h>

#include "daemon/rule/xpath.h"

/* What may stand before a bracket: functions, tests of nodes, and operators. */
static const char *const callable[] = {
	"last", "position", "count", "id", "local-name", "namespace-uri", "name", "string",
	"concat", "starts-with", "contains", "substring-before", "substring-after", "substring",
	"string-length", "normalize-space", "translate", "boolean", "not", "true", "false",
	"lang", "number", "sum", "floor", "ceiling", "round",
	"comment", "text", "processing-instruction", "node",
	"and", "or", "div", "mod", NULL
};

static void
ignore_error(void *context, xmlErrorPtr error)
{
	(void)context;
	(void)error;
}

static bool
parses(const char *text)
{
	xmlXPathContext *context = xmlXPathNewContext(NULL);
	xmlXPathCompExpr *compiled;

	if (context == NULL)
		return false;
	context->error = ignore_error;
	compiled = xmlXPathCtxtCompile(context, (const xmlChar *)text);
	xmlXPathFreeCompExpr(compiled);
	xmlXPathFreeContext(context);
	return compiled != NULL;
}

static bool
begins_name(char c)
{
	return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static size_t
name_len(const char *text)
{
	size_t len = 0;

	while (begins_name(text[len]) || (len > 0 && (isdigit((unsigned char)text[len]) ||
	    text[len] == '-' || text[len] == '.')))
		len++;
	return len;
}

static bool
is_callable(const char *name, size_t len)
{
	size_t i = 0;

	while (callable[i] != NULL &&
	    (strlen(callable[i]) != len || memcmp(callable[i], name, len) != 0))
		i++;
	return callable[i] != NULL;
}

/* What is wrong with the name at ${text}, ${len} bytes, by what follows it; or NULL. */
static const char *
check_name(const char *text, size_t len)
{
	const char *after = text + len + strspn(text + len, " \t\r\n");

	if (after[0] == ':' && after[1] != ':')
		return "not an XPath: it names a prefix, and a page has none";
	if (after[0] == '(' && !is_callable(text, len))
		return "not an XPath: it names a function that there is none of";
	return NULL;
}

const char *
xpath_check(const char *text)
{
	const char *reason = NULL, *close;
	size_t len;

	if (!parses(text))
		return "not an XPath";
	while (*text != '\0' && reason == NULL) {
		if (*text == '$')
			return "not an XPath: it names a variable, and there is none";
		close = *text == '"' || *text == '\'' ? strchr(text + 1, *text) : NULL;
		len = name_len(text);
		if (len > 0)
			reason = check_name(text, len);
		text = close != NULL ? close + 1 : text + (len > 0 ? len : 1);
	}
	return reason;
}
