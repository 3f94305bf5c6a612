/*
 * Secrets: keys, passphrases and tokens in guarded memory.
 *
 * The bytes lie in memory that libsodium locks (where the system allows it),
 * fences with guard pages and keeps out of core dumps; they are wiped when the
 * secret is freed.  Nothing prints a secret.
 */
#ifndef PROTO_BASE_SECRET_H
#define PROTO_BASE_SECRET_H

#include <stddef.h>
#include <stdint.h>

struct secret {
	uint8_t *data;
	size_t len;
};

/**
 * secret_start():
 * Initialise libsodium, and turn core dumps off, for what a program decrypts must
 * not reach a disk in the clear; the first call of every program and test.
 * RS_EINTERNAL when it cannot (no source of randomness).
 */
int secret_start(void);

/**
 * secret_new(len, ret_secret):
 * Allocate a secret of ${len} zero bytes (1 or more).  RS_ENOMEM, also when
 * the limit on locked memory is reached.
 */
int secret_new(size_t len, struct secret **ret_secret);

/**
 * secret_copy(data, len, ret_secret):
 * Like secret_new, with the ${len} bytes at ${data} copied in; the caller
 * wipes its own copy.
 */
int secret_copy(const void *data, size_t len, struct secret **ret_secret);

/**
 * secret_free(secret):
 * Wipe and free; NULL is ignored.
 */
void secret_free(struct secret *secret);

/**
 * secret_wipe(data, len):
 * Overwrite ordinary memory that held a secret, in a way that the compiler
 * cannot leave out.
 */
void secret_wipe(void *data, size_t len);

#endif
