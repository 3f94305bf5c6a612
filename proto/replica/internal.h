/*
 * What the modules of this folder share: the insides of `struct replica`.
 * Nobody else includes this.
 */
#ifndef PROTO_REPLICA_INTERNAL_H
#define PROTO_REPLICA_INTERNAL_H

#include "proto/base/secret.h"
#include "proto/record/hlc.h"
#include "proto/replica/database.h"
#include "proto/replica/pack.h"
#include "proto/replica/policy.h"
#include "proto/replica/replica.h"

struct replica {
	struct database database;
	const struct clock *clock;
	const struct random *random;
	enum replica_role role;
	struct pack *pack;

	/* Who we are; from the table `local`. */
	uint8_t origin[VERSION_ORIGIN_LEN];
	uint8_t library[HASH_NAME_LEN];
	struct secret *library_secret;

	/* Copies of what the tables say, read anew after a rollback. */
	struct hlc hlc;
	uint64_t hlc_stored;		/* `hlc` as it is on disk */
	struct version_vector vector;
	struct version_vector horizon;	/* what was collected, see collect.h */
	bool reborn;			/* we wrote under another origin before */
	int64_t last_origin_row;	/* of `origin`, the one asked for last; 0 for none: */
	uint8_t last_origin[VERSION_ORIGIN_LEN];
	uint64_t quarantine_next;	/* the least clock in quarantine, 0 for none */
	int64_t wanted;			/* blobs that are missing; -1: not counted */

	/* What is to be here; see offline.h. */
	struct policy policy;
	bool limited;			/* it has a say: this is a laptop, and it bounds */
	int64_t day;			/* since 1970, for which `newest` was reckoned */
	int64_t since_ms;		/* an item saved from then on is among the newest */
	bool drops_pages;		/* an archive that gives up what it has read; see page.h */

	bool stale;			/* these could not be read */

	/* The open transaction. */
	unsigned depth;
	bool broken;			/* an inner level was rolled back */
	struct replica_change change;	/* for the watcher */

	int64_t work_wait_ms;		/* see work_wait */
	bool gathering;			/* see replica_gather; until the end of the transaction: */
	int64_t gathered;		/* the row that was gathered last; 0 for none */
	bool rebuilding;		/* registers are being read again */

	/*
	 * A blob whose last piece showed that its bytes are not what its hash says.  Its
	 * parts must go even though the transaction that found out is rolled back.
	 */
	bool spoiled;
	uint8_t spoiled_hash[HASH_CONTENT_LEN];

	void (*on_change)(void *context, const struct replica_change *change);
	void *on_change_context;
};

/* Rows of `work` that a session at the site ?1 concerns, so that their indexes are used. */
#define WORK_OF_SITE "((work.site = ?1 AND work.site <> '')" \
	" OR (work.sender = ?1 AND work.sender <> ''))"

#endif
