/*
 * A world to play in: devices, each with a replica in memory, a clock and a
 * generator of its own, and links that carry messages between two of them.
 *
 * What always holds: nothing here but the seed decides what happens, so a run
 * can be played again; a device loses at a kill exactly what it had not
 * committed; the messages of one direction of a link arrive in order or not at
 * all, and a link may be broken at one end before the other finds out.  A
 * frame that is cut anywhere is not authentic and never becomes a message: to
 * lose the rest of a frame is to lose the message.
 *
 * Nothing fails softly: whatever should not be ends the program, with the seed.
 */
#ifndef TESTS_SIM_WORLD_H
#define TESTS_SIM_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/replica/device.h"
#include "proto/sync/session.h"
#include "tests/sim/ledger.h"

enum {
	WORLD_HOSTS = 6,
	WORLD_LINKS = 10,
	WORLD_DAY_MS = 24 * 60 * 60 * 1000
};

struct world;

/* A device. */
struct host {
	struct world *world;
	const char *name;
	enum replica_role role;
	struct replica *replica;
	struct replica_settings settings;
	struct clock clock;
	struct random random;
	int64_t skew_ms;		/* its clock less the true time */
	uint64_t generator;
	uint64_t written;		/* its own writes when it began the open transaction */
	struct sqlite3 *backup;		/* an older copy of its home, or NULL */
	uint8_t key[DEVICE_KEY_LEN];	/* by which the first archive lists it */
};

/* A message on its way. */
struct parcel {
	struct parcel *next;
	struct buffer packed;
};

/* One end of a link, and what is on its way to it. */
struct end {
	struct host *host;
	struct sync_session *session;	/* NULL: this end has given the link up */
	struct parcel *first, *last;
	struct version_vector said;	/* what it held when it last said that it is idle */
	struct version_vector promised;	/* what it has acknowledged */
	bool over;			/* its session has failed */
	int err;			/* why */
	struct rs_err_detail detail;
};

struct link {
	struct end ends[2];		/* the initiator first */
};

struct world {
	const char *name;		/* of the scenario */
	uint64_t seed;
	uint64_t generator;
	unsigned step;
	int64_t now_ms;			/* the true time */
	struct host *hosts[WORLD_HOSTS];
	size_t host_count;
	struct link *links[WORLD_LINKS];
	size_t link_count;
	struct ledger ledger;
	bool forked;			/* some home was restored or copied */
	/* What a message on a link may become before it is delivered; NULL: itself. */
	void (*tamper)(struct link *link, size_t to, Readsync__Message *message);
	bool trace;			/* say what happens */
	size_t idles, breaks, kills, restores, collections;	/* that a run has been through */
	size_t released;		/* blobs that laptops gave up */
};

/**
 * world_fail(world, format, ...), WORLD_REQUIRE(world, condition, ...),
 * WORLD_OK(world, call):
 * End the program with the seed, the step and the reason; unless ${condition}
 * holds; unless ${call} gives RS_OK.
 */
_Noreturn void world_fail(const struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
#define WORLD_REQUIRE(world, condition, ...) do { \
	if (!(condition)) \
		world_fail(world, __VA_ARGS__); \
} while (0)
#define WORLD_OK(world, call) do { \
	int world_err = (call); \
	if (world_err != RS_OK) \
		world_fail(world, "%s: %s", #call, rs_err_text(world_err)); \
} while (0)

/**
 * world_note(world, format, ...):
 * Say what happens, to whoever looks into one seed.
 */
void world_note(const struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * world_init(world, name, seed), world_release(world):
 * Begin an empty world; end it.
 */
void world_init(struct world *world, const char *name, uint64_t seed);
void world_release(struct world *world);

/**
 * world_draw(world, below):
 * Return a number from 0 to ${below} - 1.
 */
size_t world_draw(struct world *world, size_t below);

/**
 * world_host(world, name, role):
 * Add a device of the one library, its clock right.  The first one lists all of them, if it
 * is an archive.
 */
struct host *world_host(struct world *world, const char *name, enum replica_role role);

/**
 * host_collect(host):
 * Collect what may be collected there now, to the end.
 */
void host_collect(struct host *host);

/**
 * host_kill(host):
 * The power goes and comes back: what was not committed is lost, and so are its
 * ends of all links.  What it has acknowledged must be there.
 */
void host_kill(struct host *host);

/**
 * host_back_up(host), host_restore(host, told):
 * Copy the home; put the copy in its place, as after a lost disk, and if ${told} say so
 * to the replica.  The ledger no longer counts on what nobody else holds.
 */
void host_back_up(struct host *host);
void host_restore(struct host *host, bool told);

/**
 * host_holds(host, vector):
 * Tell whether ${host} holds all that ${vector} names.  Of its own former origins, a
 * replica holds more than it says.
 */
bool host_holds(struct host *host, const struct version_vector *vector);

/**
 * host_clone(host, name):
 * Add a device that is a copy of ${host}'s home, to the last byte.
 */
struct host *host_clone(struct host *host, const char *name);

/**
 * host_begin(host), host_commit(host):
 * What the reader does at a device goes between these two; the ledger takes it down
 * when it is committed.
 */
void host_begin(struct host *host);
void host_commit(struct host *host);

/**
 * host_write(host, kind, entity, field, value):
 * Write one register, as the reader.
 */
void host_write(struct host *host, uint32_t kind, const uint8_t *entity, const char *field,
    struct bytes value);

/**
 * link_new(initiator, responder):
 * Connect two devices.
 */
struct link *link_new(struct host *initiator, struct host *responder);

/**
 * link_give_up(link, index), link_break(link):
 * One end loses the connection, and with it what was on its way there and what
 * it had not committed; both do, and the link is gone.
 */
void link_give_up(struct link *link, size_t index);
void link_break(struct link *link);

/**
 * link_pull(link, index):
 * Send one message from an end; tells whether there was one.
 */
bool link_pull(struct link *link, size_t index);

/**
 * link_deliver(link, index, count):
 * Hand up to ${count} messages to an end, uncommitted; tells whether there was one.
 * link_settle(link, index) commits them.
 */
bool link_deliver(struct link *link, size_t index, size_t count);
void link_settle(struct link *link, size_t index);

/**
 * link_inject(link, index, packed):
 * Put a message that nobody has sent on the way to an end.
 */
void link_inject(struct link *link, size_t index, struct bytes packed);

/**
 * link_step(link), link_run(link), link_run_some(link, messages):
 * Let each end take what is on its way there and answer it; do so until no message is
 * left; or until so many have been delivered, the last of them uncommitted.
 */
bool link_step(struct link *link);
void link_run(struct link *link);
void link_run_some(struct link *link, size_t messages);

/**
 * link_check_idle(link):
 * If an end takes the exchange for ended, see that each holds what the other had when it
 * said so; tells whether it does.
 */
bool link_check_idle(struct link *link);

/**
 * link_note_held(link):
 * An end that has come to rest, and is an archive, notes what the other one holds.
 */
void link_note_held(struct link *link);

/**
 * host_sync(initiator, responder):
 * A whole exchange, which must end well.
 */
void host_sync(struct host *initiator, struct host *responder);

/**
 * host_try_sync(initiator, responder):
 * A whole exchange, which may be refused: returns the error of the end that
 * refused it, or RS_OK.
 */
int host_try_sync(struct host *initiator, struct host *responder);

#endif
