/*
 * The ledger: every write that a device has acknowledged to its reader.  At the
 * end each register must hold the latest of them, on every device.
 *
 * A write is certain while some device holds it, or a later one of the same
 * register.  A home that is put back to an older copy may take the only copy of
 * a write with it: that write may or may not come back (a message may carry
 * it).  A write that was collected, or superseded by one that was, must not stand
 * anywhere again.  And what was said of an item by one who did not know that it was removed may
 * be absent.  Nothing else is excused.
 */
#ifndef TESTS_SIM_LEDGER_H
#define TESTS_SIM_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/record/record.h"

struct world;
struct host;

struct ledger_entry {
	uint32_t kind;
	uint8_t entity[HASH_NAME_LEN];
	char field[48];
	uint8_t value[HASH_NAME_LEN];	/* a hash of it */
	bool nothing;			/* it is empty */
	uint8_t item[HASH_NAME_LEN];	/* that it is of, as far as the record tells; else 0 */
	uint64_t clock;
	uint8_t origin[VERSION_ORIGIN_LEN];
	uint64_t sequence;
	const char *host;		/* who wrote it */
	unsigned step;
	bool certain;
	bool collected;			/* somebody who held it, or a later one, forgot it */
};

struct ledger {
	struct ledger_entry *entries;
	size_t count, capacity;
	/*
	 * Two copies of a home gave one number to two writes at the same instant: nobody
	 * can tell the one from the other, nor find out that there are two copies.  Clocks
	 * count in 2^-16 ms, but those of a simulation often stand still.
	 */
	bool ambiguous;
};

/**
 * ledger_add(world, host, record):
 * ${host} has committed ${record} of its own.
 */
void ledger_add(struct world *world, const struct host *host, const struct record *record);

/**
 * ledger_after_loss(world):
 * A device has lost its home: no longer count on what no device holds now.
 */
void ledger_after_loss(struct world *world);

/**
 * ledger_after_collection(world, host):
 * ${host} has collected: what it held and does not hold any more is to stay away.
 */
void ledger_after_collection(struct world *world, struct host *host);

/**
 * ledger_check(world, host):
 * See that ${host} holds, of every register, the latest certain write or a later
 * one of the ledger.
 */
void ledger_check(struct world *world, struct host *host);

/**
 * ledger_newest_ms(ledger):
 * Return the time of the latest write, which a clock that was ahead may have put
 * into the future.
 */
int64_t ledger_newest_ms(const struct ledger *ledger);

#endif
