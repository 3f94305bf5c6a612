/*
 * What a device keeps for when it is offline.
 *
 * A laptop may be told a policy (policy.h), kept in its own vault and never synced.  The
 * want-list follows it: what it asks for is fetched, and what is here and not asked for is
 * spare.  Registers are never given up, so lists are whole; nor is a blob unless the
 * archive that was just talked to has said that it holds it durably, under the origin that
 * it has now.  So what a reader saves offline stays until an archive has it, and what an
 * archive has acknowledged and lost with its disk stays from the moment at which it goes on
 * under a new origin.
 *
 * `newest N days` is reckoned in days of UTC: the first transaction of a day moves the items
 * that have come of age, and no others.  An archive has no policy.
 */
#ifndef PROTO_REPLICA_OFFLINE_H
#define PROTO_REPLICA_OFFLINE_H

#include "proto/replica/policy.h"
#include "proto/replica/replica.h"

enum {
	OFFLINE_ASKED_DAYS = 7		/* how long offline_ask is remembered */
};

struct offline_counts {
	uint64_t articles;		/* of the shown items */
	uint64_t articles_here;
	uint64_t missing;		/* blobs that the policy asks for */
	uint64_t spare;			/* that are here and it does not */
	uint64_t bytes;			/* of all blobs here */
};

struct offline_released {
	uint64_t blobs;
	uint64_t bytes;
	bool more;
};

/**
 * offline_policy(replica):
 * Return the policy; that of an archive keeps everything.  Borrowed.
 */
const struct policy *offline_policy(const struct replica *replica);

/**
 * offline_set_policy(replica, policy):
 * Take ${policy} for this device, and make the want-list anew.  Nothing is given up here: see
 * offline_release.  RS_EREFUSED on an archive.
 */
int offline_set_policy(struct replica *replica, const struct policy *policy);

/**
 * offline_ask(replica, item):
 * Keep the article of ${item} and its images for OFFLINE_ASKED_DAYS, before all others,
 * whatever the policy asks for.
 */
int offline_ask(struct replica *replica, const uint8_t *item);

/**
 * offline_wants(replica, hash, ret_wants):
 * Tell whether the blob ${hash} is missing.
 */
int offline_wants(struct replica *replica, const uint8_t *hash, bool *ret_wants);

/**
 * offline_any_spare(replica):
 * Tell whether anything is spare.
 */
bool offline_any_spare(struct replica *replica);

/**
 * offline_doubts(replica, archive, on_doubt, context):
 * Hand each spare blob of which the archive with the origin ${archive} has not said that it
 * holds it to on_doubt(context, hash, offset), until it returns false: ${offset} is that of
 * the last byte, by which a peer shows that it has the blob.
 */
int offline_doubts(struct replica *replica, const uint8_t *archive,
    bool (*on_doubt)(void *context, const uint8_t *hash, uint64_t offset), void *context);

/**
 * offline_release(replica, archive, on_progress, context, released):
 * Give up what is spare and the archive with the origin ${archive} holds, the least wanted
 * first, and what has begun to come and is not wanted any more, in transactions of a bounded
 * size; and give the disk back what that frees.  Only after an exchange with that archive
 * has come to rest, and between transactions.  Behind each transaction of blobs
 * on_progress(context), unless it is NULL, tells whether to go on now; else the same call,
 * also over the replica opened anew, goes on later.  ${released}, zeroes at first, counts
 * all that was given up, also before a failure; ${released->more} tells whether this is
 * unfinished.
 */
int offline_release(struct replica *replica, const uint8_t *archive,
    bool (*on_progress)(void *context), void *context, struct offline_released *released);

/**
 * offline_count(replica, ret_counts):
 * Count.  Costs a pass over the items: for a status.
 */
int offline_count(struct replica *replica, struct offline_counts *ret_counts);

/**
 * offline_load(replica), offline_turn(replica):
 * For replica.c: read the policy; bring the want-list in line with the day, in a transaction.
 */
int offline_load(struct replica *replica);
int offline_turn(struct replica *replica);

#endif
