#include <string.h>

#include "daemon/page/memo.h"

/* FNV-1a, 32 bits (RFC 9923). */
static uint32_t
hash_of(const char *text)
{
	uint32_t hash = 2166136261u;

	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return hash;
}

uint32_t
memo_value(struct memo *memo, const char *text, uint32_t (*find)(const char *text))
{
	uint32_t slot = hash_of(text) % MEMO_SLOTS;

	if (memo->slots[slot].text == NULL || strcmp(memo->slots[slot].text, text) != 0) {
		memo->slots[slot].value = find(text);
		memo->slots[slot].text = text;
	}
	return memo->slots[slot].value;
}
