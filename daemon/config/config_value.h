/*
 * The values of the configuration: what config.h calls DURATION, SIZE and so
 * on.  Each function reads a whole text, without blanks around it, and fails
 * with RS_EINVAL when it is anything else.
 */
#ifndef DAEMON_CONFIG_CONFIG_VALUE_H
#define DAEMON_CONFIG_CONFIG_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/config/config.h"

/**
 * config_value_number(text, ret_number):
 * Read decimal digits.
 */
int config_value_number(const char *text, int64_t *ret_number);

/**
 * config_value_duration(text, ret_ms):
 * Read a number and its unit (ms, s, m, h, d), or 0, as milliseconds.
 */
int config_value_duration(const char *text, int64_t *ret_ms);

/**
 * config_value_size(text, ret_size):
 * Read a number of bytes, or of K, M or G of them.
 */
int config_value_size(const char *text, int64_t *ret_size);

/**
 * config_value_truth(text, ret_truth):
 * Read yes, on, true, or no, off, false, in either case.
 */
int config_value_truth(const char *text, bool *ret_truth);

/**
 * config_value_is_address(text), config_value_is_web_url(text),
 * config_value_is_proxy_url(text), config_value_is_path(text),
 * config_value_is_name(text), config_value_is_tag(text):
 * Tell whether ${text} is a HOST:PORT, an http or https URL, the URL of a
 * proxy, an absolute path, the name of a queue, a tag.
 */
bool config_value_is_address(const char *text);
bool config_value_is_web_url(const char *text);
/** Tell whether ${text} is the URL of a proxy that the fetcher speaks. */
bool config_value_is_proxy_url(const char *text);
/** Tell whether ${text} is an absolute path. */
bool config_value_is_path(const char *text);
bool config_value_is_name(const char *text);
bool config_value_is_tag(const char *text);

/**
 * config_value_distance(a, b):
 * Return how many letters must be put in, taken out, exchanged or swapped with
 * their neighbour to make ${b} of ${a} (optimal string alignment); SIZE_MAX
 * when either has more than 32.
 */
size_t config_value_distance(const char *a, const char *b);

/**
 * config_value_list_add(list, text, len):
 * Add a copy of the ${len} bytes at ${text} to ${list}.  RS_ENOMEM.
 */
int config_value_list_add(struct config_list *list, const char *text, size_t len);

/**
 * config_value_list_release(list):
 * Free what ${list} holds and leave it empty.
 */
void config_value_list_release(struct config_list *list);

#endif
