#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "daemon/fetch/headers.h"
#include "daemon/fetch/transfer.h"
#include "proto/base/secret.h"
#include "proto/record/canonical_url.h"

enum {
	HEADERS_MAX = 256 * 1024,	/* bytes of all headers of all answers */
	STALL_BYTES = 100,		/* a second; slower than this is a stall */
	READ_SIZE = 64 * 1024,		/* a page in one read, mostly */
	COOKIE_LINE_MAX = 16 * 1024,	/* twice what libcurl keeps of one */
	RESERVE_MAX = 1024 * 1024	/* believed of a Content-Length beforehand */
};

struct transfer {
	const struct transfer_setting *setting;
	CURL *easy;
	struct curl_slist *headers;
	struct fetch_result *result;
	size_t header_bytes;
	int err;			/* why we ended it ourselves, or RS_OK */
	bool cookie_set;		/* some answer set a cookie */
	bool opened;			/* the guard let a connection of this hop pass */
	char refused[INET6_ADDRSTRLEN];	/* the last address that it did not */
	char error[CURL_ERROR_SIZE];	/* libcurl's words */
};

static const char *const accept_headers[] = {
	[FETCH_PAGE] = "Accept: text/html, application/xhtml+xml, application/pdf;q=0.9, "
	    "*/*;q=0.1",
	[FETCH_FEED] = "Accept: application/atom+xml, application/rss+xml, "
	    "application/feed+json, application/xml;q=0.9, text/xml;q=0.9, "
	    "application/json;q=0.9, */*;q=0.1",
	[FETCH_IMAGE] = "Accept: image/*, */*;q=0.1",
};

int
transfer_host(const char *url, char **ret_host, struct rs_err_detail *detail)
{
	CURLU *parts = curl_url();
	char *scheme = NULL, *host = NULL, *port = NULL, *name, *at;
	CURLUcode code;
	int err = RS_OK;

	if (parts == NULL)
		return RS_ENOMEM;
	/* Unknown schemes parse too, so that they are refused by their name. */
	code = curl_url_set(parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME);
	if (code == CURLUE_OK)
		code = curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0);
	if (code == CURLUE_OK && strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0) {
		rs_err_detail_set(detail, "%s: only http and https are fetched", scheme);
		err = RS_EREFUSED;
		goto out;
	}
	if (code == CURLUE_OK)
		code = curl_url_get(parts, CURLUPART_HOST, &host, 0);
	if (code == CURLUE_OK)
		code = curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT);
	if (code != CURLUE_OK) {
		rs_err_detail_set(detail, "not an absolute URL: %s", curl_url_strerror(code));
		err = code == CURLUE_OUT_OF_MEMORY ? RS_ENOMEM : RS_EINVAL;
		goto out;
	}
	if (asprintf(&name, "%s:%s", host, port) < 0) {
		err = RS_ENOMEM;
		goto out;
	}
	for (at = name; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	*ret_host = name;
out:
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(parts);
	return err;
}

static int
add_header(struct transfer *transfer, const char *format, const char *value)
{
	struct curl_slist *longer;
	const char *at;
	char *line;

	for (at = value; *at != '\0'; at++) {
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return RS_EINVAL;
	}
	if (asprintf(&line, format, value) < 0)
		return RS_ENOMEM;
	longer = curl_slist_append(transfer->headers, line);
	free(line);
	if (longer == NULL)
		return RS_ENOMEM;
	transfer->headers = longer;
	return RS_OK;
}

static int
set_headers(struct transfer *transfer, const struct fetch_request *request)
{
	int err;

	err = request->accept == NULL ? add_header(transfer, "%s", accept_headers[request->kind]) :
	    add_header(transfer, "Accept: %s", request->accept);
	if (err == RS_OK && request->accept_language != NULL)
		err = add_header(transfer, "Accept-Language: %s", request->accept_language);
	if (err == RS_OK && request->etag != NULL)
		err = add_header(transfer, "If-None-Match: %s", request->etag);
	if (err == RS_OK && request->last_modified != NULL)
		err = add_header(transfer, "If-Modified-Since: %s", request->last_modified);
	if (err == RS_OK && request->post_type != NULL)
		err = add_header(transfer, "Content-Type: %s", request->post_type);
	curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
	return err;
}

/* Also called for each redirect and each address of a name. */
static curl_socket_t
on_open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transfer *transfer = context;
	const struct transfer_setting *setting = transfer->setting;
	const void *raw;

	(void)purpose;
	/* Behind a proxy the address is the proxy's, which the reader chose. */
	if (setting->proxy[0] == '\0' && !guard_permits(setting->guard, &address->addr)) {
		raw = address->family == AF_INET ?
		    (const void *)&((struct sockaddr_in *)&address->addr)->sin_addr :
		    (const void *)&((struct sockaddr_in6 *)&address->addr)->sin6_addr;
		inet_ntop(address->family, raw, transfer->refused, sizeof(transfer->refused));
		return CURL_SOCKET_BAD;
	}
	transfer->opened = true;
	return multi_open_socket(setting->multi, address);
}

