/*
 * A device's identity: one static X25519 key pair for as long as the device
 * lives.  The private part never leaves a struct secret; the public part is
 * what the other devices know it by.
 */
#ifndef PROTO_WIRE_IDENTITY_H
#define PROTO_WIRE_IDENTITY_H

#include <stdint.h>

#include "proto/base/random.h"
#include "proto/base/secret.h"

enum {
	IDENTITY_KEY_LEN = 32	/* private or public */
};

/**
 * identity_new(random, ret_private_key):
 * Make a private key of IDENTITY_KEY_LEN bytes from ${random}: any will do, since
 * RFC 7748 clamps them when they are used.  RS_ENOMEM.
 */
int identity_new(const struct random *random, struct secret **ret_private_key);

/**
 * identity_public(private_key, public_key):
 * Compute the public key that belongs to ${private_key} (RFC 7748, section 6.1).
 */
void identity_public(const struct secret *private_key, uint8_t public_key[IDENTITY_KEY_LEN]);

#endif
