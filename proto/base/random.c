#include <sodium.h>

#include "proto/base/random.h"

static void
system_fill(void *context, void *data, size_t len)
{
	(void)context;
	randombytes_buf(data, len);
}

const struct random *
random_system(void)
{
	static const struct random machine = { system_fill, NULL };

	return &machine;
}

void
random_fill(const struct random *random, void *data, size_t len)
{
	random->fill(random->context, data, len);
}
