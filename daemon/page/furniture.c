#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/date.h"
#include "daemon/page/fold.h"
#include "daemon/page/furniture.h"
#include "proto/base/err.h"

enum {
	DATE_LINE = 60,		/* bytes of a line that is a date and little else */
	DATE_WORDS = 4,		/* words of letters in it, the month's among them */
	STAMP_LINE = 80,
	CREDIT_LINE = 120,
	OTHERS_LINE = 100
};

/*
 * Written as folding leaves a text: lower case, no accents, no apostrophes; '#' is a
 * number.  A line is one of these as a whole.
 */
static const struct whole {
	const char *line;
	enum furniture furniture;
} wholes[] = {
	{ "# comments", FURNITURE_LABEL }, { "# min read", FURNITURE_STAMP },
	{ "# mins read", FURNITURE_STAMP }, { "# minute read", FURNITURE_STAMP },
	{ "# minutes read", FURNITURE_STAMP },
	{ "# of #", FURNITURE_LABEL }, { "a lire aussi", FURNITURE_OTHERS },
	{ "about the author", FURNITURE_OTHERS }, { "about the authors", FURNITURE_OTHERS },
	{ "ad", FURNITURE_LABEL }, { "advert", FURNITURE_LABEL },
	{ "advertisement", FURNITURE_LABEL }, { "advertising", FURNITURE_LABEL },
	{ "ansprechpartner", FURNITURE_OTHERS }, { "ansprechpartnerin", FURNITURE_OTHERS },
	{ "anzeige", FURNITURE_LABEL }, { "auch interessant", FURNITURE_OTHERS },
	{ "back to blog", FURNITURE_STAMP }, { "back to gallery", FURNITURE_LABEL },
	{ "back to news", FURNITURE_STAMP }, { "back to top", FURNITURE_STAMP },
	{ "blog", FURNITURE_STAMP }, { "by", FURNITURE_STAMP },
	{ "caption", FURNITURE_LABEL }, { "click to enlarge", FURNITURE_LABEL },
	{ "click to print", FURNITURE_LABEL },
	{ "comment", FURNITURE_LABEL }, { "comments", FURNITURE_LABEL },
	{ "compartilhe", FURNITURE_LABEL }, { "compartir", FURNITURE_LABEL },
	{ "condividi", FURNITURE_LABEL }, { "contenido relacionado", FURNITURE_OTHERS },
	{ "contenidos relacionados", FURNITURE_OTHERS },
	{ "continue reading", FURNITURE_LABEL }, { "delen", FURNITURE_LABEL },
	{ "e mail", FURNITURE_CLOSING }, { "edited by", FURNITURE_STAMP },
	{ "email", FURNITURE_CLOSING }, { "empfehlungen", FURNITURE_OTHERS },
	{ "explore further", FURNITURE_OTHERS }, { "facebook", FURNITURE_CLOSING },
	{ "home", FURNITURE_STAMP }, { "iklan", FURNITURE_LABEL },
	{ "image # of #", FURNITURE_LABEL }, { "instagram", FURNITURE_CLOSING },
	{ "jump to recipe", FURNITURE_LABEL }, { "kommentare", FURNITURE_LABEL },
	{ "kontakt", FURNITURE_OTHERS }, { "latest news", FURNITURE_OTHERS },
	{ "latest posts", FURNITURE_OTHERS }, { "latest stories", FURNITURE_OTHERS },
	{ "le puede interesar", FURNITURE_OTHERS },
	{ "leave a comment", FURNITURE_CLOSING }, { "leave a reply", FURNITURE_CLOSING },
	{ "leggi anche", FURNITURE_OTHERS }, { "linkedin", FURNITURE_CLOSING },
	{ "lire aussi", FURNITURE_OTHERS }, { "loading", FURNITURE_LABEL },
	{ "lust auf mehr", FURNITURE_OTHERS }, { "mehr infos", FURNITURE_OTHERS },
	{ "mehr zum thema", FURNITURE_OTHERS }, { "min read", FURNITURE_STAMP },
	{ "more articles", FURNITURE_OTHERS }, { "more news", FURNITURE_OTHERS },
	{ "more stories", FURNITURE_OTHERS }, { "news", FURNITURE_STAMP },
	{ "noticias relacionadas", FURNITURE_OTHERS }, { "open in app", FURNITURE_LABEL },
	{ "partner news", FURNITURE_OTHERS }, { "photo # of #", FURNITURE_LABEL },
	{ "photos", FURNITURE_LABEL }, { "pinterest", FURNITURE_CLOSING },
	{ "posted by", FURNITURE_STAMP }, { "posted on", FURNITURE_STAMP },
	{ "pressekontakt", FURNITURE_OTHERS }, { "print", FURNITURE_LABEL },
	{ "print this page", FURNITURE_LABEL }, { "publicidad", FURNITURE_LABEL },
	{ "publicidade", FURNITURE_LABEL }, { "publicite", FURNITURE_LABEL },
	{ "recommended reading", FURNITURE_OTHERS },
	{ "recommended stories", FURNITURE_OTHERS }, { "reddit", FURNITURE_CLOSING },
	{ "reklam", FURNITURE_LABEL }, { "reklama", FURNITURE_LABEL },
	{ "related", FURNITURE_OTHERS }, { "related articles", FURNITURE_OTHERS },
	{ "related content", FURNITURE_OTHERS }, { "related news", FURNITURE_OTHERS },
	{ "related posts", FURNITURE_OTHERS }, { "related reading", FURNITURE_OTHERS },
	{ "related stories", FURNITURE_OTHERS }, { "related topics", FURNITURE_OTHERS },
	{ "reviewed by", FURNITURE_STAMP }, { "schlagworte", FURNITURE_OTHERS },
	{ "schon gelesen", FURNITURE_OTHERS }, { "share", FURNITURE_LABEL },
	{ "share this", FURNITURE_LABEL }, { "share this article", FURNITURE_LABEL },
	{ "share this post", FURNITURE_LABEL }, { "share this story", FURNITURE_LABEL },
	{ "show caption", FURNITURE_LABEL }, { "siguenos", FURNITURE_CLOSING },
	{ "skip advertisement", FURNITURE_LABEL }, { "sponsored", FURNITURE_LABEL },
	{ "subscribe", FURNITURE_LABEL }, { "tags", FURNITURE_OTHERS },
	{ "teilen", FURNITURE_LABEL }, { "telegram", FURNITURE_CLOSING },
	{ "temas relacionados", FURNITURE_OTHERS }, { "text size", FURNITURE_LABEL },
	{ "top stories", FURNITURE_OTHERS }, { "trending", FURNITURE_OTHERS },
	{ "twitter", FURNITURE_CLOSING }, { "uber den autor", FURNITURE_OTHERS },
	{ "uber die autoren", FURNITURE_OTHERS }, { "uber die autorin", FURNITURE_OTHERS },
	{ "unsere empfehlungen", FURNITURE_OTHERS }, { "updated", FURNITURE_STAMP },
	{ "verwandte artikel", FURNITURE_OTHERS }, { "weitere artikel", FURNITURE_OTHERS },
	{ "weitere beitrage", FURNITURE_OTHERS },
	{ "weitere informationen", FURNITURE_OTHERS },
	{ "weitere infos", FURNITURE_OTHERS },
	{ "weiterfuhrende artikel", FURNITURE_OTHERS },
	{ "weiterfuhrende informationen", FURNITURE_OTHERS },
	{ "weiterfuhrende links", FURNITURE_OTHERS },
	{ "weiterfuhrender link", FURNITURE_OTHERS }, { "werbung", FURNITURE_LABEL },
	{ "whatsapp", FURNITURE_CLOSING }, { "written by", FURNITURE_STAMP },
	{ "xing", FURNITURE_CLOSING }, { "zum autor", FURNITURE_OTHERS },
	{ "zum weiterlesen", FURNITURE_OTHERS }, { "zur autorin", FURNITURE_OTHERS },
	{ "zusatzinformationen", FURNITURE_OTHERS },
};

