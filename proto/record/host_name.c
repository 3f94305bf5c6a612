#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>

#include "proto/base/err.h"
#include "proto/record/host_name.h"

/* RFC 3492, section 5: the parameters of Punycode. */
enum {
	BASE = 36,
	TMIN = 1,
	TMAX = 26,
	SKEW = 38,
	DAMP = 700,
	INITIAL_BIAS = 72,
	INITIAL_N = 0x80
};

/* One label, decoded and lowered. */
struct label {
	uint32_t points[HOST_NAME_LABEL_MAX];
	size_t count;
};

static int
hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10;
	return -1;
}

/* Browsers decode a host before they read it; a bad escape is no host. */
static int
percent_decode(struct bytes host, struct buffer *out)
{
	size_t i;
	int high, low, err = RS_OK;
	uint8_t c;

	for (i = 0; i < host.len && err == RS_OK; i++) {
		c = host.data[i];
		if (c == '%') {
			if (host.len - i < 3)
				return RS_EINVAL;
			high = hex_digit(host.data[i + 1]);
			low = hex_digit(host.data[i + 2]);
			if (high < 0 || low < 0)
				return RS_EINVAL;
			c = (uint8_t)(high << 4 | low);
			i += 2;
		}
		err = buffer_append_byte(out, c);
	}
	return err;
}

/* Read one code point of strict UTF-8 (RFC 3629); 0 for anything else. */
static size_t
read_point(const uint8_t *at, size_t len, uint32_t *ret_point)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t count = at[0] < 0x80 ? 1 : at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2, i;
	uint32_t point;

	if (count == 1) {
		*ret_point = at[0];
		return 1;
	}
	if (at[0] < 0xc2 || at[0] > 0xf4 || len < count)
		return 0;
	point = at[0] & (0x7fu >> count);
	for (i = 1; i < count; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (at[i] & 0x3f);
	}
	if (point < least[count] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
		return 0;
	*ret_point = point;
	return count;
}

static uint32_t
lower(uint32_t point)
{
	if ((point >= 'A' && point <= 'Z') ||
	    (point >= 0xc0 && point <= 0xde && point != 0xd7) ||
	    (point >= 0x391 && point <= 0x3a9) || (point >= 0x410 && point <= 0x42f))
		return point + 32;
	if (point >= 0x400 && point <= 0x40f)
		return point + 80;
	return point;
}

static bool
is_dot(uint32_t point)
{
	return point == '.' || point == 0x3002 || point == 0xff0e || point == 0xff61;
}

static uint32_t
adapt(uint32_t delta, uint32_t count, bool first)
{
	uint32_t k = 0;

	delta = first ? delta / DAMP : delta / 2;
	delta += delta / count;
	for (; delta > (BASE - TMIN) * TMAX / 2; k += BASE)
		delta /= BASE - TMIN;
	return k + (BASE - TMIN + 1) * delta / (delta + SKEW);
}

/* Write one delta as a variable-length integer. */
static int
append_delta(uint32_t q, uint32_t bias, struct buffer *out)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	uint32_t k, t;
	int err;

	for (k = BASE;; k += BASE) {
		t = k <= bias ? TMIN : k >= bias + TMAX ? TMAX : k - bias;
		if (q < t)
			return buffer_append_byte(out, (uint8_t)digits[q]);
		err = buffer_append_byte(out, (uint8_t)digits[t + (q - t) % (BASE - t)]);
		if (err != RS_OK)
			return err;
		q = (q - t) / (BASE - t);
	}
}

/*
 * RFC 3492, section 6.3.  A label has at most 63 code points below 2^21, so the
 * deltas stay below 2^28 and cannot overflow.
 */
