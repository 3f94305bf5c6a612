#include <stdio.h>
#include <string.h>

#include "proto/replica/internal.h"
#include "proto/replica/peer.h"

enum { LINES_MAX = TOKEN_ADDRESSES_MAX * (TOKEN_ADDRESS_MAX + 1) };

/*
 * A peer's row, and what the list of devices says of it; or an archive of the list that
 * has no row.
 */
#define ALL_PEERS \
	"SELECT key, name, listens, addresses, joined, seen_ms FROM" \
	" (SELECT peer.key AS key, coalesce(nullif(device.name, ''), peer.name) AS name," \
	" coalesce(device.addresses, '') AS listens, peer.addresses AS addresses, joined," \
	" seen_ms, coalesce(revoked, 0) AS revoked FROM peer" \
	" LEFT JOIN device ON device.key = peer.key" \
	" UNION ALL SELECT key, name, addresses, '', 0, 0, revoked FROM device" \
	" WHERE archive AND length(key) = 32" \
	" AND key NOT IN (SELECT key FROM peer)) WHERE NOT revoked"

int
peer_join(struct replica *replica, const struct token *token, const char *name)
{
	struct buffer lines;
	size_t i;
	int err = RS_OK;

	buffer_init(&lines, LINES_MAX);
	for (i = 0; i < token->address_count && err == RS_OK; i++)
		err = buffer_printf(&lines, "%s\n", token->addresses[i]);
	if (err == RS_OK)
		err = database_run(&replica->database,
		    "INSERT OR REPLACE INTO peer (key, name, addresses, joined, seen_ms)"
		    " VALUES (?, ?, ?, 1, ?)", VALUES(DB_BLOB(token->key, sizeof(token->key)),
		    DB_TEXT(bytes_of_text(name)), DB_TEXT(buffer_bytes(&lines)),
		    DB_INTEGER(clock_now_ms(replica->clock))));
	buffer_release(&lines);
	return err;
}

int
peer_seen(struct replica *replica, const uint8_t key[DEVICE_KEY_LEN], int64_t seen_ms)
{
	return database_run(&replica->database,
	    "INSERT INTO peer (key, seen_ms) VALUES (?1, ?2)"
	    " ON CONFLICT (key) DO UPDATE SET seen_ms = ?2",
	    VALUES(DB_BLOB(key, DEVICE_KEY_LEN), DB_INTEGER(seen_ms)));
}

static bool
has_address(const struct peer *peer, const char *address)
{
	size_t i;

	for (i = 0; i < peer->address_count; i++) {
		if (strcmp(peer->addresses[i], address) == 0)
			return true;
	}
	return false;
}

/* Add those lines of ${text} that are addresses, and new. */
static void
add_addresses(struct peer *peer, const char *text)
{
	char address[TOKEN_ADDRESS_MAX + 1];
	size_t len;

	while (*text != '\0' && peer->address_count < PEER_ADDRESSES_MAX) {
		len = strcspn(text, "\n");
		if (len < sizeof(address)) {
			memcpy(address, text, len);
			address[len] = '\0';
			if (token_address_valid(address) && !has_address(peer, address))
				memcpy(peer->addresses[peer->address_count++], address, len + 1);
		}
		text += len + (text[len] == '\n');
	}
}

static void
read_peer(struct rows *rows, struct peer *peer)
{
	memset(peer, 0, sizeof(*peer));
	memcpy(peer->key, database_blob(rows, 0).data, sizeof(peer->key));
	snprintf(peer->name, sizeof(peer->name), "%s", database_text(rows, 1));
	add_addresses(peer, database_text(rows, 2));
	add_addresses(peer, database_text(rows, 3));
	peer->joined = database_integer(rows, 4) != 0;
	peer->seen_ms = database_integer(rows, 5);
}

int
peer_list(struct replica *replica, bool (*on_peer)(void *context, const struct peer *peer),
    void *context)
{
	struct rows rows = database_query(&replica->database,
	    ALL_PEERS " ORDER BY seen_ms DESC, key", NO_VALUES);
	struct peer peer;

	while (database_next(&rows)) {
		read_peer(&rows, &peer);
		if (!on_peer(context, &peer))
			break;
	}
	return database_end(&rows);
}

int
peer_find(struct replica *replica, const uint8_t key[DEVICE_KEY_LEN], struct peer *ret_peer)
{
	struct rows rows = database_query(&replica->database, ALL_PEERS " AND key = ?",
	    VALUES(DB_BLOB(key, DEVICE_KEY_LEN)));
	bool found = database_next(&rows);
	int err;

	if (found)
		read_peer(&rows, ret_peer);
	err = database_end(&rows);
	return err == RS_OK && !found ? RS_ENOTFOUND : err;
}
