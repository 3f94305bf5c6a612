/*
 * Invitations from any text: what is taken must come out as the same text.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct rs_err_detail detail = { "" };
	struct buffer text, again;
	struct token token;
	int err;

	buffer_init(&text, len);
	buffer_init(&again, TOKEN_TEXT_MAX);
	if (buffer_append(&text, data, len) != RS_OK)
		abort();
	err = token_decode(buffer_text(&text), &token, &detail);
	if (err != RS_OK && (err != RS_ETOKEN || detail.text[0] == '\0'))
		abort();
	if (err == RS_OK && (token_encode(&token, &again) != RS_OK ||
	    strstr(buffer_text(&text), buffer_text(&again)) == NULL))
		abort();
	buffer_release(&text);
	buffer_release(&again);
	return 0;
}
