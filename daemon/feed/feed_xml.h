/*
 * Feeds in XML: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, CDF.
 *
 * One reader for all: the vocabularies share so many names, and publishers mix
 * them so freely, that an entry is read by asking for each field under the names
 * that any of them has for it, best first.  Names are compared without case,
 * and an unknown namespace counts as none where the root itself has it.
 */
#ifndef DAEMON_FEED_FEED_XML_H
#define DAEMON_FEED_FEED_XML_H

#include "proto/base/buffer.h"
#include "proto/base/err.h"
#include "readsync.pb-c.h"

/**
 * feed_xml_read(text, url, result, detail):
 * Read the feed ${text}, UTF-8, fetched from ${url}, into ${result}, which
 * is empty.  However broken the XML is, what can be read of it is.  Nothing is
 * loaded from anywhere, external entities are not known, and libxml2's bounds on
 * depth (256), text (10 MB) and the growth of entities hold.  RS_ENOTPAGE
 * with ${detail} when it is no feed, RS_ELIMIT, RS_ENOMEM.
 */
int feed_xml_read(struct bytes text, const char *url, Readsync__JobResult *result,
    struct rs_err_detail *detail);

#endif
