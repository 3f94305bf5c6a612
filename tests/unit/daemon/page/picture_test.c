#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/page/picture.h"

#define SVG "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\""
#define BYTES(text) text, sizeof(text) - 1

#define PNG_HEAD "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"
#define AVIF_HEAD "\0\0\0\x18" "ftypmif1\0\0\0\0miaf" "avif"
#define AVIF_META(size, iprp, ipco) "\0\0\0" size "meta\0\0\0\0" "\0\0\0" iprp "iprp" "\0\0\0" ipco "ipco"
#define ISPE(width, height) "\0\0\0\x14" "ispe\0\0\0\0" width height

/* What the bytes are and how large, whatever they are called. */
static void
the_bytes_tell_what_it_is(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		Readsync__Image__Kind kind;
		uint32_t width, height;
	} cases[] = {
		{ BYTES(PNG_HEAD "\0\0\x02\x80\0\0\x01\xe0\x08\x06\0\0\0"),
		  READSYNC__IMAGE__KIND__PNG, 640, 480 },
		{ BYTES("GIF89a\x80\x02\xe0\x01\xf7"), READSYNC__IMAGE__KIND__GIF, 640, 480 },
		{ BYTES("GIF87a\x80\x02\xe0\x01\xf7"), READSYNC__IMAGE__KIND__GIF, 640, 480 },
		/* APP0, a fill byte, DHT, then a progressive frame. */
		{ BYTES("\xff\xd8\xff\xe0\0\x04JF\xff\xff\xc4\0\x03x\xff\xc2\0\x11\x08\x01\xe0\x02"
		  "\x80\x03xx"), READSYNC__IMAGE__KIND__JPEG, 640, 480 },
		{ BYTES("RIFF\x24\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0\x7f\x02\0\xdf\x01\0"),
		  READSYNC__IMAGE__KIND__WEBP, 640, 480 },
		{ BYTES("RIFF\x24\0\0\0WEBPVP8 \x18\0\0\0\x30\x01\0\x9d\x01\x2a\x80\x42\xe0\x81"),
		  READSYNC__IMAGE__KIND__WEBP, 640, 480 },
		{ BYTES("RIFF\x24\0\0\0WEBPVP8L\x18\0\0\0\x2f\x7f\xc2\x77\0\0\0\0\0\0"),
		  READSYNC__IMAGE__KIND__WEBP, 640, 480 },
		/* A thumbnail's extent comes first. */
		{ BYTES(AVIF_HEAD AVIF_META("\x44", "\x38", "\x30")
		  ISPE("\0\0\0\x50", "\0\0\0\x3c") ISPE("\0\0\x02\x80", "\0\0\x01\xe0")),
		  READSYNC__IMAGE__KIND__AVIF, 640, 480 },
		/* A name that lies about it changes nothing: there is none here. */
		{ BYTES(PNG_HEAD "\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0"),
		  READSYNC__IMAGE__KIND__PIXEL, 1, 1 },
		{ BYTES("GIF89a\x58\x02\x02\0\xf7"), READSYNC__IMAGE__KIND__PIXEL, 600, 2 },
		{ BYTES(SVG " width=\"640\" height=\"480px\"><rect/></svg>"),
		  READSYNC__IMAGE__KIND__SVG, 640, 480 },
		{ BYTES("\xef\xbb\xbf<?xml version=\"1.0\"?>\n" SVG " width=\"100%\""
		  " viewBox=\"0,0 640 480\"><path d=\"M0 0\"/></svg>"),
		  READSYNC__IMAGE__KIND__SVG, 640, 480 },
		{ BYTES(SVG "/>"), READSYNC__IMAGE__KIND__SVG, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		Readsync__Image image = READSYNC__IMAGE__INIT;
		struct rs_err_detail detail = { "" };

		if (picture_read(bytes_of(cases[i].bytes, cases[i].len), &image, &detail) != 0)
			fail_msg("case %zu: %s", i, detail.text);
		if (image.kind != cases[i].kind || image.width != cases[i].width ||
		    image.height != cases[i].height)
			fail_msg("case %zu: kind %d, %u x %u", i, image.kind, image.width,
			    image.height);
	}
}

