/*
 * The tables of a replica, and how an older database becomes a newer one.
 *
 * The version of the schema is PRAGMA user_version; an application_id marks the
 * file as a replica.  Pragmas that shape the file are the vault's.
 */
#ifndef PROTO_REPLICA_SCHEMA_H
#define PROTO_REPLICA_SCHEMA_H

#include <stddef.h>

#include "proto/replica/database.h"

/* What makes version ${version} of the one before; no statement of it ends a transaction. */
struct schema_step {
	int version;
	const char *sql;
};

/**
 * schema_upgrade(database, detail):
 * Make the tables in an empty database, or bring older ones up to date, in one transaction.
 * RS_EVERSION when a newer program made them, RS_ENOTVAULT when they are not
 * ours; nothing is changed then.
 */
int schema_upgrade(struct database *database, struct rs_err_detail *detail);

/**
 * schema_upgrade_by(database, steps, count, detail):
 * The same with a history of one's own: ${count} steps in rising order of version.
 */
int schema_upgrade_by(struct database *database, const struct schema_step *steps, size_t count,
    struct rs_err_detail *detail);

/**
 * schema_history(ret_count):
 * Return the steps that schema_upgrade takes, ${ret_count} of them; borrowed.
 */
const struct schema_step *schema_history(size_t *ret_count);

#endif
