#include <unistd.h>

#include "proto/base/buffer.h"
#include "proto/replica/unlock.h"
#include "proto/vault/keyring.h"
#include "proto/vault/recovery.h"

enum { PATH_LEN_MAX = 4096 };

int
unlock_of_text(const struct secret *text, struct unlock *ret_unlock)
{
	struct secret *key;
	int err = recovery_read(bytes_of(text->data, text->len), &key);

	if (err == RS_OK) {
		ret_unlock->owned = key;
		ret_unlock->with = (struct vault_unlock){ VAULT_SLOT_RECOVERY, key };
		return RS_OK;
	}
	ret_unlock->with = (struct vault_unlock){ VAULT_SLOT_PASSPHRASE, text };
	return err == RS_EINVAL ? RS_OK : err;
}

/* Ask for a passphrase, which then belongs to ${unlock}. */
static int
ask(const struct home_settings *settings, struct unlock *unlock)
{
	struct secret *answer;
	int err = settings->ask("Passphrase of the vault: ", &answer);

	if (err != RS_OK)
		return err;
	err = unlock_of_text(answer, unlock);
	if (err == RS_OK && unlock->owned == NULL)
		unlock->owned = answer;
	else
		secret_free(answer);
	return err;
}

/* Read the key file ${path}, or make it; where there is none for an old vault, ask. */
static int
read_key_file(const struct home_settings *settings, const char *path, bool make,
    struct unlock *unlock, struct rs_err_detail *detail)
{
	int err = vault_key_file_read(path, &unlock->owned);

	if (err == RS_ENOTFOUND && make) {
		err = vault_key_file_make(path, settings->replica.random);
		unlock->made_key_file = err == RS_OK;
		if (err == RS_OK)
			err = vault_key_file_read(path, &unlock->owned);
	}
	if (err == RS_ENOTFOUND && settings->ask != NULL && ask(settings, unlock) == RS_OK)
		return RS_OK;
	if (err == RS_ENOTFOUND) {
		err = RS_EKEY;
		rs_err_detail_set(detail, "there is no passphrase, and no key file %s", path);
	} else if (err != RS_OK)
		rs_err_detail_set(detail, "key file %s: %s", path, rs_err_text(err));
	unlock->with = (struct vault_unlock){ VAULT_SLOT_KEY_FILE, unlock->owned };
	return err;
}

int
unlock_find(const struct home_settings *settings, bool make, struct unlock *ret_unlock,
    struct rs_err_detail *detail)
{
	struct buffer path;
	int err;

	*ret_unlock = (struct unlock){ .owned = NULL };
	if (settings->passphrase != NULL)
		return unlock_of_text(settings->passphrase, ret_unlock);
	if (settings->key_file != NULL)
		return read_key_file(settings, settings->key_file, make, ret_unlock, detail);
	buffer_init(&path, PATH_LEN_MAX);
	err = buffer_printf(&path, "%s/key", settings->directory);
	if (err == RS_OK)
		err = read_key_file(settings, buffer_text(&path), make, ret_unlock, detail);
	buffer_release(&path);
	return err;
}

/* Is there nothing that opens the vault but what a person knows? */
static bool
must_ask(const struct home_settings *settings)
{
	struct buffer path;
	bool must = false;

	if (settings->passphrase != NULL)
		return false;
	if (settings->key_file != NULL)
		return access(settings->key_file, F_OK) != 0;
	buffer_init(&path, PATH_LEN_MAX);
	if (buffer_printf(&path, "%s/key", settings->directory) == RS_OK)
		must = access(buffer_text(&path), F_OK) != 0;
	buffer_release(&path);
	return must;
}

int
unlock_held(const struct home_settings *settings, const char *keys, uint8_t id[VAULT_ID_LEN],
    struct secret **ret_key)
{
	struct vault_slot slots[VAULT_SLOTS_MAX];
	size_t count;

	if (!must_ask(settings) || vault_keys_list(keys, id, slots, &count) != RS_OK)
		return RS_ENOTFOUND;
	return keyring_find(id, ret_key);
}

void
unlock_release(struct unlock *unlock)
{
	secret_free(unlock->owned);
	unlock->owned = NULL;
}
