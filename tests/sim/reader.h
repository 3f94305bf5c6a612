/*
 * What people do at their devices, and an archive by itself.
 */
#ifndef TESTS_SIM_READER_H
#define TESTS_SIM_READER_H

#include "tests/sim/world.h"

/**
 * reader_save(host, number):
 * Save the link with this number.
 */
void reader_save(struct host *host, size_t number);

/**
 * reader_remove(host, number):
 * Remove that link, if it is there.
 */
void reader_remove(struct host *host, size_t number);

/**
 * reader_item(host, number, ret_item):
 * Tell the id of that link's item, which is the same on all devices.
 */
void reader_item(struct host *host, size_t number, uint8_t ret_item[HASH_NAME_LEN]);

/**
 * reader_set(host, number, field, value):
 * Write a register of that link's item.
 */
void reader_set(struct host *host, size_t number, const char *field, const char *value);

/**
 * reader_value(host, number, field, text, size):
 * Read one back into ${text}: "" when there is none.
 */
void reader_value(struct host *host, size_t number, const char *field, char *text, size_t size);

/**
 * reader_expect(host, number, field, value):
 * See that it is ${value}: "" when there is to be none.
 */
void reader_expect(struct host *host, size_t number, const char *field, const char *value);

/**
 * reader_keep(host, number, page_len):
 * Save that link, with a page of so many random bytes and a reading of it.
 */
void reader_keep(struct host *host, size_t number, size_t page_len);

/**
 * reader_writes_note(host, number, text, most):
 * Write a revision of the note on that link's item, in the place of all that is seen here,
 * or of the oldest ${most} of them.
 */
void reader_writes_note(struct host *host, size_t number, const char *text, size_t most);

/**
 * reader_note(host, number, text, size):
 * Read the note back: its versions, oldest first, with a '|' behind each.
 */
void reader_note(struct host *host, size_t number, char *text, size_t size);

/**
 * reader_acts(host):
 * Do anything, by the world's generator.
 */
void reader_acts(struct host *host);

#endif
