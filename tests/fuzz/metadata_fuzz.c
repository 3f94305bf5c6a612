/*
 * What a page says of itself, from any bytes: its JSON-LD, from the bytes as one
 * script (the first byte is even), or all of its metadata, from the bytes as a page.
 * What comes out keeps the bounds of metadata.h and jsonld.h.
 */
#include <string.h>

#include "daemon/page/dom.h"
#include "daemon/page/jsonld.h"
#include "daemon/page/metadata.h"
#include "proto/base/err.h"
#include "tests/fuzz/fuzz.h"

unsigned fuzz_runs = 5000;

static void
read_script(struct bytes script)
{
	static const char *const keys[] = { "author", "headline", "hasPart", "image" };
	struct jsonld *jsonld = jsonld_new();

	fuzz_check(jsonld != NULL && jsonld_add(jsonld, script) == RS_OK);
	fuzz_check(jsonld->count <= JSONLD_NODES);
	for (size_t i = 0; i < jsonld->count; i++)
		for (size_t j = 0; j < sizeof(keys) / sizeof(keys[0]); j++) {
			const char *text = jsonld_text(jsonld,
			    jsonld_get(jsonld, jsonld->nodes[i], keys[j]));

			(void)jsonld_is(jsonld->nodes[i], "*Article");
			fuzz_check(text == NULL || strlen(text) <= JSONLD_SCRIPT);
		}
	jsonld_free(jsonld);
}

static void
check_text(const char *text)
{

	fuzz_check(text == NULL || (text[0] != '\0' && strlen(text) <= METADATA_TEXT));
}

static void
check_url(const char *url)
{

	fuzz_check(url == NULL || strncmp(url, "http", 4) == 0);
}

static void
read_page(struct bytes page)
{
	struct metadata *metadata;
	xmlDoc *document;

	if (dom_parse(page, false, &document) != RS_OK)
		return;
	fuzz_check(metadata_read(document, "https://example.org/story", &metadata) == RS_OK);
	check_text(metadata->title);
	check_text(metadata->site_name);
	check_text(metadata->published);
	check_text(metadata->section);
	check_text(metadata->excerpt);
	check_url(metadata->canonical_url);
	check_url(metadata->lead_image);
	fuzz_check(metadata->author_count <= METADATA_AUTHORS &&
	    metadata->selector_count <= METADATA_SELECTORS);
	for (size_t i = 0; i < metadata->author_count; i++)
		check_text(metadata->authors[i]);
	metadata_free(metadata);
	xmlFreeDoc(document);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{

	if (len < 1)
		return 0;
	if (data[0] % 2 == 0)
		read_script(bytes_of(data + 1, len - 1));
	else
		read_page(bytes_of(data + 1, len - 1));
	return 0;
}
