/* Goal: a device that has joined one archive knows all that its list names, and where. */
#include "tests/unit/proto/replica/fixture.h"

#include "proto/replica/peer.h"

static const uint8_t first[DEVICE_KEY_LEN] = "first", second[DEVICE_KEY_LEN] = "second";

static void
join(struct node *node, const uint8_t *key, const char *name, const char *address)
{
	struct token token = { .address_count = 1 };

	memcpy(token.key, key, sizeof(token.key));
	strcpy(token.addresses[0], address);
	IN(node, peer_join(node->replica, &token, name));
}

static bool
append_peer(void *context, const struct peer *peer)
{
	OK(buffer_printf(context, "%s%s", peer->name, peer->joined ? "+" : ""));
	for (size_t i = 0; i < peer->address_count; i++)
		OK(buffer_printf(context, " %s", peer->addresses[i]));
	OK(buffer_printf(context, ";"));
	return true;
}

static void
assert_peers(struct node *node, const char *expected)
{
	struct buffer out;

	buffer_init(&out, 10000);
	OK(peer_list(node->replica, append_peer, &out));
	assert_string_equal(buffer_text(&out), expected);
	buffer_release(&out);
}

static void
add_archive(struct node *node, const uint8_t *key, const char *name, const char *addresses)
{
	OK(replica_begin(node->replica));
	OK(device_add(node->replica, key, name, true));
	OK(device_listens(node->replica, key, addresses));
	OK(replica_commit(node->replica));
}

static void
what_was_joined_is_known_at_once(void **state)
{
	struct node *node = *state;
	struct peer peer;

	assert_peers(node, "");
	assert_int_equal(peer_find(node->replica, first, &peer), RS_ENOTFOUND);
	join(node, first, "home", "192.0.2.1:7323");
	assert_peers(node, "home+ 192.0.2.1:7323;");
	OK(peer_find(node->replica, first, &peer));
	assert_int_equal(peer.seen_ms, node->now_ms);
	/* Once more, from elsewhere. */
	join(node, first, "home", "192.0.2.2:7323");
	assert_peers(node, "home+ 192.0.2.2:7323;");
}

static void
the_list_names_more_and_where_they_have_moved(void **state)
{
	struct node *node = *state;
	uint8_t laptop[DEVICE_KEY_LEN] = "laptop";

	join(node, first, "home", "192.0.2.1:7323");
	add_archive(node, first, "house", "198.51.100.1:7323\n192.0.2.1:7323\n");
	add_archive(node, second, "office", "nonsense\n[2001:db8::1]:7323\n\nhost:99999");
	IN(node, device_add(node->replica, laptop, "laptop", false));
	assert_peers(node, "house+ 198.51.100.1:7323 192.0.2.1:7323;office [2001:db8::1]:7323;");
	/* Whoever was reached last comes first. */
	node->now_ms++;
	IN(node, peer_seen(node->replica, second, node->now_ms));
	assert_peers(node, "office [2001:db8::1]:7323;house+ 198.51.100.1:7323 192.0.2.1:7323;");
}

static void
a_revoked_archive_is_none(void **state)
{
	struct node *node = *state;
	struct peer peer;

	join(node, first, "home", "192.0.2.1:7323");
	add_archive(node, first, "home", "192.0.2.1:7323");
	add_archive(node, second, "office", "192.0.2.2:7323");
	IN(node, device_revoke(node->replica, first));
	assert_peers(node, "office 192.0.2.2:7323;");
	assert_int_equal(peer_find(node->replica, first, &peer), RS_ENOTFOUND);
	IN(node, device_revoke(node->replica, second));
	assert_peers(node, "");
}

/* What an archive says of itself is another program's text. */
static void
addresses_are_bounded(void **state)
{
	struct node *node = *state;
	struct buffer lines;
	struct peer peer;

	buffer_init(&lines, RECORD_VALUE_MAX);
	for (int i = 0; i < 500; i++)
		OK(buffer_printf(&lines, "192.0.2.1:%d\n", i + 1));
	add_archive(node, first, "home", buffer_text(&lines));
	OK(peer_find(node->replica, first, &peer));
	assert_int_equal(peer.address_count, PEER_ADDRESSES_MAX);
	assert_string_equal(peer.addresses[PEER_ADDRESSES_MAX - 1], "192.0.2.1:16");
	buffer_clear(&lines);
	for (int i = 0; i < 1000; i++)
		OK(buffer_printf(&lines, "longhost"));
	OK(buffer_printf(&lines, ":1\n192.0.2.9:1"));
	add_archive(node, second, "office", buffer_text(&lines));
	OK(peer_find(node->replica, second, &peer));
	assert_int_equal(peer.address_count, 1);
	add_archive(node, second, "office", "\xff\xfe");
	assert_int_equal(peer_find(node->replica, second, &peer), RS_OK);
	assert_int_equal(peer.address_count, 0);
	buffer_release(&lines);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_joined_is_known_at_once, laptop_setup,
		    node_teardown),
		cmocka_unit_test_setup_teardown(the_list_names_more_and_where_they_have_moved,
		    laptop_setup, node_teardown),
		cmocka_unit_test_setup_teardown(a_revoked_archive_is_none, laptop_setup,
		    node_teardown),
		cmocka_unit_test_setup_teardown(addresses_are_bounded, laptop_setup, node_teardown),
	};

	return cmocka_run_group_tests_name("proto/replica/peer", tests, NULL, NULL);
}
