/*
 * The JSON-LD of a page: found, parsed in spite of the usual mistakes, and
 * laid out flat, so that a reader asks for things by their type.
 *
 * Mistakes that are forgiven: comments and CDATA around the JSON, several values
 * in one script, raw line feeds and stray backslashes in strings, quotes that were
 * not escaped, single quotes, trailing commas, semicolons, a byte order mark.  Of a script that is
 * cut off, or broken otherwise, what stands whole before that place is kept.
 * Bounded: JSONLD_NODES objects, JSONLD_DEPTH levels.
 */
#ifndef DAEMON_PAGE_JSONLD_H
#define DAEMON_PAGE_JSONLD_H

#include <stdbool.h>

#include <jansson.h>

#include "daemon/page/dom.h"
#include "proto/base/buffer.h"

enum {
	JSONLD_NODES = 1000,
	JSONLD_DEPTH = 12,
	JSONLD_SCRIPT = 2 * 1024 * 1024		/* bytes of one script */
};

/* The objects of every script in document order, outer before inner. */
struct jsonld {
	json_t *roots;			/* array: owns what nodes points to */
	json_t *nodes[JSONLD_NODES];
	size_t count;
};

/**
 * jsonld_read(document, ret_jsonld):
 * Collect the JSON-LD of ${document}; a script that cannot be understood is
 * skipped.  The caller frees the result with jsonld_free.  RS_ENOMEM.
 */
int jsonld_read(xmlDoc *document, struct jsonld **ret_jsonld);

/**
 * jsonld_add(jsonld, script):
 * Add what the text of one ${script} holds.  RS_ENOMEM.
 */
int jsonld_add(struct jsonld *jsonld, struct bytes script);

/**
 * jsonld_new(), jsonld_free(jsonld):
 * Make an empty collection, NULL when memory is exhausted; free one, NULL is
 * ignored.
 */
struct jsonld *jsonld_new(void);
/** Free it; NULL is ignored. */
void jsonld_free(struct jsonld *jsonld);

/**
 * jsonld_is(node, type):
 * Tell whether one of the types of ${node} is ${type}, without the
 * vocabulary's address.  A ${type} that starts with '*' matches every type
 * that ends with the rest: "*Article" finds NewsArticle.
 */
bool jsonld_is(const json_t *node, const char *type);

/**
 * jsonld_get(jsonld, node, key):
 * Return the value of ${key}; of an array its first value, and of a mere
 * reference ({"@id": …}) the object of that id where there is one.  NULL when there
 * is nothing.  The result is borrowed.
 */
json_t *jsonld_get(const struct jsonld *jsonld, const json_t *node, const char *key);

/**
 * jsonld_resolve(jsonld, value):
 * Return the object that ${value} refers to when it is a mere reference, or
 * ${value} itself.
 */
json_t *jsonld_resolve(const struct jsonld *jsonld, json_t *value);

/**
 * jsonld_text(jsonld, value):
 * Return ${value} as text: a string itself, of an object its name, headline,
 * @value, url or @id, whichever comes first.  NULL when it has none.
 */
const char *jsonld_text(const struct jsonld *jsonld, json_t *value);

#endif
