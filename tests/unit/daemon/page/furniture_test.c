#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/page/furniture.h"

static void
lines_are_known_by_what_they_say(void **state)
{
	static const struct {
		const char *line;
		enum furniture furniture;
	} lines[] = {
		{ "Advertisement", FURNITURE_LABEL }, { "ANZEIGE", FURNITURE_LABEL },
		{ "Share this article", FURNITURE_LABEL }, { "Image 3 of 12", FURNITURE_LABEL },
		{ "14 Comments", FURNITURE_LABEL }, { "# of #", FURNITURE_NONE },
		{ "5 min read", FURNITURE_STAMP }, { "By Ada Quill", FURNITURE_STAMP },
		{ "6 min readDec 1, 2025", FURNITURE_STAMP }, { "4 min read time", FURNITURE_STAMP },
		{ "Reviewed by Bo Byte, MD", FURNITURE_STAMP }, { "60 min.", FURNITURE_NONE },
		{ "12 March 2019", FURNITURE_STAMP }, { "2018-08-16", FURNITURE_STAMP },
		{ "Updated 4 May 2021, 10:30", FURNITURE_STAMP },
		{ "Lesezeit: 3 Minuten", FURNITURE_STAMP },
		{ "Related stories", FURNITURE_OTHERS }, { "Das könnte Sie auch interessieren:", FURNITURE_OTHERS },
		{ "Le puede interesar: otra historia", FURNITURE_OTHERS },
		{ "À lire aussi : une autre histoire", FURNITURE_OTHERS },
		{ "関連記事", FURNITURE_OTHERS },
		{ "© 2021 The Quay", FURNITURE_CLOSING }, { "Copyright 2021 The Quay.", FURNITURE_CLOSING },
		{ "Follow the Quay on Twitter and Facebook.", FURNITURE_CLOSING },
		{ "Get our newsletter in the morning.", FURNITURE_CLOSING },
		{ "Photo: Ada Lens / The Quay", FURNITURE_LABEL }, { "(Credit: Ada Lens)", FURNITURE_LABEL },
		{ "© Ada Lens/The Quay", FURNITURE_LABEL }, { "Bildquelle: Hafenamt", FURNITURE_LABEL },
		{ "This post contains affiliate links, which earn us a goat now and then.", FURNITURE_LABEL },
		{ "Zurück zur Übersicht", FURNITURE_STAMP }, { "Erstellt am 4.5.2021", FURNITURE_STAMP },
		{ "Noch mehr Themen", FURNITURE_OTHERS }, { "Schlagworte: Hafen, Ziege", FURNITURE_OTHERS },
		{ "Pressekontakt:", FURNITURE_OTHERS }, { "Über den Autor", FURNITURE_OTHERS },
		{ "Hier geht's zum Fahrplan", FURNITURE_CLOSING }, { "LinkedIn", FURNITURE_CLOSING },
		{ "War dieser Artikel hilfreich?", FURNITURE_CLOSING },
		{ "Folgen Sie uns!", FURNITURE_CLOSING }, { "Suscríbete a nuestro boletín", FURNITURE_CLOSING },
		/* What only begins like it. */
		{ "", FURNITURE_NONE }, { "   ", FURNITURE_NONE },
		{ "Shared by two farms, the field lies fallow", FURNITURE_NONE },
		{ "Follow the river until it forks.", FURNITURE_NONE },
		{ "Photo of the ferry: none was ever made.", FURNITURE_NONE },
		{ "Read more than one paper, and you will know less.", FURNITURE_NONE },
		{ "Byron wrote the letter on 12 March 2019 and posted it the same day.", FURNITURE_NONE },
		{ "By the time the fog had lifted, the captain had counted eleven passengers, and a goat.",
		    FURNITURE_NONE },
		{ "The bridge was closed on 4 May 2021.", FURNITURE_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (furniture_of(lines[i].line) != lines[i].furniture)
			fail_msg("\"%s\" is %d, not %d", lines[i].line, furniture_of(lines[i].line),
			    lines[i].furniture);
}

/* Prose that opens as furniture does is too long for it. */
static void
a_long_line_is_prose(void **state)
{
	char line[FURNITURE_MAX + 2];

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, "Copyright ", 10);
	line[FURNITURE_MAX] = '\0';
	assert_int_equal(furniture_of(line), FURNITURE_CLOSING);
	line[FURNITURE_MAX] = 'x';
	line[FURNITURE_MAX + 1] = '\0';
	assert_int_equal(furniture_of(line), FURNITURE_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_known_by_what_they_say),
		cmocka_unit_test(a_long_line_is_prose),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