static size_t
on_header(char *data, size_t size, size_t count, void *context)
{
	static const char set_cookie[] = "Set-Cookie:";
	struct transfer *transfer = context;

	transfer->header_bytes += size * count;
	if (size * count > sizeof(set_cookie) - 1 &&
	    strncasecmp(data, set_cookie, sizeof(set_cookie) - 1) == 0)
		transfer->cookie_set = true;
	if (transfer->header_bytes > HEADERS_MAX) {
		transfer->err = RS_ELIMIT;
		return 0;
	}
	/* The blank line ends an answer: a redirect's next hop starts anew. */
	if (size * count <= 2)
		transfer->opened = false;
	return size * count;
}

/* Reserve what the server announces, in reason, and spare the doubling. */
static void
reserve_body(struct transfer *transfer)
{
	struct buffer *body = &transfer->result->body;
	curl_off_t announced = -1;
	uint8_t *room;

	curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
	/* Should it fail, the append will find out with the true length. */
	if (announced > 0 && announced <= RESERVE_MAX)
		(void)buffer_reserve(body, (size_t)announced, &room);
}

static size_t
on_body(char *data, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	struct buffer *body = &transfer->result->body;

	if (body->len == 0)
		reserve_body(transfer);
	transfer->err = buffer_append(body, data, size * count);
	return transfer->err == RS_OK ? size * count : 0;
}

static void
set_behaviour(struct transfer *transfer)
{
	const struct transfer_setting *setting = transfer->setting;
	CURL *easy = transfer->easy;

	multi_prepare(setting->multi, easy);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	/* Else a cancel would wait, with the whole loop, for a name server. */
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)READ_SIZE);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, setting->agent);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	/* Set even when empty: NULL would read http_proxy, no_proxy and their like. */
	curl_easy_setopt(easy, CURLOPT_PROXY, setting->proxy);
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
}

/* Give libcurl the jar, line by line.  RS_EINVAL for a line beyond every cookie. */
static int
set_cookies(struct transfer *transfer, struct bytes jar)
{
	struct buffer line;
	const uint8_t *end;
	int err = RS_OK;

	/* The engine is on also without any, to keep those that are set. */
	curl_easy_setopt(transfer->easy, CURLOPT_COOKIEFILE, "");
	buffer_init_secret(&line, COOKIE_LINE_MAX);
	for (; jar.len > 0 && err == RS_OK; buffer_clear(&line)) {
		end = memchr(jar.data, '\n', jar.len);
		err = buffer_append(&line, jar.data,
		    end == NULL ? jar.len : (size_t)(end - jar.data));
		if (err == RS_OK && curl_easy_setopt(transfer->easy, CURLOPT_COOKIELIST,
		    buffer_text(&line)) == CURLE_OUT_OF_MEMORY)
			err = RS_ENOMEM;
		jar.data += line.len + (end != NULL);
		jar.len -= line.len + (end != NULL);
	}
	buffer_release(&line);
	return err == RS_ELIMIT ? RS_EINVAL : err;
}

/* Who asks, and what is sent along. */
static int
set_session(struct transfer *transfer, const struct fetch_request *request)
{
	CURL *easy = transfer->easy;
	CURLcode code = CURLE_OK;

	if (request->agent != NULL)
		code = curl_easy_setopt(easy, CURLOPT_USERAGENT, request->agent);
	if (code == CURLE_OK && request->user != NULL) {
		curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)(CURLAUTH_BASIC | CURLAUTH_DIGEST));
		code = curl_easy_setopt(easy, CURLOPT_USERNAME, request->user);
		if (code == CURLE_OK)
			code = curl_easy_setopt(easy, CURLOPT_PASSWORD, request->password);
	}
	if (code == CURLE_OK && request->referer != NULL)
		code = curl_easy_setopt(easy, CURLOPT_REFERER, request->referer);
	if (code == CURLE_OK && request->post != NULL) {
		/* What was typed for one address goes to no other. */
		curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
		code = curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->post);
	}
	if (code != CURLE_OK)
		return RS_ENOMEM;
	return set_cookies(transfer, request->cookies);
}

static void
set_limits(struct transfer *transfer, const struct fetch_limits *limits)
{
	CURL *easy = transfer->easy;

	curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)limits->redirects_max);
	curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)limits->body_max);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)limits->total_ms);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)limits->connect_ms);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)STALL_BYTES);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)((limits->stall_ms + 999) / 1000));
}

