/*
 * The commands of `vault` on what opens it for good: its slots.
 */
#ifndef PROTO_REPLICA_UPKEEP_SLOT_H
#define PROTO_REPLICA_UPKEEP_SLOT_H

#include "proto/replica/upkeep_command.h"
#include "proto/vault/keys.h"

enum {
	UPKEEP_NAME_LEN = 2 * VAULT_SLOT_NAME_LEN
};

/**
 * upkeep_slot_name(slot, name):
 * Write what a person calls ${slot} by.
 */
void upkeep_slot_name(const struct vault_slot *slot, char name[UPKEEP_NAME_LEN + 1]);

/**
 * upkeep_slot_list(upkeep), upkeep_slot_add_key_file(upkeep),
 * upkeep_slot_add_passphrase(upkeep), upkeep_slot_add_recovery(upkeep),
 * upkeep_slot_remove(upkeep), upkeep_slot_change(upkeep):
 * Run `slot list`, `slot add`, `slot remove` and `passwd`; as upkeep_run fails.
 */
int upkeep_slot_list(struct upkeep *upkeep);
/** Let the key file that is named open the vault too; it is made where it is missing. */
int upkeep_slot_add_key_file(struct upkeep *upkeep);
/** Let another passphrase open it. */
int upkeep_slot_add_passphrase(struct upkeep *upkeep);
/** Make a recovery key, and say it. */
int upkeep_slot_add_recovery(struct upkeep *upkeep);
/** End that the slot which is named opens it. */
int upkeep_slot_remove(struct upkeep *upkeep);
/** Put a new passphrase in the place of the one that opens it, or of the only one. */
int upkeep_slot_change(struct upkeep *upkeep);

#endif
