#include "tests/unit/proto/replica/fixture.h"

#include "proto/replica/derive.h"
#include "proto/replica/device.h"
#include "proto/replica/local.h"

static const uint8_t key[DEVICE_KEY_LEN] = "the key of a laptop............";

static void
the_identity_is_made_once_and_stays_here(void **state)
{
	struct node *node = *state;
	struct secret *first, *second;

	OK(device_identity(node->replica, &first));
	node_close(node);
	node_open(node);
	OK(device_identity(node->replica, &second));
	assert_int_equal(first->len, DEVICE_KEY_LEN);
	assert_memory_equal(first->data, second->data, DEVICE_KEY_LEN);
	assert_int_equal(ask(node, "SELECT count(*) FROM register"), 0);
	secret_free(first);
	secret_free(second);
}

static bool
append_device(void *context, const struct device *device)
{
	OK(buffer_printf(context, "%.3s=%s%s%s ", device->key, device->name,
	    device->archive ? " archive" : "", device->revoked ? " revoked" : ""));
	return true;
}

static void
assert_devices(struct node *node, const char *expected)
{
	struct buffer out;

	buffer_init(&out, 1000);
	OK(device_list(node->replica, append_device, &out));
	assert_string_equal(buffer_text(&out), expected);
	buffer_release(&out);
}

static void
a_device_is_allowed_until_it_is_revoked(void **state)
{
	struct node *node = *state;
	uint8_t other[DEVICE_KEY_LEN] = "another key", entity[HASH_CONTENT_LEN];

	assert_false(device_allowed(node->replica, key));
	IN(node, device_add(node->replica, key, "old name", true));
	IN(node, device_add(node->replica, key, "laptop", false));
	assert_true(device_allowed(node->replica, key));
	assert_false(device_allowed(node->replica, other));
	assert_devices(node, "the=laptop ");
	hash_content(bytes_of(key, sizeof(key)), entity);
	IN(node, replica_write(node->replica, RECORD_DEVICE, entity, "revoked",
	    bytes_of_text("1")));
	assert_false(device_allowed(node->replica, key));
	assert_devices(node, "the=laptop revoked ");
	/* Neither a re-adding nor a later write of the register takes it back. */
	OK(replica_begin(node->replica));
	assert_int_equal(device_add(node->replica, key, "laptop", false), RS_EREFUSED);
	OK(replica_write(node->replica, RECORD_DEVICE, entity, "revoked", bytes_of_text("0")));
	OK(replica_write(node->replica, RECORD_DEVICE, entity, "name", bytes_of_text("back")));
	OK(replica_commit(node->replica));
	assert_false(device_allowed(node->replica, key));
	IN(node, derive_rebuild(node->replica));
	assert_false(device_allowed(node->replica, key));
}

static void
a_key_that_is_not_the_entitys_opens_nothing(void **state)
{
	struct node *node = *state;
	uint8_t forged[DEVICE_KEY_LEN] = "forged";

	OK(replica_begin(node->replica));
	OK(replica_write(node->replica, RECORD_DEVICE, (const uint8_t *)"some entity-----", "key",
	    bytes_of(forged, sizeof(forged))));
	OK(replica_write(node->replica, RECORD_DEVICE, (const uint8_t *)"some entity-----", "name",
	    bytes_of_text("\x1b[2J")));
	OK(replica_commit(node->replica));
	assert_false(device_allowed(node->replica, forged));
	assert_devices(node, "for= ");
}

static void
a_name_is_one_short_line(void **state)
{
	struct node *node = *state;
	char name[DEVICE_NAME_MAX + 2];

	memset(name, 'n', sizeof(name));
	name[DEVICE_NAME_MAX + 1] = '\0';
	OK(replica_begin(node->replica));
	assert_int_equal(device_add(node->replica, key, name, false), RS_EINVAL);
	assert_int_equal(device_add(node->replica, key, "a\nb", false), RS_EINVAL);
	OK(device_add(node->replica, key, name + 1, false));
	OK(replica_commit(node->replica));
}

