#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "proto/base/err.h"

static const struct {
	int err;
	int exit_status;
	const char *text;
} codes[] = {
	{ RS_OK, 0, "success" },
	{ RS_ENOMEM, 1, "out of memory" },
	{ RS_EIO, 1, "input/output error" },
	{ RS_EFULL, 1, "no space left on the disk" },
	{ RS_ELIMIT, 1, "too large" },
	{ RS_EINVAL, 2, "malformed" },
	{ RS_ENOTFOUND, 3, "not found" },
	{ RS_EEXIST, 1, "exists already" },
	{ RS_EAMBIGUOUS, 3, "ambiguous" },
	{ RS_ELOCKED, 4, "the vault is in use by another program" },
	{ RS_EKEY, 5, "wrong key: no key slot of the vault opens with it" },
	{ RS_EDAMAGED, 5, "the vault is damaged" },
	{ RS_ENOTVAULT, 5, "not a vault" },
	{ RS_EVERSION, 5, "made by a newer version of readsync" },
	{ RS_EPROTOCOL, 6, "the peer broke the protocol" },
	{ RS_EAUTH, 7, "the peer is not the device it must be" },
	{ RS_ETOKEN, 7, "the invitation is wrong, used or expired" },
	{ RS_ECLOCK, 6, "the clock is too far off" },
	{ RS_ECLOSED, 6, "the connection was closed" },
	{ RS_ETIMEOUT, 6, "timed out" },
	{ RS_ENETWORK, 6, "network failure" },
	{ RS_EREFUSED, 7, "refused by policy" },
	{ RS_ENOTPAGE, 1, "not a readable page" },
	{ RS_ECRASHED, 1, "a worker died on it" },
	{ RS_EINTERRUPTED, 1, "interrupted" },
	{ RS_EINTERNAL, 1, "internal error" },
	{ RS_EACCESS, 1, "not permitted: see who may read and write it" },
	{ RS_EDIRECTORY, 1, "a directory, and not a file" },
};

#define CODE_COUNT (sizeof(codes) / sizeof(codes[0]))

const char *
rs_err_text(int err)
{
	size_t i;

	for (i = 0; i < CODE_COUNT; i++) {
		if (codes[i].err == err)
			return codes[i].text;
	}
	return "unknown error";
}

int
rs_err_exit_status(int err)
{
	size_t i;

	for (i = 0; i < CODE_COUNT; i++) {
		if (codes[i].err == err)
			return codes[i].exit_status;
	}
	return 1;
}

int
rs_err_from_errno(int number)
{
	switch (number) {
	case ENOSPC:
	case EDQUOT:
		return RS_EFULL;
	case ENOMEM:
		return RS_ENOMEM;
	case ENOENT:
		return RS_ENOTFOUND;
	case EEXIST:
		return RS_EEXIST;
	case EACCES:
	case EPERM:
	case EROFS:
		return RS_EACCESS;
	case EISDIR:
		return RS_EDIRECTORY;
	default:
		return RS_EIO;
	}
}

void
rs_err_detail_set(struct rs_err_detail *detail, const char *format, ...)
{
	va_list args;
	unsigned char *at;

	if (detail == NULL)
		return;
	va_start(args, format);
	vsnprintf(detail->text, sizeof(detail->text), format, args);
	va_end(args);
	for (at = (unsigned char *)detail->text; *at != '\0'; at++) {
		if (*at < 0x20 || *at == 0x7f)
			*at = ' ';
	}
}
