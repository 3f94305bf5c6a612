#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/page/metadata.h"

#define URL "https://www.thequay.example/boats/story.html?from=feed"
#define TRAIL(items) "<script type='application/ld+json'>{\"@type\":\"BreadcrumbList\"," \
    "\"itemListElement\":[" items "]}</script>"
#define ITEM(name, url) "{\"@type\":\"ListItem\",\"name\":\"" name "\",\"item\":\"" url "\"}"
#define INNER(name, url) "{\"item\":{\"@id\":\"" url "\",\"name\":\"" name "\"}}"
#define HOME ITEM("Home", "https://www.thequay.example/")
#define BOATS ITEM("Boats", "https://www.thequay.example/boats/")
#define LAST "{\"@type\":\"ListItem\",\"name\":\"The last ferry\"}"
#define MARKED(items) "<ol itemscope itemtype='https://schema.org/BreadcrumbList'>" items "</ol>"
#define ENTRY(name, url) "<li itemprop=itemListElement itemscope><a itemprop=item href='" url "'>" \
    "<span itemprop=name>" name "</span></a></li>"

static void
the_trail_names_the_section(void **state)
{
	static const struct { const char *page, *section; } cases[] = {
		{ TRAIL(HOME "," BOATS "," LAST), "Boats" }, { TRAIL(HOME "," BOATS), "Boats" },
		{ TRAIL(HOME "," BOATS "," ITEM("Ferries", "/boats/ferries") "," LAST), "Ferries" },
		/* The page itself, by its address, or by its title. */
		{ TRAIL(BOATS "," ITEM("Read this", "http://thequay.example/boats/story.html")), "Boats" },
		{ TRAIL(BOATS "," ITEM("Read this", "/boats/story.html")), "Boats" },
		{ TRAIL(BOATS "," ITEM("Read this", "/one")) "<link rel=canonical href=/one>", "Boats" },
		{ TRAIL(BOATS "," ITEM("The Last Ferry", "/two")) "<h1>The last ferry</h1>", "Boats" },
		{ TRAIL(INNER("The Quay", "https://www.thequay.example") ","
		    INNER("Boats &amp; more", "https://www.thequay.example/boats") "," LAST), "Boats & more" },
		/* The site as a whole is no section, nor is a word that stands for none. */
		{ TRAIL(HOME "," LAST), NULL }, { TRAIL(LAST), NULL }, { TRAIL(""), NULL },
		{ TRAIL(ITEM("Startseite", "https://www.thequay.example/de/1-0.html") "," LAST), NULL },
		{ TRAIL(HOME "," BOATS "," ITEM("Detail", "/boats/detail") "," LAST), "Boats" },
		{ TRAIL(HOME "," ITEM("Uncategorized", "/uncategorized") "," LAST), NULL },
		{ TRAIL("7,{},null,[" BOATS "]"), NULL },
		/* Whatever else names it is better. */
		{ TRAIL(HOME "," BOATS "," LAST) "<meta property=article:section content=Sea>", "Sea" },
		{ MARKED(ENTRY("Home", "/") ENTRY("Boats", "/boats/")
		    "<li itemprop=itemListElement><span itemprop=name>The last ferry</span></li>"), "Boats" },
		/* A menu is a list as well, and a second trail is another story's. */
		{ "<ul itemscope itemtype='https://schema.org/ItemList'>" ENTRY("Goats", "/goats") "</ul>",
		    NULL },
		{ MARKED(ENTRY("Boats", "/boats/")) MARKED(ENTRY("Goats", "/goats")), "Boats" },
		{ TRAIL(BOATS) MARKED(ENTRY("Goats", "/goats")), "Boats" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct metadata *metadata = NULL;
		xmlDoc *document = NULL;
		const char *found;

		assert_int_equal(dom_parse(bytes_of_text(cases[i].page), false, &document), 0);
		assert_int_equal(metadata_read(document, URL, &metadata), 0);
		found = metadata->section;
		if (found == NULL || cases[i].section == NULL ? found != cases[i].section :
		    strcmp(found, cases[i].section) != 0)
			fail_msg("%s: %s, not %s", cases[i].page, found, cases[i].section);
		metadata_free(metadata);
		xmlFreeDoc(document);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_trail_names_the_section),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
