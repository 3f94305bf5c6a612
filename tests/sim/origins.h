/*
 * Scenarios of homes that are not what they were: restored from a backup, or copied.
 */
#ifndef TESTS_SIM_ORIGINS_H
#define TESTS_SIM_ORIGINS_H

#include "tests/sim/world.h"

/**
 * found_out(initiator, responder):
 * Sync twice: the first exchange must find out that a home is not what it was, and end; the
 * second is as any.
 */
void found_out(struct host *initiator, struct host *responder);

/**
 * a_laptop_restored_from_a_backup(world), an_archive_restored_from_a_backup(world),
 * an_exchange_that_began_under_the_old_origin(world), a_restored_replica_that_is_told(world),
 * a_cloned_replica(world):
 * Play each in a new ${world}: nothing that was acknowledged is lost, and no write is taken for
 * another's.
 */
void a_laptop_restored_from_a_backup(struct world *world);
void an_archive_restored_from_a_backup(struct world *world);
void an_exchange_that_began_under_the_old_origin(struct world *world);
void a_restored_replica_that_is_told(struct world *world);
void a_cloned_replica(struct world *world);

#endif
