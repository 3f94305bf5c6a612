#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <uchardet/uchardet.h>
#include <unicode/ucnv.h>

#include "daemon/page/charset.h"
#include "daemon/page/latin.h"
#include "proto/base/err.h"
#include "proto/base/utf8.h"

enum {
	META_SCAN = 4096,	/* bytes; browsers look at 1024, pages put it later */
	DETECT_SCAN = 256 * 1024,
	BINARY_SCAN = 4096,
	LIE_LETTERS = 8,	/* so many against it, and what the page names is wrong */
	LABEL_MAX = 64
};

/* What is above ASCII in a page, read as UTF-8. */
struct shape {
	size_t letters;
	size_t breaks;		/* bytes that belong to none */
};

/* Labels that do not mean what they say, after the Encoding Standard, 4.2. */
static const struct {
	const char *label, *converter;
} meanings[] = {
	{ "ascii", "windows-1252" }, { "us-ascii", "windows-1252" },
	{ "iso-8859-1", "windows-1252" }, { "iso8859-1", "windows-1252" },
	{ "latin1", "windows-1252" }, { "latin-1", "windows-1252" },
	{ "iso-8859-9", "windows-1254" }, { "iso-8859-11", "windows-874" },
	{ "tis-620", "windows-874" }, { "gb2312", "gb18030" }, { "gbk", "gb18030" },
	{ "gb_2312-80", "gb18030" }, { "x-gbk", "gb18030" }, { "big5", "big5-hkscs" },
	{ "euc-kr", "windows-949" }, { "ks_c_5601-1987", "windows-949" },
	{ "shift_jis", "windows-31j" }, { "shift-jis", "windows-31j" },
	{ "sjis", "windows-31j" }, { "x-sjis", "windows-31j" }, { "utf8", "utf-8" },
	{ "unicode", "utf-16le" }, { "utf-16", "utf-16le" }, { "cn-big5", "big5-hkscs" },
	{ "logical", "iso-8859-8" }, { "koi", "koi8-r" }, { "dos-874", "windows-874" },
	/* As uchardet calls them. */
	{ "uhc", "windows-949" }, { "mac-centraleurope", "macce" },
	/* Their small letters are the same, and no page is written in this one. */
	{ "mac-cyrillic", "windows-1251" },
};

/* Copy the label at ${text}, which may be quoted, into ${name}. */
static void
copy_label(const char *text, size_t len, char *name, size_t size)
{
	size_t from = 0, count = 0;

	while (from < len && (isspace((unsigned char)text[from]) || text[from] == '"' ||
	    text[from] == '\''))
		from++;
	while (from < len && count + 1 < size && (isalnum((unsigned char)text[from]) ||
	    strchr("-_:.+()", text[from]) != NULL) && text[from] != '\0')
		name[count++] = text[from++];
	name[count] = '\0';
}

/* Find the LABEL of "${key}=LABEL" in ${text}; "" when there is none. */
static void
find_label(const char *text, size_t len, const char *key, char *name, size_t size)
{
	size_t at, after;

	name[0] = '\0';
	for (at = 0; at + strlen(key) < len; at++) {
		if (strncasecmp(text + at, key, strlen(key)) != 0)
			continue;
		after = at + strlen(key);
		while (after < len && isspace((unsigned char)text[after]))
			after++;
		if (after >= len || text[after] != '=')
			continue;
		copy_label(text + after + 1, len - after - 1, name, size);
		return;
	}
}

/* The label of the <meta> that declares a charset. */
static void
find_meta(struct bytes page, char *name, size_t size)
{
	const char *text = (const char *)page.data;
	size_t len = page.len < META_SCAN ? page.len : META_SCAN, at, end;
	const char *close;

	name[0] = '\0';
	for (at = 0; at + 5 < len && name[0] == '\0'; at++) {
		if (text[at] != '<')
			continue;
		if (len - at > 4 && memcmp(text + at, "<!--", 4) == 0) {
			close = memmem(text + at, len - at, "-->", 3);
			if (close == NULL)
				return;
			at = (size_t)(close - text);
		} else if (strncasecmp(text + at, "<meta", 5) == 0) {
			close = memchr(text + at, '>', len - at);
			end = close == NULL ? len : (size_t)(close - text);
			find_label(text + at, end - at, "charset", name, size);
		}
	}
}

