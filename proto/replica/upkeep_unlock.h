/*
 * The commands of `vault` on what opens it for a while: its key in the kernel's keyring.
 */
#ifndef PROTO_REPLICA_UPKEEP_UNLOCK_H
#define PROTO_REPLICA_UPKEEP_UNLOCK_H

#include "proto/replica/upkeep_command.h"

/**
 * upkeep_unlock(upkeep), upkeep_lock(upkeep), upkeep_unlock_tell(upkeep):
 * Run `unlock` and `lock`; and say for `info` if the key is held.  As upkeep_run fails.
 */
int upkeep_unlock(struct upkeep *upkeep);
/** End it before its time. */
int upkeep_lock(struct upkeep *upkeep);
/** Say whether the keyring holds the key of the vault ${id}. */
void upkeep_unlock_tell(struct upkeep *upkeep, const uint8_t id[VAULT_ID_LEN]);

#endif
