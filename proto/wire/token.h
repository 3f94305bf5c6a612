/*
 * The invitation: what `readsync invite` prints and `readsync join` reads.
 *
 * It names the daemon (its static public key, so that nobody can stand in for
 * it), says where it may be reached, and holds 128 random bits that admit one
 * device once.  As text, with the bytes in base64url:
 *
 *   "readsync" VERSION "-" base64url(
 *       key (32) | seed (16) | count (1) | count times: length (1), address
 *       | checksum (4))
 *
 * VERSION is a decimal number, 1 here.  The checksum is the first four bytes of
 * BLAKE2b-256 of everything before it, as text up to the "-" and as
 * bytes after: it tells a typing error at once, and protects nothing.
 */
#ifndef PROTO_WIRE_TOKEN_H
#define PROTO_WIRE_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "proto/base/buffer.h"
#include "proto/base/err.h"
#include "proto/base/secret.h"

enum {
	TOKEN_KEY_LEN = 32,
	TOKEN_SEED_LEN = 16,
	TOKEN_PSK_LEN = 32,
	TOKEN_ADDRESSES_MAX = 8,
	TOKEN_ADDRESS_MAX = 255,	/* bytes of "host:port" */
	TOKEN_TEXT_MAX = 2812		/* characters of the longest token */
};

struct token {
	uint8_t key[TOKEN_KEY_LEN];	/* the daemon's static public key */
	uint8_t seed[TOKEN_SEED_LEN];	/* secret */
	size_t address_count;		/* 1 to TOKEN_ADDRESSES_MAX, best first */
	char addresses[TOKEN_ADDRESSES_MAX][TOKEN_ADDRESS_MAX + 1];
};

/**
 * token_address_valid(address):
 * Tell whether ${address} is "host:port" with a port of 1 to 65535 and a host
 * that is a name, an IPv4 address, or an IPv6 address in brackets.  Whether
 * the host exists is not asked.
 */
bool token_address_valid(const char *address);

/**
 * token_address_split(address, ret_host, ret_port):
 * Part ${address}, "host:port", as getaddrinfo wants it: the host without brackets, and the
 * port, borrowed from ${address}.  RS_EINVAL when there is no host, or too long a one.
 */
int token_address_split(const char *address, char ret_host[TOKEN_ADDRESS_MAX + 1],
    const char **ret_port);

/**
 * token_encode(token, out):
 * Append ${token} as text to ${out}.  RS_EINVAL when an address is not valid or
 * there are none or too many of them; RS_ELIMIT, RS_ENOMEM.
 */
int token_encode(const struct token *token, struct buffer *out);

/**
 * token_decode(text, ret_token, detail):
 * Read a token; white space around it is ignored.  RS_ETOKEN, with ${detail}
 * saying in what way (not an invitation, cut short, changed in copying, made
 * by a newer version), when it is not what token_encode makes.
 */
int token_decode(const char *text, struct token *ret_token, struct rs_err_detail *detail);

/**
 * token_wipe(token):
 * Overwrite ${token}, whose seed is a secret.
 */
void token_wipe(struct token *token);

/**
 * token_psk(seed, ret_psk):
 * Derive the pre-shared key (TOKEN_PSK_LEN bytes) of the pairing handshake from
 * ${seed}: BLAKE2b-256 of it, without key or salt, personalised
 * with the 16 characters "readsync1-invite".  RS_ENOMEM.
 */
int token_psk(const uint8_t seed[TOKEN_SEED_LEN], struct secret **ret_psk);

#endif
