/*
 * The tables of a replica, and how an older database becomes a newer one.
 *
 * The version of the schema is PRAGMA user_version; an application_id marks the
 * file as a replica.  Pragmas that shape the file are the vault's.
 */
#ifndef PROTO_REPLICA_SCHEMA_H
#define PROTO_REPLICA_SCHEMA_H

#include "proto/replica/database.h"

/**
 * schema_upgrade(database, detail):
 * Make the tables in an empty database, or bring older ones up to date, in one transaction.
 * RS_EVERSION when a newer program made them, RS_ENOTVAULT when they are not
 * ours; nothing is changed then.
 */
int schema_upgrade(struct database *database, struct rs_err_detail *detail);

#endif
