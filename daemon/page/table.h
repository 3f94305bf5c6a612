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

#endif
