#include <errno.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "proto/base/encode.h"
#include "proto/vault/keyring.h"

enum { NAME_LEN = 9 + 2 * VAULT_ID_LEN };

static const char type[] = "user";

/* The call itself: libkeyutils would wrap it and do nothing more. */
static long
control(int operation, long first, unsigned long second, unsigned long third,
    unsigned long fourth)
{
	return syscall(SYS_keyctl, operation, first, second, third, fourth);
}

static void
name_key(const uint8_t id[VAULT_ID_LEN], char name[NAME_LEN + 1])
{
	char hex[2 * VAULT_ID_LEN + 1];

	encode_hex(bytes_of(id, VAULT_ID_LEN), hex);
	snprintf(name, NAME_LEN + 1, "readsync:%s", hex);
}

static int
explain(int number, struct rs_err_detail *detail)
{
	if (number == EDQUOT) {
		rs_err_detail_set(detail, "the kernel's keyring of this user is full");
		return RS_ELIMIT;
	}
	rs_err_detail_set(detail, "the system gives us no keyring (%s), as in many containers: "
	    "the key stays locked", strerror(number));
	return RS_EREFUSED;
}

int
keyring_hold(const uint8_t id[VAULT_ID_LEN], const struct secret *key, unsigned seconds,
    struct rs_err_detail *detail)
{
	char name[NAME_LEN + 1];
	long serial;

	/* Or it would be changed in its place, and lose its end for a moment. */
	(void)keyring_drop(id);
	name_key(id, name);
	/* The new one gets its end where it dies with this process, and only then its place. */
	serial = syscall(SYS_add_key, type, name, key->data, key->len, KEY_SPEC_PROCESS_KEYRING);
	if (serial >= 0 && control(KEYCTL_SET_TIMEOUT, serial, seconds, 0, 0) == 0 &&
	    control(KEYCTL_LINK, serial, (unsigned long)KEY_SPEC_USER_KEYRING, 0, 0) == 0)
		return RS_OK;
	return explain(errno, detail);
}

/*
 * Find the key, and take hold of it: where the session keyring has no link to the user
 * keyring, as in a service, only what this process has may be read.
 */
static int
find(const uint8_t id[VAULT_ID_LEN], long *ret_serial)
{
	char name[NAME_LEN + 1];
	long serial;

	name_key(id, name);
	serial = control(KEYCTL_SEARCH, KEY_SPEC_USER_KEYRING, (unsigned long)type,
	    (unsigned long)name, (unsigned long)KEY_SPEC_PROCESS_KEYRING);
	if (serial < 0)
		return RS_ENOTFOUND;
	*ret_serial = serial;
	return RS_OK;
}

int
keyring_find(const uint8_t id[VAULT_ID_LEN], struct secret **ret_key)
{
	struct secret *key;
	long serial, len;
	int err = find(id, &serial);

	if (err == RS_OK)
		err = secret_new(VAULT_KEY_LEN, &key);
	if (err != RS_OK)
		return err;
	len = control(KEYCTL_READ, serial, (unsigned long)key->data, key->len, 0);
	/* Its time may be over just now; and anybody may call a key so. */
	if (len != VAULT_KEY_LEN) {
		secret_free(key);
		return RS_ENOTFOUND;
	}
	*ret_key = key;
	return RS_OK;
}

int
keyring_drop(const uint8_t id[VAULT_ID_LEN])
{
	long serial;
	int err = find(id, &serial);

	if (err != RS_OK)
		return err;
	return control(KEYCTL_INVALIDATE, serial, 0, 0, 0) == 0 ? RS_OK : RS_EREFUSED;
}
