/* Goal: what systemd is told arrives as sd_notify(3) defines it, or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/notify.h"

/* Listen on an abstract address of our own. */
static int
listen_on(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	memcpy(address.sun_path + 1, name, strlen(name));
	assert_int_equal(bind(fd, (struct sockaddr *)&address,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name))), 0);
	return fd;
}

static void
a_state_arrives(void **state)
{
	char name[64], path[70], got[64];
	int fd;

	(void)state;
	snprintf(name, sizeof(name), "readsync-notify-test-%d", (int)getpid());
	snprintf(path, sizeof(path), "@%s", name);
	fd = listen_on(name);
	setenv("NOTIFY_SOCKET", path, 1);
	notify_state("READY=1");
	assert_int_equal(recv(fd, got, sizeof(got), 0), 7);
	assert_memory_equal(got, "READY=1", 7);
	close(fd);
	/* Nobody listens any more: that is no reason to stop. */
	notify_state("STOPPING=1");
}

static void
without_a_sound_address_nothing_is_sent(void **state)
{
	char longer[300];

	(void)state;
	unsetenv("NOTIFY_SOCKET");
	notify_state("READY=1");
	memset(longer, '/', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	setenv("NOTIFY_SOCKET", longer, 1);
	notify_state("READY=1");
	setenv("NOTIFY_SOCKET", "relative", 1);
	notify_state("READY=1");
	setenv("NOTIFY_SOCKET", "", 1);
	notify_state("READY=1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_state_arrives),
		cmocka_unit_test(without_a_sound_address_nothing_is_sent),
	};

	return cmocka_run_group_tests_name("daemon/notify", tests, NULL, NULL);
}
