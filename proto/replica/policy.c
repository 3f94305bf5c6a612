#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/replica/policy.h"
#include "proto/replica/text.h"

#define EXAMPLE "an example: unread, starred, newest 90 days, images no, at most 2 GB"
#define CLAUSE_SHOWN 60		/* bytes of a clause that an error repeats */
#define BYTES_MAX (UINT64_C(1000000) * 1000000 * 1000000)

/* What a policy says so far, and which clauses have said it. */
struct parse {
	struct policy policy;
	bool nothing, images_said;
	unsigned selections;	/* clauses that ask for articles */
	struct bytes clause;	/* the one being read */
	struct rs_err_detail *detail;
};

struct policy
policy_everything(void)
{
	return (struct policy){ .everything = true, .images = true };
}

bool
policy_bounds(const struct policy *policy)
{
	return !policy->everything || !policy->images || policy->bytes_max > 0;
}

/* -------------------------------------------------------------------- parsing */

static int
refuse(const struct parse *parse, const char *problem)
{
	struct bytes clause = parse->clause;
	bool cut = clause.len > CLAUSE_SHOWN;

	rs_err_detail_set(parse->detail, "'%.*s%s': %s; " EXAMPLE,
	    cut ? CLAUSE_SHOWN : (int)clause.len, (const char *)clause.data, cut ? "..." : "",
	    problem);
	return RS_EINVAL;
}

static bool
is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n';
}

static struct bytes
trim(struct bytes text)
{
	while (text.len > 0 && is_blank(text.data[0]))
		text = bytes_of(text.data + 1, text.len - 1);
	while (text.len > 0 && is_blank(text.data[text.len - 1]))
		text.len--;
	return text;
}

/* Take the next word of ${rest}: letters, or digits; an empty one at the end. */
static struct bytes
take_word(struct bytes *rest)
{
	struct bytes word;
	bool digits;

	*rest = trim(*rest);
	word = bytes_of(rest->data, 0);
	digits = rest->len > 0 && rest->data[0] >= '0' && rest->data[0] <= '9';
	/* "2GB" is two words. */
	while (word.len < rest->len && !is_blank(rest->data[word.len]) &&
	    (!digits || (rest->data[word.len] >= '0' && rest->data[word.len] <= '9')))
		word.len++;
	*rest = bytes_of(rest->data + word.len, rest->len - word.len);
	return word;
}

static bool
is_word(struct bytes word, const char *text)
{
	return bytes_equal(word, bytes_of_text(text));
}

/* Read a number from 1 to ${max}; false for anything else. */
static bool
read_number(struct bytes word, uint64_t max, uint64_t *ret_number)
{
	uint64_t number = 0;

	for (size_t i = 0; i < word.len; i++) {
		if (word.data[i] < '0' || word.data[i] > '9' || number > max / 10)
			return false;
		number = number * 10 + word.data[i] - '0';
	}
	if (number == 0 || number > max)
		return false;
	*ret_number = number;
	return true;
}

static int
parse_tag(struct parse *parse, struct bytes rest)
{
	struct policy *policy = &parse->policy;
	struct bytes tag = trim(rest);

	if (tag.len == 0 || tag.len > ITEM_TAG_MAX || !text_is_line(tag))
		return refuse(parse, "'tag' takes the name of a tag, of 1 to 100 bytes");
	for (size_t i = 0; i < policy->tag_count; i++)
		if (is_word(tag, policy->tags[i]))
			return refuse(parse, "said twice");
	if (policy->tag_count == POLICY_TAGS_MAX)
		return refuse(parse, "more than 16 tags");
	memcpy(policy->tags[policy->tag_count], tag.data, tag.len);
	policy->tags[policy->tag_count++][tag.len] = '\0';
	parse->selections++;
	return RS_OK;
}

static int
parse_newest(struct parse *parse, struct bytes rest)
{
	struct bytes number = take_word(&rest), days = take_word(&rest);
	uint64_t count;

	if (!read_number(number, POLICY_DAYS_MAX, &count) ||
	    (!is_word(days, "days") && !is_word(days, "day")) || trim(rest).len > 0)
		return refuse(parse, "'newest' takes a number of days, from 1 to 36500");
	if (parse->policy.newest_days != 0)
		return refuse(parse, "said twice");
	parse->policy.newest_days = (unsigned)count;
	parse->selections++;
	return RS_OK;
}

static int
parse_images(struct parse *parse, struct bytes rest)
{
	struct bytes answer = take_word(&rest);
	bool yes = is_word(answer, "yes");

	if ((!yes && !is_word(answer, "no")) || trim(rest).len > 0)
		return refuse(parse, "'images' takes yes or no");
	if (parse->images_said)
		return refuse(parse, "said twice");
	parse->policy.images = yes;
	parse->images_said = true;
	return RS_OK;
}

