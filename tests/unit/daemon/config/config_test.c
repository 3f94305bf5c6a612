#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/config/config.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char full[] =
    "\xef\xbb\xbf# everything there is\n"
    "[daemon]\r\n"
    "listen = 192.0.2.1:4000, archive.example.org:4001 ; two of them\n"
    "    [2001:db8::1]:4002\n"
    "listen = [::]:0\n"
    "announce = archive.example.org:4100, [2001:db8::1]:4101\n"
    "control = /run/readsync/control.sock\n"
    "name = the archive\n"
    "workers: 3\n"
    "log_level = debug\n"
    "log_titles = Yes\n"
    "\n"
    "[ vault ]   ; opened by a file\n"
    "key_file = /etc/readsync/key\n"
    "[fetch]\n"
    "agent_url = https://example.org/me\n"
    "spacing = 0\n"
    "wait = 6h\n"
    "connections_per_host=8\n"
    "timeout = 2m\n"
    "max_page = 8M\n"
    "max_redirects = 3\n"
    "keep_raw = no\n"
    "keep_images = no\n"
    "max_image = 1M\n"
    "max_images = 2M\n"
    "allow_address = 10.0.0.0/8,\n"
    "\tfd00::/8\n"
    "allow_address = 127.0.0.1\n"
    "proxy = socks5h://127.0.0.1:9050\n"
    "[queue unread]\n"
    "type = feed\n"
    "url = https://example.org/feed?\n"
    "      token=abc;\n"
    "      &n=50\n"
    "every = 1h\n"
    "tags = saved, long read\n"
    "[queue drop.box]\n"
    "  type = folder\n"
    "path = /home/reader/Links\n";

static struct config *
parse(const char *text)
{
	struct config_errors errors;
	struct config *config;
	int err = config_parse("a.conf", bytes_of_text(text), &config, &errors);

	if (err != RS_OK)
		fail_msg("%s", errors.count > 0 ? errors.lines[0].text : rs_err_text(err));
	return config;
}

static void
every_key_is_read(void **state)
{
	struct config *config = parse(full);

	(void)state;
	assert_int_equal(config->listen.count, 4);
	assert_string_equal(config->listen.items[0], "192.0.2.1:4000");
	assert_string_equal(config->listen.items[1], "archive.example.org:4001");
	assert_string_equal(config->listen.items[2], "[2001:db8::1]:4002");
	assert_string_equal(config->listen.items[3], "[::]:0");
	assert_int_equal(config->announce.count, 2);
	assert_string_equal(config->announce.items[1], "[2001:db8::1]:4101");
	assert_string_equal(config->control, "/run/readsync/control.sock");
	assert_string_equal(config->name, "the archive");
	assert_int_equal(config->workers, 3);
	assert_int_equal(config->log_level, LOG_LEVEL_DEBUG);
	assert_true(config->log_titles);
	assert_null(config->passphrase_file);
	assert_string_equal(config->key_file, "/etc/readsync/key");
	assert_string_equal(config->agent_url, "https://example.org/me");
	assert_int_equal(config->spacing_ms, 0);
	assert_int_equal(config->wait_ms, 6 * 3600000);
	assert_int_equal(config->connections_per_host, 8);
	assert_int_equal(config->timeout_ms, 120000);
	assert_int_equal(config->max_page, 8 << 20);
	assert_int_equal(config->max_redirects, 3);
	assert_false(config->keep_raw);
	assert_false(config->keep_images);
	assert_int_equal(config->max_image, 1 << 20);
	assert_int_equal(config->max_images, 2 << 20);
	assert_int_equal(config->allow_address.count, 3);
	assert_string_equal(config->allow_address.items[1], "fd00::/8");
	assert_string_equal(config->proxy, "socks5h://127.0.0.1:9050");
	assert_int_equal(config->queue_count, 2);
	assert_string_equal(config->queues[0].name, "unread");
	assert_string_equal(config->queues[0].kind, "feed");
	assert_string_equal(config->queues[0].url, "https://example.org/feed?token=abc;&n=50");
	assert_null(config->queues[0].path);
	assert_int_equal(config->queues[0].every_ms, 3600000);
	assert_int_equal(config->queues[0].tags.count, 2);
	assert_string_equal(config->queues[0].tags.items[1], "long read");
	assert_string_equal(config->queues[1].name, "drop.box");
	assert_string_equal(config->queues[1].kind, "folder");
	assert_string_equal(config->queues[1].path, "/home/reader/Links");
	assert_int_equal(config->queues[1].every_ms, 900000);
	assert_int_equal(config->queues[1].tags.count, 0);
	config_free(config);
	config_free(NULL);
}

