/*
 * The tables of the truth: origins with the vector, registers, quarantine.
 * Derives nothing and decides nothing but which of two writes wins.
 */
#ifndef PROTO_REPLICA_REGISTER_H
#define PROTO_REPLICA_REGISTER_H

#include "proto/replica/replica.h"

/**
 * register_load(replica):
 * Read the vector and what is in quarantine into ${replica}.
 */
int register_load(struct replica *replica);

/**
 * register_get(replica, kind, entity, field, out, ret_clock):
 * Append the value of a register to ${out}, and set ${ret_clock} (unless NULL) to its
 * clock.  RS_ENOTFOUND.
 */
int register_get(struct replica *replica, uint32_t kind, const uint8_t *entity,
    struct bytes field, struct buffer *out, uint64_t *ret_clock);

/**
 * register_is_there(replica, kind, entity, field, ret_there):
 * Tell whether a register has a value; the empty one says what none says.
 */
int register_is_there(struct replica *replica, uint32_t kind, const uint8_t *entity,
    const char *field, bool *ret_there);

/**
 * register_put(replica, record, ret_won):
 * Store ${record} unless the register has a winning write already, which
 * ${ret_won} tells.  RS_EPROTOCOL when the origin gave the sequence to another
 * register before.
 */
int register_put(struct replica *replica, const struct record *record, bool *ret_won);

/**
 * register_raise(replica, entry):
 * Raise the vector, on disk and in memory.
 */
int register_raise(struct replica *replica, const struct version_entry *entry);

/**
 * register_collected(replica, origin, sequence):
 * Raise the horizon (collect.h) of ${origin} to ${sequence}, on disk and in memory.
 */
int register_collected(struct replica *replica, const uint8_t *origin, uint64_t sequence);

/**
 * register_written(replica, sequence, clock):
 * Note that our write ${sequence} was made at ${clock}.
 */
int register_written(struct replica *replica, uint64_t sequence, uint64_t clock);

/**
 * register_clock(replica, sequence, ret_clock):
 * Tell when our write ${sequence} was made.  RS_ENOTFOUND.
 */
int register_clock(struct replica *replica, uint64_t sequence, uint64_t *ret_clock);

/**
 * register_former(replica, origin, ret_made):
 * ${origin} is one under which this replica wrote before: tell how many of its
 * writes it made.  RS_ENOTFOUND when it is not.
 */
int register_former(struct replica *replica, const uint8_t *origin, uint64_t *ret_made);

/**
 * register_wins(replica, record, ret_wins):
 * Tell whether ${record} would supersede what its register holds, if anything.
 */
int register_wins(struct replica *replica, const struct record *record, bool *ret_wins);

/**
 * register_reissue(replica, old, new):
 * Make every write of the origin ${old} that is held one of ${new}, which has none yet,
 * with the same sequence and clock, put the vector of ${old} to 0, and note that it was
 * ours.
 */
int register_reissue(struct replica *replica, const uint8_t *old, const uint8_t *new);

/**
 * register_claim(replica, on_record, context):
 * Make every write that the vector does not cover one of ours, with the next sequences and
 * the same clocks, or the next where ours is the lesser origin, and hand it to on_record,
 * which returns 0 or an error that ends this; those in quarantine stay there and are not
 * handed over.
 */
int register_claim(struct replica *replica,
    int (*on_record)(void *context, const struct record *record), void *context);

/**
 * register_each(replica, origin, after, through, on_record, context, ret_complete):
 * Hand the records of ${origin} with a sequence above ${after} and up to
 * ${through}, those in quarantine among them, in rising sequence to on_record until it
 * returns false, which clears ${ret_complete}.
 */
int register_each(struct replica *replica, const struct version_entry *after, uint64_t through,
    bool (*on_record)(void *context, const struct record *record), void *context,
    bool *ret_complete);

/**
 * register_set_aside(replica, record):
 * Put ${record} in quarantine, unless it is there; or was taken over, and our clock
 * has gone back since.
 */
int register_set_aside(struct replica *replica, const struct record *record);

/**
 * register_release(replica, clock, on_record, context):
 * Take every record with a clock up to ${clock} out of quarantine and hand it to
 * on_record, which returns 0 or an error that ends this.
 */
int register_release(struct replica *replica, uint64_t clock,
    int (*on_record)(void *context, const struct record *record), void *context);

#endif
