#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/breadcrumb.h"
#include "daemon/page/fold.h"
#include "daemon/page/plain.h"
#include "proto/base/err.h"

enum {
	ITEM_NODES = 30		/* of one item of microdata that are looked at */
};

/* What the first item is called that leads to the site as a whole. */
static const char *const homes[] = {
	"home", "home page", "homepage", "main", "start", "startseite", "startpage", "accueil",
	"inicio", "início", "pagina iniziale", "hjem", "hem", "forside", "etusivu",
	"strona główna", "domů", "főoldal", "acasă", "главная", "головна", "anasayfa",
	"ana sayfa", "αρχική", "الرئيسية", "首页", "首頁", "ホーム", "トップ", "top", "홈",
};

/* What stands for an article in a trail, or for the section of those that have none. */
static const char *const fillers[] = {
	"article", "artikel", "detail", "details", "detailansicht", "uncategorized",
	"uncategorised", "unkategorisiert", "non classé", "sin categoría", "senza categoria",
	"sem categoria",
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Add an item, unless it has no name or there are too many.  RS_ENOMEM. */
static int
add(struct breadcrumb *breadcrumb, const char *name, const char *url)
{
	size_t at = breadcrumb->count;

	if (name == NULL || at == BREADCRUMB_ITEMS)
		return RS_OK;
	if ((breadcrumb->items[at].name = plain_text(name, BREADCRUMB_NAME)) == NULL)
		return RS_OK;
	breadcrumb->count++;
	if (url != NULL && *url != '\0' && (breadcrumb->items[at].url = strdup(url)) == NULL)
		return RS_ENOMEM;
	return RS_OK;
}

/* ------------------------------------------------------------------- reading */

static int
read_list(struct breadcrumb *breadcrumb, const struct jsonld *jsonld, const json_t *list)
{
	json_t *items = json_object_get(list, "itemListElement"), *one, *item;
	size_t i;
	int err = RS_OK;

	json_array_foreach(items, i, one) {
		const char *name = json_string_value(json_object_get(one, "name")), *url;

		item = jsonld_get(jsonld, one, "item");
		url = json_string_value(item);
		if (json_is_object(item)) {
			url = json_string_value(json_object_get(item, "@id"));
			url = url != NULL ? url : json_string_value(json_object_get(item, "url"));
			name = name != NULL ? name :
			    json_string_value(json_object_get(item, "name"));
		}
		if ((err = add(breadcrumb, name, url)) != RS_OK)
			break;
	}
	return err;
}

int
breadcrumb_read_jsonld(struct breadcrumb *breadcrumb, const struct jsonld *jsonld)
{
	int err = RS_OK;

	for (size_t i = 0; i < jsonld->count && breadcrumb->count == 0 && err == RS_OK; i++)
		if (jsonld_is(jsonld->nodes[i], "BreadcrumbList"))
			err = read_list(breadcrumb, jsonld, jsonld->nodes[i]);
	return err;
}

/* Is ${node} an item of a list that is a trail, and no other was found before? */
static bool
belongs(struct breadcrumb *breadcrumb, const xmlNode *node)
{
	const xmlNode *list = node->parent;
	const char *type = NULL;

	while (list != NULL && list->type == XML_ELEMENT_NODE &&
	    (type = dom_attribute(list, "itemtype")) == NULL)
		list = list->parent;
	if (type == NULL || strstr(type, "BreadcrumbList") == NULL)
		return false;
	if (breadcrumb->count == 0)
		breadcrumb->list = list;
	return breadcrumb->list == list;
}

int
breadcrumb_read_item(struct breadcrumb *breadcrumb, xmlNode *node)
{
	const char *url = NULL, *name = NULL;
	struct buffer text;
	xmlNode *at = node, *named = NULL;
	int err = RS_OK;

	if (!belongs(breadcrumb, node))
		return RS_OK;
	for (unsigned nodes = 0; at != NULL && nodes < ITEM_NODES;
	    at = dom_next(at, node), nodes++) {
		if (url == NULL && (dom_is(at, "a") || dom_is(at, "link")))
			url = dom_attribute(at, "href");
		if (named == NULL && dom_has_token(dom_attribute(at, "itemprop"), "name"))
			named = at;
	}
	if (named == NULL)
		return RS_OK;
	buffer_init(&text, BREADCRUMB_NAME);
	if ((name = dom_attribute(named, "content")) == NULL &&
	    (err = dom_append_text(named, &text)) == 0)
		name = buffer_text(&text);
	err = err == RS_ELIMIT ? RS_OK : err == 0 ? add(breadcrumb, name, url) : err;
	buffer_release(&text);
	return err;
}

/* ------------------------------------------------------------------- asking */

/* The part of ${url} that tells a page, and its length: no scheme, "www." or slash at the end. */
static size_t
place_of(const char *url, const char **ret_place)
{
	const char *at = strstr(url, "//");
	size_t len;

	at = at == NULL ? url : at + 2;
	at += strncmp(at, "www.", 4) == 0 ? 4 : 0;
	len = strcspn(at, "?#");
	while (len > 0 && at[len - 1] == '/')
		len--;
	*ret_place = at;
	return len;
}

/* Do both lead to the same page?  A path alone is compared with the other's path. */
static bool
is_same_place(const char *url, const char *other)
{
	const char *a, *b;
	size_t a_len = place_of(url, &a), b_len = place_of(other, &b);

	if (*url == '/' && url[1] != '/') {
		size_t host = strcspn(b, "/");

		host = host < b_len ? host : b_len;
		b += host;
		b_len -= host;
	}
	return a_len == b_len && memcmp(a, b, a_len) == 0;
}

static bool
is_page(const struct breadcrumb *breadcrumb, size_t at, const struct breadcrumb_page *page)
{
	const char *url = breadcrumb->items[at].url;

	if (url == NULL)
		return true;
	for (size_t i = 0; i < COUNT(page->urls); i++)
		if (page->urls[i] != NULL && is_same_place(url, page->urls[i]))
			return true;
	for (size_t i = 0; i < COUNT(page->titles); i++)
		if (page->titles[i] != NULL &&
		    fold_equal(breadcrumb->items[at].name, page->titles[i]))
			return true;
	return false;
}

static bool
is_one_of(const char *name, const char *const *names, size_t count)
{

	for (size_t i = 0; i < count; i++)
		if (fold_equal(name, names[i]))
			return true;
	return false;
}

/* Does the item lead to the site as a whole? */
static bool
is_home(const struct breadcrumb *breadcrumb, size_t at, const struct breadcrumb_page *page)
{
	const char *name = breadcrumb->items[at].name, *url = breadcrumb->items[at].url, *place;
	size_t len;

	if (url != NULL) {
		len = place_of(url, &place);
		if (memchr(place, '/', len) == NULL && (*url == '/' || strstr(url, "//") != NULL))
			return true;
	}
	return (page->site_name != NULL && fold_equal(name, page->site_name)) ||
	    is_one_of(name, homes, COUNT(homes));
}

const char *
breadcrumb_section(const struct breadcrumb *breadcrumb, const struct breadcrumb_page *page)
{
	size_t last = breadcrumb->count;

	while (last > 0 && (is_page(breadcrumb, last - 1, page) ||
	    is_one_of(breadcrumb->items[last - 1].name, fillers, COUNT(fillers))))
		last--;
	return last == 0 || is_home(breadcrumb, last - 1, page) ? NULL :
	    breadcrumb->items[last - 1].name;
}

void
breadcrumb_release(struct breadcrumb *breadcrumb)
{

	for (size_t i = 0; i < breadcrumb->count; i++) {
		free(breadcrumb->items[i].name);
		free(breadcrumb->items[i].url);
	}
	breadcrumb->count = 0;
}