static void
anything_else_is_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *why;
	} cases[] = {
		{ BYTES(""), "not an image" },
		{ BYTES("<!doctype html><title>a page called a.png</title>"), "not an image" },
		{ BYTES("%PDF-1.7"), "not an image" },
		{ BYTES("BM\x36\0\x0c\0\0\0\0\0"), "not an image" },
		{ BYTES("<feed xmlns=\"http://www.w3.org/2005/Atom\"/>"), "not an image" },
		{ BYTES("<svg><rect/></svg>"), "not an image" },
		{ BYTES(SVG "><rect>"), "not an image" },
		{ BYTES(SVG "><text>\xff\xfe</text></svg>"), "not an image" },
		{ BYTES(PNG_HEAD "\0\0\x02\x80\0\0\x01"), "an image that is damaged" },
		{ BYTES(PNG_HEAD "\0\0\0\0\0\0\x01\xe0\x08\x06\0\0\0"), "an image that is damaged" },
		{ BYTES("GIF89a\x80"), "an image that is damaged" },
		{ BYTES("\xff\xd8\xff"), "an image that is damaged" },
		{ BYTES("\xff\xd8\xff\xe0\0\0\0\0\0\0"), "an image that is damaged" },
		{ BYTES("\xff\xd8\xff\xe0\xff\xff\0\0\0\0"), "an image that is damaged" },
		{ BYTES("\xff\xd8\xff\xc0\0\x11\x08\x01"), "an image that is damaged" },
		{ BYTES("\xff\xd8\xff\xff\xff\xff\xff\xff"), "an image that is damaged" },
		{ BYTES("RIFF\x24\0\0\0WEBPVP8Z\x18\0\0\0\x2f\x7f\xc2\x77\0\0\0\0\0\0"),
		  "an image that is damaged" },
		{ BYTES(AVIF_HEAD "\0\0\0\x0cmeta\0\0\0\0"), "an image that is damaged" },
		{ BYTES(AVIF_HEAD "\0\0\0\x01meta\0\0\0\0\0\0\0\0"), "an image that is damaged" },
		/* Decoded, it would take 16 GiB. */
		{ BYTES(PNG_HEAD "\0\0\xff\xff\0\0\xff\xff\x08\x06\0\0\0"),
		  "an image of more than 100 megapixels" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		Readsync__Image image = READSYNC__IMAGE__INIT;
		struct rs_err_detail detail = { "" };

		assert_int_not_equal(picture_read(bytes_of(cases[i].bytes, cases[i].len), &image,
		    &detail), 0);
		if (strcmp(detail.text, cases[i].why) != 0)
			fail_msg("case %zu: %s", i, detail.text);
	}
}

static void
a_drawing_may_have_what_it_needs(void **state)
{
	static const char *const drawings[] = {
		"><style>.a { fill: url(#g); stroke: url('#h') }</style><g class=\"a\"/></svg>",
		"><linearGradient id=\"g\"/><use href=\"#g\"/><use xlink:href=\" #g\"/></svg>",
		"><image href=\"data:image/png;base64,AAAA\"/></svg>",
		"><text style=\"fill: red\">Text &amp; more</text><!-- a remark --></svg>",
		"><metadata><x:note xmlns:x=\"http://notes.example.org/\">n</x:note></metadata></svg>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(drawings) / sizeof(drawings[0]); i++) {
		Readsync__Image image = READSYNC__IMAGE__INIT;
		struct rs_err_detail detail = { "" };
		char text[1024];

		snprintf(text, sizeof(text), "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" "
		    "\"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\">" SVG "%s", drawings[i]);
		if (picture_read(bytes_of_text(text), &image, &detail) != 0)
			fail_msg("case %zu: %s", i, detail.text);
	}
}