static int
parse_most(struct parse *parse, struct bytes rest)
{
	static const struct {
		const char *name;
		uint64_t bytes;
	} units[] = {
		{ "KB", UINT64_C(1000) }, { "MB", UINT64_C(1000000) },
		{ "GB", UINT64_C(1000000000) }, { "TB", UINT64_C(1000000000000) },
	};
	struct bytes most = take_word(&rest), number = take_word(&rest), unit = take_word(&rest);
	uint64_t count, scale = 0;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (is_word(unit, units[i].name))
			scale = units[i].bytes;
	if (!is_word(most, "most") || scale == 0 || trim(rest).len > 0 ||
	    !read_number(number, BYTES_MAX / scale, &count))
		return refuse(parse, "'at most' takes a whole number of KB, MB, GB or TB");
	if (parse->policy.bytes_max != 0)
		return refuse(parse, "said twice");
	parse->policy.bytes_max = count * scale;
	return RS_OK;
}

/* A clause that is one word, which sets ${flag}. */
static int
parse_flag(struct parse *parse, struct bytes rest, bool *flag)
{
	if (trim(rest).len > 0)
		return refuse(parse, "this clause is one word: a comma parts it from the next");
	if (*flag)
		return refuse(parse, "said twice");
	*flag = true;
	parse->selections++;
	return RS_OK;
}

static int
parse_clause(struct parse *parse)
{
	struct bytes rest = parse->clause, word = take_word(&rest);

	if (is_word(word, "everything"))
		return parse_flag(parse, rest, &parse->policy.everything);
	if (is_word(word, "nothing"))
		return parse_flag(parse, rest, &parse->nothing);
	if (is_word(word, "unread"))
		return parse_flag(parse, rest, &parse->policy.unread);
	if (is_word(word, "starred"))
		return parse_flag(parse, rest, &parse->policy.starred);
	if (is_word(word, "tag"))
		return parse_tag(parse, rest);
	if (is_word(word, "newest"))
		return parse_newest(parse, rest);
	if (is_word(word, "images"))
		return parse_images(parse, rest);
	if (is_word(word, "at"))
		return parse_most(parse, rest);
	return refuse(parse, word.len == 0 ? "a clause is missing" : "not a clause of a policy");
}

int
policy_parse(const char *text, struct policy *ret_policy, struct rs_err_detail *detail)
{
	struct parse parse = { .policy.images = true, .detail = detail };
	struct bytes rest = bytes_of_text(text);
	const uint8_t *comma;
	int err = RS_OK;

	if (rest.len > POLICY_TEXT_MAX) {
		rs_err_detail_set(detail, "a policy of more than %d bytes; " EXAMPLE,
		    POLICY_TEXT_MAX);
		return RS_EINVAL;
	}
	do {
		comma = rest.len == 0 ? NULL : memchr(rest.data, ',', rest.len);
		parse.clause = trim(comma == NULL ? rest :
		    bytes_of(rest.data, (size_t)(comma - rest.data)));
		err = parse_clause(&parse);
		if (comma != NULL)
			rest = bytes_of(comma + 1, rest.len - (size_t)(comma + 1 - rest.data));
	} while (err == RS_OK && comma != NULL);
	if (err != RS_OK)
		return err;
	parse.clause = trim(bytes_of_text(text));
	if ((parse.policy.everything || parse.nothing) && parse.selections > 1)
		return refuse(&parse, "'everything' and 'nothing' stand beside no other choice");
	if (parse.selections == 0)
		parse.policy.everything = true;
	*ret_policy = parse.policy;
	return RS_OK;
}

/* -------------------------------------------------------------------- writing */

/* Append one more clause behind those from ${begin} on. */
static int add(struct buffer *out, size_t begin, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int
add(struct buffer *out, size_t begin, const char *format, ...)
{
	char clause[ITEM_TAG_MAX + sizeof("tag ")];
	va_list args;

	va_start(args, format);
	vsnprintf(clause, sizeof(clause), format, args);
	va_end(args);
	return buffer_printf(out, "%s%s", out->len > begin ? ", " : "", clause);
}

static int
add_most(struct buffer *out, size_t begin, uint64_t bytes)
{
	static const char *const units[] = { "KB", "MB", "GB", "TB" };
	uint64_t count = bytes / 1000;
	size_t unit = 0;

	for (; count % 1000 == 0 && unit + 1 < sizeof(units) / sizeof(units[0]); unit++)
		count /= 1000;
	return add(out, begin, "at most %" PRIu64 " %s", count, units[unit]);
}

int
policy_write(const struct policy *policy, struct buffer *out)
{
	size_t begin = out->len;
	int err = RS_OK;

	if (policy->everything)
		err = add(out, begin, "everything");
	if (err == RS_OK && policy->unread)
		err = add(out, begin, "unread");
	if (err == RS_OK && policy->starred)
		err = add(out, begin, "starred");
	for (size_t i = 0; i < policy->tag_count && err == RS_OK; i++)
		err = add(out, begin, "tag %s", policy->tags[i]);
	if (err == RS_OK && policy->newest_days > 0)
		err = add(out, begin, "newest %u day%s", policy->newest_days,
		    policy->newest_days == 1 ? "" : "s");
	if (err == RS_OK && out->len == begin)
		err = add(out, begin, "nothing");
	if (err == RS_OK && !policy->images)
		err = add(out, begin, "images no");
	if (err == RS_OK && policy->bytes_max > 0)
		err = add_most(out, begin, policy->bytes_max);
	return err;
}
