#include "tests/unit/proto/replica/fixture.h"

static void
a_new_replica_has_an_identity_that_lasts(void **state)
{
	struct node *node = *state;
	uint8_t origin[16], library[16], secret[32];

	memcpy(origin, replica_origin(node->replica), 16);
	memcpy(library, replica_library(node->replica), 16);
	memcpy(secret, replica_library_secret(node->replica), 32);
	node_close(node);
	node_open(node);
	assert_memory_equal(replica_origin(node->replica), origin, 16);
	assert_memory_equal(replica_library(node->replica), library, 16);
	assert_memory_equal(replica_library_secret(node->replica), secret, 32);
	assert_int_equal(replica_vector(node->replica)->count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_new_replica_has_an_identity_that_lasts,
		    laptop_setup, node_teardown),
	};

	return cmocka_run_group_tests_name("proto/replica/replica", tests, NULL, NULL);
}
