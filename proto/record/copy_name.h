/*
 * What each completeness of a copy is called, in commands, JSON and JSON Lines.
 */
#ifndef PROTO_RECORD_COPY_NAME_H
#define PROTO_RECORD_COPY_NAME_H

#include <stdbool.h>

#include "readsync.pb-c.h"

/**
 * copy_name(copy):
 * Return "unknown", "blocked", "teaser", "partial" or "full".
 */
const char *copy_name(Readsync__Copy copy);

/**
 * copy_of_name(name, ret_copy):
 * Set ${ret_copy} to the completeness that is called ${name}; returns false for none.
 */
bool copy_of_name(const char *name, Readsync__Copy *ret_copy);

#endif
