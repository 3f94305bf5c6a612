#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/rule/field.h"
#include "daemon/rule/policy.h"
#include "daemon/rule/rule.h"
#include "daemon/rule/xpath.h"
#include "proto/base/utf8.h"

/* One line, taken apart; the texts are NUL-terminated, in the file's copy. */
struct line {
	unsigned number;
	char *command;
	char *argument;			/* between brackets; "" for none */
	char *value;
};

/* What is being read. */
struct reading {
	Readsync__SiteRule *rule;
	void (*on_fault)(void *context, unsigned line, enum rule_fault fault, const char *reason);
	void *context;
	unsigned lines;
};

static void
tell(const struct reading *reading, const struct line *line, enum rule_fault fault,
    const char *reason)
{
	if (reading->on_fault != NULL)
		reading->on_fault(reading->context, line->number, fault, reason);
}

/* ------------------------------------------------------------------ the values */

static int
append(char ***list, size_t *count, const char *value)
{
	char **grown = realloc(*list, (*count + 1) * sizeof(*grown));

	if (grown == NULL)
		return RS_ENOMEM;
	*list = grown;
	grown[*count] = strdup(value);
	if (grown[*count] == NULL)
		return RS_ENOMEM;
	++*count;
	return RS_OK;
}

static int
set(char **text, const char *value)
{
	char *copy = strdup(value);

	if (copy == NULL)
		return RS_ENOMEM;
	if (*text != (char *)protobuf_c_empty_string)
		free(*text);
	*text = copy;
	return RS_OK;
}

/* A link to another page, with an empty condition for now. */
static int
append_link(Readsync__RuleLink ***list, size_t *count, const char *xpath)
{
	Readsync__RuleLink **grown = realloc(*list, (*count + 1) * sizeof(*grown)), *link;

	if (grown == NULL)
		return RS_ENOMEM;
	*list = grown;
	link = malloc(sizeof(*link));
	if (link == NULL)
		return RS_ENOMEM;
	readsync__rule_link__init(link);
	grown[(*count)++] = link;
	return set(&link->xpath, xpath);
}

/* ---------------------------------------------------------------- the commands */

/* Return the list of such links that ${command} adds to, or NULL. */
static Readsync__RuleLink ***
links_of(Readsync__SiteRule *rule, const char *command, size_t **ret_count)
{
	if (strcmp(command, "single_page_link") == 0) {
		*ret_count = &rule->n_single_page;
		return &rule->single_page;
	}
	if (strcmp(command, "next_page_link") == 0) {
		*ret_count = &rule->n_next_page;
		return &rule->next_page;
	}
	return NULL;
}

static void
drop_left_out(Readsync__RuleLink **links, size_t *count)
{
	size_t kept = 0;

	for (size_t i = 0; i < *count; i++) {
		if (links[i]->xpath[0] == '\0')
			readsync__rule_link__free_unpacked(links[i], NULL);
		else
			links[kept++] = links[i];
	}
	*count = kept;
}

/* The link that a condition here is of, or NULL. */
static Readsync__RuleLink *
last_link(const Readsync__SiteRule *rule)
{
	if (rule->n_single_page > 0)
		return rule->single_page[rule->n_single_page - 1];
	return rule->n_next_page > 0 ? rule->next_page[rule->n_next_page - 1] : NULL;
}

static int
guard(struct reading *reading, const struct line *line)
{
	Readsync__RuleLink *link = last_link(reading->rule);

	if (link != NULL)
		return set(&link->condition, line->value);
	tell(reading, line, RULE_BROKEN, "if_page_contains without a link before it");
	return RS_OK;
}

/*
 * ${line} is not used.  A link keeps its place until the end: the condition behind it is its own.
 * A condition takes its link along, which is not followed without.
 */
static int
leave_out(struct reading *reading, const struct line *line)
{
	size_t *count;
	Readsync__RuleLink ***links = links_of(reading->rule, line->command, &count);
	Readsync__RuleLink *link = last_link(reading->rule);

	if (links != NULL)
		return append_link(links, count, "");
	return link != NULL && strcmp(line->command, "if_page_contains") == 0 ?
	    set(&link->xpath, "") : RS_OK;
}

