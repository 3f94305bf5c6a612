#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/role.h"

enum {
	LINE_BYTES = 100,	/* of what stands before a name; a longer text is prose */
	NAMES = 8		/* of one role, and what stands between them */
};

/* Of several in one phrase, the first of these counts. */
enum role { ROLE_TEXT, ROLE_PICTURE, ROLE_EDITING, ROLE_NONE };

static const char *const texts[] = {
	"words", "text", "texts", "story", "article", "report", "reporting", "written", "writing",
	"review", "texte", "texto", "textos", "testo", "testi", "tekst", "текст", "Текст",
};

static const char *const pictures[] = {
	"photo", "photos", "photograph", "photographs", "photographed", "photography",
	"photographer", "photographers", "pictures", "images", "illustration", "illustrations",
	"illustrated", "illustrator", "graphics", "video", "videos", "foto", "fotos", "fotograf",
	"fotografie", "fotografien", "fotografia", "fotografias", "fotografía", "fotografías",
	"bild", "bilder", "illustrationen", "photographie", "photographies", "imágenes",
	"immagini", "foto's", "zdjęcia", "Zdjęcia", "zdjęcie", "фото", "Фото",
};

static const char *const edits[] = { "editing" };

/* From a role to a name. */
static const char *const links[] = {
	":", "by", "von", "par", "por", "di", "door", "de", "av", "af",
};

/* Between two roles, or two names. */
static const char *const joints[] = {
	"and", "und", "et", "y", "e", "en", "i", "и", "&", "+", "/", ",", ";",
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static bool
is_letter(char c)
{

	return isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* The length of the one of ${words} that ${text} begins with, as a word; 0 for none. */
static size_t
word_of(const char *text, const char *const *words, size_t count)
{
	size_t len;

	for (size_t i = 0; i < count; i++) {
		len = strlen(words[i]);
		if (strncasecmp(text, words[i], len) == 0 &&
		    (!is_letter(words[i][len - 1]) || !is_letter(text[len])))
			return len;
	}
	return 0;
}

static size_t
role_word(const char *text, enum role *ret_role)
{
	size_t len;

	if ((len = word_of(text, texts, COUNT(texts))) > 0)
		*ret_role = ROLE_TEXT;
	else if ((len = word_of(text, pictures, COUNT(pictures))) > 0)
		*ret_role = ROLE_PICTURE;
	else if ((len = word_of(text, edits, COUNT(edits))) > 0)
		*ret_role = ROLE_EDITING;
	return len;
}

/* The roles at ${text}, with joints between them; ${ret_len} is how long they are. */
static enum role
roles_at(const char *text, size_t *ret_len)
{
	enum role role, first = ROLE_NONE;
	const char *at = text;
	size_t len;

	*ret_len = 0;
	while ((len = role_word(at, &role)) > 0) {
		first = role < first ? role : first;
		at += len;
		*ret_len = (size_t)(at - text);
		at += strspn(at, " ");
		at += word_of(at, joints, COUNT(joints));
		at += strspn(at, " ");
	}
	return first;
}

/* As roles_at, of what leads to a name. */
static enum role
phrase_at(const char *text, size_t *ret_len)
{
	size_t len, link;
	enum role role = roles_at(text, &len);

	if (role == ROLE_NONE)
		return ROLE_NONE;
	len += strspn(text + len, " ");
	if ((link = word_of(text + len, links, COUNT(links))) == 0)
		return ROLE_NONE;
	*ret_len = len + link + strspn(text + len + link, " ");
	return role;
}

/* As roles_at, of roles in brackets. */
static enum role
brackets_at(const char *text, size_t *ret_len)
{
	size_t len;
	enum role role;

	if (text[0] != '(')
		return ROLE_NONE;
	role = roles_at(text + 1, &len);
	*ret_len = len + 2;
	return text[1 + len] == ')' ? role : ROLE_NONE;
}

/* Tell whether a joint of names is at ${text}: a sign, or a word by itself ("Ann E. Other"). */
static bool
joint_at(const char *text, bool spaced)
{
	size_t len = word_of(text, joints, COUNT(joints));

	return len > 0 && (!is_letter(text[0]) ||
	    (spaced && text[len] == ' ' && !isupper((unsigned char)text[0])));
}

/* How much of the ${len} bytes at ${text} stands before the last of the names there. */
static size_t
before_last_name(const char *text, size_t len)
{
	size_t last = 0;

	for (size_t at = 0; at < len; at++)
		if (joint_at(text + at, at > 0 && text[at - 1] == ' '))
			last = at;
	return last;
}

/* How long the ${len} bytes at ${text} are without what parts them from what followed. */
static size_t
without_tail(const char *text, size_t len)
{

	while (len > 0 && strchr(" ,;|/.-(+&", text[len - 1]) != NULL)
		len--;
	return len;
}

static size_t
append(char *text, size_t len, const char *more)
{

	while (*more != '\0')
		text[len++] = *more++;
	return len;
}

/* It only gets shorter: a role and its link take more room than what is put in their place. */
void
role_keep_writers(char *byline)
{
	enum role role, now = ROLE_TEXT;
	const char *at = byline;
	size_t kept = 0, len;

	while (*at != '\0') {
		bool begins = at == byline || !is_letter(at[-1]);

		if ((role = brackets_at(at, &len)) != ROLE_NONE) {
			if (role != ROLE_TEXT)
				kept = before_last_name(byline, kept);
			at += len;
			continue;
		}
		role = begins ? phrase_at(at, &len) : ROLE_NONE;
		/* "Photos by Ben Lens, by Ann Other." */
		if (role == ROLE_NONE && begins && now != ROLE_TEXT &&
		    strncasecmp(at, "by ", 3) == 0) {
			role = ROLE_TEXT;
			len = 3;
		}
		if (role == ROLE_NONE) {
			if (now == ROLE_TEXT)
				byline[kept++] = *at;
			at++;
			continue;
		}
		kept = without_tail(byline, kept);
		now = role == ROLE_EDITING && kept == 0 ? ROLE_TEXT : role;
		at += len;
		if (now == ROLE_TEXT)
			kept = append(byline, kept, kept == 0 ? "by " : "; ");
	}
	byline[kept] = '\0';
}

/* Tell whether ${text} ends in what leads to the name of who took the pictures. */
static bool
leads_to_picture(const char *text)
{
	size_t len;

	for (const char *at = text; *at != '\0'; at++)
		if ((at == text || !is_letter(at[-1])) && phrase_at(at, &len) == ROLE_PICTURE &&
		    at[len] == '\0')
			return true;
	return false;
}

/* Tell whether ${text} is nothing but a joint. */
static bool
is_joint(const char *text)
{
	size_t len = word_of(text, joints, COUNT(joints));

	return len > 0 && text[len] == '\0';
}

bool
role_is_picture(const xmlNode *node)
{
	const xmlNode *before = node->prev;
	struct buffer line;
	bool is = false, goes_on = true;

	for (unsigned steps = 0; before != NULL && goes_on && steps < NAMES; steps++) {
		buffer_init(&line, LINE_BYTES);
		goes_on = dom_append_text(before, &line) == 0 &&
		    (line.len == 0 || is_joint(buffer_text(&line)));
		is = !goes_on && leads_to_picture(buffer_text(&line));
		/* Of "Photos by Ben Lens and Cy Curl", "and" stands before the second. */
		if (goes_on && line.len > 0 && before->prev != NULL)
			before = before->prev;
		before = before->prev;
		buffer_release(&line);
	}
	return is;
}
