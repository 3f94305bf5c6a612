/*
 * Agreement: what all devices of a world must have in common once they have
 * heard of everything.
 */
#ifndef TESTS_SIM_AGREE_H
#define TESTS_SIM_AGREE_H

#include "tests/sim/world.h"

/**
 * agree_catch_up(world):
 * Set all clocks right, and wait until no write lies in the future.
 */
void agree_catch_up(struct world *world);

/**
 * agree_check(world):
 * See that all devices hold the same registers and vectors, that their derived
 * tables say the same and are what a rebuild makes, that the search index fits them,
 * that every revision of a note is shown or has led to one that is a head,
 * that what the ledger counts on is there, and that nobody wants a blob which
 * somebody has.
 */
void agree_check(struct world *world);

/**
 * agree_after_meeting(world):
 * Let all devices meet the first one, twice, and see that they agree.
 */
void agree_after_meeting(struct world *world);

#endif
