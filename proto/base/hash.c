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
