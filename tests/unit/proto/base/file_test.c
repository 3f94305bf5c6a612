#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/base/file.h"

/* A directory of the test's own, entered; removed at the end. */
static char directory[] = "/tmp/readsync-file-XXXXXX";

static bool nameless = true;	/* a file that has no name can get one */
static int linked;		/* how many got one */

int
linkat(int a, const char *from, int b, const char *to, int flags)
{
	int (*real)(int a, const char *from, int b, const char *to, int flags);
	int rc = -1;

	*(void **)&real = dlsym(RTLD_NEXT, "linkat");
	errno = ENOENT;
	if (nameless)
		rc = real(a, from, b, to, flags);
	linked += rc == 0;
	return rc;
}

static int
enter(void **state)
{
	(void)state;
	return mkdtemp(directory) == NULL || chdir(directory) != 0;
}

static int
leave(void **state)
{
	(void)state;
	unlink("file");
	rmdir("folder");
	return chdir("/") != 0 || rmdir(directory) != 0;
}

static mode_t
mode_of(const char *path)
{
	struct stat status;

	assert_int_equal(stat(path, &status), 0);
	return status.st_mode & 0777;
}

static void
reads_back_what_was_put(void **state)
{
	struct buffer out;

	(void)state;
	buffer_init(&out, 100);
	assert_int_equal(file_replace("file", bytes_of_text("first"), 0600), RS_OK);
	assert_int_equal(mode_of("file"), 0600);
	assert_int_equal(file_replace("file", bytes_of_text("second"), 0644), RS_OK);
	assert_int_equal(mode_of("file"), 0644);
	assert_int_equal(access("file.new", F_OK), -1);
	assert_int_equal(file_read("file", &out), RS_OK);
	assert_int_equal(file_read("file", &out), RS_OK);
	assert_string_equal(buffer_text(&out), "secondsecond");
	buffer_release(&out);
}

static void
keeps_the_bound_to_the_byte(void **state)
{
	struct buffer out;
	size_t max;

	(void)state;
	assert_int_equal(file_replace("file", bytes_of_text("second"), 0600), RS_OK);
	for (max = 0; max <= 8; max++) {
		buffer_init(&out, max);
		assert_int_equal(file_read("file", &out), max < 6 ? RS_ELIMIT : RS_OK);
		assert_string_equal(buffer_text(&out), max < 6 ? "" : "second");
		buffer_release(&out);
	}
}

static void
reads_a_file_longer_than_one_step(void **state)
{
	static uint8_t content[200000];
	struct buffer out;

	(void)state;
	memset(content, 'x', sizeof(content));
	content[sizeof(content) - 1] = 'y';
	assert_int_equal(file_replace("file", bytes_of(content, sizeof(content)), 0600), RS_OK);
	buffer_init(&out, sizeof(content));
	assert_int_equal(file_read("file", &out), RS_OK);
	assert_true(bytes_equal(buffer_bytes(&out), bytes_of(content, sizeof(content))));
	buffer_release(&out);
}

static void
says_why_it_failed(void **state)
{
	struct buffer out;

	(void)state;
	buffer_init(&out, 100);
	assert_int_equal(mkdir("folder", 0700), 0);
	assert_int_equal(file_read("missing", &out), RS_ENOTFOUND);
	assert_int_equal(file_read("folder", &out), RS_EDIRECTORY);
	assert_int_equal(out.len, 0);
	assert_int_equal(file_replace("missing/file", bytes_of_text("x"), 0600), RS_ENOTFOUND);
	assert_int_equal(file_replace("folder", bytes_of_text("x"), 0600), RS_EDIRECTORY);
	/* No disk has failed where somebody may not, so nobody is sent to look at one. */
	assert_int_equal(rs_err_from_errno(EACCES), RS_EACCESS);
	assert_int_equal(rs_err_from_errno(EPERM), RS_EACCESS);
	assert_int_equal(rs_err_from_errno(EROFS), RS_EACCESS);
	assert_int_equal(rs_err_from_errno(EIO), RS_EIO);
	assert_int_equal(access("folder.new", F_OK), -1);
	buffer_release(&out);
}

/* What an earlier power cut left beside the file is not trusted. */
static void
starts_anew_over_a_leftover(void **state)
{
	struct buffer out;

	(void)state;
	buffer_init(&out, 100);
	assert_int_equal(symlink("elsewhere", "file.new"), 0);
	assert_int_equal(file_replace("file", bytes_of_text("third"), 0600), RS_OK);
	assert_int_equal(access("elsewhere", F_OK), -1);
	assert_int_equal(file_read("file", &out), RS_OK);
	assert_string_equal(buffer_text(&out), "third");
	buffer_release(&out);
}

static void
creates_what_is_not_there(void **state)
{
	struct buffer out;

	(void)state;
	unlink("file");
	buffer_init(&out, 100);
	assert_int_equal(file_create("file", bytes_of_text("mine"), 0640), RS_OK);
	assert_int_equal(mode_of("file"), 0640);
	assert_int_equal(file_create("file", bytes_of_text("other"), 0600), RS_EEXIST);
	assert_int_equal(file_create("missing/file", bytes_of_text("x"), 0600), RS_ENOTFOUND);
	assert_int_equal(file_read("file", &out), RS_OK);
	assert_string_equal(buffer_text(&out), "mine");
	buffer_release(&out);
}

/* As where the file system has no files without a name, or /proc is not there. */
static void
creates_it_under_another_name_where_it_must(void **state)
{
	nameless = false;
	linked = 0;
	creates_what_is_not_there(state);
	nameless = true;
	creates_what_is_not_there(state);
	assert_int_equal(linked, 1);
}

static void
moves_over_what_is_there(void **state)
{
	struct buffer out;

	(void)state;
	buffer_init(&out, 100);
	assert_int_equal(file_replace("fresh", bytes_of_text("fresh"), 0600), RS_OK);
	assert_int_equal(file_move("fresh", "file"), RS_OK);
	assert_int_equal(file_read("file", &out), RS_OK);
	assert_string_equal(buffer_text(&out), "fresh");
	assert_int_equal(access("fresh", F_OK), -1);
	assert_int_equal(file_move("fresh", "file"), RS_ENOTFOUND);
	assert_int_equal(access("file", F_OK), 0);
	buffer_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_back_what_was_put),
		cmocka_unit_test(keeps_the_bound_to_the_byte),
		cmocka_unit_test(reads_a_file_longer_than_one_step),
		cmocka_unit_test(says_why_it_failed),
		cmocka_unit_test(starts_anew_over_a_leftover),
		cmocka_unit_test(creates_what_is_not_there),
		cmocka_unit_test(creates_it_under_another_name_where_it_must),
		cmocka_unit_test(moves_over_what_is_there),
	};

	return cmocka_run_group_tests_name("proto/base/file", tests, enter, leave);
}
