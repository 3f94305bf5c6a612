/*
 * Tables: which hold data, and which only place things on the page.
 */
#ifndef DAEMON_PAGE_TABLE_H
#define DAEMON_PAGE_TABLE_H

#include <stdbool.h>

#include "daemon/page/measure.h"

/**
 * table_is_data(table):
 * Tell whether ${table}, the notes of a <table>, holds data: it has a
 * caption, header cells or a head; or at least two rows and columns, with no other
 * table inside and no cell as long as an article's paragraphs.
 */
bool table_is_data(const struct measure *table);

/**
 * table_is_declared(table):
 * Tell whether ${table} says that it holds data: by a caption, header cells or a head.
 */
bool table_is_declared(const struct measure *table);

/**
 * table_row_next(table, row):
 * Return the row of ${table} after ${row} (NULL: the first one), not entering
 * tables inside it; NULL at the end.
 */
const struct measure *table_row_next(const struct measure *table, const struct measure *row);

/* Where a row is shown: CSS 2.2, 17.2, on the first head and the first foot of a table. */
enum table_part {
	TABLE_HEAD,	/* before all others, wherever it stands */
	TABLE_BODY,	/* further heads and feet as well */
	TABLE_FOOT	/* after all others */
};

struct table_groups {
	const xmlNode *head;	/* NULL: there is none */
	const xmlNode *foot;
};

/**
 * table_groups_of(table):
 * Find the head and the foot of ${table}.
 */
struct table_groups table_groups_of(const struct measure *table);

/**
 * table_part_of(groups, row):
 * Tell in which part of its table, which has ${groups}, ${row} is shown.
 */
enum table_part table_part_of(const struct table_groups *groups, const struct measure *row);

#endif
