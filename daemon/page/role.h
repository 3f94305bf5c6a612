/*
 * Who did what, in a byline of several roles: "Words by Ann Other; photos by Ben Lens",
 * "Text: Ann Other / Fotos: Ben Lens", "Ann Other (Text) und Ben Lens (Fotos)", "文／张三 图／李四".
 *
 * A role is a word or two ("Story and photos") and what leads from it to a name ("by", a colon),
 * or it stands in brackets behind the name.  Who wrote is an author, whatever else they did; who
 * took the pictures is none, nor who answers for the page (责任编辑); and who edited it, only where
 * nobody else is named.
 */
#ifndef DAEMON_PAGE_ROLE_H
#define DAEMON_PAGE_ROLE_H

#include <stdbool.h>

#include "daemon/page/dom.h"

/**
 * role_keep_writers(byline):
 * Cut out of the line ${byline}, in place, whoever did not write; what leads to the first writer
 * becomes "by ", what leads to another "; ".  A byline without roles stays as it is.
 */
void role_keep_writers(char *byline);

/**
 * role_is_other(node):
 * Tell whether what stands right before ${node}, a name, says that they took the pictures, or
 * answer for the page.
 */
bool role_is_other(const xmlNode *node);

#endif