static struct fetch_limits
limits_merge(const struct fetch_limits *own, const struct fetch_limits *general)
{
	struct fetch_limits merged = *general;

	if (own->body_max != 0)
		merged.body_max = own->body_max;
	if (own->redirects_max != 0)
		merged.redirects_max = own->redirects_max;
	if (own->total_ms != 0)
		merged.total_ms = own->total_ms;
	if (own->connect_ms != 0)
		merged.connect_ms = own->connect_ms;
	if (own->stall_ms != 0)
		merged.stall_ms = own->stall_ms;
	if (merged.body_max > FETCH_BODY_MAX)
		merged.body_max = FETCH_BODY_MAX;
	return merged;
}

int
transfer_new(const struct transfer_setting *setting, const struct fetch_request *request,
    struct transfer **ret_transfer)
{
	struct fetch_limits limits = limits_merge(&request->limits, &setting->limits);
	struct transfer *transfer = calloc(1, sizeof(*transfer));
	int err = RS_ENOMEM;

	if (transfer == NULL)
		return RS_ENOMEM;
	transfer->setting = setting;
	transfer->easy = curl_easy_init();
	if (transfer->easy == NULL)
		goto out;
	if (curl_easy_setopt(transfer->easy, CURLOPT_URL, request->url) != CURLE_OK)
		goto out;
	set_behaviour(transfer);
	set_limits(transfer, &limits);
	curl_easy_setopt(transfer->easy, CURLOPT_FOLLOWLOCATION, request->one_hop ? 0L : 1L);
	err = set_headers(transfer, request);
	if (err == RS_OK)
		err = set_session(transfer, request);
	if (err == RS_OK)
		err = fetch_result_new(request->url, limits.body_max, &transfer->result);
	if (err == RS_OK && request->secret)
		buffer_init_secret(&transfer->result->body, limits.body_max);
out:
	if (err != RS_OK) {
		transfer_free(transfer);
		return err;
	}
	*ret_transfer = transfer;
	return RS_OK;
}

void
transfer_free(struct transfer *transfer)
{
	if (transfer == NULL)
		return;
	curl_easy_cleanup(transfer->easy);
	curl_slist_free_all(transfer->headers);
	fetch_result_free(transfer->result);
	free(transfer);
}

CURL *
transfer_easy(struct transfer *transfer)
{
	return transfer->easy;
}

/* Tell whether libcurl lists a cookie that is no more: the fifth field is its last second. */
static bool
is_expired(const char *line)
{
	long long last;
	int field;

	for (field = 0; field < 4 && line != NULL; field++) {
		line = strchr(line, '\t');
		line = line == NULL ? NULL : line + 1;
	}
	last = line == NULL ? 0 : strtoll(line, NULL, 10);
	return last != 0 && last <= (long long)time(NULL);
}

/* Take over the jar as the answers left it. */
static int
fill_cookies(struct transfer *transfer)
{
	struct buffer *cookies = &transfer->result->cookies;
	struct curl_slist *lines = NULL, *at;
	int err = RS_OK;

	if (!transfer->cookie_set)
		return RS_OK;
	curl_easy_getinfo(transfer->easy, CURLINFO_COOKIELIST, &lines);
	for (at = lines; at != NULL && err == RS_OK; at = at->next) {
		if (is_expired(at->data))
			continue;
		err = buffer_append_text(cookies, at->data);
		if (err == RS_OK)
			err = buffer_append_byte(cookies, '\n');
	}
	for (at = lines; at != NULL; at = at->next)
		secret_wipe(at->data, strlen(at->data));
	curl_slist_free_all(lines);
	transfer->result->cookies_changed = err == RS_OK;
	if (err != RS_ELIMIT)
		return err;
	/* A jar that was cut would take away cookies that are good: it stays as it was. */
	buffer_clear(cookies);
	return RS_OK;
}

/* Take over what the answer said. */
static int
fill_answer(struct transfer *transfer)
{
	struct fetch_result *result = transfer->result;
	curl_off_t body = 0, took_us = 0;
	long status = 0, headers = 0;
	char *url = NULL, *location = NULL;
	int err;

	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &body);
	curl_easy_getinfo(transfer->easy, CURLINFO_HEADER_SIZE, &headers);
	curl_easy_getinfo(transfer->easy, CURLINFO_TOTAL_TIME_T, &took_us);
	curl_easy_getinfo(transfer->easy, CURLINFO_EFFECTIVE_URL, &url);
	result->status = (unsigned)status;
	result->wire_bytes = (uint64_t)body + (uint64_t)headers;
	result->took_ms = took_us / 1000;
	result->retry_after_ms = headers_retry_after_ms(transfer->easy);
	if (url != NULL && url[0] != '\0' && strcmp(url, result->url) != 0) {
		url = strdup(url);
		if (url == NULL)
			return RS_ENOMEM;
		/* A site that names a user in a redirect gives away its own secret, not ours. */
		canonical_url_drop_user(url, NULL);
		free(result->url);
		result->url = url;
	}
	err = headers_copy(transfer->easy, "Content-Type", &result->content_type);
	if (err == RS_OK)
		err = headers_copy(transfer->easy, "ETag", &result->etag);
	if (err == RS_OK)
		err = headers_copy(transfer->easy, "Last-Modified", &result->last_modified);
	if (err == RS_OK)
		err = headers_copy(transfer->easy, "Referrer-Policy", &result->referrer_policy);
	curl_easy_getinfo(transfer->easy, CURLINFO_REDIRECT_URL, &location);
	if (err == RS_OK && location != NULL) {
		result->location = strdup(location);
		if (result->location == NULL)
			return RS_ENOMEM;
		canonical_url_drop_user(result->location, NULL);
	}
	return err == RS_OK ? fill_cookies(transfer) : err;
}

