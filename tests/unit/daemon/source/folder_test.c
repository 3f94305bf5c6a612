/*
 * Goal: a file of links is put away when its links are kept, and never with anything in it
 * that was not read; nor does it take the place of one that was put away before.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/source/source.h"

struct fixture {
	uv_loop_t loop;
	char folder[PATH_MAX / 4];
	const struct source_found *found;
	struct source_poll *poll;
};

static int
setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	assert_int_equal(uv_loop_init(&fixture->loop), 0);
	strcpy(fixture->folder, "/tmp/readsync-folder-XXXXXX");
	assert_non_null(mkdtemp(fixture->folder));
	*state = fixture;
	return 0;
}

static void
path_of(const struct fixture *fixture, const char *name, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s", fixture->folder, name);
}

/* Write or append ${text}, to or with ${mode} as fopen has it. */
static void
drop(const struct fixture *fixture, const char *name, const char *mode, const char *text)
{
	char path[PATH_MAX];
	FILE *file;

	path_of(fixture, name, path);
	file = fopen(path, mode);
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void
assert_holds(const struct fixture *fixture, const char *name, const char *expected)
{
	char path[PATH_MAX], text[200] = "";
	FILE *file;

	path_of(fixture, name, path);
	file = fopen(path, "r");
	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	assert_string_equal(text, expected);
}

static bool
is_there(const struct fixture *fixture, const char *name)
{
	char path[PATH_MAX];

	path_of(fixture, name, path);
	return access(path, F_OK) == 0;
}

/* Remove ${folder} with the files in it. */
static void
clear(const char *folder)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *directory = opendir(folder);

	assert_non_null(directory);
	while ((entry = readdir(directory)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (unlink(path) != 0)
			clear(path);
	}
	closedir(directory);
	assert_int_equal(rmdir(folder), 0);
}

static int
teardown(void **state)
{
	struct fixture *fixture = *state;

	uv_run(&fixture->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&fixture->loop), 0);
	clear(fixture->folder);
	free(fixture);
	return 0;
}

static void
on_found(void *context, const struct source_found *found)
{
	((struct fixture *)context)->found = found;
}

/* Begin a poll and read what lies there; return how many links. */
static size_t
begin(struct fixture *fixture)
{
	struct source_parts parts = { .loop = &fixture->loop };
	struct config_queue queue = { .path = fixture->folder };

	fixture->found = NULL;
	assert_int_equal(source_folder.start(&parts, &queue, "", on_found, fixture,
	    &fixture->poll), RS_OK);
	uv_run(&fixture->loop, UV_RUN_DEFAULT);
	assert_non_null(fixture->found);
	return fixture->found->entry_count;
}

static void
end(struct fixture *fixture, bool kept)
{
	source_folder.finish(fixture->poll, kept);
	uv_run(&fixture->loop, UV_RUN_DEFAULT);
}

static void
what_is_kept_is_put_away(void **state)
{
	struct fixture *fixture = *state;

	drop(fixture, "a.txt", "w", "http://example.org/a\n");
	assert_int_equal(begin(fixture), 1);
	end(fixture, false);
	assert_true(is_there(fixture, "a.txt"));
	assert_int_equal(begin(fixture), 1);
	end(fixture, true);
	assert_false(is_there(fixture, "a.txt"));
	assert_holds(fixture, "imported/a.txt", "http://example.org/a\n");
	assert_int_equal(begin(fixture), 0);
	end(fixture, true);
}

/* Whoever appends to a file does not know when it is read. */
static void
what_was_written_since_is_read_again(void **state)
{
	struct fixture *fixture = *state;

	drop(fixture, "a.txt", "w", "http://example.org/a\n");
	assert_int_equal(begin(fixture), 1);
	drop(fixture, "a.txt", "a", "http://example.org/b\n");
	end(fixture, true);
	assert_true(is_there(fixture, "a.txt"));
	assert_int_equal(begin(fixture), 2);
	end(fixture, true);
	assert_holds(fixture, "imported/a.txt", "http://example.org/a\nhttp://example.org/b\n");
}

static void
a_name_that_was_used_before_costs_no_file(void **state)
{
	struct fixture *fixture = *state;
	int i;

	for (i = 0; i < 3; i++) {
		char text[] = "http://example.org/0\n";

		text[strlen(text) - 2] = (char)('0' + i);
		drop(fixture, "a.txt", "w", text);
		assert_int_equal(begin(fixture), 1);
		end(fixture, true);
		assert_false(is_there(fixture, "a.txt"));
	}
	assert_holds(fixture, "imported/a.txt", "http://example.org/0\n");
	assert_holds(fixture, "imported/a.txt.1", "http://example.org/1\n");
	assert_holds(fixture, "imported/a.txt.2", "http://example.org/2\n");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_kept_is_put_away),
		TEST(what_was_written_since_is_read_again),
		TEST(a_name_that_was_used_before_costs_no_file),
	};

	return cmocka_run_group_tests_name("daemon/source/folder", tests, NULL, NULL);
}