/* The label of the XML declaration that the page begins with. */
static void
find_declaration(struct bytes page, char *name, size_t size)
{
	size_t len = page.len < META_SCAN ? page.len : META_SCAN;
	const uint8_t *end = len < 5 || memcmp(page.data, "<?xml", 5) != 0 ? NULL :
	    memchr(page.data, '>', len);

	name[0] = '\0';
	if (end != NULL)
		find_label((const char *)page.data, (size_t)(end - page.data), "encoding", name,
		    size);
}

/* What ${label}, which could be read as ASCII, means: not UTF-16. */
static const char *
in_ascii(const char *label)
{

	return strncasecmp(label, "utf-16", 6) == 0 ? "utf-8" : label;
}

static struct shape
shape_of(struct bytes page)
{
	struct shape shape = { 0, 0 };
	uint32_t point;
	size_t at, run;

	for (at = 0; at < page.len; at += run) {
		if ((run = utf8_ascii_len(page, at)) > 0)
			continue;
		run = utf8_character(page, at, &point);
		shape.letters += run > 1;
		/* A page that was cut inside its last letter is still UTF-8. */
		if (run == 0 && page.len - at < 4 && page.data[at] >= 0xc2)
			break;
		if (run == 0) {
			shape.breaks++;
			run = 1;
		}
	}
	return shape;
}

static void
detect(struct bytes page, char *name, size_t size)
{
	uchardet_t detector = uchardet_new();
	const char *label;

	name[0] = '\0';
	if (detector == NULL)
		return;
	if (page.len > DETECT_SCAN)
		page.len = DETECT_SCAN;
	if (uchardet_handle_data(detector, (const char *)page.data, page.len) == 0) {
		uchardet_data_end(detector);
		label = latin_mend(page, uchardet_get_charset(detector));
		/* The letters of Russian, and those of Ukrainian where it has lines of boxes. */
		if (strcasecmp(label, "koi8-r") == 0)
			label = "koi8-u";
		copy_label(label, strlen(label), name, size);
	}
	uchardet_delete(detector);
}

/* ISO 2022: ASCII, until a sequence shifts to letters of two bytes.  "" when none does. */
static const char *
label_of_shifts(struct bytes page)
{
	static const struct { const char *sequence, *label; } shifts[] = {
		{ "\x1b$B", "iso-2022-jp" }, { "\x1b$@", "iso-2022-jp" },
		{ "\x1b$)C", "iso-2022-kr" },
	};
	const uint8_t *escape = memchr(page.data, 0x1b, page.len);
	size_t len = escape == NULL ? 0 : page.len - (size_t)(escape - page.data);

	for (size_t i = 0; i < sizeof(shifts) / sizeof(shifts[0]); i++)
		if (len > strlen(shifts[i].sequence) &&
		    memcmp(escape, shifts[i].sequence, strlen(shifts[i].sequence)) == 0)
			return shifts[i].label;
	return "";
}

static UConverter *
open_converter(const char *label)
{
	UErrorCode status = U_ZERO_ERROR;
	UConverter *converter;
	size_t i;

	if (label[0] == '\0')
		return NULL;
	for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (strcasecmp(label, meanings[i].label) == 0)
			label = meanings[i].converter;
	converter = ucnv_open(label, &status);
	if (U_SUCCESS(status))
		return converter;
	ucnv_close(converter);
	return NULL;
}

/*
 * The converter for what the page or its server names, unless that is shown to be
 * wrong: it is UTF-8 and most of what is above ASCII is not, or it is another and
 * all of that is.  Text of any other charset is UTF-8 by chance in a letter or two.
 */