/* A line begins with the one, and holds the other behind it if there is one. */
static const struct opening {
	const char *start;
	const char *also;
	enum furniture furniture;
} openings[] = {
	/* What the site earns by the text, wherever it says so. */
	{ "this post contains ", "affiliate", FURNITURE_LABEL },
	{ "this article contains ", "affiliate", FURNITURE_LABEL },
	{ "we may earn ", "commission", FURNITURE_LABEL },
	/* Round the text. */
	{ "by ", NULL, FURNITURE_STAMP }, { "written by ", NULL, FURNITURE_STAMP },
	{ "posted by ", NULL, FURNITURE_STAMP }, { "posted on ", NULL, FURNITURE_STAMP },
	{ "posted in ", NULL, FURNITURE_STAMP }, { "posted under ", NULL, FURNITURE_STAMP },
	{ "published ", "#", FURNITURE_STAMP }, { "reviewed by ", NULL, FURNITURE_STAMP },
	{ "edited by ", NULL, FURNITURE_STAMP }, { "updated by ", NULL, FURNITURE_STAMP },
	/* A space may have got lost before what follows. */
	{ "# min read", NULL, FURNITURE_STAMP },
	{ "updated ", "#", FURNITURE_STAMP }, { "last updated ", NULL, FURNITURE_STAMP },
	{ "first published ", NULL, FURNITURE_STAMP },
	{ "reading time ", NULL, FURNITURE_STAMP },
	{ "estimated reading time ", NULL, FURNITURE_STAMP },
	{ "tempo de leitura ", NULL, FURNITURE_STAMP },
	{ "lesezeit ", NULL, FURNITURE_STAMP }, { "lesedauer ", NULL, FURNITURE_STAMP },
	{ "erstellt am ", "#", FURNITURE_STAMP },
	{ "temps de lecture ", NULL, FURNITURE_STAMP },
	{ "publicado por ", NULL, FURNITURE_STAMP },
	{ "publicado en ", NULL, FURNITURE_STAMP }, { "publie le ", NULL, FURNITURE_STAMP },
	{ "veroffentlicht ", "#", FURNITURE_STAMP },
	{ "aktualisiert ", "#", FURNITURE_STAMP }, { "stand ", "#", FURNITURE_STAMP },
	{ "fact checked by ", NULL, FURNITURE_STAMP },
	{ "medically reviewed by ", NULL, FURNITURE_STAMP },
	/* Other articles. */
	{ "more from ", NULL, FURNITURE_OTHERS }, { "more on ", NULL, FURNITURE_OTHERS },
	{ "more great ", " stories", FURNITURE_OTHERS },
	{ "you may also ", NULL, FURNITURE_OTHERS },
	{ "you might also ", NULL, FURNITURE_OTHERS },
	{ "you may be interested ", NULL, FURNITURE_OTHERS },
	{ "what to read next", NULL, FURNITURE_OTHERS },
	{ "read next", NULL, FURNITURE_OTHERS }, { "read more", NULL, FURNITURE_OTHERS },
	{ "read also", NULL, FURNITURE_OTHERS }, { "also read", NULL, FURNITURE_OTHERS },
	{ "related articles ", NULL, FURNITURE_OTHERS },
	{ "das konnte ", "interessieren", FURNITURE_OTHERS },
	{ "das konnte ", "gefallen", FURNITURE_OTHERS },
	{ "das thema konnte ", "interessieren", FURNITURE_OTHERS },
	{ "auch interessant ", NULL, FURNITURE_OTHERS },
	{ "lesen sie ", NULL, FURNITURE_OTHERS }, { "mehr lesen", NULL, FURNITURE_OTHERS },
	{ "lies auch ", NULL, FURNITURE_OTHERS }, { "mehr zu ", NULL, FURNITURE_OTHERS },
	{ "mehr zum ", NULL, FURNITURE_OTHERS },
	{ "mehr aus ", NULL, FURNITURE_OTHERS }, { "mehr von ", NULL, FURNITURE_OTHERS },
	{ "mehr uber ", NULL, FURNITURE_OTHERS }, { "noch mehr ", NULL, FURNITURE_OTHERS },
	{ "entdecke weitere ", NULL, FURNITURE_OTHERS },
	{ "schlagworte ", NULL, FURNITURE_OTHERS },
	{ "weiterfuhrende artikel ", NULL, FURNITURE_OTHERS },
	{ "weitere aktuelle ", NULL, FURNITURE_OTHERS },
	{ "weitere pressemitteilungen", NULL, FURNITURE_OTHERS },
	{ "te puede interesar", NULL, FURNITURE_OTHERS },
	{ "le puede interesar", NULL, FURNITURE_OTHERS },
	{ "tambien te puede interesar", NULL, FURNITURE_OTHERS },
	{ "lea tambien", NULL, FURNITURE_OTHERS },
	{ "lee tambien", NULL, FURNITURE_OTHERS },
	{ "leia tambem", NULL, FURNITURE_OTHERS },
	{ "veja tambem", NULL, FURNITURE_OTHERS },
	{ "a lire aussi", NULL, FURNITURE_OTHERS },
	{ "lire aussi", NULL, FURNITURE_OTHERS },
	{ "sur le meme sujet", NULL, FURNITURE_OTHERS },
	{ "leggi anche", NULL, FURNITURE_OTHERS }, { "lees ook", NULL, FURNITURE_OTHERS },
	{ "czytaj takze", NULL, FURNITURE_OTHERS },
	{ "zobacz tez", NULL, FURNITURE_OTHERS },
	{ "\xe9\x96\xa2\xe9\x80\xa3\xe8\xa8\x98\xe4\xba\x8b", NULL, FURNITURE_OTHERS },
	/* After the text. */
	{ "follow ", "twitter", FURNITURE_CLOSING },
	{ "follow ", "facebook", FURNITURE_CLOSING },
	{ "follow ", "instagram", FURNITURE_CLOSING },
	{ "follow me on", NULL, FURNITURE_CLOSING },
	{ "follow us on", NULL, FURNITURE_CLOSING },
	{ "like us on", NULL, FURNITURE_CLOSING },
	{ "join us on", NULL, FURNITURE_CLOSING },
	{ "find us on", NULL, FURNITURE_CLOSING }, { "sign up ", NULL, FURNITURE_CLOSING },
	{ "subscribe ", NULL, FURNITURE_CLOSING },
	{ "get ", "newsletter", FURNITURE_CLOSING }, { "get ", "inbox", FURNITURE_CLOSING },
	{ "get the latest ", NULL, FURNITURE_CLOSING },
	{ "download ", " app", FURNITURE_CLOSING },
	{ "want more ", NULL, FURNITURE_CLOSING },
	{ "share this ", NULL, FURNITURE_CLOSING },
	{ "email ", "follow", FURNITURE_CLOSING },
	{ "copyright ", NULL, FURNITURE_CLOSING },
	{ "c copyright", NULL, FURNITURE_CLOSING },
	{ "all rights reserved", NULL, FURNITURE_CLOSING },
	{ "this document is subject to copyright", NULL, FURNITURE_CLOSING },
	{ "this material may not be ", NULL, FURNITURE_CLOSING },
	{ "filed under ", NULL, FURNITURE_CLOSING },
	{ "filed in ", NULL, FURNITURE_CLOSING }, { "tags ", NULL, FURNITURE_CLOSING },
	{ "tagged ", NULL, FURNITURE_CLOSING }, { "categories ", NULL, FURNITURE_CLOSING },
	{ "category ", NULL, FURNITURE_CLOSING }, { "topics ", NULL, FURNITURE_CLOSING },
	{ "source ", NULL, FURNITURE_CLOSING },
	{ "citation ", "retrieved", FURNITURE_CLOSING },
	{ "have a tip ", NULL, FURNITURE_CLOSING },
	{ "have a story ", NULL, FURNITURE_CLOSING },
	{ "got a tip ", NULL, FURNITURE_CLOSING },
	{ "write to ", " com", FURNITURE_CLOSING },
	{ "contact ", " com", FURNITURE_CLOSING },
	{ "reporting by ", NULL, FURNITURE_CLOSING },
	{ "our standards ", NULL, FURNITURE_CLOSING },
	{ "how useful was ", NULL, FURNITURE_CLOSING },
	{ "click on a star ", NULL, FURNITURE_CLOSING },
	{ "no votes so far", NULL, FURNITURE_CLOSING },
	{ "average rating ", NULL, FURNITURE_CLOSING },
	{ "be the first to ", NULL, FURNITURE_CLOSING },
	{ "tell us what you think", NULL, FURNITURE_CLOSING },
	{ "let us know ", "comment", FURNITURE_CLOSING },
	{ "note ", "comments", FURNITURE_CLOSING },
	{ "latest posts by ", NULL, FURNITURE_CLOSING },
	{ "about the author ", NULL, FURNITURE_CLOSING },
	{ "if you enjoyed ", NULL, FURNITURE_CLOSING },
	{ "if you liked ", NULL, FURNITURE_CLOSING },
	{ "this post contains ", "link", FURNITURE_CLOSING },
	{ "this article contains ", "link", FURNITURE_CLOSING },
	{ "disclaimer ", NULL, FURNITURE_CLOSING },
	{ "permalink ", NULL, FURNITURE_CLOSING },
	{ "previous ", "next", FURNITURE_CLOSING },
	{ "folgen sie ", NULL, FURNITURE_CLOSING },
	{ "folge uns ", NULL, FURNITURE_CLOSING },
	{ "hier geht es zu", NULL, FURNITURE_CLOSING },
	{ "hier gehts zu", NULL, FURNITURE_CLOSING },
	{ "weiter zu ", NULL, FURNITURE_CLOSING },
	{ "hat ihnen dieser ", NULL, FURNITURE_CLOSING },
	{ "war dieser artikel ", NULL, FURNITURE_CLOSING },
	{ "unterstutze uns", NULL, FURNITURE_CLOSING },
	{ "unterstutzen sie uns", NULL, FURNITURE_CLOSING },
	{ "diesen artikel ", NULL, FURNITURE_CLOSING },
	{ "diesen beitrag ", NULL, FURNITURE_CLOSING },
	{ "artikel bewerten", NULL, FURNITURE_CLOSING },
	{ "artikel teilen", NULL, FURNITURE_CLOSING },
	{ "news teilen", NULL, FURNITURE_CLOSING },
	{ "jetzt teilen", NULL, FURNITURE_CLOSING },
	{ "noch keine bewertungen", NULL, FURNITURE_CLOSING },
	{ "den artikel ", "teilen", FURNITURE_CLOSING },
	{ "quelle ", NULL, FURNITURE_CLOSING }, { "quellen ", NULL, FURNITURE_CLOSING },
	{ "foto ", NULL, FURNITURE_CLOSING },
	{ "dieser eintrag wurde ", NULL, FURNITURE_CLOSING },
	{ "der beitrag wurde ", NULL, FURNITURE_CLOSING },
	{ "dieser beitrag wurde ", NULL, FURNITURE_CLOSING },
	{ "veroffentlicht in ", NULL, FURNITURE_CLOSING },
	{ "alle rechte vorbehalten", NULL, FURNITURE_CLOSING },
	{ "zuruck zu", NULL, FURNITURE_STAMP },
	{ "abonnieren sie ", NULL, FURNITURE_CLOSING },
	{ "letzte anderung ", NULL, FURNITURE_CLOSING },
	{ "zuletzt aktualisiert ", NULL, FURNITURE_CLOSING },
	{ "siguenos ", NULL, FURNITURE_CLOSING }, { "sigue a ", NULL, FURNITURE_CLOSING },
	{ "suscribete ", NULL, FURNITURE_CLOSING },
	{ "comparte ", NULL, FURNITURE_CLOSING }, { "fuente ", NULL, FURNITURE_CLOSING },
	{ "fonte ", NULL, FURNITURE_CLOSING }, { "siga ", NULL, FURNITURE_CLOSING },
	{ "suivez ", NULL, FURNITURE_CLOSING }, { "partager ", NULL, FURNITURE_CLOSING },
	{ "abonnez vous", NULL, FURNITURE_CLOSING },
	{ "en savoir plus", NULL, FURNITURE_CLOSING },
	{ "segui ", NULL, FURNITURE_CLOSING }, { "condividi ", NULL, FURNITURE_CLOSING },
	{ "iscriviti ", NULL, FURNITURE_CLOSING },
	{ "riproduzione riservata", NULL, FURNITURE_CLOSING },
	{ "volg ons ", NULL, FURNITURE_CLOSING }, { "deel dit ", NULL, FURNITURE_CLOSING },
	{ "zrodlo ", NULL, FURNITURE_CLOSING },
	{ "material chroniony ", NULL, FURNITURE_CLOSING },
};

