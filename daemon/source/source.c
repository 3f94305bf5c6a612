#include <string.h>

#include "daemon/source/source.h"

const struct source_ops *
source_by_kind(const char *kind)
{
	static const struct source_ops *const all[] = { &source_feed, &source_folder };
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (strcmp(all[i]->kind, kind) == 0)
			return all[i];
	}
	return NULL;
}