static UConverter *
open_named(const char *label, const struct shape *shape)
{
	UConverter *converter = open_converter(label);
	bool wrong;

	if (converter == NULL)
		return NULL;
	if (ucnv_getType(converter) == UCNV_UTF8)
		wrong = shape->breaks >= LIE_LETTERS && shape->breaks > shape->letters;
	else
		wrong = shape->letters >= LIE_LETTERS && shape->breaks == 0;
	if (!wrong)
		return converter;
	ucnv_close(converter);
	return NULL;
}

/*
 * UTF-16 without a mark: it starts with a '<' that a zero precedes or follows (XML
 * 1.0, appendix F.1), or nearly every second byte is zero, since most of a page is
 * ASCII.  Which one says the order; "" when it is neither.
 */
static const char *
label_of_zeros(struct bytes page)
{
	size_t len = page.len < BINARY_SCAN ? page.len : BINARY_SCAN, i, nuls[2] = { 0, 0 };

	if (len < 4)
		return "";
	if (memcmp(page.data, "<\0", 2) == 0 && page.data[2] != 0)
		return "utf-16le";
	if (memcmp(page.data, "\0<\0", 3) == 0 && page.data[3] != 0)
		return "utf-16be";
	for (i = 0; i < len; i++)
		nuls[i % 2] += page.data[i] == 0;
	if (nuls[1] > len * 2 / 5 && nuls[0] <= len / 100)
		return "utf-16le";
	return nuls[0] > len * 2 / 5 && nuls[1] <= len / 100 ? "utf-16be" : "";
}

/*
 * Choose the converter; ${ret_skip} is how long the byte order mark is.  NULL
 * when not even the last resort can be opened, which is want of memory.
 */
static UConverter *
choose_converter(struct bytes page, const char *content_type, size_t *ret_skip)
{
	static const struct { const char *mark, *label; size_t len; } marks[] = {
		{ "\xef\xbb\xbf", "utf-8", 3 }, { "\xff\xfe", "utf-16le", 2 },
		{ "\xfe\xff", "utf-16be", 2 },
	};
	char label[LABEL_MAX] = "";
	struct shape shape;
	UConverter *converter;
	size_t i;

	*ret_skip = 0;
	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (page.len < marks[i].len ||
		    memcmp(page.data, marks[i].mark, marks[i].len) != 0)
			continue;
		*ret_skip = marks[i].len;
		return open_converter(marks[i].label);
	}
	if ((converter = open_converter(label_of_zeros(page))) != NULL)
		return converter;
	shape = shape_of(page);
	if (content_type != NULL)
		find_label(content_type, strlen(content_type), "charset", label, sizeof(label));
	if ((converter = open_named(label, &shape)) != NULL)
		return converter;
	find_meta(page, label, sizeof(label));
	if ((converter = open_named(in_ascii(label), &shape)) != NULL)
		return converter;
	find_declaration(page, label, sizeof(label));
	if ((converter = open_named(in_ascii(label), &shape)) != NULL)
		return converter;
	if (shape.breaks == 0 && shape.letters == 0 &&
	    (converter = open_converter(label_of_shifts(page))) != NULL)
		return converter;
	if (shape.breaks == 0)
		return open_converter("utf-8");
	detect(page, label, sizeof(label));
	if ((converter = open_converter(label)) != NULL)
		return converter;
	return open_converter("windows-1252");
}

/* A "binary data byte" (MIME Sniffing Standard), but for what shifts charsets (ISO 2022). */
static bool
is_control(uint8_t byte)
{

	return byte < 0x20 && !isspace(byte) && byte != 0x0e && byte != 0x0f && byte != 0x1b;
}

/*
 * Tell whether the bytes are some other kind of file: NULs and other controls that no text
 * has among the first of them (unless they are UTF-16), or the mark of a format that has
 * none.  Of what is packed or enciphered, every tenth byte is one.
 */
