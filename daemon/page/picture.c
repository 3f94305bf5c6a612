#include <stdbool.h>
#include <string.h>

#include "daemon/page/picture.h"
#include "daemon/page/svg.h"

struct size {
	uint32_t width;
	uint32_t height;
};

/* Tell whether ${content} holds ${text} at ${at}. */
static bool
stands_at(struct bytes content, size_t at, const char *text, size_t len)
{
	return content.len >= len && at <= content.len - len &&
	    memcmp(content.data + at, text, len) == 0;
}

static uint32_t
big(const uint8_t *data, size_t len)
{
	uint32_t value = 0;

	while (len-- > 0)
		value = value << 8 | *data++;
	return value;
}

static uint32_t
little(const uint8_t *data, size_t len)
{
	uint32_t value = 0;

	while (len-- > 0)
		value = value << 8 | data[len];
	return value;
}

/* The readers: each takes the whole file, and fails when its header is cut or nonsense. */

/* PNG (W3C), 11.2.1: the first chunk is the header. */
static bool
read_png(struct bytes content, struct size *size)
{
	if (content.len < 24 || !stands_at(content, 12, "IHDR", 4))
		return false;
	size->width = big(content.data + 16, 4);
	size->height = big(content.data + 20, 4);
	return true;
}

/* GIF89a, 18: the logical screen. */
static bool
read_gif(struct bytes content, struct size *size)
{
	if (content.len < 10)
		return false;
	size->width = little(content.data + 6, 2);
	size->height = little(content.data + 8, 2);
	return true;
}

/* ITU-T T.81, B.2.2: the frame header, behind any number of other segments. */
static bool
read_jpeg(struct bytes content, struct size *size)
{
	size_t at = 2, len;
	uint8_t marker;

	while (at + 4 <= content.len && content.data[at] == 0xff) {
		marker = content.data[at + 1];
		/* 0xff may be repeated before a marker; these have no length. */
		if (marker == 0xff || marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
			at += marker == 0xff ? 1 : 2;
			continue;
		}
		len = big(content.data + at + 2, 2);
		/* SOF0 to SOF15, without DHT, JPG and DAC. */
		if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 &&
		    marker != 0xcc) {
			if (len < 8 || content.len - at < 9)
				return false;
			size->height = big(content.data + at + 5, 2);
			size->width = big(content.data + at + 7, 2);
			return true;
		}
		if (len < 2 || marker == 0xd9 || marker == 0xda)
			return false;
		at += 2 + len;
	}
	return false;
}

/* RFC 9649: the first chunk is one of three kinds. */
static bool
read_webp(struct bytes content, struct size *size)
{
	const uint8_t *data = content.data;
	uint32_t bits;

	if (content.len < 30)
		return false;
	if (stands_at(content, 12, "VP8X", 4)) {
		size->width = little(data + 24, 3) + 1;
		size->height = little(data + 27, 3) + 1;
	} else if (stands_at(content, 12, "VP8L", 4) && data[20] == 0x2f) {
		bits = little(data + 21, 4);
		size->width = (bits & 0x3fff) + 1;
		size->height = (bits >> 14 & 0x3fff) + 1;
	} else if (stands_at(content, 12, "VP8 ", 4) && stands_at(content, 23, "\x9d\x01\x2a", 3)) {
		size->width = little(data + 26, 2) & 0x3fff;
		size->height = little(data + 28, 2) & 0x3fff;
	} else {
		return false;
	}
	return true;
}

/*
 * Take the next box of ISO/IEC 14496-12 off ${rest}: its four letters and what is in it;
 * false when no whole one stands there.
 */
static bool
next_box(struct bytes *rest, const char **ret_kind, struct bytes *ret_content)
{
	size_t len;

	if (rest->len < 8)
		return false;
	len = big(rest->data, 4);
	/* The last one may be as long as there is; 64 bits of length are for video. */
	if (len == 0)
		len = rest->len;
	if (len < 8 || len > rest->len)
		return false;
	*ret_kind = (const char *)rest->data + 4;
	*ret_content = bytes_of(rest->data + 8, len - 8);
	*rest = bytes_of(rest->data + len, rest->len - len);
	return true;
}

