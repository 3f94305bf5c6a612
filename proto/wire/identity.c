#include <sodium.h>

#include "proto/base/err.h"
#include "proto/wire/identity.h"

_Static_assert(IDENTITY_KEY_LEN == crypto_scalarmult_SCALARBYTES, "X25519");

int
identity_new(const struct random *random, struct secret **ret_private_key)
{
	struct secret *private_key;
	int err = secret_new(IDENTITY_KEY_LEN, &private_key);

	if (err != RS_OK)
		return err;
	random_fill(random, private_key->data, private_key->len);
	*ret_private_key = private_key;
	return RS_OK;
}

void
identity_public(const struct secret *private_key, uint8_t public_key[IDENTITY_KEY_LEN])
{
	crypto_scalarmult_base(public_key, private_key->data);
}
