#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "proto/record/canonical_url.h"
#include "proto/record/host_name.h"

/* The parts of a URL, borrowed from its cleaned text; never with a delimiter. */
struct parts {
	struct bytes authority;
	struct bytes path;	/* from its first '/', or empty */
	struct bytes query;
	struct bytes fragment;
};

/*
 * Parameters that say where a click came from and never which page is meant; a
 * name that ends in '*' stands for all that begin so.  Case is ignored.  Names
 * that some site uses for content (ref, source, id, s, …) are not here.
 */
static const char *const tracking[] = {
	"utm_*", "mtm_*", "pk_campaign", "pk_content", "pk_kwd", "pk_keyword", "pk_medium",
	"pk_source", "hsa_*", "_hsenc", "_hsmi", "__hssc", "__hstc", "__hsfp", "hsctatracking",
	"fbclid", "fb_action_ids", "fb_action_types", "fb_ref", "fb_source", "gclid", "gclsrc",
	"gbraid", "wbraid", "dclid", "gad_source", "gad_campaignid", "srsltid", "msclkid",
	"yclid", "ysclid", "_openstat", "twclid", "ttclid", "li_fat_id", "igshid", "igsh",
	"epik", "mc_cid", "mc_eid", "mkt_tok", "ml_subscriber", "ml_subscriber_hash",
	"oly_anon_id", "oly_enc_id", "vero_conv", "vero_id", "wickedid", "rb_clickid", "s_kwcid",
	"ef_id", "_ga", "_gl", "cmpid", "ncid", "ocid", "guccounter", "guce_referrer",
	"guce_referrer_sig", "sr_share", "xtor", "smid", "smtyp", "unlocked_article_code",
	"usqp", "amp_gsa", "amp_js_v", "amp_markup",
};

/* A first label that names a variant of the same site. */
static const char *const variant_labels[] = { "www.", "m.", "mobile.", "amp." };

/*
 * Hosts below which each label is somebody's own site, called perhaps "m" or
 * "mobile": only www is dropped before them.
 */
