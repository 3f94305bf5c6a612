#include <stdlib.h>
#include <string.h>

#include "proto/replica/unlock.h"
#include "proto/replica/upkeep_unlock.h"
#include "proto/vault/keyring.h"

enum {
	MINUTE = 60,
	HOUR = 60 * MINUTE,
	DAY = 24 * HOUR,
	SECONDS_MAX = 30 * DAY
};

/* Read a time such as "90s", "30m", "8h" or "2d". */
static int
read_time(struct upkeep *upkeep, const char *text, unsigned *ret_seconds)
{
	static const struct {
		char letter;
		unsigned seconds;
	} units[] = { { 's', 1 }, { 'm', MINUTE }, { 'h', HOUR }, { 'd', DAY } };
	size_t digits = strspn(text, "0123456789");
	unsigned long number = strtoul(text, NULL, 10);

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (digits == 0 || text[digits] != units[i].letter || text[digits + 1] != '\0')
			continue;
		if (number == 0 || number > SECONDS_MAX / units[i].seconds)
			break;
		*ret_seconds = (unsigned)number * units[i].seconds;
		return RS_OK;
	}
	rs_err_detail_set(upkeep->detail, "'%s' is no time to hold a key for: 1s to 30d, such as "
	    "90s, 30m, 8h or 2d", text);
	return RS_EINVAL;
}

int
upkeep_unlock(struct upkeep *upkeep)
{
	const struct home_settings *home = &upkeep->settings->home;
	const char *path = buffer_text(&upkeep->keys);
	const char *time = upkeep->arguments[0] == NULL ? "8h" : upkeep->arguments[0];
	struct unlock unlock = { .owned = NULL };
	struct secret *key = NULL;
	uint8_t id[VAULT_ID_LEN];
	unsigned seconds;
	int err = read_time(upkeep, time, &seconds);

	if (err == RS_OK)
		err = unlock_find(home, false, &unlock, upkeep->detail);
	if (err == RS_OK)
		err = vault_keys_open(path, &unlock.with, id, &key, upkeep->detail);
	if (err == RS_OK)
		err = keyring_hold(id, key, seconds, upkeep->detail);
	if (err == RS_OK)
		upkeep_say(upkeep, "unlocked for %s; vault lock ends that", time);
	secret_free(key);
	unlock_release(&unlock);
	return upkeep_explain(upkeep, err, path);
}

int
upkeep_lock(struct upkeep *upkeep)
{
	const char *path = buffer_text(&upkeep->keys);
	struct vault_slot slots[VAULT_SLOTS_MAX];
	uint8_t id[VAULT_ID_LEN];
	size_t count;
	int err = vault_keys_list(path, id, slots, &count);

	if (err != RS_OK)
		return upkeep_explain(upkeep, err, path);
	err = keyring_drop(id);
	if (err == RS_EREFUSED)
		rs_err_detail_set(upkeep->detail, "the kernel's keyring does not let go of the "
		    "key");
	/* Locked it is, whoever did it. */
	return err == RS_ENOTFOUND ? RS_OK : err;
}

void
upkeep_unlock_tell(struct upkeep *upkeep, const uint8_t id[VAULT_ID_LEN])
{
	struct secret *key;

	if (keyring_find(id, &key) != RS_OK)
		return;
	upkeep_say(upkeep, "unlocked: the kernel's keyring holds the key for a while");
	secret_free(key);
}