/* Each of these would run, load or open something, in one program or another. */
static void
what_is_more_than_a_drawing_is_refused(void **state)
{
	static const char *const hostile[] = {
		SVG "><script>alert(1)</script></svg>",
		SVG "><script href=\"data:text/javascript,alert(1)\"/></svg>",
		SVG "><g><s:script xmlns:s=\"http://www.w3.org/2000/svg\">alert(1)</s:script></g></svg>",
		SVG " xmlns:h=\"http://www.w3.org/1999/xhtml\"><h:script>alert(1)</h:script></svg>",
		SVG "><metadata xmlns:h=\"http://www.w3.org/1999/xhtml\"><h:img src=\"x\"/></metadata></svg>",
		SVG "><x:n xmlns:x=\"urn:x\"><script>alert(1)</script></x:n></svg>",
		SVG "><script xmlns=\"\">alert(1)</script></svg>",
		SVG " onload=\"alert(1)\"/>",
		SVG "><rect OnClick=\"alert(1)\"/></svg>",
		SVG "><foreignObject><p xmlns=\"http://www.w3.org/1999/xhtml\"/></foreignObject></svg>",
		SVG "><a href=\"javascript:alert(1)\"><text>x</text></a></svg>",
		SVG "><a xlink:href=\"https://example.org/\"><text>x</text></a></svg>",
		SVG "><use href=\"https://example.org/x.svg#a\"/></svg>",
		SVG "><use href=\"data:image/svg+xml;base64,AAAA#a\"/></svg>",
		SVG "><image href=\"https://example.org/track.png\"/></svg>",
		SVG "><image xlink:href=\"//example.org/track.png\"/></svg>",
		SVG "><image href=\"data:image/svg+xml,&lt;svg/>\"/></svg>",
		SVG "><feImage href=\"track.png\"/></svg>",
		SVG "><animate attributeName=\"href\" to=\"javascript:alert(1)\"/></svg>",
		SVG "><set attributeName=\"onload\" to=\"alert(1)\"/></svg>",
		SVG "><style>@import 'https://example.org/a.css';</style></svg>",
		SVG "><style><![CDATA[rect { fill: URL( https://example.org/a ) }]]></style></svg>",
		SVG "><style>rect { fill: \\75rl(https://example.org/a) }</style></svg>",
		SVG "><style>rect { background: image-set('https://example.org/a' 1x) }</style></svg>",
		SVG "><rect style=\"fill:url(https://example.org/a)\"/></svg>",
		SVG "><rect fill=\"url('https://example.org/a')\"/></svg>",
		SVG " xml:base=\"https://example.org/\"><use href=\"#a\"/></svg>",
		SVG "><handler type=\"application/ecmascript\">alert(1)</handler></svg>",
		SVG "><iframe xmlns=\"http://www.w3.org/1999/xhtml\" src=\"https://example.org/\"/></svg>",
		"<?xml version=\"1.0\" encoding=\"euc-jp\"?>" SVG "/>",
		"<?xml-stylesheet href=\"https://example.org/a.css\"?>" SVG "/>",
		SVG "><?xml-stylesheet href=\"https://example.org/a.css\"?></svg>",
		"<!DOCTYPE svg [<!ENTITY a \"<script>alert(1)</script>\">]>" SVG ">&a;</svg>",
		"<!DOCTYPE svg [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>" SVG "><text>&a;</text></svg>",
		"<!DOCTYPE svg [<!ATTLIST svg onload CDATA \"alert(1)\">]>" SVG "/>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		Readsync__Image image = READSYNC__IMAGE__INIT;
		struct rs_err_detail detail = { "" };

		if (picture_read(bytes_of_text(hostile[i]), &image, &detail) != RS_ENOTPAGE)
			fail_msg("case %zu was taken", i);
		if (strcmp(detail.text, "an SVG image that is more than a drawing") != 0)
			fail_msg("case %zu: %s", i, detail.text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bytes_tell_what_it_is),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(a_drawing_may_have_what_it_needs),
		cmocka_unit_test(what_is_more_than_a_drawing_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
