#include <string.h>

#include "proto/base/hash.h"
#include "proto/vault/recovery.h"

enum {
	CHECK_LEN = 4,
	CODE_LEN = VAULT_RECOVERY_LEN + CHECK_LEN,
	DIGIT_BITS = 5,
	DIGITS = CODE_LEN * 8 / DIGIT_BITS,
	GROUP = 4
};

_Static_assert(RECOVERY_TEXT_LEN == DIGITS + DIGITS / GROUP - 1, "groups and hyphens");

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* Write the check behind the key at ${code}. */
static void
add_check(uint8_t code[CODE_LEN])
{
	const struct bytes parts[] = {
		bytes_of_text("readsync recovery key"), bytes_of(code, VAULT_RECOVERY_LEN)
	};
	uint8_t name[HASH_NAME_LEN];

	hash_name(bytes_of(NULL, 0), parts, 2, name);
	memcpy(code + VAULT_RECOVERY_LEN, name, CHECK_LEN);
}

int
recovery_make(const struct random *random, struct secret **ret_key,
    char text[RECOVERY_TEXT_LEN + 1])
{
	struct secret *code = NULL;
	unsigned digit;
	int err = secret_new(CODE_LEN, &code);

	if (err != RS_OK)
		return err;
	random_fill(random, code->data, VAULT_RECOVERY_LEN);
	err = secret_copy(code->data, VAULT_RECOVERY_LEN, ret_key);
	if (err != RS_OK)
		goto out;
	add_check(code->data);
	for (size_t i = 0; i < DIGITS; i++) {
		size_t bit = i * DIGIT_BITS;

		/* Of two bytes, as a digit may lie across; the last one ends its byte. */
		digit = (unsigned)code->data[bit / 8] << 8;
		if (bit / 8 + 1 < CODE_LEN)
			digit |= code->data[bit / 8 + 1];
		digit = digit >> (16 - DIGIT_BITS - bit % 8) & 31;
		if (i > 0 && i % GROUP == 0)
			*text++ = '-';
		*text++ = alphabet[digit];
	}
	*text = '\0';
out:
	secret_free(code);
	return err;
}

/* The value of a digit, or -1. */
static int
digit_value(uint8_t byte)
{
	const char *at;

	if (byte >= 'a' && byte <= 'z')
		byte = (uint8_t)(byte - 'a' + 'A');
	if (byte == 'O')
		return 0;
	if (byte == 'I' || byte == 'L')
		return 1;
	at = byte == '\0' ? NULL : strchr(alphabet, byte);
	return at == NULL ? -1 : (int)(at - alphabet);
}

/* Read the digits of ${text} into the zero bytes at ${code}; tells whether there are enough. */
static bool
read_digits(struct bytes text, uint8_t code[CODE_LEN])
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++) {
		size_t bit = count * DIGIT_BITS;
		int value = digit_value(text.data[i]);
		unsigned placed;

		if (text.data[i] == '-' || text.data[i] == ' ')
			continue;
		if (value < 0 || count == DIGITS)
			return false;
		placed = (unsigned)value << (16 - DIGIT_BITS - bit % 8);
		code[bit / 8] |= (uint8_t)(placed >> 8);
		if (bit / 8 + 1 < CODE_LEN)
			code[bit / 8 + 1] |= (uint8_t)placed;
		count++;
	}
	return count == DIGITS;
}

bool
recovery_is_near(struct bytes text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++) {
		uint8_t byte = text.data[i];

		if (byte == '-' || byte == ' ')
			continue;
		if (!(byte >= '0' && byte <= '9') && !(byte >= 'A' && byte <= 'Z') &&
		    !(byte >= 'a' && byte <= 'z'))
			return false;
		count++;
	}
	return count + RECOVERY_SLIP_MAX >= DIGITS && count <= DIGITS + RECOVERY_SLIP_MAX;
}

int
recovery_read(struct bytes text, struct secret **ret_key)
{
	struct secret *code = NULL;
	uint8_t check[CHECK_LEN];
	int err = secret_new(CODE_LEN, &code);

	if (err != RS_OK)
		return err;
	err = read_digits(text, code->data) ? RS_OK : RS_EINVAL;
	if (err == RS_OK) {
		memcpy(check, code->data + VAULT_RECOVERY_LEN, CHECK_LEN);
		add_check(code->data);
		if (memcmp(check, code->data + VAULT_RECOVERY_LEN, CHECK_LEN) != 0)
			err = RS_EINVAL;
	}
	if (err == RS_OK)
		err = secret_copy(code->data, VAULT_RECOVERY_LEN, ret_key);
	secret_free(code);
	return err;
}
