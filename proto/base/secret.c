#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <sodium.h>

#include "proto/base/err.h"
#include "proto/base/secret.h"

int
secret_start(void)
{
	const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return rs_err_from_errno(errno);
	return sodium_init() < 0 ? RS_EINTERNAL : RS_OK;
}

int
secret_new(size_t len, struct secret **ret_secret)
{
	struct secret *secret = malloc(sizeof(*secret));

	if (secret == NULL)
		return RS_ENOMEM;
	secret->data = sodium_malloc(len);
	if (secret->data == NULL) {
		free(secret);
		return RS_ENOMEM;
	}
	memset(secret->data, 0, len);
	secret->len = len;
	*ret_secret = secret;
	return RS_OK;
}

int
secret_copy(const void *data, size_t len, struct secret **ret_secret)
{
	int err = secret_new(len, ret_secret);

	if (err == RS_OK)
		memcpy((*ret_secret)->data, data, len);
	return err;
}

void
secret_free(struct secret *secret)
{
	if (secret == NULL)
		return;
	sodium_free(secret->data);
	free(secret);
}

void
secret_wipe(void *data, size_t len)
{
	sodium_memzero(data, len);
}