/* Replace each number of ${folded} by '#'. */
static void
mark_numbers(char *folded)
{
	char *to = folded;

	for (const char *at = folded; *at != '\0'; at++) {
		if (!isdigit((unsigned char)*at))
			*to++ = *at;
		else if (to == folded || to[-1] != '#')
			*to++ = '#';
	}
	*to = '\0';
}

static int
compare_wholes(const void *line, const void *entry)
{

	return strcmp(line, ((const struct whole *)entry)->line);
}

/* A line that is a date, and hardly a word besides. */
static bool
is_date_line(const char *line, const char *folded)
{
	unsigned words = 0;
	struct date date;

	if (strlen(line) > DATE_LINE || strchr(folded, '#') == NULL)
		return false;
	for (const char *at = folded; *at != '\0'; at++)
		words += isalpha((unsigned char)*at) && (at == folded || at[-1] == ' ');
	return words <= DATE_WORDS && date_parse(line, &date) == RS_OK;
}

static enum furniture
opening_of(const char *folded, const char *line)
{
	size_t len = strlen(line);
	bool sentence = line[len - 1] == '.';

	for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++) {
		const struct opening *opening = &openings[i];
		size_t start;

		if (folded[0] != opening->start[0])
			continue;
		start = strlen(opening->start);
		if (strncmp(folded, opening->start, start) != 0 || (opening->also != NULL &&
		    strstr(folded + start - 1, opening->also) == NULL))
			continue;
		if ((opening->furniture == FURNITURE_STAMP && len > STAMP_LINE) ||
		    (opening->furniture == FURNITURE_OTHERS && (len > OTHERS_LINE || sentence)))
			continue;
		return opening->furniture;
	}
	return FURNITURE_NONE;
}

