#include <stdbool.h>
#include <string.h>

#include <sodium.h>

#include "proto/base/encode.h"
#include "proto/wire/token.h"

#define NAME "readsync"
#define PREFIX "readsync1-"
#define CHECKSUM_LEN 4
#define WHITE_SPACE " \t\r\n"
#define DIGITS "0123456789"
#define ALPHABET "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" DIGITS "-_"
#define HOST_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" DIGITS "-_."
/* "%" leads the zone of a link-local address: RFC 6874 without its escaping. */
#define IPV6_CHARACTERS HOST_CHARACTERS ":%"

/* The bytes of the longest token, its checksum included. */
#define PACKED_MAX (TOKEN_KEY_LEN + TOKEN_SEED_LEN + 1 + \
    TOKEN_ADDRESSES_MAX * (1 + TOKEN_ADDRESS_MAX) + CHECKSUM_LEN)

_Static_assert(TOKEN_TEXT_MAX >= sizeof(PREFIX) - 1 + (PACKED_MAX * 4 + 2) / 3, "text");

static bool
port_valid(const char *port)
{
	size_t len = strlen(port), i;
	unsigned number = 0;

	if (len == 0 || len > 5 || port[0] == '0' || strspn(port, DIGITS) != len)
		return false;
	for (i = 0; i < len; i++)
		number = number * 10 + (unsigned)(port[i] - '0');
	return number <= 65535;
}

bool
token_address_valid(const char *address)
{
	const char *colon = strrchr(address, ':');
	size_t host_len;

	if (colon == NULL || strlen(address) > TOKEN_ADDRESS_MAX || !port_valid(colon + 1))
		return false;
	host_len = (size_t)(colon - address);
	if (address[0] == '[') {
		return host_len > 2 && address[host_len - 1] == ']' &&
		    strspn(address + 1, IPV6_CHARACTERS) == host_len - 2;
	}
	return host_len > 0 && strspn(address, HOST_CHARACTERS) == host_len;
}

static void
checksum(struct bytes packed, uint8_t sum[CHECKSUM_LEN])
{
	crypto_generichash_state state;
	uint8_t hash[crypto_generichash_BYTES];

	crypto_generichash_init(&state, NULL, 0, sizeof(hash));
	crypto_generichash_update(&state, (const uint8_t *)PREFIX, strlen(PREFIX));
	crypto_generichash_update(&state, packed.data, packed.len);
	crypto_generichash_final(&state, hash, sizeof(hash));
	memcpy(sum, hash, CHECKSUM_LEN);
}

static int
pack(const struct token *token, struct buffer *packed)
{
	uint8_t sum[CHECKSUM_LEN];
	const char *address;
	size_t i;
	int err;

	if (token->address_count == 0 || token->address_count > TOKEN_ADDRESSES_MAX)
		return RS_EINVAL;
	err = buffer_append(packed, token->key, TOKEN_KEY_LEN);
	if (err == RS_OK)
		err = buffer_append(packed, token->seed, TOKEN_SEED_LEN);
	if (err == RS_OK)
		err = buffer_append_byte(packed, (uint8_t)token->address_count);
	for (i = 0; err == RS_OK && i < token->address_count; i++) {
		address = token->addresses[i];
		if (!token_address_valid(address))
			return RS_EINVAL;
		err = buffer_append_byte(packed, (uint8_t)strlen(address));
		if (err == RS_OK)
			err = buffer_append_text(packed, address);
	}
	if (err != RS_OK)
		return err;
	checksum(buffer_bytes(packed), sum);
	return buffer_append(packed, sum, CHECKSUM_LEN);
}

int
token_address_split(const char *address, char ret_host[TOKEN_ADDRESS_MAX + 1],
    const char **ret_port)
{
	const char *colon = strrchr(address, ':');
	size_t len = colon == NULL ? 0 : (size_t)(colon - address);

	if (len > 1 && address[0] == '[' && address[len - 1] == ']') {
		address++;
		len -= 2;
	}
	if (len == 0 || len > TOKEN_ADDRESS_MAX)
		return RS_EINVAL;
	memcpy(ret_host, address, len);
	ret_host[len] = '\0';
	*ret_port = colon + 1;
	return RS_OK;
}

int
token_encode(const struct token *token, struct buffer *out)
{
	struct buffer packed;
	size_t start = out->len;
	int err;

	buffer_init_secret(&packed, PACKED_MAX);
	err = pack(token, &packed);
	if (err == RS_OK)
		err = buffer_append_text(out, PREFIX);
	if (err == RS_OK)
		err = encode_base64(buffer_bytes(&packed), out);
	if (err != RS_OK)
		buffer_truncate(out, start);
	buffer_release(&packed);
	return err;
}

/* The next ${len} bytes; false when they are not there. */
static bool
take(struct bytes *packed, size_t len, struct bytes *ret_bytes)
{
	if (packed->len < len)
		return false;
	*ret_bytes = bytes_of(packed->data, len);
	*packed = bytes_of(packed->data + len, packed->len - len);
	return true;
}

static int
refuse(struct rs_err_detail *detail, const char *reason)
{
	rs_err_detail_set(detail, "%s", reason);
	return RS_ETOKEN;
}

