#include <string.h>
#include <strings.h>

#include "daemon/page/formula.h"
#include "daemon/page/hint.h"

enum {
	SIBLINGS = 3		/* nodes from what a formula became to its TeX */
};

const char *
formula_of_math(xmlNode *math)
{
	xmlNode *node;

	for (node = math; node != NULL; node = dom_next(node, math))
		if (dom_is(node, "annotation") && dom_has_token(dom_attribute(node, "encoding"),
		    "application/x-tex") && node->children != NULL &&
		    node->children->type == XML_TEXT_NODE)
			return (const char *)node->children->content;
	return dom_attribute(math, "alttext");
}

const char *
formula_of_image(const struct measure *measure)
{
	const char *text = dom_attribute(measure->node, "alt");

	return (measure->hints & HINT_FORMULA) != 0 && text != NULL &&
	    strpbrk(text, "\\^_{=") != NULL ? text : NULL;
}

const char *
formula_of_script(const xmlNode *script, bool *ret_display)
{
	const char *type = dom_attribute(script, "type");

	if (!dom_is(script, "script") || type == NULL || strncasecmp(type, "math/tex", 8) != 0 ||
	    script->children == NULL)
		return NULL;
	*ret_display = strstr(type, "display") != NULL;
	return (const char *)script->children->content;
}

bool
formula_is_set(const xmlNode *node)
{
	const char *list = dom_attribute(node, "class");
	bool display;
	unsigned i;

	if (list == NULL || strncasecmp(list, "MathJax", 7) != 0)
		return false;
	for (i = 0; i < SIBLINGS && (node = node->next) != NULL; i++)
		if (formula_of_script(node, &display) != NULL)
			return true;
	return false;
}
