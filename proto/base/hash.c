#include <sodium.h>

#include "proto/base/hash.h"

void
hash_name(struct bytes key, const struct bytes *parts, size_t part_count,
    uint8_t name[HASH_NAME_LEN])
{
	crypto_generichash_state state;
	uint8_t prefix[8];
	uint64_t len;
	size_t i, j;

	crypto_generichash_init(&state, key.data, key.len, HASH_NAME_LEN);
	for (i = 0; i < part_count; i++) {
		len = parts[i].len;
		for (j = 0; j < sizeof(prefix); j++)
			prefix[j] = (uint8_t)(len >> (8 * j));
		crypto_generichash_update(&state, prefix, sizeof(prefix));
		crypto_generichash_update(&state, parts[i].data, parts[i].len);
	}
	crypto_generichash_final(&state, name, HASH_NAME_LEN);
}

void
hash_content(struct bytes content, uint8_t hash[HASH_CONTENT_LEN])
{
	crypto_generichash(hash, HASH_CONTENT_LEN, content.data, content.len, NULL, 0);
}

_Static_assert(sizeof(crypto_generichash_state) <= sizeof(((struct hash_stream *)0)->state),
    "libsodium's state has room");

static crypto_generichash_state *
state_of(struct hash_stream *stream)
{
	return (crypto_generichash_state *)(void *)stream->state;
}

void
hash_stream_begin(struct hash_stream *stream)
{
	crypto_generichash_init(state_of(stream), NULL, 0, HASH_CONTENT_LEN);
}

void
hash_stream_add(struct hash_stream *stream, struct bytes piece)
{
	crypto_generichash_update(state_of(stream), piece.data, piece.len);
}

void
hash_stream_end(struct hash_stream *stream, uint8_t hash[HASH_CONTENT_LEN])
{
	crypto_generichash_final(state_of(stream), hash, HASH_CONTENT_LEN);
}