static int
append_punycode(const struct label *label, struct buffer *out)
{
	uint32_t n = INITIAL_N, delta = 0, bias = INITIAL_BIAS, next, point;
	size_t basic = 0, handled, i;
	int err = buffer_append_text(out, "xn--");

	for (i = 0; i < label->count && err == RS_OK; i++) {
		if (label->points[i] < 0x80) {
			err = buffer_append_byte(out, (uint8_t)label->points[i]);
			basic++;
		}
	}
	if (basic > 0 && err == RS_OK)
		err = buffer_append_byte(out, '-');
	for (handled = basic; handled < label->count && err == RS_OK; delta++, n++) {
		next = UINT32_MAX;
		for (i = 0; i < label->count; i++) {
			point = label->points[i];
			if (point >= n && point < next)
				next = point;
		}
		delta += (next - n) * (uint32_t)(handled + 1);
		n = next;
		for (i = 0; i < label->count && err == RS_OK; i++) {
			if (label->points[i] < n)
				delta++;
			if (label->points[i] != n)
				continue;
			err = append_delta(delta, bias, out);
			bias = adapt(delta, (uint32_t)(handled + 1), handled == basic);
			delta = 0;
			handled++;
		}
	}
	return err;
}

static int
append_label(const struct label *label, struct buffer *out)
{
	size_t i, start = out->len;
	bool ascii = true;
	uint32_t point;
	int err = RS_OK;

	if (label->count == 0)
		return RS_EINVAL;
	for (i = 0; i < label->count; i++) {
		point = label->points[i];
		if (point >= 0x80)
			ascii = false;
		else if (!((point >= 'a' && point <= 'z') || (point >= '0' && point <= '9') ||
		    point == '-' || point == '_'))
			return RS_EINVAL;
	}
	if (!ascii) {
		err = append_punycode(label, out);
	} else {
		for (i = 0; i < label->count && err == RS_OK; i++)
			err = buffer_append_byte(out, (uint8_t)label->points[i]);
	}
	return err == RS_OK && out->len - start > HOST_NAME_LABEL_MAX ? RS_EINVAL : err;
}

static int
append_labels(struct bytes host, struct buffer *out)
{
	struct label label = { .count = 0 };
	size_t at = 0, step, start = out->len;
	uint32_t point;
	int err;

	while (at < host.len) {
		step = read_point(host.data + at, host.len - at, &point);
		if (step == 0)
			return RS_EINVAL;
		at += step;
		if (!is_dot(point)) {
			if (label.count == HOST_NAME_LABEL_MAX)
				return RS_EINVAL;
			label.points[label.count++] = lower(point);
			continue;
		}
		err = append_label(&label, out);
		if (err != RS_OK)
			return err;
		label.count = 0;
		/* The dot of the root, at the end, is left out. */
		if (at < host.len && (err = buffer_append_byte(out, '.')) != RS_OK)
			return err;
	}
	if (label.count > 0 && (err = append_label(&label, out)) != RS_OK)
		return err;
	return out->len == start || out->len - start > HOST_NAME_MAX_LEN ? RS_EINVAL : RS_OK;
}

static int
append_address(struct bytes host, struct buffer *out)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr address;

	if (host.len < 3 || host.len - 2 >= sizeof(text) || host.data[host.len - 1] != ']')
		return RS_EINVAL;
	memcpy(text, host.data + 1, host.len - 2);
	text[host.len - 2] = '\0';
	if (inet_pton(AF_INET6, text, &address) != 1 ||
	    inet_ntop(AF_INET6, &address, text, sizeof(text)) == NULL)
		return RS_EINVAL;
	return buffer_printf(out, "[%s]", text);
}

int
host_name_append(struct bytes host, struct buffer *out)
{
	struct buffer decoded;
	int err;

	if (host.len > 0 && host.data[0] == '[')
		return append_address(host, out);
	buffer_init(&decoded, host.len);
	err = percent_decode(host, &decoded);
	if (err == RS_OK)
		err = append_labels(buffer_bytes(&decoded), out);
	buffer_release(&decoded);
	return err;
}