/* Lists of XPath; false when ${line} is none of them. */
static bool
take_xpath(struct reading *reading, const struct line *line, int *ret_err)
{
	Readsync__SiteRule *rule = reading->rule;
	const struct {
		const char *command;
		char ***list;
		size_t *count;
	} lists[] = {
		{ "title", &rule->title, &rule->n_title },
		{ "body", &rule->body, &rule->n_body },
		{ "author", &rule->author, &rule->n_author },
		{ "date", &rule->date, &rule->n_date },
		{ "strip", &rule->strip, &rule->n_strip },
		{ "strip_attr", &rule->strip, &rule->n_strip },
	};
	Readsync__RuleLink ***links;
	const char *wrong;
	size_t *count, i;

	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (strcmp(lists[i].command, line->command) == 0)
			break;
	}
	links = links_of(rule, line->command, &count);
	if (i == sizeof(lists) / sizeof(lists[0]) && links == NULL &&
	    strcmp(line->command, "if_page_contains") != 0 &&
	    strcmp(line->command, "not_logged_in_xpath") != 0)
		return false;
	*ret_err = RS_OK;
	wrong = xpath_check(line->value);
	if (wrong != NULL)
		tell(reading, line, RULE_BROKEN, wrong);
	if (wrong != NULL)
		*ret_err = leave_out(reading, line);
	else if (i < sizeof(lists) / sizeof(lists[0]))
		*ret_err = append(lists[i].list, lists[i].count, line->value);
	else if (links != NULL)
		*ret_err = append_link(links, count, line->value);
	else if (strcmp(line->command, "if_page_contains") == 0)
		*ret_err = guard(reading, line);
	else
		*ret_err = set(&rule->not_logged_in, line->value);
	return true;
}

/* "replace_string(what): by what", or the two lines for it. */
static int
take_replacement(struct reading *reading, const struct line *line)
{
	Readsync__SiteRule *rule = reading->rule;
	int err = RS_OK;

	if (strcmp(line->command, "find_string") == 0)
		return append(&rule->find, &rule->n_find, line->value);
	if (line->argument[0] != '\0')
		err = append(&rule->find, &rule->n_find, line->argument);
	return err == RS_OK ? append(&rule->replace, &rule->n_replace, line->value) : err;
}

static bool
is_web(const char *value)
{
	return strncasecmp(value, "https://", 8) == 0 || strncasecmp(value, "http://", 7) == 0;
}

static bool
is_yes(const char *value)
{
	return strcasecmp(value, "yes") == 0 || strcasecmp(value, "true") == 0;
}

/* "login_extra_fields: name=value"; see field.h. */
static int
take_field(struct reading *reading, const struct line *line)
{
	Readsync__SiteRule *rule = reading->rule;
	Readsync__RuleField **grown, *field;
	const char *reason;
	int err = field_parse(line->value, &field, &reason);

	if (err == RS_EINVAL)
		tell(reading, line, RULE_BROKEN, reason);
	if (err != RS_OK)
		return err == RS_EINVAL ? RS_OK : err;
	grown = realloc(rule->field, (rule->n_field + 1) * sizeof(*grown));
	if (grown == NULL) {
		readsync__rule_field__free_unpacked(field, NULL);
		return RS_ENOMEM;
	}
	rule->field = grown;
	grown[rule->n_field++] = field;
	return RS_OK;
}

/* "wrap_in(blockquote): xpath": what is found stands in such an element. */
static int
take_wrap(struct reading *reading, const struct line *line)
{
	static const char *const tags[] = {
		"blockquote", "code", "div", "em", "figcaption", "figure", "h2", "h3", "h4", "li",
		"ol", "p", "pre", "q", "section", "strong", "ul", NULL
	};
	Readsync__SiteRule *rule = reading->rule;
	const char *wrong = xpath_check(line->value);
	Readsync__RuleWrap **grown, *wrap;
	size_t i = 0;
	int err;

	while (tags[i] != NULL && strcmp(tags[i], line->argument) != 0)
		i++;
	if (tags[i] == NULL && wrong == NULL)
		wrong = "not an element that a text is wrapped in";
	if (wrong != NULL) {
		tell(reading, line, RULE_BROKEN, wrong);
		return RS_OK;
	}
	grown = realloc(rule->wrap, (rule->n_wrap + 1) * sizeof(*grown));
	if (grown == NULL)
		return RS_ENOMEM;
	rule->wrap = grown;
	wrap = malloc(sizeof(*wrap));
	if (wrap == NULL)
		return RS_ENOMEM;
	readsync__rule_wrap__init(wrap);
	grown[rule->n_wrap++] = wrap;
	err = set(&wrap->tag, line->argument);
	return err == RS_OK ? set(&wrap->xpath, line->value) : err;
}