static bool
is_binary(struct bytes page)
{
	static const char *const magics[] = { "%PDF-", "PK\x03\x04", "\x1f\x8b\x08", "\x89PNG",
		"GIF8", "\xff\xd8\xff", "\177ELF", "OggS", "RIFF", "ID3", "wOF2", "BZh" };
	size_t i, controls = 0, len = page.len < BINARY_SCAN ? page.len : BINARY_SCAN;

	for (i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if (page.len >= strlen(magics[i]) &&
		    memcmp(page.data, magics[i], strlen(magics[i])) == 0)
			return true;
	if (len >= 2 && ((page.data[0] == 0xff && page.data[1] == 0xfe) ||
	    (page.data[0] == 0xfe && page.data[1] == 0xff)))
		return false;
	for (i = 0; i < len; i++)
		controls += is_control(page.data[i]);
	return (controls > len / 50 + 3 || controls == len) && label_of_zeros(page)[0] == '\0';
}

/* Drop NULs and, at the end, a letter that the bound cut in two. */
static size_t
tidy(uint8_t *text, size_t len)
{
	size_t from, to, tail;
	uint8_t *first = memchr(text, 0, len);
	uint32_t point;

	to = first == NULL ? len : (size_t)(first - text);
	for (from = to; from < len; from++)
		if (text[from] != 0)
			text[to++] = text[from];
	for (tail = 1; tail <= 3 && tail <= to; tail++) {
		if ((text[to - tail] & 0xc0) == 0x80)
			continue;
		if (utf8_character(bytes_of(text, to), to - tail, &point) != tail)
			to -= tail;
		break;
	}
	return to;
}

static bool
is_blank(struct bytes page)
{
	size_t i;

	for (i = 0; i < page.len; i++)
		if (!isspace(page.data[i]))
			return false;
	return true;
}

/* Convert ${page} to UTF-8, at most ${max} bytes of it.  RS_ENOTPAGE, RS_ENOMEM. */
static int
convert(UConverter *converter, struct bytes page, size_t max, uint8_t **ret_text, size_t *ret_len)
{
	bool same = ucnv_getType(converter) == UCNV_UTF8 && utf8_valid(page);
	/* Three bytes of UTF-8 for each byte is the most that any charset needs. */
	size_t room = same ? page.len : page.len > max / 3 ? max : page.len * 3;
	uint8_t *text = malloc(room + 1);
	UErrorCode status = U_ZERO_ERROR;
	size_t len = room;

	if (text == NULL)
		return RS_ENOMEM;
	if (same)
		memcpy(text, page.data, page.len);
	else
		len = (size_t)ucnv_toAlgorithmic(UCNV_UTF8, converter, (char *)text, (int32_t)room,
		    (const char *)page.data, (int32_t)page.len, &status);
	if (U_FAILURE(status) && status != U_BUFFER_OVERFLOW_ERROR) {
		free(text);
		return RS_ENOTPAGE;
	}
	*ret_len = tidy(text, len < room ? len : room);
	*ret_text = text;
	return RS_OK;
}

int
charset_decode(struct bytes page, const char *content_type, size_t max,
    uint8_t **ret_text, size_t *ret_len, struct rs_err_detail *detail)
{
	UConverter *converter;
	size_t skip;
	int err;

	if (is_blank(page)) {
		rs_err_detail_set(detail, "empty");
		return RS_ENOTPAGE;
	}
	if (is_binary(page)) {
		rs_err_detail_set(detail, "not text");
		return RS_ENOTPAGE;
	}
	if (max > INT32_MAX)
		max = INT32_MAX;
	if (page.len > max)
		page.len = max;
	if ((converter = choose_converter(page, content_type, &skip)) == NULL)
		return RS_ENOMEM;
	err = convert(converter, bytes_of(page.data + skip, page.len - skip), max, ret_text,
	    ret_len);
	ucnv_close(converter);
	if (err == RS_ENOTPAGE)
		rs_err_detail_set(detail, "not text");
	return err;
}
