/*
 * Time as an argument: whoever needs the time of day takes a `struct clock`,
 * so that a test or a simulation can turn it.
 */
#ifndef PROTO_BASE_CLOCK_H
#define PROTO_BASE_CLOCK_H

#include <stdint.h>

struct clock {
	/* Milliseconds since 1970-01-01T00:00:00Z, for this ${context}. */
	int64_t (*now_ms)(void *context);
	void *context;
};

/**
 * clock_system():
 * Return the clock of the machine (CLOCK_REALTIME); it lives for ever.
 */
const struct clock *clock_system(void);

/**
 * clock_now_ms(clock):
 * Return the time that ${clock} shows, in milliseconds since 1970.
 */
int64_t clock_now_ms(const struct clock *clock);

/**
 * clock_format(ms, text):
 * Write ${ms} as ISO 8601 in UTC ("2004-01-01T19:48:21Z", 20 characters and a
 * NUL) into ${text}.  A time outside the years 0 to 9999 gives "".
 */
void clock_format(int64_t ms, char text[21]);

/**
 * clock_format_day(ms, text):
 * Write the day of ${ms} in UTC ("2004-01-01") into ${text}; "" for 0, which stands for no
 * time, and for what clock_format has no text for.
 */
void clock_format_day(int64_t ms, char text[11]);

#endif
