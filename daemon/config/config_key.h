/*
 * The keys of the configuration: one table that says for each key what may
 * stand there and in which field it ends up.
 */
#ifndef DAEMON_CONFIG_CONFIG_KEY_H
#define DAEMON_CONFIG_CONFIG_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/config/config.h"
#include "proto/base/err.h"

enum config_section {
	CONFIG_SECTION_NONE,		/* before the first heading */
	CONFIG_SECTION_UNKNOWN,		/* told of once; its keys are not looked at */
	CONFIG_SECTION_DAEMON,
	CONFIG_SECTION_VAULT,
	CONFIG_SECTION_FETCH,
	CONFIG_SECTION_QUEUE
};

struct config_key;

/* Read a value into its field; RS_EINVAL when it is not what is expected. */
typedef int config_key_setter(const struct config_key *key, const char *value, void *field,
    struct rs_err_detail *detail);

struct config_key {
	enum config_section section;
	const char *name;
	config_key_setter *set;
	size_t offset;			/* of the field in its config or config_queue */
	const char *expected;		/* "... is not EXPECTED" */
	int64_t min, max;		/* of a number, duration or size; max items of a list */
	bool (*is)(const char *text);	/* of a text or an item of a list */
	bool is_list;			/* may be repeated */
};

/**
 * config_key_section_name(section):
 * Return the word of the heading of one of the four sections.
 */
const char *config_key_section_name(enum config_section section);

/**
 * config_key_section(word, ret_near):
 * Return the section called ${word}, or CONFIG_SECTION_UNKNOWN; ${ret_near} is
 * then what may have been meant, or NULL.
 */
enum config_section config_key_section(const char *word, const char **ret_near);

/**
 * config_key_find(section, name):
 * Return the key ${name} of ${section}, or NULL.
 */
const struct config_key *config_key_find(enum config_section section, const char *name);

/**
 * config_key_bit(key):
 * Return a bit that no other key has.
 */
uint64_t config_key_bit(const struct config_key *key);

/**
 * config_key_set(key, value, base, detail):
 * Set the field of ${key} in ${base}, a struct config or, for a queue's key, a
 * struct config_queue.  A list gets longer, anything else is replaced.
 * RS_EINVAL with one line about ${value} in ${detail}; RS_ENOMEM.
 */
int config_key_set(const struct config_key *key, const char *value, void *base,
    struct rs_err_detail *detail);

/**
 * config_key_describe_unknown(section, name, detail):
 * Say in ${detail} that ${section} has no key ${name}, and what may have been
 * meant.
 */
void config_key_describe_unknown(enum config_section section, const char *name,
    struct rs_err_detail *detail);

#endif
