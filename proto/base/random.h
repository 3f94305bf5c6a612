/*
 * Randomness as an argument: whoever needs random bytes takes a `struct
 * random`, so that a test can repeat a handshake and a simulation a run.
 */
#ifndef PROTO_BASE_RANDOM_H
#define PROTO_BASE_RANDOM_H

#include <stddef.h>

struct random {
	/* Fill ${len} bytes at ${data}; cannot fail. */
	void (*fill)(void *context, void *data, size_t len);
	void *context;
};

/**
 * random_system():
 * Return the cryptographic generator of the machine (libsodium's); it lives
 * for ever.
 */
const struct random *random_system(void);

/**
 * random_fill(random, data, len):
 * Fill ${len} bytes at ${data} from ${random}.
 */
void random_fill(const struct random *random, void *data, size_t len);

#endif
