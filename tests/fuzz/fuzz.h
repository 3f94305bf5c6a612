/*
 * What every fuzzer is: one function that is fed with any bytes, finishes, and
 * ends the program (abort) when what came out breaks a promise of the header that
 * it tests.  `make fuzz` links it with libFuzzer, `make check` with driver.c.  Each
 * has a dictionary NAME_fuzz.dict and seeds in seeds/NAME/.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Called with bytes that last until it returns; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* How many mutations `make check` tries; a slow fuzzer defines a smaller number. */
extern unsigned fuzz_runs;

/* End the program unless ${promise} holds. */
static inline void
fuzz_check(int promise)
{
	if (!promise)
		abort();
}

#endif