/* Translate how it failed into a code of ours. */
static int
err_of(const struct transfer *transfer, CURLcode code)
{
	switch (code) {
	case CURLE_OK:
		return RS_OK;
	case CURLE_OUT_OF_MEMORY:
		return RS_ENOMEM;
	case CURLE_OPERATION_TIMEDOUT:
		return RS_ETIMEOUT;
	case CURLE_FILESIZE_EXCEEDED:
	case CURLE_TOO_MANY_REDIRECTS:
		return RS_ELIMIT;
	case CURLE_WRITE_ERROR:
		return transfer->err != RS_OK ? transfer->err : RS_ENETWORK;
	case CURLE_COULDNT_CONNECT:
		/* Where a public address of the same name failed, it may be back. */
		return transfer->refused[0] != '\0' && !transfer->opened ? RS_EREFUSED :
		    RS_ENETWORK;
	case CURLE_UNSUPPORTED_PROTOCOL:
		/* A redirect to another scheme; else the answer was not HTTP. */
		return transfer->result->status / 100 == 3 ? RS_EREFUSED : RS_ENETWORK;
	default:
		return RS_ENETWORK;
	}
}

/* The cause in constant words, which name neither host nor address. */
static const char *
reason_of(const struct transfer *transfer, CURLcode code)
{
	const char *words = NULL;
	long number = 0;

	switch (code) {
	case CURLE_COULDNT_CONNECT:
		if (transfer->result->err == RS_EREFUSED)
			return "its address is not public";
		curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &number);
		words = number == 0 ? NULL : strerrordesc_np((int)number);
		return words == NULL ? curl_easy_strerror(code) : words;
	case CURLE_UNSUPPORTED_PROTOCOL:
		return transfer->result->err == RS_EREFUSED ?
		    "redirects to something that is not http or https" : curl_easy_strerror(code);
	case CURLE_FILESIZE_EXCEEDED:
		return "the body is longer than max_page allows";
	case CURLE_WRITE_ERROR:
		return transfer->header_bytes > HEADERS_MAX ?
		    "the headers are longer than 256 KiB" :
		    "the body is longer than max_page allows";
	default:
		return curl_easy_strerror(code);
	}
}

/* Say in one line which host it was and what went wrong. */
static void
describe(struct transfer *transfer, CURLcode code)
{
	struct fetch_result *result = transfer->result;
	struct rs_err_detail ignored;
	char *host = NULL;
	const char *name = "?", *words = reason_of(transfer, code);

	if (transfer_host(result->url, &host, &ignored) == RS_OK)
		name = host;
	result->reason = words;
	if (code == CURLE_COULDNT_CONNECT && result->err == RS_EREFUSED)
		rs_err_detail_set(&result->detail, "%s: its address %s is not public", name,
		    transfer->refused);
	else if (result->err == RS_ELIMIT && transfer->header_bytes <= HEADERS_MAX &&
	    code != CURLE_TOO_MANY_REDIRECTS)
		rs_err_detail_set(&result->detail, "%s: the body is longer than %zu bytes", name,
		    result->body.max);
	else if (words == curl_easy_strerror(code) && transfer->error[0] != '\0')
		rs_err_detail_set(&result->detail, "%s: %s", name, transfer->error);
	else
		rs_err_detail_set(&result->detail, "%s: %s", name, words);
	free(host);
}

struct fetch_result *
transfer_result(struct transfer *transfer, CURLcode code)
{
	struct fetch_result *result = transfer->result;

	if (fill_answer(transfer) != RS_OK && code == CURLE_OK)
		code = CURLE_OUT_OF_MEMORY;
	result->err = err_of(transfer, code);
	if (result->err != RS_OK) {
		describe(transfer, code);
		/* Half a body looks like a page. */
		buffer_release(&result->body);
	}
	transfer->result = NULL;
	return result;
}
