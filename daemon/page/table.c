#include <stddef.h>
#include <string.h>

#include "daemon/page/table.h"

enum {
	CELL_WEIGHT = 400	/* a longer cell is a column of the page's layout */
};

static bool
is_cell(const xmlNode *node)
{

	return dom_is(node, "td") || dom_is(node, "th");
}

const struct measure *
table_row_next(const struct measure *table, const struct measure *row)
{
	const struct measure *at = row == NULL ? table + 1 : row->end;

	while (at < table->end) {
		if (dom_is(at->node, "tr") && !at->gone)
			return at;
		at = at->gone || dom_is(at->node, "table") ? at->end : at + 1;
	}
	return NULL;
}

struct table_groups
table_groups_of(const struct measure *table)
{
	struct table_groups groups = { NULL, NULL };
	const xmlNode *node;

	for (node = table->node->children; node != NULL; node = node->next) {
		if (groups.head == NULL && dom_is(node, "thead"))
			groups.head = node;
		if (groups.foot == NULL && dom_is(node, "tfoot"))
			groups.foot = node;
	}
	return groups;
}

enum table_part
table_part_of(const struct table_groups *groups, const struct measure *row)
{
	const xmlNode *group = row->node->parent;

	if (group == groups->head)
		return TABLE_HEAD;
	return group == groups->foot ? TABLE_FOOT : TABLE_BODY;
}

bool
table_is_declared(const struct measure *table)
{
	const struct measure *at;

	for (at = table + 1; at < table->end; at++) {
		if (dom_is(at->node, "caption") || dom_is(at->node, "th") ||
		    dom_is(at->node, "thead"))
			return at->weight > 0;
		if (dom_is(at->node, "table"))
			return false;
	}
	return false;
}

bool
table_is_data(const struct measure *table)
{
	const struct measure *row = NULL, *cell;
	const char *role = dom_attribute(table->node, "role");
	unsigned rows = 0, columns = 0, cells;
	const xmlNode *node;

	if (dom_has_token(role, "presentation") || dom_has_token(role, "none"))
		return false;
	for (cell = table + 1; cell < table->end; cell++)
		if (dom_is(cell->node, "table"))
			return false;
	while ((row = table_row_next(table, row)) != NULL) {
		cells = 0;
		for (node = row->node->children; node != NULL; node = node->next) {
			cell = is_cell(node) ? measure_of(node) : NULL;
			if (cell == NULL || cell->gone)
				continue;
			if (cell->weight > CELL_WEIGHT)
				return table_is_declared(table);
			cells++;
		}
		rows += cells > 0;
		columns = cells > columns ? cells : columns;
	}
	return table_is_declared(table) || (rows >= 2 && columns >= 2);
}
