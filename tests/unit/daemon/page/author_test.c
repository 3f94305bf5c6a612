#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/page/author.h"
#include "proto/base/err.h"

/* The names in ${byline}, a bar after each. */
static void
names_of(const char *byline, char *names)
{
	struct author_list list = { .count = 0 };

	names[0] = '\0';
	assert_int_equal(author_add(&list, byline), RS_OK);
	for (size_t i = 0; i < list.count; i++) {
		strcat(names, list.names[i]);
		strcat(names, "|");
	}
	author_clear(&list);
	assert_int_equal(list.count, 0);
}

static void
a_catalogue_s_name_is_put_in_order(void **state)
{
	static const struct { const char *text, *name; } cases[] = {
		{ "Other, Ann", "Ann Other" }, { "Other, A. B.", "A. B. Other" },
		{ "van der Other, Ann", "Ann van der Other" }, { "Other, Ann de", "Ann de Other" },
		{ "Ann Other", "Ann Other" }, { "Ann Other, Bo Byte", "Ann Other, Bo Byte" },
		{ "Ann Other, editor", "Ann Other, editor" }, { "Other, Ann; Byte, Bo", "Other, Ann; Byte, Bo" },
		{ "Other, ", "Other, " }, { ", ", ", " }, { "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *name = author_in_order(cases[i].text);

		assert_string_equal(name, cases[i].name);
		free(name);
	}
}

static void
bylines_hold_names(void **state)
{
	static const struct { const char *byline, *names; } cases[] = {
		{ "Ann Other", "Ann Other|" },
		{ "By Ann Other", "Ann Other|" }, { "BY: Ann Other", "Ann Other|" },
		{ "Written by Ann Other", "Ann Other|" }, { "Von Ann Other", "Ann Other|" },
		{ "Byron Other", "Byron Other|" }, { "Diana Other", "Diana Other|" },
		{ "Ann Other and Bo Byte", "Ann Other|Bo Byte|" }, { "Ann Other & Bo Byte", "Ann Other|Bo Byte|" },
		{ "Ann Other, Bo Byte and Cy Curl", "Ann Other|Bo Byte|Cy Curl|" },
		{ "Ann Other; Bo Byte", "Ann Other|Bo Byte|" },
		{ "Anna Andere und Bo Byte", "Anna Andere|Bo Byte|" },
		{ "Ann Other, special correspondent", "Ann Other, special correspondent|" },
		{ "Ann Other | The Quay", "Ann Other|" },
		{ "By Ann Other, DVM. Reviewed by Bo Byte, DVM", "Ann Other, DVM|" },
		{ "Ann Other and Cy Curl, fact-checked by Bo Byte", "Ann Other|Cy Curl|" },
		{ "Reviewed by Bo Byte", "Bo Byte|" },
		{ "Ann Other, Ann OTHER and ANN OTHER", "Ann Other|" },
		{ "  <b>Ann</b>\n Other ", "Ann Other|" },
		{ "記者 山田太郎", "山田太郎|" },
		{ "Ann Other Senior Reporter", "Ann Other|" }, { "Ann Other Writer", "Ann Other|" },
		{ "The Quay Editorial Team", "The Quay Editorial Team|" }, { "Mac & i", "Mac & i|" },
		{ "Ann Other (avec Bo Byte et Cy Curl)", "Ann Other (avec Bo Byte et Cy Curl)|" },
		{ "Ann Other (https://other.example/)", "Ann Other|" },
		{ "Written byAnn Other", "Ann Other|" }, { "Articles by Ann Other", "Ann Other|" },
		{ "Ann Other and Bo Byte, Staff Writers", "Ann Other|Bo Byte|" },
		{ "Ann Other, Staff Writer", "Ann Other|" }, { "Guest author", "" },
		{ "By Ann Other ann@quay.example", "Ann Other|" }, { "Ann Other @ann", "Ann Other|" },
		{ "By Ann Other, March 1, 2024", "Ann Other|" },
		{ "Posted by Ann Other on March 1, 2024", "Ann Other|" },
		{ "Ann Other 2024-03-01", "Ann Other|" }, { "Sat, 2 Mar 2024", "" },
		{ "Ann Other on Friday, March 1, 2024", "Ann Other|" },
		{ "\xd0\x90\xd0\xb2\xd1\x82\xd0\xbe\xd1\x80: \xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0",
		    "\xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0|" },
		/* Nobody. */
		{ "J J", "" },
		{ "", "" }, { "admin", "" }, { "By", "" }, { "March 1, 2024", "" }, { "12", "" },
		{ "https://social.example/ann", "" }, { "{{author}}", "" }, { "staff writer", "" },
	};
	char names[1000], longest[400];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		names_of(cases[i].byline, names);
		if (strcmp(names, cases[i].names) != 0)
			fail_msg("%s: %s", cases[i].byline, names);
	}
	/* Prose is no byline. */
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	names_of(longest, names);
	assert_string_equal(names, "");
}

