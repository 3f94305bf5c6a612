#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/feed/feed_repair.h"
#include "proto/base/err.h"

static void
references_survive_recovery(void **state)
{
	static const struct { const char *text, *repaired; } cases[] = {
		{ "<a>b</a>", "<a>b</a>" },
		{ "a & b", "a &#38; b" }, { "?a=1&b=2&copy=3", "?a=1&#38;b=2&#38;copy=3" },
		{ "&amp;&lt;&gt;&quot;&apos;", "&#38;&#60;&#62;&#34;&#39;" },
		{ "&eacute;&nbsp;", "&#233;&#160;" }, { "&nosuch;", "&#38;nosuch;" },
		{ "&#233;&#xE9;", "&#233;&#xE9;" }, { "&#;&#x;&#xZ;", "&#38;#;&#38;#x;&#38;#xZ;" },
		{ "&", "&#38;" }, { "&;", "&#38;;" }, { "a\x01" "b\x1f" "c\td\n", "abc\td\n" },
		/* Left alone. */
		{ "<![CDATA[a & b]]>&", "<![CDATA[a & b]]>&#38;" }, { "<!-- & -->", "<!-- & -->" },
		{ "<?x & ?>", "<?x & ?>" }, { "<![CDATA[a & b", "<![CDATA[a & b" },
		{ "<!DOCTYPE x [<!ENTITY y '&#38;'>]>&y;",
		"<!DOCTYPE x [<!ENTITY y '&#38;'>]>&y;" },
		{ "<", "<" }, { "", "" },
	};
	struct buffer out;

	(void)state;
	buffer_init(&out, 1000);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buffer_clear(&out);
		assert_int_equal(feed_repair(bytes_of_text(cases[i].text), &out), RS_OK);
		if (strcmp(buffer_text(&out), cases[i].repaired) != 0)
			fail_msg("%s: %s", cases[i].text, buffer_text(&out));
	}
	buffer_release(&out);
	buffer_init(&out, 3);
	assert_int_equal(feed_repair(bytes_of_text("a & b"), &out), RS_ELIMIT);
	buffer_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(references_survive_recovery),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