static void
a_device_is_renamed_and_revoked_by_its_key(void **state)
{
	struct node *node = *state;
	uint8_t other[DEVICE_KEY_LEN] = "another key", archive[DEVICE_KEY_LEN] = "an archive";

	OK(replica_begin(node->replica));
	OK(device_add(node->replica, key, "laptop", false));
	OK(device_add(node->replica, archive, "archive", true));
	assert_int_equal(device_rename(node->replica, other, "name"), RS_ENOTFOUND);
	assert_int_equal(device_revoke(node->replica, other), RS_ENOTFOUND);
	assert_int_equal(device_rename(node->replica, key, ""), RS_EINVAL);
	assert_int_equal(device_rename(node->replica, key, "a\tb"), RS_EINVAL);
	OK(device_rename(node->replica, key, "red laptop"));
	OK(replica_commit(node->replica));
	assert_devices(node, "an =archive archive the=red laptop ");
	assert_true(device_is_archive(node->replica, archive));
	assert_false(device_is_archive(node->replica, key));
	assert_false(device_is_archive(node->replica, other));
	OK(replica_begin(node->replica));
	OK(device_revoke(node->replica, key));
	OK(device_revoke(node->replica, key));
	assert_int_equal(device_rename(node->replica, key, "blue laptop"), RS_EREFUSED);
	OK(device_revoke(node->replica, archive));
	OK(replica_commit(node->replica));
	assert_devices(node, "an =archive archive revoked the=red laptop revoked ");
	assert_false(device_allowed(node->replica, key));
	assert_false(device_is_archive(node->replica, archive));
}

static void
an_invitation_dies_on_use_and_after_ten_minutes(void **state)
{
	struct node *node = *state;
	uint8_t invites[DEVICE_INVITES_MAX][DEVICE_INVITE_LEN], invite[DEVICE_INVITE_LEN];
	int64_t expires_ms;
	size_t count;
	bool archive = true;

	OK(replica_begin(node->replica));
	for (int i = 0; i < DEVICE_INVITES_MAX; i++)
		OK(device_invite(node->replica, false, invite, &expires_ms));
	assert_int_equal(expires_ms, node->now_ms + DEVICE_INVITE_MS);
	assert_int_equal(device_invite(node->replica, false, invite, &expires_ms), RS_ELIMIT);
	OK(device_invite_used(node->replica, invite, &archive));
	assert_false(archive);
	assert_int_equal(device_invite_used(node->replica, invite, &archive), RS_ETOKEN);
	OK(device_invites(node->replica, invites, &count));
	assert_int_equal(count, DEVICE_INVITES_MAX - 1);
	node->now_ms += DEVICE_INVITE_MS;
	assert_int_equal(device_invite_used(node->replica, invites[0], &archive), RS_ETOKEN);
	OK(device_invites(node->replica, invites, &count));
	assert_int_equal(count, 0);
	OK(device_invite(node->replica, true, invite, &expires_ms));
	OK(device_invite_used(node->replica, invite, &archive));
	assert_true(archive);
	OK(replica_commit(node->replica));
}

static void
local_values_are_set_and_removed(void **state)
{
	struct node *node = *state;
	struct buffer out;

	buffer_init(&out, 5);
	assert_int_equal(local_get(node->replica, "x", &out), RS_ENOTFOUND);
	IN(node, local_set(node->replica, "x", bytes_of("a\0b", 3)));
	OK(local_get(node->replica, "x", &out));
	assert_true(bytes_equal(buffer_bytes(&out), bytes_of("a\0b", 3)));
	assert_int_equal(local_get(node->replica, "x", &out), RS_ELIMIT);
	IN(node, local_set(node->replica, "x", bytes_of(NULL, 0)));
	assert_int_equal(local_get(node->replica, "x", &out), RS_ENOTFOUND);
	assert_int_equal(ask(node, "SELECT count(*) FROM register"), 0);
	buffer_release(&out);
}

#define WITH_ARCHIVE(test) cmocka_unit_test_setup_teardown(test, archive_setup, node_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARCHIVE(the_identity_is_made_once_and_stays_here),
		WITH_ARCHIVE(a_device_is_allowed_until_it_is_revoked),
		WITH_ARCHIVE(a_key_that_is_not_the_entitys_opens_nothing),
		WITH_ARCHIVE(a_device_is_renamed_and_revoked_by_its_key),
		WITH_ARCHIVE(a_name_is_one_short_line),
		WITH_ARCHIVE(an_invitation_dies_on_use_and_after_ten_minutes),
		WITH_ARCHIVE(local_values_are_set_and_removed),
	};

	return cmocka_run_group_tests_name("proto/replica/device", tests, NULL, NULL);
}