static void
of_several_roles_those_who_wrote_are_named(void **state)
{
	static const struct { const char *byline, *names; } cases[] = {
		{ "Words by Ann Other; photos by Ben Lens", "Ann Other|" },
		{ "Text: Ann Other / Fotos: Ben Lens", "Ann Other|" },
		{ "By Ann Other, photographs by Ben Lens and Cy Curl", "Ann Other|" },
		{ "By Ann Other and Bo Byte. Photography by Ben Lens", "Ann Other|Bo Byte|" },
		{ "By Ann Other Photographs by Ben Lens", "Ann Other|" },
		{ "Photos by Ben Lens, words by Ann Other", "Ann Other|" },
		{ "Photos by Ben Lens | By Ann Other", "Ann Other|" },
		{ "Story and photos by Ann Other", "Ann Other|" },
		{ "Photos & words: Ann Other", "Ann Other|" },
		{ "Von Ann Other (Text) und Ben Lens (Fotos)", "Ann Other|" },
		{ "Ben Lens (Fotos), Ann E. Other (Text)", "Ann E. Other|" },
		{ "Ann Other (Text und Fotos)", "Ann Other|" },
		{ "Bo Byte and Ann E. Other (photos)", "Bo Byte|" },
		{ "Texte : Ann Other et Bo Byte / Photos : Ben Lens", "Ann Other|Bo Byte|" },
		{ "Texto de Ann Other, fotografías de Ben Lens", "Ann Other|" },
		{ "Reporting by Ann Other; Writing by Bo Byte; Editing by Cy Curl", "Ann Other|Bo Byte|" },
		{ "Reporting by Ann Other and Bo Byte, photographs and video by Ben Lens",
		    "Ann Other|Bo Byte|" },
		{ "Photographs by Ben Lens", "" }, { "Edited by Cy Curl", "Cy Curl|" },
		/* Words that only sound like it. */
		{ "Ann Photo", "Ann Photo|" }, { "Photo Desk", "Photo Desk|" }, { "Ann Story", "Ann Story|" },
		{ "(", "" }, { "photos by", "" }, { "Text:", "" }, { "by by by", "by by|" },
	};
	char names[1000];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		names_of(cases[i].byline, names);
		if (strcmp(names, cases[i].names) != 0)
			fail_msg("%s: %s", cases[i].byline, names);
	}
	assert_true(author_is_name("Words by Ann Other; photos by Ben Lens"));
	assert_false(author_is_name("Photos by Ben Lens"));
}

static void
roles_in_chinese_and_japanese_have_signs_of_their_own(void **state)
{
	static const struct { const char *byline, *names; } cases[] = {
		{ "文／张三 图／李四", "张三|" }, { "文/张三　图/李四", "张三|" },
		{ "撰文：张三 摄影：李四", "张三|" }, { "撰文：张三摄影：李四", "张三|" },
		{ "圖／視覺中國 文／王小明", "王小明|" }, { "图｜李四", "" },
		{ "作者：张三、李四 责任编辑：王五", "张三|李四|" }, { "责任编辑：王五", "" },
		{ "来源：海港网 作者：张三", "张三|" }, { "编辑：王五", "王五|" },
		{ "记者：张三 编辑：王五", "张三|" }, { "新海社记者 张三", "张三|" },
		{ "記者王小明／台北報導", "王小明|" }, { "（文／张三）", "张三|" },
		{ "文・佐藤 花子 写真・山田 太郎", "佐藤 花子|" },
		{ "取材・文＝佐藤花子、写真＝山田太郎", "佐藤花子|" },
		{ "佐藤花子（文）、山田太郎（写真）", "佐藤花子|" },
		{ "聞き手・佐藤花子", "佐藤花子|" }, { "撮影：山田太郎", "" },
		/* Signs of names. */
		{ "张文/李图", "张文/李图|" }, { "文天祥", "文天祥|" }, { "ジョン・スミス", "ジョン・スミス|" },
	};
	char names[1000];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		names_of(cases[i].byline, names);
		if (strcmp(names, cases[i].names) != 0)
			fail_msg("%s: %s", cases[i].byline, names);
	}
	assert_true(author_is_full_name("张三") && author_is_full_name("山田 太郎"));
	assert_false(author_is_full_name("张") || author_is_full_name("末班渡轮今晚启航了吗"));
}

static void
names_beyond_the_bound_are_dropped(void **state)
{
	struct author_list list = { .count = 0 };
	char name[] = "Ann Oa";

	(void)state;
	for (char c = 'a'; c <= 'z'; c++) {
		name[5] = c;
		assert_int_equal(author_add(&list, name), RS_OK);
	}
	assert_int_equal(list.count, AUTHOR_MAX);
	author_clear(&list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_catalogue_s_name_is_put_in_order),
		cmocka_unit_test(bylines_hold_names),
		cmocka_unit_test(of_several_roles_those_who_wrote_are_named),
		cmocka_unit_test(roles_in_chinese_and_japanese_have_signs_of_their_own),
		cmocka_unit_test(names_beyond_the_bound_are_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
