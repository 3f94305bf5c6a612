#include <string.h>
#include <time.h>

#include "proto/base/clock.h"

static int64_t
system_now_ms(void *context)
{
	struct timespec now;

	(void)context;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const struct clock *
clock_system(void)
{
	static const struct clock machine = { system_now_ms, NULL };

	return &machine;
}

int64_t
clock_now_ms(const struct clock *clock)
{
	return clock->now_ms(clock->context);
}

void
clock_format(int64_t ms, char text[21])
{
	time_t seconds = (time_t)(ms / 1000 - (ms % 1000 < 0));
	struct tm utc;
	int year, i;

	text[0] = '\0';
	if (gmtime_r(&seconds, &utc) == NULL || utc.tm_year < -1900 || utc.tm_year > 8099)
		return;
	/* strftime's %Y does not pad the first thousand years to four digits. */
	for (year = utc.tm_year + 1900, i = 3; i >= 0; year /= 10, i--)
		text[i] = (char)('0' + year % 10);
	strftime(text + 4, 17, "-%m-%dT%H:%M:%SZ", &utc);
}

void
clock_format_day(int64_t ms, char text[11])
{
	char whole[21] = "";

	if (ms != 0)
		clock_format(ms, whole);
	memcpy(text, whole, 10);
	text[10] = '\0';
}