static const char *const shared_hosts[] = {
	"blogspot.com", "github.io", "gitlab.io", "medium.com", "netlify.app", "pages.dev",
	"substack.com", "tumblr.com", "vercel.app", "wordpress.com",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ------------------------------------------------------- reading the parts */

/*
 * Drop what surrounds a pasted address and the line breaks inside, and turn
 * backslashes before the query to slashes, as browsers do.
 */
static int
clean(const char *url, struct buffer *text)
{
	size_t len = strlen(url);
	bool in_path = true;
	char c;
	int err = RS_OK;

	while (len > 0 && (unsigned char)url[len - 1] <= ' ')
		len--;
	for (; len > 0 && (unsigned char)*url <= ' '; url++)
		len--;
	for (; len > 0 && err == RS_OK; url++, len--) {
		c = *url;
		if (c == '\t' || c == '\n' || c == '\r')
			continue;
		if (c == '?' || c == '#')
			in_path = false;
		if (c == '\\' && in_path)
			c = '/';
		err = buffer_append_byte(text, (uint8_t)c);
	}
	return err;
}

/* Return the bytes of ${rest} before the first of ${stops}, and step over them. */
static struct bytes
take_until(struct bytes *rest, const char *stops)
{
	struct bytes taken = bytes_of(rest->data, 0);

	while (taken.len < rest->len && strchr(stops, rest->data[taken.len]) == NULL)
		taken.len++;
	rest->data += taken.len;
	rest->len -= taken.len;
	return taken;
}

static struct bytes
without_first(struct bytes part)
{
	return part.len == 0 ? part : bytes_of(part.data + 1, part.len - 1);
}

static void
split(struct bytes rest, struct parts *parts)
{
	parts->authority = take_until(&rest, "/?#");
	parts->path = take_until(&rest, "?#");
	parts->query = without_first(take_until(&rest, "#"));
	parts->fragment = without_first(rest);
}

/* --------------------------------------------------------- host and port */

static size_t
count_dots(const char *host)
{
	size_t dots = 0;

	for (; *host != '\0'; host++)
		dots += *host == '.';
	return dots;
}

static void
cut(struct buffer *buffer, size_t len)
{
	buffer->len = len;
	if (buffer->data != NULL)
		buffer->data[len] = '\0';
}

bool
canonical_url_is_shared_host(struct bytes host)
{
	size_t i;

	for (i = 0; i < COUNT(shared_hosts); i++) {
		if (bytes_equal(host, bytes_of_text(shared_hosts[i])))
			return true;
	}
	return false;
}

/* Drop the labels that name a mobile, AMP or www variant of a site. */
static void
drop_variant_labels(struct buffer *host)
{
	const char *text, *rest;
	size_t i, len;

	for (i = 0; i < COUNT(variant_labels); i++) {
		text = buffer_text(host);
		len = strlen(variant_labels[i]);
		if (strncmp(text, variant_labels[i], len) != 0 || count_dots(text) < 2)
			continue;
		if (i > 0 && canonical_url_is_shared_host(bytes_of_text(text + len)))
			continue;
		buffer_consume(host, len);
		i = (size_t)-1;	/* m.www. and www.m. are both in use: begin again */
	}
	/* Wikimedia puts it second: en.m.wikipedia.org. */
	text = buffer_text(host);
	rest = strstr(text, ".m.wik");
	len = strlen(text);
	if (rest != NULL && count_dots(text) == 3 && rest == strchr(text, '.') &&
	    strcmp(text + len - 4, ".org") == 0) {
		memmove(host->data + (rest - text), rest + 2, len - (size_t)(rest - text) - 2);
		cut(host, len - 2);
	}
}

/* Read the digits after the colon; 0 stands for a default port or none. */
static int
read_port(struct bytes digits, unsigned *ret_port)
{
	unsigned port = 0;
	size_t i;

	for (i = 0; i < digits.len; i++) {
		if (digits.data[i] < '0' || digits.data[i] > '9')
			return RS_EINVAL;
		port = port * 10 + (digits.data[i] - '0');
		if (port > 65535)
			return RS_EINVAL;
	}
	/* The scheme is not part of the form, so neither default may be. */
	*ret_port = port == 80 || port == 443 ? 0 : port;
	return RS_OK;
}

/* Append the host without its variant labels to ${host}, and read the port. */
static int
read_authority(struct bytes authority, struct buffer *host, unsigned *ret_port)
{
	struct bytes port = { NULL, 0 };
	size_t at;
	int err;

	for (at = authority.len; at > 0; at--) {
		if (authority.data[at - 1] == '@') {
			authority = bytes_of(authority.data + at, authority.len - at);
			break;
		}
	}
	for (at = authority.len; at > 0 && authority.data[at - 1] != ']'; at--) {
		if (authority.data[at - 1] == ':') {
			port = bytes_of(authority.data + at, authority.len - at);
			authority.len = at - 1;
			break;
		}
	}
	err = host_name_append(authority, host);
	if (err == RS_OK)
		err = read_port(port, ret_port);
	if (err == RS_OK)
		drop_variant_labels(host);
	return err;
}

/* --------------------------------------------------- path, query, fragment */

/* RFC 3986's unreserved, and the marks of RFC 2396, which no server splits at. */
static bool
is_plain(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    (c != '\0' && strchr("-._~!'()*", c) != NULL);
}

static int
hex_digit(uint8_t c)
{
	const char *digits = "0123456789abcdef", *at;

	if (c >= 'A' && c <= 'F')
		c |= 0x20;
	at = c == '\0' ? NULL : strchr(digits, c);
	return at == NULL ? -1 : (int)(at - digits);
}

/* Append ${part}, percent-encoded in one way; ${keep} may stand as they are. */
static int
append_encoded(struct bytes part, const char *keep, struct buffer *out)
{
	size_t i;
	int high, low, err = RS_OK;
	uint8_t c;

	for (i = 0; i < part.len && err == RS_OK; i++) {
		c = part.data[i];
		high = c == '%' && i + 2 < part.len ? hex_digit(part.data[i + 1]) : -1;
		low = high >= 0 ? hex_digit(part.data[i + 2]) : -1;
		if (low >= 0) {
			c = (uint8_t)(high << 4 | low);
			i += 2;
		}
		if (is_plain(c) || (low < 0 && c != '\0' && strchr(keep, c) != NULL))
			err = buffer_append_byte(out, c);
		else
			err = buffer_printf(out, "%%%02X", c);
	}
	return err;
}

/* RFC 3986, section 5.2.4, without the slash at the end. */
static void
remove_dot_segments(struct buffer *path)
{
	size_t read = 0, write = 0, end;

	while (read < path->len) {
		for (end = read + 1; end < path->len && path->data[end] != '/'; end++)
			continue;
		if (end - read == 3 && memcmp(path->data + read, "/..", 3) == 0) {
			while (write > 0 && path->data[--write] != '/')
				continue;
		} else if (end - read != 2 || path->data[read + 1] != '.') {
			memmove(path->data + write, path->data + read, end - read);
			write += end - read;
		}
		read = end;
	}
	cut(path, write);
}

static bool
ends_with(const struct buffer *path, const char *end)
{
	size_t len = strlen(end);

	return path->len > len && memcmp(path->data + path->len - len, end, len) == 0;
}

/* Drop slashes at the end and what marks an AMP page, until nothing is left of it. */
static void
drop_path_endings(struct buffer *path)
{
	const size_t html = strlen(".html"), amp = strlen(".amp");
	size_t tail, at;

	for (;;) {
		while (path->len > 0 && path->data[path->len - 1] == '/')
			cut(path, path->len - 1);
		if (ends_with(path, "/amp")) {
			cut(path, path->len - amp);
			continue;
		}
		tail = ends_with(path, ".amp.html") ? html : 0;
		if (tail == 0 && !ends_with(path, ".amp"))
			break;
		/* "/.amp" is a name of its own, and "..amp" must not become a dot. */
		at = path->len - tail - amp;
		if (strchr("/.", path->data[at - 1]) != NULL)
			break;
		memmove(path->data + at, path->data + at + amp, tail);
		cut(path, at + tail);
	}
}

/* Put ${path} into ${out}: encoded in one way, without dot segments. */
static int
read_path(struct bytes path, struct buffer *out)
{
	int err = append_encoded(path, "/:@$&+,;=", out);

	if (err == RS_OK)
		remove_dot_segments(out);
	return err;
}

/*
 * An AMP cache holds the page's own address in its path, behind "c" or "v" and, for
 * https, "s".  Tells whether ${path} on ${host} is one, and how much to skip.
 */
static bool
is_amp_cache(const char *host, struct bytes path, size_t *ret_skip)
{
	const char *cache = ".cdn.ampproject.org";
	size_t len = strlen(host), skip;

	if (strcmp(host, "google.com") == 0 && path.len > 5 && memcmp(path.data, "/amp/", 5) == 0)
		skip = 5;
	else if (len > strlen(cache) && strcmp(host + len - strlen(cache), cache) == 0 &&
	    path.len > 3 && (memcmp(path.data, "/c/", 3) == 0 || memcmp(path.data, "/v/", 3) == 0))
		skip = 3;
	else
		return false;
	if (path.len > skip + 2 && memcmp(path.data + skip, "s/", 2) == 0)
		skip += 2;
	*ret_skip = skip;
	return true;
}

/* Turn the address of an AMP cache into the one that it holds, if it holds one. */
static int
unwrap_amp_cache(struct buffer *host, struct buffer *path, unsigned *port)
{
	struct bytes rest, name;
	struct buffer own;
	size_t skip;
	int err = RS_OK;

	buffer_init(&own, host->max);
	/* Each turn makes the path shorter. */
	while (is_amp_cache(buffer_text(host), buffer_bytes(path), &skip)) {
		rest = bytes_of(path->data + skip, path->len - skip);
		name = take_until(&rest, "/");
		buffer_clear(&own);
		if (memchr(name.data, '.', name.len) == NULL ||
		    memchr(name.data, '%', name.len) != NULL ||
		    host_name_append(name, &own) != RS_OK)
			break;
		buffer_clear(host);
		err = buffer_append(host, own.data, own.len);
		if (err != RS_OK)
			break;
		drop_variant_labels(host);
		buffer_consume(path, skip + name.len);
		*port = 0;
	}
	buffer_release(&own);
	return err;
}

static bool
name_is(struct bytes name, const char *pattern)
{
	size_t len = strlen(pattern);

	if (pattern[len - 1] == '*')
		return name.len >= len - 1 &&
		    strncasecmp((const char *)name.data, pattern, len - 1) == 0;
	return name.len == len && strncasecmp((const char *)name.data, pattern, len) == 0;
}

/* Tell whether a parameter says where the reader came from, or asks for AMP. */
static bool
is_dropped(struct bytes parameter)
{
	struct bytes name = take_until(&parameter, "="), value = without_first(parameter);
	size_t i;

	for (i = 0; i < COUNT(tracking); i++) {
		if (name_is(name, tracking[i]))
			return true;
	}
	if (name_is(name, "amp"))
		return value.len == 0 || name_is(value, "1") || name_is(value, "true");
	return (name_is(name, "outputtype") || name_is(name, "output")) && name_is(value, "amp");
}

static int
append_query(struct bytes query, struct buffer *out)
{
	struct buffer own;
	struct bytes rest, parameter;
	char separator = '?';
	int err;

	buffer_init(&own, 3 * CANONICAL_URL_MAX);
	err = append_encoded(query, "/:@$&+,;=?", &own);
	rest = buffer_bytes(&own);
	while (err == RS_OK && rest.len > 0) {
		parameter = take_until(&rest, "&");
		rest = without_first(rest);
		if (parameter.len == 0 || is_dropped(parameter))
			continue;
		err = buffer_append_byte(out, (uint8_t)separator);
		if (err == RS_OK)
			err = buffer_append(out, parameter.data, parameter.len);
		separator = '&';
	}
	buffer_release(&own);
	return err;
}

/* A fragment is a place on the page, unless it is the route of a page in script. */
static int
append_fragment(struct bytes fragment, struct buffer *out)
{
	int err;

	if (fragment.len < 2 || (fragment.data[0] != '!' && fragment.data[0] != '/'))
		return RS_OK;
	err = buffer_append_byte(out, '#');
	return err == RS_OK ? append_encoded(fragment, "/:@$&+,;=?", out) : err;
}

/* ------------------------------------------------------------ the whole of it */

static int
append_form(const char *host, unsigned port, const struct buffer *path,
    const struct parts *parts, struct buffer *form)
{
	int err = buffer_printf(form, "https://%s", host);

	if (err == RS_OK && port != 0)
		err = buffer_printf(form, ":%u", port);
	if (err == RS_OK)
		err = path->len == 0 ? buffer_append_byte(form, '/') :
		    buffer_append(form, path->data, path->len);
	if (err == RS_OK)
		err = append_query(parts->query, form);
	return err == RS_OK ? append_fragment(parts->fragment, form) : err;
}

/* ${address} is what follows "https://". */
static int
make_form(struct bytes address, struct buffer *form)
{
	struct parts parts;
	struct buffer host, path;
	unsigned port;
	int err;

	buffer_init(&host, CANONICAL_URL_MAX);
	buffer_init(&path, 3 * CANONICAL_URL_MAX);
	split(address, &parts);
	err = read_authority(parts.authority, &host, &port);
	if (err == RS_OK)
		err = read_path(parts.path, &path);
	if (err == RS_OK)
		err = unwrap_amp_cache(&host, &path, &port);
	if (err == RS_OK) {
		drop_path_endings(&path);
		err = append_form(buffer_text(&host), port, &path, &parts, form);
	}
	buffer_release(&path);
	buffer_release(&host);
	return err;
}

int
canonical_url_make(const char *url, struct buffer *out, struct rs_err_detail *detail)
{
	struct buffer text, form;
	const char *after;
	int err;

	buffer_init(&text, CANONICAL_URL_MAX);
	buffer_init(&form, CANONICAL_URL_MAX);
	err = clean(url, &text);
	if (err == RS_OK) {
		after = buffer_text(&text);
		after += strncasecmp(after, "https://", 8) == 0 ? 8 :
		    strncasecmp(after, "http://", 7) == 0 ? 7 : 0;
		if (after == buffer_text(&text)) {
			rs_err_detail_set(detail,
			    "not a web address: it must begin with http:// or https://");
			err = RS_EINVAL;
			goto out;
		}
		err = make_form(bytes_of_text(after), &form);
	}
	if (err == RS_EINVAL)
		rs_err_detail_set(detail, "not a web address: its host or port is malformed");
	if (err == RS_ELIMIT)
		rs_err_detail_set(detail, "the address is longer than %d bytes", CANONICAL_URL_MAX);
	if (err == RS_OK)
		err = buffer_append(out, form.data, form.len);
out:
	buffer_release(&form);
	buffer_release(&text);
	return err;
}

void
canonical_url_drop_user(char *url, bool *ret_named)
{
	char *host = url + strcspn(url, ":"), *at;

	/* Browsers take "\\" for "/", and any number of them. */
	host += *host == ':';
	host += strspn(host, "/\\");
	at = memrchr(host, '@', strcspn(host, "/\\?#"));
	if (at != NULL)
		memmove(host, at + 1, strlen(at + 1) + 1);
	if (ret_named != NULL)
		*ret_named = at != NULL;
}

void
canonical_url_item_id(struct bytes canonical, const uint8_t library_secret[32],
    uint8_t id[HASH_NAME_LEN])
{
	const uint8_t version = CANONICAL_URL_VERSION;
	struct bytes parts[2] = { bytes_of(&version, 1), canonical };

	hash_name(bytes_of(library_secret, 32), parts, 2, id);
}
