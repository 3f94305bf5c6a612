#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/fetch/host.h"
#include "proto/base/err.h"

static struct host *
find(struct host_table *table, const char *name)
{
	struct host *host;

	assert_int_equal(host_find(table, name, &host), RS_OK);
	assert_string_equal(host_name(host), name);
	return host;
}

static void
first_come_first_served_with_a_pause(void **state)
{
	struct host_entry a, b, c;
	struct host_table table;
	struct host *host;

	(void)state;
	host_table_init(&table, 2, 500);
	host = find(&table, "a.example:443");
	host_enqueue(host, &a);
	host_enqueue(host, &b);
	host_enqueue(host, &c);
	assert_ptr_equal(host_take(&table, 1000), &a);
	assert_null(host_take(&table, 1000));
	assert_int_equal(host_due(&table, 1000), 1500);
	assert_null(host_take(&table, 1499));
	assert_ptr_equal(host_take(&table, 1500), &b);
	/* Two run: time alone does not help the third. */
	assert_int_equal(host_due(&table, 1500), INT64_MAX);
	assert_null(host_take(&table, 9000));
	host_finished(host);
	assert_int_equal(host_due(&table, 1600), 2000);
	assert_ptr_equal(host_take(&table, 2000), &c);
	assert_int_equal(host_due(&table, 2000), INT64_MAX);
	host_table_release(&table);
}

static void
who_leaves_the_queue_has_no_turn(void **state)
{
	struct host_entry a, b;
	struct host_table table;
	struct host *host;

	(void)state;
	host_table_init(&table, 1, 0);
	host = find(&table, "a.example:443");
	host_enqueue(host, &a);
	host_enqueue(host, &b);
	host_dequeue(&a);
	assert_ptr_equal(host_take(&table, 0), &b);
	assert_null(host_take(&table, 0));
	host_table_release(&table);
}

static void
hosts_take_turns(void **state)
{
	struct host_entry a[2], b[2];
	struct host_table table;

	(void)state;
	host_table_init(&table, 2, 0);
	host_enqueue(find(&table, "a.example:443"), &a[0]);
	host_enqueue(find(&table, "a.example:443"), &a[1]);
	host_enqueue(find(&table, "b.example:443"), &b[0]);
	host_enqueue(find(&table, "b.example:443"), &b[1]);
	assert_ptr_equal(host_take(&table, 0), &a[0]);
	assert_ptr_equal(host_take(&table, 0), &b[0]);
	assert_ptr_equal(host_take(&table, 0), &a[1]);
	assert_ptr_equal(host_take(&table, 0), &b[1]);
	host_table_release(&table);
}

static void
a_closed_host_refuses(void **state)
{
	struct host_entry a, b, other;
	struct host_table table;
	struct host *host;

	(void)state;
	host_table_init(&table, 2, 0);
	host = find(&table, "a.example:443");
	host_enqueue(host, &a);
	host_enqueue(host, &b);
	host_enqueue(find(&table, "b.example:443"), &other);
	host_close(host, 5000);
	host_close(host, 4000);
	assert_int_equal(host_closed_until(host), 5000);
	assert_ptr_equal(host_take_refused(&table, 4999), &a);
	assert_ptr_equal(host_take_refused(&table, 4999), &b);
	assert_null(host_take_refused(&table, 4999));
	assert_ptr_equal(host_take(&table, 4999), &other);
	host_enqueue(host, &a);
	assert_null(host_take(&table, 4999));
	assert_null(host_take_refused(&table, 5000));
	assert_ptr_equal(host_take(&table, 5000), &a);
	host_table_release(&table);
}

static void
only_idle_hosts_are_forgotten(void **state)
{
	struct host_entry entry;
	struct host_table table;
	struct host *host;

	(void)state;
	host_table_init(&table, 2, 500);
	host = find(&table, "a.example:443");
	host_enqueue(host, &entry);
	host_table_purge(&table, 0);
	assert_ptr_equal(host_take(&table, 0), &entry);
	host_table_purge(&table, 9000);
	host_finished(host);
	host_close(host, 10000);
	host_table_purge(&table, 9000);
	assert_ptr_equal(find(&table, "a.example:443"), host);
	assert_int_equal(host_closed_until(host), 10000);
	host_table_purge(&table, 10000);
	assert_true(TAILQ_EMPTY(&table.hosts));
	host_table_release(&table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_come_first_served_with_a_pause),
		cmocka_unit_test(who_leaves_the_queue_has_no_turn),
		cmocka_unit_test(hosts_take_turns),
		cmocka_unit_test(a_closed_host_refuses),
		cmocka_unit_test(only_idle_hosts_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