static void
an_empty_file_is_the_defaults(void **state)
{
	struct config *defaults, *config = parse("");

	(void)state;
	assert_int_equal(config_defaults(&defaults), RS_OK);
	assert_int_equal(defaults->listen.count, 1);
	assert_string_equal(defaults->listen.items[0], config->listen.items[0]);
	assert_int_equal(defaults->spacing_ms, 500);
	assert_int_equal(config->spacing_ms, 500);
	assert_int_equal(config->max_page, 32 << 20);
	assert_int_equal(config->log_level, LOG_LEVEL_INFO);
	assert_false(config->log_titles);
	config_free(config);
	config_free(defaults);
}

/* One mistake each, and the one line that must be told. */
static const struct {
	const char *text, *line;
} mistakes[] = {
	{ "[fetch]\nspaceing = 1s\n",
	    "a.conf:2: unknown key 'spaceing' in [fetch]; did you mean 'spacing'?" },
	{ "[fetch]\nspaicng = 1s\n",
	    "a.conf:2: unknown key 'spaicng' in [fetch]; did you mean 'spacing'?" },
	{ "[fetch]\ncolour = red\n", "a.conf:2: unknown key 'colour' in [fetch]" },
	{ "[fetch]\nlisten = [::]:1\n",
	    "a.conf:2: 'listen' does not belong in [fetch] but in [daemon]" },
	{ "spacing = 1s\n", "a.conf:1: 'spacing' stands before the first [section]" },
	{ "[fetsch]\nspacing = 1s\n",
	    "a.conf:1: unknown section [fetsch]; did you mean [fetch]?" },
	{ "[mail]\n", "a.conf:1: unknown section [mail]; expected [daemon], [vault], [fetch] or "
	    "[queue NAME]" },
	{ "[fetch all]\n", "a.conf:1: unknown section [fetch all]; expected [daemon], [vault], "
	    "[fetch] or [queue NAME]" },
	{ "[]\n", "a.conf:1: unknown section []; expected [daemon], [vault], [fetch] or "
	    "[queue NAME]" },
	{ "[fetch\nspacing = 1s\n", "a.conf:1: a heading is [SECTION] and nothing else" },
	{ "[fetch] spacing = 1s\n", "a.conf:1: a heading is [SECTION] and nothing else" },
	{ "[fetch]\n[daemon]\n[fetch]\n", "a.conf:3: there is a [fetch] already, in line 1" },
	{ "[fetch]\nspacing\n",
	    "a.conf:2: expected 'key = value', a [heading] or a comment" },
	{ "[fetch]\nspacing",
	    "a.conf:2: expected 'key = value', a [heading] or a comment" },
	{ "[fetch]\nspacing = 1s\nspacing = 2s\n",
	    "a.conf:3: 'spacing' is already set in this [fetch]" },
	{ "[fetch]\nproxy = http://a/\n  spacing = 2s\n",
	    "a.conf:3: indented, this goes on the value of 'proxy'; keys stand at the beginning "
	    "of a line" },
	{ "[fetch]\nspacing = fast\n",
	    "a.conf:2: spacing: 'fast' is not a duration from 0 to 1h, such as 500ms" },
	{ "[fetch]\nspacing = 10\n",
	    "a.conf:2: spacing: '10' is not a duration from 0 to 1h, such as 500ms" },
	{ "[fetch]\nspacing = 2h\n",
	    "a.conf:2: spacing: '2h' is not a duration from 0 to 1h, such as 500ms" },
	{ "[fetch]\nspacing = -1s\n",
	    "a.conf:2: spacing: '-1s' is not a duration from 0 to 1h, such as 500ms" },
	{ "[fetch]\nspacing = 999999999999999999d\n", "a.conf:2: spacing: '999999999999999999d' "
	    "is not a duration from 0 to 1h, such as 500ms" },
	{ "[fetch]\nspacing =\n",
	    "a.conf:2: spacing: '' is not a duration from 0 to 1h, such as 500ms" },
	{ "[fetch]\nmax_page = 33M\n",
	    "a.conf:2: max_page: '33M' is not a size from 1K to 32M, such as 8M" },
	{ "[fetch]\nmax_page = 1MB\n",
	    "a.conf:2: max_page: '1MB' is not a size from 1K to 32M, such as 8M" },
	{ "[fetch]\nconnections_per_host = 0\n",
	    "a.conf:2: connections_per_host: '0' is not a number from 1 to 8" },
	{ "[fetch]\nallow_address = 10.0.0.0/8, 10.0.0.1/8\n",
	    "a.conf:2: allow_address: '10.0.0.1/8' has bits set beyond its prefix of 8" },
	{ "[fetch]\nallow_address = 10.0.0.0/8,\n",
	    "a.conf:2: allow_address: '10.0.0.0/8,' is not networks such as 192.168.1.0/24" },
	{ "[fetch]\nproxy = ftp://a/\n", "a.conf:2: proxy: 'ftp://a/' is not the URL of an http, "
	    "https, socks5 or socks5h proxy" },
	{ "[fetch]\nagent_url = example.org\n",
	    "a.conf:2: agent_url: 'example.org' is not an http or https URL" },
	{ "[daemon]\nlisten = ::1:80\n", "a.conf:2: listen: '::1:80' is not HOST:PORT, such as "
	    "0.0.0.0:7323 or [::]:7323" },
	{ "[daemon]\nlisten = localhost\n", "a.conf:2: listen: 'localhost' is not HOST:PORT, such "
	    "as 0.0.0.0:7323 or [::]:7323" },
	{ "[daemon]\nlisten = localhost:70000\n", "a.conf:2: listen: 'localhost:70000' is not "
	    "HOST:PORT, such as 0.0.0.0:7323 or [::]:7323" },
	{ "[daemon]\nlisten = a:1, b:1, c:1, d:1, e:1, f:1, g:1\nlisten = h:1\n",
	    "a.conf:3: listen: at most 7 can be given" },
	{ "[daemon]\nlog_titles = maybe\n", "a.conf:2: log_titles: 'maybe' is not yes or no" },
	{ "[daemon]\nlog_level = loud\n", "a.conf:2: log_level: 'loud' is not error, warning, "
	    "notice, info or debug" },
	{ "[daemon]\ncontrol = here\n", "a.conf:2: control: 'here' is not an absolute path" },
	{ "[daemon]\nname = 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdefg\n",
	    "a.conf:2: name: '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdefg' "
	    "is not a name of 1 to 64 bytes without control characters" },
	{ "[daemon]\nname = a\033b\n", "a.conf:2: name: 'a b' is not a name of 1 to 64 bytes "
	    "without control characters" },
	{ "[vault]\nkey_file = /k\npassphrase_file = /p\n",
	    "a.conf:1: [vault] is opened by passphrase_file or by key_file, not by both" },
	{ "[queue]\ntype = feed\n", "a.conf:1: '' is not a name for a queue; expected "
	    "[queue NAME], NAME of at most 40 letters, digits, '.', '-', '_'" },
	{ "[queue a b]\n", "a.conf:1: 'a b' is not a name for a queue; expected [queue NAME], "
	    "NAME of at most 40 letters, digits, '.', '-', '_'" },
	{ "[queue a]\n", "a.conf:1: [queue a] has no type; expected feed or folder" },
	{ "[queue a]\ntype = fed\n", "a.conf:2: type: 'fed' is not feed or folder" },
	{ "[queue a]\ntype = feed\n", "a.conf:1: [queue a] is a feed and has no url" },
	{ "[queue a]\ntype = feed\nurl = x\n",
	    "a.conf:3: url: 'x' is not an http or https URL" },
	{ "[queue a]\ntype = folder\n", "a.conf:1: [queue a] is a folder and has no path" },
	{ "[queue a]\ntype = folder\npath = /a\nurl = http://a/\n",
	    "a.conf:1: [queue a] is a folder; 'url' does not belong in it" },
	{ "[queue a]\ntype = folder\npath = /a\n[queue a]\nno = no\n",
	    "a.conf:4: there is a [queue a] already, in line 1" },
	{ "[queue a]\ntype = folder\npath = /a\ntags = a,,b\n",
	    "a.conf:4: tags: 'a,,b' is not tags of 1 to 64 bytes, separated by commas" },
	{ "[queue a]\ntype = folder\npath = /a\ntags = a\033b\n",
	    "a.conf:4: tags: 'a b' is not tags of 1 to 64 bytes, separated by commas" },
};

