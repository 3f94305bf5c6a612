/*
 * Messages: what one frame carries, packed and unpacked, with every bound that
 * readsync.proto states checked on the way.
 *
 * What message_unpack gives back may be used without asking again: one member
 * of the body is set, each name, hash and key in it is as long as its type
 * says, indexes point into their lists, offsets stay inside their blobs, and
 * every text is UTF-8 and no longer than the table below.  message_pack
 * asks the same of what this program sends.
 */
#ifndef PROTO_WIRE_MESSAGE_H
#define PROTO_WIRE_MESSAGE_H

#include "proto/base/buffer.h"
#include "readsync.pb-c.h"

enum {
	MESSAGE_MAX = 65519,		/* packed bytes: one frame's payload */
	MESSAGE_CHUNK_MAX = 60000,	/* bytes of a blob in one Chunk */
	MESSAGE_NAME_MAX = 64,		/* bytes: devices, software, versions */
	MESSAGE_LINE_MAX = 500,		/* bytes: what is said to a person */
	MESSAGE_TOKEN_MAX = 4096,	/* bytes of an invitation */
	MESSAGE_HOST_MAX = 253,		/* bytes of a host or a site */
	MESSAGE_USER_MAX = 255,		/* bytes of a user at a site */
	MESSAGE_PASSWORD_MAX = 1023,
	MESSAGE_URL_MAX = 2047,
	MESSAGE_CURSOR_MAX = 512,	/* bytes: where a snapshot goes on */
	/*
	 * Memory that one message may take while it is unpacked: a full frame of
	 * the smallest honest records or vector entries needs 7 bytes for each
	 * packed one.
	 */
	MESSAGE_MEMORY_BASE = 4096,
	MESSAGE_MEMORY_FACTOR = 10
};

/**
 * message_unpack(packed, ret_message):
 * Unpack the body of one frame.  A member that this build does not know (a
 * message of a later version) gives a message whose body_case is
 * READSYNC__MESSAGE__BODY__NOT_SET: the receiver ignores it.  RS_EPROTOCOL when
 * ${packed} is not exactly one member or breaks a bound, RS_ELIMIT when it would
 * take more memory than MESSAGE_MEMORY_FACTOR times its size, RS_ENOMEM.
 */
int message_unpack(struct bytes packed, Readsync__Message **ret_message);

/**
 * message_free(message):
 * Free what message_unpack gave, and wipe the secrets in it (a Welcome's, and what a
 * SiteChange says of a session); NULL is ignored.
 */
void message_free(Readsync__Message *message);

/**
 * message_pack(message, out):
 * Append ${message} to ${out}.  RS_EINVAL when it has no member or breaks a
 * bound that message_unpack checks, RS_ELIMIT when it is longer than
 * MESSAGE_MAX or does not fit ${out}'s bound, RS_ENOMEM.
 */
int message_pack(const Readsync__Message *message, struct buffer *out);

/**
 * message_code(err), message_err(code):
 * Turn a code of enum rs_err into the `code` of a Failure or Response, and back.
 * A code that PROTOCOL.md does not list becomes that of RS_EINTERNAL; read, it
 * becomes RS_EPROTOCOL.
 */
uint32_t message_code(int err);
/** Return the error that ${code} on the wire stands for. */
int message_err(uint32_t code);

#endif