/* Printable ASCII, which is all that RFC 9110 allows. */
static bool
is_header_value(const char *text)
{
	size_t len = 0;

	while (text[len] >= 0x20 && text[len] < 0x7f)
		len++;
	return text[len] == '\0' && len <= RULE_HEADER_MAX;
}

/* "http_header(name): value": what the pages are asked for as, or in which language. */
static int
take_header(struct reading *reading, const struct line *line)
{
	Readsync__SiteRule *rule = reading->rule;
	char **header = strcasecmp(line->argument, "accept") == 0 ? &rule->accept :
	    strcasecmp(line->argument, "accept-language") == 0 ? &rule->accept_language : NULL;

	if (strcasecmp(line->argument, "user-agent") == 0)
		tell(reading, line, RULE_UNUSED, "the agent is the archive's own; readsync site "
		    "agent sets that of your browser");
	else if (header == NULL)
		tell(reading, line, RULE_UNUSED, "a rule may say Accept and Accept-Language; "
		    "every site gets the same other headers");
	else if (!is_header_value(line->value))
		tell(reading, line, RULE_BROKEN, "not the value of a header");
	else
		return set(header, line->value);
	return RS_OK;
}

/* What other programs know and this one has no use for, and why; NULL for anything else. */
static const char *
why_unused(const char *command)
{
	static const struct {
		const char *command;
		const char *reason;
	} unused[] = {
		{ "convert_double_br_tags", "done on every page" },
		{ "insert_detected_image", "the lead image is always kept" },
		{ "native_ad_clue", "no judgement rests on it" },
		{ "parser", "every page is parsed as browsers do" },
		{ "post_strip_attr", "no attribute of a page is kept" },
		{ "skip_json_ld", "what a page declares of itself is always read" },
		{ "src_lazy_load_attr", "images that load late are found on every page" },
		{ "tidy", "every page is parsed as browsers do" },
	};
	size_t i;

	for (i = 0; i < sizeof(unused) / sizeof(unused[0]); i++) {
		if (strcmp(unused[i].command, command) == 0)
			return unused[i].reason;
	}
	return NULL;
}

/* All other commands; false when ${line} is none that is known. */
static bool
take_word(struct reading *reading, const struct line *line, int *ret_err)
{
	Readsync__SiteRule *rule = reading->rule;
	const char *command = line->command;

	*ret_err = RS_OK;
	if (strcmp(command, "strip_id_or_class") == 0)
		*ret_err = append(&rule->strip_class, &rule->n_strip_class, line->value);
	else if (strcmp(command, "strip_image_src") == 0)
		*ret_err = append(&rule->strip_image, &rule->n_strip_image, line->value);
	else if (strcmp(command, "test_url") == 0)
		*ret_err = append(&rule->test_url, &rule->n_test_url, line->value);
	else if (strcmp(command, "find_string") == 0 || strcmp(command, "replace_string") == 0)
		*ret_err = take_replacement(reading, line);
	else if (strcmp(command, "requires_login") == 0)
		rule->requires_login = is_yes(line->value);
	else if (strcmp(command, "login_uri") == 0 && !is_web(line->value))
		tell(reading, line, RULE_BROKEN, "not the address of a login, https://...");
	else if (strcmp(command, "login_uri") == 0)
		*ret_err = set(&rule->login_uri, line->value);
	else if (strcmp(command, "login_username_field") == 0)
		*ret_err = set(&rule->user_field, line->value);
	else if (strcmp(command, "login_password_field") == 0)
		*ret_err = set(&rule->password_field, line->value);
	else if (strcmp(command, "login_extra_fields") == 0)
		*ret_err = take_field(reading, line);
	else if (strcmp(command, "autodetect_on_failure") == 0)
		rule->alone = !is_yes(line->value);
	else if (strcmp(command, "prune") == 0)
		rule->whole = !is_yes(line->value);
	else if (strcmp(command, "wrap_in") == 0)
		*ret_err = take_wrap(reading, line);
	else if (strcmp(command, "http_header") == 0)
		*ret_err = take_header(reading, line);
	else if (why_unused(command) != NULL)
		tell(reading, line, RULE_UNUSED, why_unused(command));
	else
		return false;
	return true;
}

