/*
 * The host of a URL in one spelling: lower-case ASCII, other scripts in
 * Punycode (RFC 3492), an IPv6 address as RFC 5952 writes it.
 *
 * The mapping is part of the canonical form of a URL, and frozen with it: of
 * the letters beyond ASCII those of Latin-1, Greek and Cyrillic are lowered, the
 * ideographic full stops are dots, and no other Unicode mapping is applied, so
 * that no table of Unicode's next version can change an id.
 */
#ifndef PROTO_RECORD_HOST_NAME_H
#define PROTO_RECORD_HOST_NAME_H

#include "proto/base/buffer.h"

enum {
	HOST_NAME_MAX_LEN = 253,	/* bytes of a host name (RFC 1035) */
	HOST_NAME_LABEL_MAX = 63
};

/**
 * host_name_append(host, out):
 * Append the one spelling of ${host}, as it stands in a URL (percent-encoded or
 * not, with or without a trailing dot, an IPv6 address in brackets), to ${out}.
 * RS_EINVAL when no host can be called so; ${out} may then hold a part of it.
 */
int host_name_append(struct bytes host, struct buffer *out);

#endif
