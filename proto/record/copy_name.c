#include <string.h>

#include "proto/record/copy_name.h"

const char *
copy_name(Readsync__Copy copy)
{
	switch (copy) {
	case READSYNC__COPY__COPY_BLOCKED: return "blocked";
	case READSYNC__COPY__COPY_TEASER: return "teaser";
	case READSYNC__COPY__COPY_PARTIAL: return "partial";
	case READSYNC__COPY__COPY_FULL: return "full";
	default: return "unknown";
	}
}

bool
copy_of_name(const char *name, Readsync__Copy *ret_copy)
{
	int copy;

	for (copy = READSYNC__COPY__COPY_UNKNOWN; copy <= READSYNC__COPY__COPY_FULL; copy++) {
		if (strcmp(name, copy_name((Readsync__Copy)copy)) == 0) {
			*ret_copy = (Readsync__Copy)copy;
			return true;
		}
	}
	return false;
}
