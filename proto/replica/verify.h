/*
 * Whether a vault is sound: what is on the disk is what was written, and what is
 * derived says what the registers say.
 */
#ifndef PROTO_REPLICA_VERIFY_H
#define PROTO_REPLICA_VERIFY_H

#include "proto/replica/replica.h"

/* Who is told. */
struct verify_report {
	void (*say)(void *context, const char *line);	/* a finding, or what is sound */
	/* How far a part is; may be NULL. */
	void (*progress)(const char *what, uint64_t done, uint64_t total);
	void *context;
};

/**
 * verify_vault(database, settings, report, detail):
 * Check the vault ${database}, from vault_open, which this closes:
 *   - every page authenticates;
 *   - SQLite finds its structure sound, and the search index agrees with the texts;
 *   - every blob that is held whole is what its hash says;
 *   - the derived tables are what the registers make; where not, they are made anew.
 * Each part is tried only if those before it were sound.  RS_EDAMAGED when something
 * was found, which ${report} was told; else fails like replica_open and vault_error.
 */
int verify_vault(struct sqlite3 *database, const struct replica_settings *settings,
    const struct verify_report *report, struct rs_err_detail *detail);

#endif
