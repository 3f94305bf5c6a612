/*
 * An article for a terminal: wrapped, with headings, quotes, lists, tables and
 * links as numbered notes at the end.
 */
#ifndef CLIENT_VIEW_TERMINAL_H
#define CLIENT_VIEW_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "client/view/annotation.h"
#include "readsync.pb-c.h"

enum {
	TERMINAL_COLUMNS_MIN = 20	/* a narrower one is written as if it were this wide */
};

struct terminal_style {
	size_t columns;
	bool colour;			/* bold, underline and dim may be used */
};

/**
 * terminal_print(out, url, reading, article, images, annotation, style):
 * Write ${article}, headed by its title, authors, site, date and ${url}, and by how
 * complete the copy is where it is not full; with its passages of ${annotation} marked and
 * numbered, and all of that below.  ${images} are what is noted of its images.  No control
 * character of the article reaches ${out}.
 */
void terminal_print(FILE *out, const char *url, const Readsync__Reading *reading,
    const Readsync__Article *article, const Readsync__Images *images,
    const struct annotation *annotation,
    const struct terminal_style *style);

/**
 * terminal_copy_text(copy):
 * Say in a sentence how complete a copy is.
 */
const char *terminal_copy_text(Readsync__Copy copy);

#endif
