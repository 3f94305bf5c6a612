#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/access.h"
#include "proto/base/err.h"

enum {
	ACCESS_SELECTOR = 200	/* bytes of one selector */
};

/* A truth value however written: false, "False", "http://schema.org/False". */
static enum metadata_access
access_of_text(const char *text)
{
	size_t len;

	text += strspn(text, " \t\r\n");
	len = strcspn(text, " \t\r\n");
	if (strncasecmp(text, "http", 4) == 0 && strrchr(text, '/') != NULL) {
		text = strrchr(text, '/') + 1;
		len = strcspn(text, " \t\r\n");
	}
	if ((len == 5 && strncasecmp(text, "false", 5) == 0) ||
	    (len == 2 && strncasecmp(text, "no", 2) == 0) || (len == 1 && *text == '0'))
		return METADATA_ACCESS_GATED;
	if ((len == 4 && strncasecmp(text, "true", 4) == 0) ||
	    (len == 3 && strncasecmp(text, "yes", 3) == 0) || (len == 1 && *text == '1'))
		return METADATA_ACCESS_FREE;
	return METADATA_ACCESS_UNSAID;
}

static enum metadata_access
access_of_json(const json_t *value)
{

	if (json_is_boolean(value))
		return json_is_true(value) ? METADATA_ACCESS_FREE : METADATA_ACCESS_GATED;
	if (json_is_integer(value))
		return json_integer_value(value) ? METADATA_ACCESS_FREE : METADATA_ACCESS_GATED;
	if (json_is_string(value))
		return access_of_text(json_string_value(value));
	return METADATA_ACCESS_UNSAID;
}

/* Keep each selector of a comma list. */
static int
add_selectors(const char *list, struct metadata *metadata)
{
	size_t len;

	for (; *list != '\0'; list += len + (list[len] == ',')) {
		char *one;

		len = strcspn(list, ",");
		if (strspn(list, " \t\r\n") >= len)
			continue;
		if (len > ACCESS_SELECTOR || metadata->selector_count >= METADATA_SELECTORS) {
			metadata->selectors_lost = true;
			continue;
		}
		if ((one = strndup(list, len)) == NULL)
			return RS_ENOMEM;
		metadata->selectors[metadata->selector_count++] = one;
	}
	return RS_OK;
}

static int
add_json_selectors(const json_t *value, struct metadata *metadata)
{
	json_t *one;
	size_t i;
	int err = RS_OK;

	if (json_is_string(value))
		return add_selectors(json_string_value(value), metadata);
	json_array_foreach(value, i, one) {
		if (json_is_string(one) && err == RS_OK)
			err = add_selectors(json_string_value(one), metadata);
	}
	return err;
}

int
access_read_jsonld(const struct jsonld *jsonld, struct metadata *metadata)
{
	enum metadata_access whole = METADATA_ACCESS_UNSAID;
	bool from_article = false, gated_part = false;
	int err;

	for (size_t i = 0; i < jsonld->count; i++) {
		const json_t *node = jsonld->nodes[i];
		json_t *selector = json_object_get(node, "cssSelector");
		enum metadata_access said =
		    access_of_json(json_object_get(node, "isAccessibleForFree"));
		bool article = jsonld_is(node, "*Article") || jsonld_is(node, "*Posting");

		if (said == METADATA_ACCESS_UNSAID)
			continue;
		if (selector != NULL || jsonld_is(node, "WebPageElement")) {
			gated_part = gated_part || said == METADATA_ACCESS_GATED;
			if (said != METADATA_ACCESS_GATED)
				continue;
			if ((err = add_json_selectors(selector, metadata)) < 0)
				return err;
		} else if (whole == METADATA_ACCESS_UNSAID || (article && !from_article)) {
			/* The article's own word before that of the page or the series. */
			whole = said;
			from_article = article;
		}
	}
	if (whole == METADATA_ACCESS_UNSAID && gated_part)
		whole = METADATA_ACCESS_GATED;
	if (whole != METADATA_ACCESS_UNSAID)
		metadata->jsonld_access = whole;
	return RS_OK;
}

static void
read_tier(const char *content, struct metadata *metadata)
{
	static const char *const closed[] = { "locked", "premium", "paid", "subscriber" };

	metadata->metered = strcasecmp(content, "metered") == 0;
	if (strcasecmp(content, "free") == 0)
		metadata->tier = METADATA_ACCESS_FREE;
	for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++) {
		if (strcasecmp(content, closed[i]) == 0)
			metadata->tier = METADATA_ACCESS_GATED;
	}
}

static int
read_meta(const char *name, const char *content, struct metadata *metadata)
{
	enum metadata_access said = access_of_text(content);

	if (strcasecmp(name, "isAccessibleForFree") == 0 && said != METADATA_ACCESS_UNSAID) {
		if (metadata->jsonld_access == METADATA_ACCESS_UNSAID)
			metadata->jsonld_access = said;
	} else if (strcasecmp(name, "subscriptions-accessible-for-free") == 0) {
		metadata->swg_access = said;
	} else if (strcasecmp(name, "article:content_tier") == 0) {
		read_tier(content, metadata);
	} else if (strcasecmp(name, "cssSelector") == 0) {
		return add_selectors(content, metadata);
	}
	return RS_OK;
}

int
access_read_element(const xmlNode *node, struct metadata *metadata)
{
	static const char *const names[] = { "itemprop", "property", "name" };
	const char *content = dom_attribute(node, "content");
	const char *name, *custom;
	int err;

	for (size_t i = 0; content != NULL && i < sizeof(names) / sizeof(names[0]); i++) {
		if ((name = dom_attribute(node, names[i])) != NULL &&
		    (err = read_meta(name, content, metadata)) < 0)
			return err;
	}
	if (dom_is(node, "script")) {
		name = dom_attribute(node, "id");
		custom = dom_attribute(node, "custom-element");
		if ((name != NULL && strcmp(name, "amp-access") == 0) ||
		    (custom != NULL && (strncmp(custom, "amp-access", 10) == 0 ||
		    strncmp(custom, "amp-subscriptions", 17) == 0)))
			metadata->amp_access = true;
	} else if (dom_attribute(node, "amp-access") != NULL ||
	    dom_attribute(node, "subscriptions-section") != NULL) {
		metadata->amp_access = true;
	}
	return RS_OK;
}

/* An expression that begins so is for those who are no subscribers. */
static bool
is_negated(const char *expression)
{

	expression += strspn(expression, " \t\r\n(");
	return strncasecmp(expression, "NOT", 3) == 0 || expression[0] == '!';
}

bool
access_is_amp_hidden(const xmlNode *node)
{
	const char *expression = dom_attribute(node, "amp-access");

	return expression != NULL && !is_negated(expression) &&
	    dom_attribute(node, "amp-access-hide") != NULL;
}

bool
access_is_amp_part(const xmlNode *node)
{
	const char *section = dom_attribute(node, "subscriptions-section");

	return section != NULL ? strcasecmp(section, "content") == 0 : access_is_amp_hidden(node);
}

bool
access_is_gated(const struct metadata *metadata)
{

	if (metadata->jsonld_access != METADATA_ACCESS_UNSAID)
		return metadata->jsonld_access == METADATA_ACCESS_GATED;
	if (metadata->swg_access != METADATA_ACCESS_UNSAID)
		return metadata->swg_access == METADATA_ACCESS_GATED;
	return metadata->tier == METADATA_ACCESS_GATED;
}
