/*
 * A recovery key: what a person prints, puts into a drawer, and types when the
 * passphrase is forgotten or the key file lost.
 *
 * VAULT_RECOVERY_LEN random bytes, followed by the first 4 bytes of hash_name
 * (unkeyed) of "readsync recovery key" and those bytes, which tells a slip of the pen
 * from a wrong key.  As text: 32 digits of base 32, first bits first, in eight groups
 * of four with hyphens between.  The digits are 0 to 9 and the letters without I, L, O
 * and U, so that none is taken for another.
 */
#ifndef PROTO_VAULT_RECOVERY_H
#define PROTO_VAULT_RECOVERY_H

#include "proto/base/buffer.h"
#include "proto/base/err.h"
#include "proto/base/random.h"
#include "proto/base/secret.h"
#include "proto/vault/keys.h"

enum {
	RECOVERY_TEXT_LEN = 39,		/* digits and hyphens */
	RECOVERY_SLIP_MAX = 2		/* digits left out, or typed twice */
};

/**
 * recovery_make(random, ret_key, text):
 * Draw a recovery key, which the caller frees, and write it into ${text}, which the
 * caller wipes.  RS_ENOMEM.
 */
int recovery_make(const struct random *random, struct secret **ret_key,
    char text[RECOVERY_TEXT_LEN + 1]);

/**
 * recovery_read(text, ret_key):
 * Read what somebody typed: in either case, with hyphens and blanks wherever they are,
 * O for 0, I and L for 1.  The caller frees ${ret_key}.  RS_EINVAL when ${text} is no
 * recovery key, or was mistyped; RS_ENOMEM.
 */
int recovery_read(struct bytes text, struct secret **ret_key);

/**
 * recovery_is_near(text):
 * Tell whether ${text}, which recovery_read has refused, may be meant for a recovery key: it
 * is made of letters, digits, hyphens and blanks, and has as many of the first two, or up to
 * RECOVERY_SLIP_MAX more or fewer.
 */
bool recovery_is_near(struct bytes text);

#endif
