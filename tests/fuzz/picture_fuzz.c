/*
 * Images from any bytes: what is taken has a kind and sane sides, and an SVG image that
 * is taken holds no word that would run or load something.
 */
#include <string.h>

#include "daemon/page/picture.h"
#include "tests/fuzz/fuzz.h"

unsigned fuzz_runs = 20000;

static bool
holds(const uint8_t *data, size_t len, const char *word)
{
	return memmem(data, len, word, strlen(word)) != NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	Readsync__Image image = READSYNC__IMAGE__INIT;
	struct rs_err_detail detail = { "" };
	int err = picture_read(bytes_of(data, len), &image, &detail);

	if (err != RS_OK) {
		fuzz_check((err == RS_ENOTPAGE || err == RS_ELIMIT) && detail.text[0] != '\0');
		fuzz_check(image.kind == READSYNC__IMAGE__KIND__NONE);
		return 0;
	}
	fuzz_check(image.kind > READSYNC__IMAGE__KIND__NONE &&
	    image.kind <= READSYNC__IMAGE__KIND__PIXEL);
	fuzz_check((uint64_t)image.width * image.height <= UINT64_C(100000) * 100000);
	if (image.kind != READSYNC__IMAGE__KIND__SVG)
		fuzz_check(image.width > 0 && image.height > 0);
	else if (!holds(data, len, "<!--") && !holds(data, len, "<![CDATA["))
		/* Elsewhere a '<' is none but markup's. */
		fuzz_check(!holds(data, len, "<script") && !holds(data, len, "<foreignObject") &&
		    !holds(data, len, "<!ENTITY"));
	return 0;
}
