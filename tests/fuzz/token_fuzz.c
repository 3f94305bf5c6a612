/*
 * Invitations from any text: what is taken must come out as the same text.  The
 * checksum, which anyone can make, would keep almost all of them out: so the
 * bytes are tried once more as what stands between the version and it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "proto/base/hash.h"
#include "proto/wire/token.h"
#include "tests/fuzz/fuzz.h"

#define HEAD "readsync1-"

enum { CHECKSUM_LEN = 4, BODY_MAX = 3000 };

static void
check_text(const char *text)
{
	struct rs_err_detail detail = { "" };
	struct buffer again;
	struct token token;
	int err;

	buffer_init(&again, TOKEN_TEXT_MAX);
	err = token_decode(text, &token, &detail);
	fuzz_check(err == RS_OK || (err == RS_ETOKEN && detail.text[0] != '\0'));
	if (err == RS_OK) {
		fuzz_check(token_encode(&token, &again) == RS_OK);
		fuzz_check(strstr(text, buffer_text(&again)) != NULL);
	}
	buffer_release(&again);
}

/* The same for the token around ${body}. */
static void
check_body(struct bytes body)
{
	char text[sizeof(HEAD) + 2 * BODY_MAX] = HEAD;
	uint8_t bytes[sizeof(HEAD) + BODY_MAX + CHECKSUM_LEN], hash[HASH_CONTENT_LEN];
	size_t head = strlen(HEAD);

	if (body.len > BODY_MAX)
		return;
	memcpy(bytes, HEAD, head);
	memcpy(bytes + head, body.data, body.len);
	hash_content(bytes_of(bytes, head + body.len), hash);
	memcpy(bytes + head + body.len, hash, CHECKSUM_LEN);
	sodium_bin2base64(text + head, sizeof(text) - head, bytes + head,
	    body.len + CHECKSUM_LEN, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	check_text(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1);

	if (text == NULL)
		return 0;
	memcpy(text, data, len);
	text[len] = '\0';
	check_text(text);
	check_body(bytes_of(data, len));
	free(text);
	return 0;
}
