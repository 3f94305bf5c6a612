#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/page/explain.h"
#include "daemon/page/repeat.h"
#include "proto/base/err.h"

enum {
	LONG_BYTES = 80,	/* of the text of a unit that is no line */
	LONG_UNITS = 3,		/* in one run, at least */
	RUN_BYTES = 1000,	/* of its text, at least */
	PROBES = 32		/* of the table; more are made by who knows its hash */
};

/* A block that stands in no other, and what stands in it. */
struct unit {
	size_t begin, end;	/* places in the list */
	size_t bytes;		/* of text */
	uint32_t hash;
	bool original;		/* nothing before is the same */
	bool drop;
};

/* The units of an article, and by their hash the first of each: its number and one. */
struct units {
	struct unit *list;
	size_t count;
	size_t *first;
	size_t slots;		/* a power of two */
};

/* FNV-1a. */
static uint32_t
hash_text(uint32_t hash, const char *text)
{

	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return hash;
}

static int
find_units(const struct block_list *blocks, struct units *units)
{
	struct unit *unit = NULL;

	units->slots = 4;
	while (units->slots < 2 * blocks->count)
		units->slots *= 2;
	units->list = calloc(blocks->count + 1, sizeof(*units->list));
	units->first = calloc(units->slots, sizeof(*units->first));
	if (units->list == NULL || units->first == NULL)
		return RS_ENOMEM;
	for (size_t i = 0; i < blocks->count; i++) {
		const Readsync__Block *block = blocks->list[i];

		if (block->depth == 0 || unit == NULL) {
			unit = &units->list[units->count++];
			unit->begin = i;
			unit->hash = 2166136261u;
		}
		unit->end = i + 1;
		unit->bytes += strlen(block->text);
		unit->hash = hash_text((unit->hash ^ block->kind) * 16777619u, block->text);
	}
	return RS_OK;
}

static bool
is_same(const struct block_list *blocks, const struct unit *a, const struct unit *b)
{

	if (a->hash != b->hash || a->end - a->begin != b->end - b->begin)
		return false;
	for (size_t i = 0; i < a->end - a->begin; i++) {
		const Readsync__Block *one = blocks->list[a->begin + i];
		const Readsync__Block *other = blocks->list[b->begin + i];

		if (one->kind != other->kind || one->depth != other->depth ||
		    strcmp(one->text, other->text) != 0)
			return false;
	}
	return true;
}

/* The number of the first unit that is the same as ${at}, which is noted if it is itself. */
static size_t
first_of(const struct block_list *blocks, struct units *units, size_t at)
{
	size_t slot = units->list[at].hash & (units->slots - 1);

	for (unsigned probe = 0; units->first[slot] != 0; probe++) {
		size_t first = units->first[slot] - 1;

		if (is_same(blocks, &units->list[first], &units->list[at]))
			return first;
		if (probe == PROBES)
			return at;
		slot = (slot + 1) & (units->slots - 1);
	}
	units->first[slot] = at + 1;
	units->list[at].original = true;
	return at;
}

/*
 * How many units from ${at} on are the same as those from ${first} on, before ${at}; and whether
 * they are a copy of so much that is not itself the same over and over.
 */
static size_t
run_of(const struct block_list *blocks, const struct units *units, size_t first, size_t at,
    bool *ret_copy)
{
	size_t len = 0, bytes = 0, longs = 0;

	while (first + len < at && at + len < units->count &&
	    is_same(blocks, &units->list[first + len], &units->list[at + len])) {
		if (units->list[first + len].original) {
			bytes += units->list[at + len].bytes;
			longs += units->list[at + len].bytes >= LONG_BYTES;
		}
		len++;
	}
	*ret_copy = longs >= LONG_UNITS && bytes >= RUN_BYTES;
	return len;
}

/* Mark what is a copy of something before; tell whether there is any. */
static bool
find_copies(const struct block_list *blocks, struct units *units)
{
	bool any = false, copy;

	for (size_t at = 0, len; at < units->count; at += len) {
		size_t first = first_of(blocks, units, at);

		len = 1;
		if (first == at || units->list[at].bytes < LONG_BYTES)
			continue;
		len = run_of(blocks, units, first, at, &copy);
		for (size_t i = 0; i < len && copy; i++)
			units->list[at + i].drop = any = true;
	}
	return any;
}

int
repeat_cut(struct block_list *blocks, struct buffer *explanation)
{
	struct units units = { .count = 0 };
	int err = find_units(blocks, &units);

	if (err != RS_OK || !find_copies(blocks, &units))
		goto out;
	for (size_t at = 0; at < units.count; at++) {
		const struct unit *unit = &units.list[at];

		for (size_t i = unit->begin; unit->drop && i < unit->end && err == RS_OK; i++) {
			Readsync__Block *block = blocks->list[i];

			if (block->text[0] != '\0')
				err = explain_cut(block, "it stands above as well", explanation);
			block->kind = READSYNC__BLOCK__KIND__NONE;
		}
	}
	block_list_sweep(blocks);
out:
	free(units.list);
	free(units.first);
	return err;
}
