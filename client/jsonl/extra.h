/*
 * What stands in a line under keys that mean nothing here: it is kept as it was written, to
 * the digit, since other programs have numbers that no type of ours holds.
 */
#ifndef CLIENT_JSONL_EXTRA_H
#define CLIENT_JSONL_EXTRA_H

#include <stdio.h>

#include <jansson.h>

#include "proto/base/buffer.h"

/* A member of an object, as it stands in the text: its name without the quotes, its value. */
struct extra_member {
	struct bytes name;
	struct bytes value;
};

/**
 * extra_next(object, at, ret_member):
 * Take the next member of the text ${object}, of which ${at}, at first 0, bytes were read;
 * false at the end.  Of a text that is no JSON object the members make no sense, but lie
 * in it.
 */
bool extra_next(struct bytes object, size_t *at, struct extra_member *ret_member);

/**
 * extra_load(text, ret_error):
 * Read a line as json_loadb does.  Where it has numbers that do not fit, under keys that
 * mean nothing here, they are 0 in what comes back.  NULL, with ${ret_error}, when it is not
 * JSON, has a key twice, or does not fit elsewhere.
 */
json_t *extra_load(struct bytes text, json_error_t *ret_error);

/**
 * extra_write(key, value, out):
 * Write ${key} and ${value}, a comma before them, if the value is JSON: it may come from
 * any device.
 */
void extra_write(const char *key, struct bytes value, FILE *out);

#endif
