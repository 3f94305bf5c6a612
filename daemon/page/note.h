/*
 * Footnotes, as pages mark them: the link in the text, the note that it leads to,
 * and the link back.  Only names say which belong together.
 */
#ifndef DAEMON_PAGE_NOTE_H
#define DAEMON_PAGE_NOTE_H

#include <stdbool.h>

#include "daemon/page/dom.h"

/**
 * note_localize(root, url, base):
 * Make each link below ${root} that leads to a place in the page itself, which is at ${url}, say
 * no more than the place: "#note-1" where a page writes its whole address before it, or escapes
 * letters that the id has as they are.  ${base} is what links are relative to.  RS_ENOMEM.
 */
int note_localize(xmlNode *root, const char *url, const char *base);

/**
 * note_holds(node):
 * Tell whether ${node}, an <aside> or <footer>, says by class or role that it is footnotes.
 */
bool note_holds(const xmlNode *node);

/**
 * note_refers(node):
 * Tell whether ${node}, a link, leads to a footnote of the page: by its class or role,
 * for it is set high, or for it says "[1]".
 */
bool note_refers(const xmlNode *node);

/**
 * note_name(node):
 * Return what ${node} would be called as a footnote: its own id, or the name of a link
 * that it begins with; NULL when it has neither.  The result is borrowed.
 */
const char *note_name(const xmlNode *node);

/**
 * note_way_back(node, ret_name):
 * Tell whether ${node}, a link, may lead from a footnote back to its place.  It does when
 * ${ret_name} is NULL, for it says nothing but an arrow (or leads from a heading to
 * itself); else when a footnote is called ${ret_name}.
 */
bool note_way_back(const xmlNode *node, const char **ret_name);

#endif