static void
every_mistake_is_named_with_its_line(void **state)
{
	struct config_errors errors;
	struct config *config = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(mistakes); i++) {
		assert_int_equal(config_parse("a.conf", bytes_of_text(mistakes[i].text), &config,
		    &errors), RS_EINVAL);
		assert_null(config);
		assert_string_equal(errors.lines[0].text, mistakes[i].line);
		assert_int_equal(errors.count, 1);
	}
}

static void
all_mistakes_are_told_up_to_a_bound(void **state)
{
	struct config_errors errors;
	struct config *config;
	struct buffer text;
	int i;

	(void)state;
	buffer_init(&text, 10000);
	assert_int_equal(buffer_append_text(&text, "[fetch]\nfoo\n[daemon\n"), RS_OK);
	for (i = 0; i < 25; i++)
		assert_int_equal(buffer_printf(&text, "[mail%d]\n", i), RS_OK);
	assert_int_equal(config_parse("b.conf", buffer_bytes(&text), &config, &errors), RS_EINVAL);
	assert_int_equal(errors.count, CONFIG_ERRORS_MAX);
	assert_int_equal(errors.untold, 7);
	assert_non_null(strstr(errors.lines[0].text, "b.conf:2:"));
	assert_non_null(strstr(errors.lines[1].text, "b.conf:3:"));
	assert_non_null(strstr(errors.lines[19].text, "b.conf:21: unknown section [mail17]"));
	buffer_release(&text);
}