static int
unpack_addresses(struct bytes *rest, struct token *token, struct rs_err_detail *detail)
{
	struct bytes field;
	size_t i;

	if (!take(rest, 1, &field))
		return refuse(detail, "the invitation is cut short");
	token->address_count = field.data[0];
	if (token->address_count == 0 || token->address_count > TOKEN_ADDRESSES_MAX)
		return refuse(detail, "the invitation was changed in copying");
	for (i = 0; i < token->address_count; i++) {
		if (!take(rest, 1, &field) || !take(rest, field.data[0], &field))
			return refuse(detail, "the invitation is cut short");
		/* One that ends before its length would not come out as it went in. */
		if (field.len > 0 && memchr(field.data, '\0', field.len) != NULL)
			return refuse(detail, "the invitation names an address that is none");
		if (field.len > 0)
			memcpy(token->addresses[i], field.data, field.len);
		token->addresses[i][field.len] = '\0';
	}
	return RS_OK;
}

static int
unpack(struct bytes packed, struct token *token, struct rs_err_detail *detail)
{
	struct bytes rest = packed, field;
	uint8_t sum[CHECKSUM_LEN];
	size_t i;
	int err;

	if (!take(&rest, TOKEN_KEY_LEN, &field))
		return refuse(detail, "the invitation is cut short");
	memcpy(token->key, field.data, TOKEN_KEY_LEN);
	if (!take(&rest, TOKEN_SEED_LEN, &field))
		return refuse(detail, "the invitation is cut short");
	memcpy(token->seed, field.data, TOKEN_SEED_LEN);
	err = unpack_addresses(&rest, token, detail);
	if (err != RS_OK)
		return err;
	if (rest.len < CHECKSUM_LEN)
		return refuse(detail, "the invitation is cut short");
	checksum(bytes_of(packed.data, packed.len - CHECKSUM_LEN), sum);
	if (rest.len > CHECKSUM_LEN || memcmp(rest.data, sum, CHECKSUM_LEN) != 0)
		return refuse(detail, "the invitation was changed in copying");
	for (i = 0; i < token->address_count; i++) {
		if (!token_address_valid(token->addresses[i]))
			return refuse(detail, "the invitation names an address that is none");
	}
	return RS_OK;
}

/* Does ${text} begin as an invitation of this version does? */
static int
check_version(const char *text, struct rs_err_detail *detail)
{
	size_t name_len = strlen(NAME), digits;

	if (strncmp(text, PREFIX, strlen(PREFIX)) == 0)
		return RS_OK;
	if (strncmp(text, NAME, name_len) == 0 && text[name_len] != '0') {
		digits = strspn(text + name_len, DIGITS);
		if (digits > 0 && text[name_len + digits] == '-')
			return refuse(detail,
			    "the invitation was made by a newer version of readsync");
	}
	return refuse(detail, "this is not an invitation: one begins with " PREFIX);
}

/* The text without white space around it, and nothing but what a token has. */
static int
check_text(const char **text, size_t *len, struct rs_err_detail *detail)
{
	size_t good;
	int err;

	*text += strspn(*text, WHITE_SPACE);
	*len = strlen(*text);
	while (*len > 0 && strchr(WHITE_SPACE, (*text)[*len - 1]) != NULL)
		(*len)--;
	err = check_version(*text, detail);
	if (err != RS_OK)
		return err;
	if (*len > TOKEN_TEXT_MAX)
		return refuse(detail, "the invitation has something after its end");
	good = strspn(*text, ALPHABET);
	if (good < *len) {
		rs_err_detail_set(detail,
		    "character %zu of the invitation is one that no invitation has", good + 1);
		return RS_ETOKEN;
	}
	return RS_OK;
}

int
token_decode(const char *text, struct token *ret_token, struct rs_err_detail *detail)
{
	char body[TOKEN_TEXT_MAX + 1];
	struct token token = { 0 };
	struct buffer packed;
	size_t len;
	int err = check_text(&text, &len, detail);

	if (err != RS_OK)
		return err;
	len -= strlen(PREFIX);
	memcpy(body, text + strlen(PREFIX), len);
	body[len] = '\0';
	buffer_init_secret(&packed, PACKED_MAX);
	if (encode_base64_read(body, &packed) != RS_OK)
		err = refuse(detail, "the invitation is cut short or was changed in copying");
	if (err == RS_OK)
		err = unpack(buffer_bytes(&packed), &token, detail);
	if (err == RS_OK)
		*ret_token = token;
	secret_wipe(body, sizeof(body));
	token_wipe(&token);
	buffer_release(&packed);
	return err;
}

void
token_wipe(struct token *token)
{
	secret_wipe(token, sizeof(*token));
}

int
token_psk(const uint8_t seed[TOKEN_SEED_LEN], struct secret **ret_psk)
{
	static const uint8_t personal[] = "readsync1-invite";
	struct secret *psk;
	int err = secret_new(TOKEN_PSK_LEN, &psk);

	_Static_assert(sizeof(personal) - 1 == crypto_generichash_blake2b_PERSONALBYTES,
	    "the personalisation is exactly as long as BLAKE2b takes");
	if (err != RS_OK)
		return err;
	crypto_generichash_blake2b_salt_personal(psk->data, psk->len, seed, TOKEN_SEED_LEN,
	    NULL, 0, NULL, personal);
	*ret_psk = psk;
	return RS_OK;
}
