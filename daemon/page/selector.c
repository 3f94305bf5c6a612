#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/selector.h"

enum {
	SELECTOR_NAME = 256	/* bytes of one class, id or element name */
};

static const char blanks[] = " \t\r\n>";

/* Does ${node} fit the name at ${part}, led by '.', '#' or nothing? */
static bool
simple_matches(const char *part, size_t len, const xmlNode *node)
{
	const char *value;
	char name[SELECTOR_NAME];
	char lead = part[0];

	if (lead == '.' || lead == '#') {
		part++;
		len--;
	}
	if (len == 0 || len >= sizeof(name))
		return false;
	memcpy(name, part, len);
	name[len] = '\0';
	if (lead == '.')
		return dom_has_token(dom_attribute(node, "class"), name);
	if (lead == '#')
		return (value = dom_attribute(node, "id")) != NULL && strcmp(value, name) == 0;
	return strcmp(name, "*") == 0 || strcasecmp(name, (const char *)node->name) == 0;
}

/* Does ${node} fit all of "p.a#b"? */
static bool
compound_matches(const char *part, size_t len, const xmlNode *node)
{
	const char *end = part + len;

	if (node == NULL || node->type != XML_ELEMENT_NODE)
		return false;
	while (part < end) {
		size_t step = 1;

		while (part + step < end && part[step] != '.' && part[step] != '#')
			step++;
		if (!simple_matches(part, step, node))
			return false;
		part += step;
	}
	return true;
}

bool
selector_is_understood(const char *selector)
{
	size_t len = strlen(selector);

	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)selector[i];

		if (byte < 0x80 && !isalnum(byte) && strchr("-_.#*", byte) == NULL &&
		    strchr(blanks, byte) == NULL)
			return false;
	}
	return len < SELECTOR_NAME;
}

bool
selector_matches(const char *selector, const xmlNode *node)
{
	size_t end = strlen(selector);
	unsigned reach = SELECTOR_REACH;
	bool first = true;

	/* From the last compound, which names the node itself, outwards. */
	for (;;) {
		size_t start;

		while (end > 0 && strchr(blanks, selector[end - 1]) != NULL)
			end--;
		if (end == 0)
			return !first;
		for (start = end; start > 0 && strchr(blanks, selector[start - 1]) == NULL;)
			start--;
		if (first) {
			if (!compound_matches(selector + start, end - start, node))
				return false;
		} else {
			while (node != NULL && reach > 0 &&
			    !compound_matches(selector + start, end - start, node)) {
				node = node->parent;
				reach--;
			}
			if (node == NULL || reach == 0)
				return false;
		}
		node = node->parent;
		first = false;
		end = start;
	}
}