/* Whose picture stands above: "Photo: A. Lens", or a sign of copyright without a year. */
static bool
is_credit(const char *line)
{
	static const char *const names[] = { "Bild", "Bilder", "Bildnachweis", "Bildquelle",
		"Credit", "Cr\303\251dit photo", "Foto", "Fotos", "Image", "Image credit",
		"Photo", "Photo credit", "Photos" };

	if (strlen(line) > CREDIT_LINE)
		return false;
	line += *line == '(';
	if (strncmp(line, "\xc2\xa9", 2) == 0)
		return line[2 + strcspn(line + 2, "0123456789")] == '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncasecmp(line, names[i], strlen(names[i])) == 0 &&
		    line[strlen(names[i])] == ':')
			return true;
	return false;
}

enum furniture
furniture_of(const char *line)
{
	const struct whole *whole;
	enum furniture found;
	struct buffer folded;

	if (strlen(line) > FURNITURE_MAX)
		return FURNITURE_NONE;
	if (is_credit(line))
		return FURNITURE_LABEL;
	if (strncmp(line, "\xc2\xa9", 2) == 0)
		return FURNITURE_CLOSING;
	buffer_init(&folded, (size_t)2 * FURNITURE_MAX);
	if (fold_append(line, &folded) != 0 || folded.len == 0) {
		buffer_release(&folded);
		return FURNITURE_NONE;
	}
	mark_numbers((char *)folded.data);
	whole = bsearch(folded.data, wholes, sizeof(wholes) / sizeof(wholes[0]),
	    sizeof(wholes[0]), compare_wholes);
	if (whole != NULL)
		found = whole->furniture;
	else if (is_date_line(line, buffer_text(&folded)))
		found = FURNITURE_STAMP;
	else
		found = opening_of(buffer_text(&folded), line);
	buffer_release(&folded);
	return found;
}

bool
furniture_is_date(const char *line)
{
	struct buffer folded;
	bool is = false;

	if (strlen(line) > DATE_LINE)
		return false;
	buffer_init(&folded, (size_t)2 * FURNITURE_MAX);
	if (fold_append(line, &folded) == 0 && folded.len > 0) {
		mark_numbers((char *)folded.data);
		is = is_date_line(line, buffer_text(&folded));
	}
	buffer_release(&folded);
	return is;
}