/* Find the box ${kind} among those in ${boxes}. */
static bool
find_box(struct bytes boxes, const char *kind, struct bytes *ret_content)
{
	const char *found;

	while (next_box(&boxes, &found, ret_content)) {
		if (memcmp(found, kind, 4) == 0)
			return true;
	}
	return false;
}

static bool
is_avif(struct bytes content)
{
	struct bytes brands;
	size_t at;

	if (!stands_at(content, 4, "ftyp", 4) || !find_box(content, "ftyp", &brands))
		return false;
	/* The second four bytes are a version, which is no brand. */
	for (at = 0; at + 4 <= brands.len; at += at == 0 ? 8 : 4) {
		if (stands_at(brands, at, "avif", 4) || stands_at(brands, at, "avis", 4))
			return true;
	}
	return false;
}

/*
 * ISO/IEC 23008-12, 6.5.3.  Which of the extents is the image's, and which a
 * thumbnail's, other boxes tell; the image is the largest.
 */
static bool
read_avif(struct bytes content, struct size *size)
{
	struct bytes boxes, box;
	const char *kind;
	uint32_t width, height;

	if (!find_box(content, "meta", &boxes) || boxes.len < 4 ||
	    !find_box(bytes_of(boxes.data + 4, boxes.len - 4), "iprp", &boxes) ||
	    !find_box(boxes, "ipco", &boxes))
		return false;
	*size = (struct size){ 0, 0 };
	while (next_box(&boxes, &kind, &box)) {
		if (memcmp(kind, "ispe", 4) != 0 || box.len < 12)
			continue;
		width = big(box.data + 4, 4);
		height = big(box.data + 8, 4);
		if ((uint64_t)width * height > (uint64_t)size->width * size->height)
			*size = (struct size){ width, height };
	}
	return true;
}

/* ---------------------------------------------------------------- what it is */

static bool
is_png(struct bytes content)
{
	return stands_at(content, 0, "\x89PNG\r\n\x1a\n", 8);
}

static bool
is_gif(struct bytes content)
{
	return stands_at(content, 0, "GIF87a", 6) || stands_at(content, 0, "GIF89a", 6);
}

static bool
is_jpeg(struct bytes content)
{
	return stands_at(content, 0, "\xff\xd8\xff", 3);
}

static bool
is_webp(struct bytes content)
{
	return stands_at(content, 0, "RIFF", 4) && stands_at(content, 8, "WEBP", 4);
}

static const struct {
	Readsync__Image__Kind kind;
	bool (*is)(struct bytes content);
	bool (*read)(struct bytes content, struct size *size);
} rasters[] = {
	{ READSYNC__IMAGE__KIND__JPEG, is_jpeg, read_jpeg },
	{ READSYNC__IMAGE__KIND__PNG, is_png, read_png },
	{ READSYNC__IMAGE__KIND__GIF, is_gif, read_gif },
	{ READSYNC__IMAGE__KIND__WEBP, is_webp, read_webp },
	{ READSYNC__IMAGE__KIND__AVIF, is_avif, read_avif },
};

enum { RASTER_COUNT = sizeof(rasters) / sizeof(rasters[0]) };

static int
take_raster(size_t which, struct bytes content, Readsync__Image *image,
    struct rs_err_detail *detail)
{
	struct size size;

	if (!rasters[which].read(content, &size) || size.width == 0 || size.height == 0) {
		rs_err_detail_set(detail, "an image that is damaged");
		return RS_ENOTPAGE;
	}
	if ((uint64_t)size.width * size.height > PICTURE_PIXELS_MAX) {
		rs_err_detail_set(detail, "an image of more than %d megapixels",
		    PICTURE_PIXELS_MAX / 1000000);
		return RS_ELIMIT;
	}
	image->kind = size.width <= PICTURE_TINY || size.height <= PICTURE_TINY ?
	    READSYNC__IMAGE__KIND__PIXEL : rasters[which].kind;
	image->width = size.width;
	image->height = size.height;
	return RS_OK;
}

int
picture_read(struct bytes content, Readsync__Image *image, struct rs_err_detail *detail)
{
	size_t which = 0;
	int err;

	while (which < RASTER_COUNT && !rasters[which].is(content))
		which++;
	if (which < RASTER_COUNT)
		return take_raster(which, content, image, detail);
	err = svg_read(content, &image->width, &image->height, detail);
	if (err == RS_OK)
		image->kind = READSYNC__IMAGE__KIND__SVG;
	return err;
}
