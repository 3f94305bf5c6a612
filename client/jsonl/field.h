/*
 * The plain values of a line, with what is said of one that is not what it must be.
 */
#ifndef CLIENT_JSONL_FIELD_H
#define CLIENT_JSONL_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "proto/base/err.h"

/**
 * field_get(object, key):
 * Return the value of ${key}; NULL when there is none, or null, which says the same.
 */
json_t *field_get(const json_t *object, const char *key);

/**
 * field_refuse(detail, key, wanted):
 * Say in ${detail} that ${key} is not ${wanted}, and return RS_EINVAL.
 */
int field_refuse(struct rs_err_detail *detail, const char *key, const char *wanted);

/**
 * field_text(object, key, ret_text, detail):
 * Read ${key} as a text; ${ret_text}, borrowed, stays as it is when there is none.
 */
int field_text(const json_t *object, const char *key, const char **ret_text,
    struct rs_err_detail *detail);

/**
 * field_boolean(object, key, ret_answer, detail):
 * The same for true or false.
 */
int field_boolean(const json_t *object, const char *key, bool *ret_answer,
    struct rs_err_detail *detail);

/**
 * field_time(text, ret_ms):
 * Read a time of ISO 8601: a day, or a day and a time, with or without a fraction and a
 * zone, else UTC.  Tells whether it is one.
 */
bool field_time(const char *text, int64_t *ret_ms);

#endif
