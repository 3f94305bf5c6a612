/*
 * Feeds are rarely well-formed XML, and libxml2's recovery costs text: it drops a
 * bare ampersand with the word behind it (so "?a=1&b=2" loses a parameter), HTML's
 * named entities, and, after the first error, even "&amp;".  This pass rewrites
 * every reference of a document to a form that survives recovery, and leaves
 * everything else to the parser.
 */
#ifndef DAEMON_FEED_FEED_REPAIR_H
#define DAEMON_FEED_FEED_REPAIR_H

#include "proto/base/buffer.h"

/**
 * feed_repair(text, out):
 * Append the XML document ${text} (UTF-8) to ${out} with predefined and HTML
 * entities as character references, ampersands that begin no reference
 * or name nothing escaped, and control characters that XML forbids removed.  CDATA sections,
 * comments, processing instructions and the document type declaration, with the
 * entities that it declares, stay as they are.  A well-formed document keeps
 * its meaning.  RS_ELIMIT when ${out} is full, RS_ENOMEM.
 */
int feed_repair(struct bytes text, struct buffer *out);

#endif
