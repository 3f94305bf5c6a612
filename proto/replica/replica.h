/*
 * The replica: all registers of a library, the tables derived from them, the
 * blobs, and what is local to this device, in one sealed database.
 *
 * What always holds: `register` is the truth; every derived table is a function
 * of it and can be rebuilt; entry n of the version vector for an origin means
 * that every write of it up to n is held or superseded.  One thread at a time
 * uses a replica.  Nothing here logs or touches a network.
 */
#ifndef PROTO_REPLICA_REPLICA_H
#define PROTO_REPLICA_REPLICA_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/clock.h"
#include "proto/base/err.h"
#include "proto/base/random.h"
#include "proto/record/record.h"
#include "proto/record/version_vector.h"

struct pack;
struct replica;
struct sqlite3;

enum replica_role {
	REPLICA_LAPTOP = 0,	/* may hold less than everything */
	REPLICA_ARCHIVE = 1	/* keeps everything; does the fetching */
};

struct replica_settings {
	const struct clock *clock;
	const struct random *random;
	enum replica_role role;
};

/* What changed in a commit; handed to the watcher after it. */
struct replica_change {
	bool registers;		/* some register was written */
	bool blobs;		/* a blob became complete, or others are wanted */
	bool work;		/* there is something new for the pipeline */
};

/**
 * replica_open(database, settings, ret_replica, detail):
 * Take over ${database} (from vault_open): make the schema in an empty one,
 * upgrade an older one, refuse a newer one with RS_EVERSION.  On success the
 * replica owns it and replica_close closes it; on failure it stays the caller's.
 */
int replica_open(struct sqlite3 *database, const struct replica_settings *settings,
    struct replica **ret_replica, struct rs_err_detail *detail);
void replica_close(struct replica *replica);

/**
 * replica_err_text(replica, err):
 * Like rs_err_text for ${err}, which a call on ${replica} has just given; but where
 * the disk or what is on it failed, name the file, and the page that is damaged.
 * Borrowed until the next call; ${replica} may be NULL.
 */
const char *replica_err_text(const struct replica *replica, int err);

/**
 * replica_begin(replica), replica_commit(replica), replica_rollback(replica):
 * A transaction.  All that writes, here and in the modules beside this
 * one, must be inside one; a begin inside a begin only counts, and the
 * outermost commit makes all durable and calls the watcher.  After a rollback
 * at any depth the outer levels can only roll back too (RS_EINTERRUPTED from
 * commit).  The vector and the clock in memory go back with the tables.
 */
int replica_begin(struct replica *replica);
/** Make durable, or count down; see above. */
int replica_commit(struct replica *replica);
/** Take back all of the transaction; see above. */
void replica_rollback(struct replica *replica);

/**
 * replica_gather(replica):
 * Until the end of the transaction that is open, let the rows of items wait for its commit:
 * one that many records bear on, as in a first sync, is brought in line once.  Lists and
 * the like do not see before what was applied.
 */
void replica_gather(struct replica *replica);

/**
 * replica_settle(replica, err):
 * End a transaction by how it went: commit it when ${err} is RS_OK, and return how that
 * went; else roll it back and return ${err}.
 */
int replica_settle(struct replica *replica, int err);

/**
 * replica_pack(replica):
 * Return what the replica compresses with, for its own thread; borrowed.
 */
struct pack *replica_pack(struct replica *replica);

/**
 * replica_rest(replica):
 * Give back the memory that only work needs, between transactions: the next one takes it
 * again, and reads from the disk what it needs.
 */
void replica_rest(struct replica *replica);

/**
 * replica_watch(replica, on_change, context):
 * Call on_change(context, change) after each outermost commit that changed
 * something, on the caller's thread.  One watcher; NULL takes it away.
 */
void replica_watch(struct replica *replica,
    void (*on_change)(void *context, const struct replica_change *change), void *context);

/**
 * replica_write(replica, kind, entity, field, value):
 * Write a register here and now: a new clock reading, the next sequence of this
 * origin, derived tables brought up to date.  A value that the register has
 * already writes nothing; an absent register has the empty value.
 */
int replica_write(struct replica *replica, enum record_kind kind, const uint8_t *entity,
    const char *field, struct bytes value);

