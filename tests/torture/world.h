/*
 * Worlds to torture: a vault on the disk of disk.h, and work that is done in it
 * transaction by transaction, each time with the same result.
 *
 * Step n of a world takes it from state n - 1 to state n, at once and durably when
 * it returns RS_OK.  So after any mishap a vault must be in the state of the last step
 * that returned, or, where one was under way, in that step's.
 */
#ifndef TESTS_TORTURE_WORLD_H
#define TESTS_TORTURE_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/base/hash.h"
#include "proto/base/secret.h"
#include "proto/vault/keys.h"

struct replica;
struct sqlite3;

struct vault {
	char directory[64];
	char path[96];
	uint8_t id[VAULT_ID_LEN];
	struct secret *key;
	struct sqlite3 *db;		/* while it is open, */
	struct replica *replica;	/* perhaps by a replica */
	struct rs_err_detail detail;	/* of the last failure */
};

struct world {
	const char *name;
	long steps;
	/* Make state 0 in an empty vault that is open. */
	void (*begin)(struct vault *vault);
	/* An rs_err, with its detail; the vault may be left open or closed. */
	int (*step)(struct vault *vault, long n);
	const char *position;	/* SQL that gives the state's number */
	/* What a user has to see whether it is sound; leaves the vault closed. */
	int (*verify)(struct vault *vault);
	long closely;	/* so many first steps are always cut before every call */
};

#define WORLDS 3
extern const struct world worlds[WORLDS];

/* What a state looks like. */
struct state {
	uint8_t hash[HASH_CONTENT_LEN];
};

/**
 * vault_start(vault), vault_end(vault):
 * Start the disk, and make an empty vault on it that is open; and take all away.
 */
void vault_start(struct vault *vault);
void vault_end(struct vault *vault);

/**
 * vault_up(vault), vault_down(vault):
 * Open it, if it is not, with a small log and cache; and close it, if it is open.
 */
int vault_up(struct vault *vault);
void vault_down(struct vault *vault);

/**
 * vault_run(vault, sql):
 * Run SQL in the open vault; an rs_err, after which no transaction is open.
 */
int vault_run(struct vault *vault, const char *sql);

/**
 * vault_ask(vault, sql, ret_number), vault_state(vault, ret_state):
 * Give the number that ${sql} gives; and what all tables hold.  An rs_err.
 */
int vault_ask(struct vault *vault, const char *sql, long *ret_number);
int vault_state(struct vault *vault, struct state *ret_state);

/**
 * vault_check(vault):
 * Open the vault if it is not, and have SQLite check all of it; an rs_err.
 */
int vault_check(struct vault *vault);

/**
 * vault_verify(vault):
 * Have every page of the open vault authenticated; an rs_err.
 */
int vault_verify(struct vault *vault);

/**
 * world_run(world, vault):
 * Begin ${world}, go all its steps, and return its states, of number 0 to ${steps}; the
 * caller frees them.  The disk records the steps, with marks before and behind: step n
 * lies between 2 n - 1 and 2 n.
 */
struct state *world_run(const struct world *world, struct vault *vault);

/**
 * torture_full():
 * Tell whether everything is wanted (`make torture`), or the short form.
 */
bool torture_full(void);

#endif