/* ------------------------------------------------------------------- the lines */

static char *
trimmed(char *text)
{
	char *end;

	while (isspace((unsigned char)*text))
		text++;
	end = text + strlen(text);
	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return text;
}

/* Take ${text} apart; false for a comment, and what has no colon. */
static bool
split(char *text, struct line *line)
{
	char *colon, *open;

	text = trimmed(text);
	if (text[0] == '#')
		return false;
	colon = strchr(text, ':');
	if (colon == NULL)
		return false;
	*colon = '\0';
	line->argument = "";
	line->command = trimmed(text);
	open = strchr(line->command, '(');
	if (open != NULL && line->command[strlen(line->command) - 1] == ')') {
		line->command[strlen(line->command) - 1] = '\0';
		*open = '\0';
		line->argument = open + 1;
	}
	line->value = trimmed(colon + 1);
	return line->command[0] != '\0';
}

static int
take_line(struct reading *reading, const struct line *line)
{
	const char *refused = policy_refuses(line->command, line->argument, line->value);
	int err = RS_OK;

	if (++reading->lines > RULE_LINES_MAX)
		return RS_ELIMIT;
	if (refused != NULL) {
		tell(reading, line, RULE_REFUSED, refused);
		err = leave_out(reading, line);
	} else if (line->value[0] == '\0' &&
	    strcmp(line->command, "replace_string") != 0) {
		tell(reading, line, RULE_BROKEN, "nothing stands behind the colon");
		err = leave_out(reading, line);
	} else if (!take_xpath(reading, line, &err) && !take_word(reading, line, &err)) {
		tell(reading, line, RULE_BROKEN, "no such command");
	}
	return err;
}

/* Where what is found and what replaces it do not pair, both are dropped. */
static void
pair_replacements(struct reading *reading)
{
	Readsync__SiteRule *rule = reading->rule;
	struct line end = { .number = 0 };

	if (rule->n_find == rule->n_replace)
		return;
	tell(reading, &end, RULE_BROKEN, "find_string and replace_string do not pair: all are left "
	    "out");
	while (rule->n_find > 0)
		free(rule->find[--rule->n_find]);
	while (rule->n_replace > 0)
		free(rule->replace[--rule->n_replace]);
}

/* Some editors begin a file with a byte order mark. */
static size_t
mark_len(struct bytes text)
{
	return text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

int
rule_parse(struct bytes text, void (*on_fault)(void *context, unsigned line,
    enum rule_fault fault, const char *reason), void *context, Readsync__SiteRule **ret_rule)
{
	struct reading reading = { .on_fault = on_fault, .context = context };
	struct line line = { .number = 0 };
	char *copy, *at, *end, *next;
	const char *wrong;
	int err = RS_OK;

	if (text.len > RULE_FILE_MAX)
		return RS_ELIMIT;
	copy = malloc(text.len + 1);
	reading.rule = malloc(sizeof(*reading.rule));
	if (copy == NULL || reading.rule == NULL) {
		free(copy);
		free(reading.rule);
		return RS_ENOMEM;
	}
	readsync__site_rule__init(reading.rule);
	if (text.len > 0)
		memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	end = copy + text.len;
	for (at = copy + mark_len(text); at < end && err == RS_OK; at = next) {
		next = memchr(at, '\n', (size_t)(end - at));
		next = next == NULL ? end + 1 : next + 1;
		next[-1] = '\0';
		line.number++;
		if (!utf8_valid(bytes_of_text(at)))
			wrong = "not UTF-8";
		else
			wrong = strlen(at) < (size_t)(next - 1 - at) ? "a NUL stands in it" : NULL;
		if (wrong != NULL)
			tell(&reading, &line, RULE_BROKEN, wrong);
		if (split(at, &line))
			err = wrong != NULL ? leave_out(&reading, &line) :
			    take_line(&reading, &line);
	}
	free(copy);
	if (err != RS_OK) {
		readsync__site_rule__free_unpacked(reading.rule, NULL);
		return err;
	}
	pair_replacements(&reading);
	drop_left_out(reading.rule->single_page, &reading.rule->n_single_page);
	drop_left_out(reading.rule->next_page, &reading.rule->n_next_page);
	*ret_rule = reading.rule;
	return RS_OK;
}
