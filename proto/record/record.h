/*
 * The record: one write of one register.  Everything that replicas agree on is
 * a set of last-writer-wins registers named by (kind, entity, field); items, tags, fetches,
 * readings, devices, notes and highlights are such registers and nothing else.
 *
 * A kind or field that this build does not know is kept and passed on.
 */
#ifndef PROTO_RECORD_RECORD_H
#define PROTO_RECORD_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/buffer.h"
#include "proto/base/hash.h"
#include "proto/record/version_vector.h"

enum {
	RECORD_FIELD_MAX = 200,		/* bytes of a field's name, at least 1 */
	RECORD_VALUE_MAX = 32768	/* bytes of a value */
};

/* Kinds, as in readsync.proto (Record.Kind). */
enum record_kind {
	RECORD_ITEM = 1,
	RECORD_FETCH = 2,
	RECORD_READING = 3,
	RECORD_DEVICE = 4,
	RECORD_NOTE = 5,
	RECORD_HIGHLIGHT = 6
};

struct record {
	uint32_t kind;			/* an enum record_kind, or an unknown one */
	uint8_t entity[HASH_NAME_LEN];
	struct bytes field;		/* borrowed */
	struct bytes value;		/* borrowed */
	uint64_t clock;			/* see hlc.h */
	uint8_t origin[VERSION_ORIGIN_LEN];
	uint64_t sequence;		/* of the origin, from 1 */
};

/**
 * record_wins(clock, origin, other_clock, other_origin):
 * Tell whether a write at (${clock}, ${origin}) supersedes one at
 * (${other_clock}, ${other_origin}): the greater clock wins, among equal clocks
 * the greater origin.  Total and the same on every device.
 */
bool record_wins(uint64_t clock, const uint8_t *origin, uint64_t other_clock,
    const uint8_t *other_origin);

/**
 * record_valid(record):
 * Tell whether ${record} keeps the bounds above (field and value lengths, a
 * kind, a clock and a sequence other than 0).
 */
bool record_valid(const struct record *record);

#endif
