#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/fold.h"
#include "daemon/page/role.h"

enum {
	LINE_BYTES = 100,	/* of what stands before a name; a longer text is prose */
	NAMES = 8		/* of one role, and what stands between them */
};

/* Of several in one phrase, the first of these counts. */
enum role { ROLE_TEXT, ROLE_PICTURE, ROLE_OTHER, ROLE_EDITING, ROLE_NONE };

static const char *const texts[] = {
	"words", "text", "texts", "story", "article", "report", "reporting", "written", "writing",
	"review", "texte", "texto", "textos", "testo", "testi", "tekst", "текст", "Текст",
	/* Longer ones first where no spaces are written, here and below. */
	"撰文", "作者", "撰稿", "采写", "採訪", "采访", "编译", "編譯", "图文", "圖文", "文图", "文圖",
	"文字", "記者", "记者", "取材", "執筆", "著者", "聞き手", "寄稿", "文",
};

static const char *const pictures[] = {
	"photo", "photos", "photograph", "photographs", "photographed", "photography",
	"photographer", "photographers", "pictures", "images", "illustration", "illustrations",
	"illustrated", "illustrator", "graphics", "video", "videos", "foto", "fotos", "fotograf",
	"fotografie", "fotografien", "fotografia", "fotografias", "fotografía", "fotografías",
	"bild", "bilder", "illustrationen", "photographie", "photographies", "imágenes",
	"immagini", "foto's", "zdjęcia", "Zdjęcia", "zdjęcie", "фото", "Фото",
	"摄影记者", "攝影記者", "图片来源", "圖片來源", "写真提供", "写真", "摄影", "攝影", "撮影",
	"图片", "圖片", "图源", "圖源", "供图", "供圖", "插图", "插圖", "制图", "照片", "视频", "視頻",
	"影片", "イラスト", "動画", "图", "圖", "摄", "攝", "画",
};

/* Who has to do with the page and wrote nothing of it. */
static const char *const others[] = {
	"责任编辑", "責任編輯", "责编", "責編", "校对", "校對", "审核", "審核", "监制", "監製", "来源",
	"來源", "排版", "出品",
};

static const char *const edits[] = {
	"editing", "编辑", "編輯", "編集", "構成", "主编", "主編", "整理",
};

/* From a role to a name. */
static const char *const links[] = {
	":", "by", "von", "par", "por", "di", "door", "de", "av", "af",
};

/* The same, behind a role in Chinese or Japanese. */
static const char *const sign_links[] = {
	":", "：", "/", "／", "|", "｜", "丨", "│", "=", "＝", "・", "·", "﹕", "∕",
};

/* Between two roles, or two names. */
static const char *const joints[] = {
	"and", "und", "et", "y", "e", "en", "i", "и", "&", "+", "/", ",", ";", "／", "、", "・", "，",
	"；",
};

