/*
 * A vault's key slots from any bytes.  The file's check is an unkeyed hash, which
 * whoever can write the file can mend, so this mends it (save where the first
 * byte says otherwise) and looks at what stands behind it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "proto/base/hash.h"
#include "proto/vault/keys.h"
#include "tests/fuzz/fuzz.h"

enum { FILE_BYTES_MAX = 8192 };

/* Give the path of a file in memory that holds ${data}. */
static int
write_file(const uint8_t *data, size_t len, char path[32])
{
	int fd = memfd_create("keys", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, len) != (ssize_t)len)
		abort();
	snprintf(path, 32, "/proc/self/fd/%d", fd);
	return fd;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct secret *secret;
	struct vault_slot slots[VAULT_SLOTS_MAX];
	struct rs_err_detail detail = { "" };
	struct vault_unlock unlock;
	uint8_t file[FILE_BYTES_MAX], id[VAULT_ID_LEN];
	struct secret *key = NULL;
	struct bytes hashed;
	char path[32];
	size_t count = 0;
	int fd, err;

	if (len < 1 || len > FILE_BYTES_MAX)
		return 0;
	if (secret == NULL && (secret_start() != RS_OK ||
	    secret_new(VAULT_KEY_FILE_LEN, &secret) != RS_OK))
		abort();
	unlock = (struct vault_unlock){ VAULT_SLOT_KEY_FILE, secret };
	memcpy(file, data + 1, len - 1);
	hashed = bytes_of(file, len - 1 < HASH_NAME_LEN ? 0 : len - 1 - HASH_NAME_LEN);
	if (data[0] != 0xff && hashed.len > 0)
		hash_name(bytes_of(NULL, 0), &hashed, 1, file + hashed.len);
	fd = write_file(file, len - 1, path);
	err = vault_keys_list(path, NULL, slots, &count);
	if (err == RS_OK)
		fuzz_check(count >= 1 && count <= VAULT_SLOTS_MAX);
	/* Nobody here knows a key: whatever the file says, it must not open. */
	fuzz_check(vault_keys_open(path, &unlock, id, &key, &detail) != RS_OK);
	fuzz_check(err == RS_OK || err == RS_ENOTVAULT || err == RS_EVERSION ||
	    err == RS_EDAMAGED);
	close(fd);
	return 0;
}
