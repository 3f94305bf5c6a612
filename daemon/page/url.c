#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/url.h"
#include "proto/base/buffer.h"
#include "proto/base/err.h"
#include "proto/base/utf8.h"
#include "proto/record/article.h"

/* The five parts of RFC 3986, appendix B; a part that is absent has no data. */
struct parts {
	struct bytes scheme, authority, path, query, fragment;
};

/* A reference as browsers read it: trimmed, without tabs and line feeds. */
static int
clean(const char *reference, struct buffer *out)
{
	size_t len, run;
	int err;

	while (*reference != '\0' && (unsigned char)*reference <= ' ')
		reference++;
	for (len = strlen(reference); len > 0 && (unsigned char)reference[len - 1] <= ' '; len--)
		;
	for (; len > 0; len -= run, reference += run) {
		if ((run = strspn(reference, "\t\r\n")) > 0)
			continue;
		if ((run = strcspn(reference, "\t\r\n")) > len)
			run = len;
		if ((err = buffer_append(out, reference, run)) != 0)
			return err;
	}
	return 0;
}

static struct bytes
take_until(const char **at, const char *stops)
{
	size_t run = strcspn(*at, stops);
	struct bytes part = bytes_of(*at, run);

	*at += run;
	return part;
}

static void
split(const char *text, struct parts *parts)
{
	const char *at = text;

	memset(parts, 0, sizeof(*parts));
	while (isalnum((unsigned char)*at) || (*at != '\0' && strchr("+-.", *at) != NULL))
		at++;
	if (*at == ':' && isalpha((unsigned char)*text)) {
		parts->scheme = bytes_of(text, (size_t)(at - text));
		at++;
	} else {
		at = text;
	}
	if (strchr("/\\", at[0]) != NULL && at[0] != '\0' && strchr("/\\", at[1]) != NULL &&
	    at[1] != '\0') {
		at += 2;
		parts->authority = take_until(&at, "/\\?#");
	}
	parts->path = take_until(&at, "?#");
	if (*at == '?') {
		at++;
		parts->query = take_until(&at, "#");
	}
	if (*at == '#')
		parts->fragment = bytes_of_text(at + 1);
}

static bool
scheme_is(struct bytes scheme, const char *name)
{

	return scheme.len == strlen(name) &&
	    strncasecmp((const char *)scheme.data, name, scheme.len) == 0;
}

/* How many bytes of ${part} from ${at} on RFC 3986 allows in a part of a URL. */
static size_t
allowed_len(struct bytes part, size_t at)
{
	size_t start = at;

	while (at < part.len && part.data[at] > ' ' && part.data[at] < 0x7f &&
	    strchr("\"<>\\^`{|}", part.data[at]) == NULL)
		at++;
	return at - start;
}

/* Append ${part}, percent-encoding what RFC 3986 allows in no part of a URL. */
static int
append_escaped(struct buffer *out, struct bytes part)
{
	size_t i, run;
	int err;

	for (i = 0; i < part.len; i += run) {
		if ((run = allowed_len(part, i)) > 0) {
			err = buffer_append(out, part.data + i, run);
		} else {
			run = 1;
			err = buffer_printf(out, "%%%02X", part.data[i]);
		}
		if (err != 0)
			return err;
	}
	return 0;
}

/* Append one segment of a path to ${out}, whose path starts at ${root}. */
static int
append_segment(struct buffer *out, size_t root, struct bytes segment, bool last)
{
	int err;

	if (bytes_equal(segment, bytes_of_text(".")))
		return 0;
	if (bytes_equal(segment, bytes_of_text(".."))) {
		/* Back over the segment before, never over the root's slash. */
		if (out->len > root + 1)
			out->len--;
		while (out->len > root + 1 && out->data[out->len - 1] != '/')
			out->len--;
		return 0;
	}
	if ((err = append_escaped(out, segment)) != 0 || last)
		return err;
	return buffer_append_byte(out, '/');
}

/* Append the segments of ${path} (RFC 3986, 5.2.4); backslashes part them too. */
static int
append_path(struct buffer *out, size_t root, struct bytes path)
{
	size_t at = 0, start;
	int err;

	while (at < path.len) {
		start = at;
		while (at < path.len && path.data[at] != '/' && path.data[at] != '\\')
			at++;
		err = append_segment(out, root, bytes_of(path.data + start, at - start),
		    at == path.len);
		if (err != 0)
			return err;
		at++;
	}
	return 0;
}