static void
long_and_foreign_lines_are_named(void **state)
{
	static const char zero[] = "[fetch]\nspacing = 1s\0\n";
	struct config_errors errors;
	struct config *config;
	struct buffer text;
	int i;

	(void)state;
	assert_int_equal(config_parse("c", bytes_of(zero, sizeof(zero) - 1), &config, &errors),
	    RS_EINVAL);
	assert_string_equal(errors.lines[0].text, "c:2: a zero byte; is this a text file?");
	assert_int_equal(errors.count, 1);
	buffer_init(&text, 100000);
	assert_int_equal(buffer_printf(&text, "[fetch]\nproxy = http://%0300d/\n", 1), RS_OK);
	assert_int_equal(config_parse("c", buffer_bytes(&text), &config, &errors), RS_EINVAL);
	assert_non_null(strstr(errors.lines[0].text, "c:2: the line is longer than "));
	assert_int_equal(errors.count, 1);
	/* But what is long may go on, within reason. */
	buffer_clear(&text);
	assert_int_equal(buffer_append_text(&text, "[fetch]\nproxy = http://a/\n"), RS_OK);
	for (i = 0; i < 40; i++)
		assert_int_equal(buffer_printf(&text, " %0100d\n", 1), RS_OK);
	assert_int_equal(config_parse("c", buffer_bytes(&text), &config, &errors), RS_OK);
	assert_int_equal(strlen(config->proxy), 4000 + strlen("http://a/"));
	config_free(config);
	assert_int_equal(buffer_printf(&text, " %0100d\n", 1), RS_OK);
	assert_int_equal(config_parse("c", buffer_bytes(&text), &config, &errors), RS_EINVAL);
	assert_non_null(strstr(errors.lines[0].text, "is longer than 4096 bytes"));
	buffer_release(&text);
}

static void
files_are_loaded(void **state)
{
	char path[] = "/tmp/config_test.XXXXXX";
	struct config_errors errors;
	struct config *config;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, full, strlen(full)), (int)strlen(full));
	assert_int_equal(config_load(path, &config, &errors), RS_OK);
	assert_int_equal(config->queue_count, 2);
	config_free(config);
	assert_int_equal(ftruncate(fd, CONFIG_FILE_MAX + 1), 0);
	assert_int_equal(config_load(path, &config, &errors), RS_ELIMIT);
	assert_int_equal(errors.count, 1);
	close(fd);
	unlink(path);
	assert_int_equal(config_load(path, &config, &errors), RS_ENOTFOUND);
	assert_non_null(strstr(errors.lines[0].text, path));
}

/* Every prefix of a good file, and every byte of it changed, ends in an answer. */
static void
no_damage_is_a_crash(void **state)
{
	struct config_errors errors;
	struct config *config;
	char text[sizeof(full)];
	size_t i, len = sizeof(full) - 1;
	int err;

	(void)state;
	for (i = 0; i < 2 * len; i++) {
		memcpy(text, full, sizeof(full));
		if (i >= len)
			text[i - len] ^= 0x10;
		err = config_parse("d", bytes_of(text, i < len ? i : len), &config, &errors);
		assert_true((err == RS_OK && errors.count == 0) ||
		    (err == RS_EINVAL && errors.count > 0));
		if (err == RS_OK)
			config_free(config);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_is_read),
		cmocka_unit_test(an_empty_file_is_the_defaults),
		cmocka_unit_test(every_mistake_is_named_with_its_line),
		cmocka_unit_test(all_mistakes_are_told_up_to_a_bound),
		cmocka_unit_test(long_and_foreign_lines_are_named),
		cmocka_unit_test(files_are_loaded),
		cmocka_unit_test(no_damage_is_a_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
