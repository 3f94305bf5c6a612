#include <string.h>

#include "proto/record/record.h"

bool
record_wins(uint64_t clock, const uint8_t *origin, uint64_t other_clock,
    const uint8_t *other_origin)
{
	if (clock != other_clock)
		return clock > other_clock;
	return memcmp(origin, other_origin, VERSION_ORIGIN_LEN) > 0;
}

bool
record_valid(const struct record *record)
{
	return record->kind != 0 && record->clock != 0 && record->sequence != 0 &&
	    record->field.len >= 1 && record->field.len <= RECORD_FIELD_MAX &&
	    record->value.len <= RECORD_VALUE_MAX;
}