enum {
	SIGN_BYTES = 3,		/* of a Chinese or Japanese sign, in UTF-8 */
	SIGN_LEAD = 0xE2	/* the first of them, or of a mark beside these, at least */
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static bool
is_letter(char c)
{

	return isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* Tell whether a Chinese or Japanese sign is at ${text}, and not a full-width mark. */
static bool
is_sign(const char *text)
{
	unsigned length;
	uint32_t character = fold_decode(text, &length);

	return length == SIGN_BYTES && character != 0x30FB && fold_is_ideographic(character);
}

/*
 * Tell whether a word in letters, or a role of ${signs} signs, may begin at ${at} in ${line}.  One
 * sign by itself is part of many names.
 */
static bool
may_begin(const char *line, const char *at, size_t signs)
{

	if (at == line || !is_letter(at[-1]))
		return true;
	return signs > 1 || (signs == 1 && at - line >= SIGN_BYTES && !is_sign(at - SIGN_BYTES));
}

/* The length of the one of ${words} that ${text} begins with, as a word; 0 for none. */
static size_t
word_of(const char *text, const char *const *words, size_t count)
{
	size_t len;

	for (size_t i = 0; i < count; i++) {
		len = strlen(words[i]);
		if (strncasecmp(text, words[i], len) == 0 &&
		    ((unsigned char)words[i][0] >= SIGN_LEAD ||
		    !is_letter(words[i][len - 1]) || !is_letter(text[len])))
			return len;
	}
	return 0;
}

static size_t
role_word(const char *text, enum role *ret_role)
{
	static const struct { const char *const *words; size_t count; enum role role; } roles[] = {
		{ texts, COUNT(texts), ROLE_TEXT }, { pictures, COUNT(pictures), ROLE_PICTURE },
		{ others, COUNT(others), ROLE_OTHER }, { edits, COUNT(edits), ROLE_EDITING },
	};
	size_t len = 0;

	for (size_t i = 0; i < COUNT(roles) && len == 0; i++)
		if ((len = word_of(text, roles[i].words, roles[i].count)) > 0)
			*ret_role = roles[i].role;
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
	size_t len, link, blanks;
	enum role role = roles_at(text, &len);
	bool signs = role != ROLE_NONE && is_sign(text);

	if (role == ROLE_NONE)
		return ROLE_NONE;
	blanks = strspn(text + len, " ");
	link = signs ? word_of(text + len + blanks, sign_links, COUNT(sign_links)) :
	    word_of(text + len + blanks, links, COUNT(links));
	/* A blank will do behind two signs: "记者 张三". */
	if (link == 0 && (!signs || blanks == 0 || len < 2 * SIGN_BYTES))
		return ROLE_NONE;
	len += blanks + link;
	*ret_len = len + strspn(text + len, " ");
	return role;
}

/* As roles_at, of roles in brackets. */
static enum role
brackets_at(const char *text, size_t *ret_len)
{
	size_t open = text[0] == '(' ? 1 : strncmp(text, "（", 3) == 0 ? 3 : 0, len;
	const char *close = open == 1 ? ")" : "）";
	enum role role;

	if (open == 0)
		return ROLE_NONE;
	role = roles_at(text + open, &len);
	*ret_len = len + 2 * open;
	return strncmp(text + open + len, close, open) == 0 ? role : ROLE_NONE;
}

/* Tell whether a joint of names is at ${text}: a sign, or a word by itself ("Ann E. Other"). */
static bool
joint_at(const char *text, bool spaced)
{
	size_t len = word_of(text, joints, COUNT(joints));

	/* The dot between two roles stands within a name: "ジョン・スミス". */
	return len > 0 && strncmp(text, "・", len) != 0 && (!is_letter(text[0]) ||
	    (unsigned char)text[0] >= SIGN_LEAD ||
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

	static const char *const marks[] = { "／", "，", "；", "、", "｜", "（", "・", "。" };
	size_t before;

	do {
		before = len;
		while (len > 0 && strchr(" ,;|/.-(+&", text[len - 1]) != NULL)
			len--;
		for (size_t i = 0; len >= SIGN_BYTES && i < COUNT(marks); i++)
			if (memcmp(text + len - SIGN_BYTES, marks[i], SIGN_BYTES) == 0) {
				len -= SIGN_BYTES;
				break;
			}
	} while (len < before);
	return len;
}

/* The same without the signs at its end that run into a role: the agency of a "记者". */
static size_t
without_agency(const char *text, size_t len)
{

	while (len >= SIGN_BYTES && is_sign(text + len - SIGN_BYTES))
		len -= SIGN_BYTES;
	return without_tail(text, len);
}

static size_t
append(char *text, size_t len, const char *more)
{

	while (*more != '\0')
		text[len++] = *more++;
	return len;
}

/* As phrase_at, where such a phrase may begin at ${at} in ${line}. */
static enum role
phrase_in(const char *line, const char *at, size_t *ret_len)
{
	enum role role;
	size_t signs = 0, len = is_sign(at) ? role_word(at, &role) : 0;

	signs = len / SIGN_BYTES;
	return may_begin(line, at, signs) ? phrase_at(at, ret_len) : ROLE_NONE;
}

/* Tell whether ${text} begins with the word for a reporter, before which stands whose they are. */
static bool
is_reporter(const char *text)
{
	return strncmp(text, "记者", 6) == 0 || strncmp(text, "記者", 6) == 0;
}

/* It only gets shorter: a role and its link take more room than what is put in their place. */
void
role_keep_writers(char *byline)
{
	enum role role, now = ROLE_TEXT;
	const char *at = byline;
	size_t kept = 0, len;

	while (*at != '\0') {
		bool begins = may_begin(byline, at, 0);

		if ((role = brackets_at(at, &len)) != ROLE_NONE) {
			if (role != ROLE_TEXT)
				kept = before_last_name(byline, kept);
			at += len;
			continue;
		}
		role = begins || is_sign(at) ? phrase_in(byline, at, &len) : ROLE_NONE;
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
		kept = is_reporter(at) ? without_agency(byline, kept) : without_tail(byline, kept);
		now = role == ROLE_EDITING && kept == 0 ? ROLE_TEXT : role;
		at += len;
		if (now == ROLE_TEXT)
			kept = append(byline, kept, kept == 0 ? "by " : "; ");
	}
	byline[kept] = '\0';
}

/* Tell whether ${text} ends in what leads to the name of somebody who did not write. */
static bool
leads_elsewhere(const char *text)
{
	enum role role;
	size_t len;

	for (const char *at = text; *at != '\0'; at++) {
		role = phrase_in(text, at, &len);
		if ((role == ROLE_PICTURE || role == ROLE_OTHER) && at[len] == '\0')
			return true;
	}
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
role_is_other(const xmlNode *node)
{
	const xmlNode *before = node->prev;
	struct buffer line;
	bool is = false, goes_on = true;

	for (unsigned steps = 0; before != NULL && goes_on && steps < NAMES; steps++) {
		buffer_init(&line, LINE_BYTES);
		goes_on = dom_append_text(before, &line) == 0 &&
		    (line.len == 0 || is_joint(buffer_text(&line)));
		is = !goes_on && leads_elsewhere(buffer_text(&line));
		/* Of "Photos by Ben Lens and Cy Curl", "and" stands before the second. */
		if (goes_on && line.len > 0 && before->prev != NULL)
			before = before->prev;
		before = before->prev;
		buffer_release(&line);
	}
	return is;
}