/**
 * replica_renew(replica, kind, entity, field):
 * Write the value that a register has once more, so that it wins over what others wrote
 * meanwhile; one that is empty or absent stays so.
 */
int replica_renew(struct replica *replica, enum record_kind kind, const uint8_t *entity,
    const char *field);

/**
 * replica_withdraw(replica, kind, entity, field, clock):
 * Write the empty value over a register as it was written at ${clock}: with the clock that
 * follows, so that it supersedes that write and none that was made later, here or
 * elsewhere.
 */
int replica_withdraw(struct replica *replica, enum record_kind kind, const uint8_t *entity,
    const char *field, uint64_t clock);

/**
 * replica_apply(replica, record):
 * Take over another device's write: kept when it wins, dropped when it is
 * superseded or held already.  A clock more than a day ahead of ours is set
 * aside in `quarantine` and counts as held.  RS_EPROTOCOL for a record that is not
 * valid, or one of this origin that it has not made.  The vector is not raised: see
 * replica_adopt.
 */
int replica_apply(struct replica *replica, const struct record *record);

/**
 * replica_adopt(replica, entry):
 * Record that every write of ${entry}'s origin up to its sequence is held or superseded,
 * and the clock of that one.  Of a former origin of this replica, only writes count that
 * it did not make.  RS_EPROTOCOL for writes of this origin that it has not made.
 */
int replica_adopt(struct replica *replica, const struct version_entry *entry);

/**
 * replica_disowns(replica, sequence, clock, ret_disowns):
 * A peer holds write ${sequence} of this origin, made at ${clock}: tell whether
 * it was not made here.  Then this database was rolled back, or is a copy, or was
 * copied: see replica_reincarnate.
 */
int replica_disowns(struct replica *replica, uint64_t sequence, uint64_t clock,
    bool *ret_disowns);

/**
 * replica_reincarnate(replica):
 * Go on under a new origin, because there are writes of ours that are not here: two
 * replicas that give the same sequences would each pass for holding what the
 * other wrote.  What this one holds of its old origin it issues again, with the same
 * clocks, so that nothing it wrote is taken for known; and it counts nothing of the
 * old one as held, so that it is sent the other's writes.  Those too it then issues
 * again, for whoever holds other writes of the same sequences.
 */
int replica_reincarnate(struct replica *replica);

/**
 * replica_vector(replica):
 * Return the version vector, this origin's writes included; borrowed, valid
 * until the next write.
 */
const struct version_vector *replica_vector(const struct replica *replica);

/**
 * replica_changes(replica, after, on_record, context, ret_complete):
 * Hand every held record that is not covered by ${after}, in rising (origin,
 * sequence) order, to on_record(context, record), whose views are valid during the call
 * only; it returns true to go on.  ${ret_complete} tells whether all were
 * handed over.  To resume, raise a copy of the vector by what was taken: the cost of a
 * call follows the records handed over, not those held.  What this replica's own vector
 * does not cover yet waits until it does: the gaps before it are still to come, and
 * a peer that resumes from it would miss them.  Records in quarantine are handed over
 * too.
 */
int replica_changes(struct replica *replica, const struct version_vector *after,
    bool (*on_record)(void *context, const struct record *record), void *context,
    bool *ret_complete);

/**
 * replica_origin(replica), replica_library(replica), replica_library_secret(replica):
 * Return this replica's origin (16 bytes), the library's name (16 bytes) and
 * its secret (32 bytes); borrowed.
 */
const uint8_t *replica_origin(const struct replica *replica);
/** Return the id of the library; borrowed. */
const uint8_t *replica_library(const struct replica *replica);
/** Return the secret that item ids are keyed with; borrowed. */
const uint8_t *replica_library_secret(const struct replica *replica);

/**
 * replica_role(replica), replica_clock(replica):
 * Return what the settings said.
 */
enum replica_role replica_role(const struct replica *replica);
const struct clock *replica_clock(const struct replica *replica);

/**
 * replica_join(replica, library, secret):
 * Make this replica one of another library, as a device does when it is paired
 * for the first time: its own items are written anew under their ids there.
 * RS_OK when it is in that library already, RS_EREFUSED when it is paired with
 * another one, or is an archive whose library has devices or items of its own.
 */
int replica_join(struct replica *replica, const uint8_t library[16], const uint8_t secret[32]);

#endif