/* The part of the base's path that a relative path is added to (5.2.3). */
static struct bytes
directory(struct bytes path)
{

	while (path.len > 0 && path.data[path.len - 1] != '/')
		path.len--;
	return path;
}

static bool
host_is_plain(struct bytes authority)
{
	size_t i;

	for (i = 0; i < authority.len; i++)
		if (authority.data[i] <= ' ' || authority.data[i] == 0x7f ||
		    strchr("\"<>\\^`{|}%", authority.data[i]) != NULL)
			return false;
	return authority.len > 0 && utf8_valid(authority);
}

/* What RFC 3986 calls recomposition (5.3), for http and https. */
static int
compose(const struct parts *base, const struct parts *reference, struct buffer *out)
{
	bool has_authority = reference->authority.data != NULL;
	struct bytes scheme = reference->scheme.data != NULL ? reference->scheme : base->scheme;
	struct bytes authority = has_authority ? reference->authority : base->authority;
	struct bytes path = reference->path, query = reference->query;
	size_t i, root;
	int err;

	if (!host_is_plain(authority))
		return RS_EINVAL;
	for (i = 0; i < scheme.len; i++)
		if ((err = buffer_append_byte(out, (uint8_t)tolower(scheme.data[i]))) != 0)
			return err;
	if ((err = buffer_append_text(out, "://")) != 0 ||
	    (err = buffer_append(out, authority.data, authority.len)) != 0)
		return err;
	root = out->len;
	if ((err = buffer_append_byte(out, '/')) != 0)
		return err;
	if (!has_authority && path.len == 0) {
		path = base->path;
		query = query.data != NULL ? query : base->query;
	} else if (!has_authority && path.data[0] != '/' && path.data[0] != '\\') {
		struct bytes before = directory(base->path);

		before.data += before.len > 0;
		before.len -= before.len > 0;
		if ((err = append_path(out, root, before)) != 0)
			return err;
	}
	if (path.len > 0 && (path.data[0] == '/' || path.data[0] == '\\'))
		path = bytes_of(path.data + 1, path.len - 1);
	if ((err = append_path(out, root, path)) != 0)
		return err;
	if (query.data != NULL && ((err = buffer_append_byte(out, '?')) != 0 ||
	    (err = append_escaped(out, query)) != 0))
		return err;
	if (reference->fragment.data != NULL && ((err = buffer_append_byte(out, '#')) != 0 ||
	    (err = append_escaped(out, reference->fragment)) != 0))
		return err;
	return 0;
}

static int
resolve(const char *base, const char *cleaned, struct buffer *out)
{
	struct parts base_parts, parts;
	bool web;

	split(cleaned, &parts);
	if (scheme_is(parts.scheme, "mailto")) {
		/* It names a mailbox, and no host. */
		if (parts.path.len == 0 || parts.authority.data != NULL)
			return RS_EINVAL;
		return buffer_append_text(out, "mailto:") != 0 ? RS_EINVAL :
		    append_escaped(out, bytes_of_text(cleaned + strlen("mailto:")));
	}
	split(base, &base_parts);
	web = scheme_is(base_parts.scheme, "http") || scheme_is(base_parts.scheme, "https");
	if (parts.scheme.data != NULL) {
		if (!scheme_is(parts.scheme, "http") && !scheme_is(parts.scheme, "https"))
			return RS_EINVAL;
		/* "https:path" is relative to a base of the same scheme; nobody means it. */
		if (parts.authority.data == NULL)
			return RS_EINVAL;
	} else if (!web) {
		return RS_EINVAL;
	}
	return compose(&base_parts, &parts, out);
}

int
url_resolve(const char *base, const char *reference, char **ret_url)
{
	struct buffer cleaned, out;
	int err;

	buffer_init(&cleaned, URL_MAX);
	buffer_init(&out, URL_MAX);
	if ((err = clean(reference, &cleaned)) != 0)
		goto out;
	if ((err = resolve(base == NULL ? "" : base, buffer_text(&cleaned), &out)) != 0)
		goto out;
	/* Such as a control character beyond ASCII in the host: an article holds none. */
	if (!article_url_is_safe(buffer_text(&out), true)) {
		err = RS_EINVAL;
		goto out;
	}
	if ((*ret_url = strndup(buffer_text(&out), out.len)) == NULL)
		err = RS_ENOMEM;
out:
	buffer_release(&cleaned);
	buffer_release(&out);
	return err == RS_ELIMIT ? RS_EINVAL : err;
}
