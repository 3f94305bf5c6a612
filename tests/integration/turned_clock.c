/*
 * A time of day that is READSYNC_TURNED_DAYS ahead, for a program that this is loaded into
 * before its own libraries (LD_PRELOAD): what takes half a year is tried in seconds.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

int
clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	static int (*next)(clockid_t, struct timespec *);
	const char *days = getenv("READSYNC_TURNED_DAYS");
	int rc;

	if (next == NULL)
		next = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
	rc = next(clock, ret_time);
	if (rc == 0 && clock == CLOCK_REALTIME && days != NULL)
		ret_time->tv_sec += atol(days) * 24 * 60 * 60;
	return rc;
}
