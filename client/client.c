#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client/command.h"
#include "client/view/cells.h"
#include "proto/base/clock.h"
#include "proto/base/random.h"
#include "proto/base/secret.h"
#include "proto/base/terminal.h"
#include "proto/replica/item.h"

#define WAIT_MS 5000
#define READ_STEP 65536
#define WHAT_MAX 300		/* bytes of an argument that an error repeats */

int
client_fail(const struct client *client, int err, const char *format, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	fprintf(stderr, "readsync %s: ", client->command->name);
	cells_print(stderr, len < 0 ? rs_err_text(err) : text, SIZE_MAX);
	fputc('\n', stderr);
	if (len >= 0)
		free(text);
	return rs_err_exit_status(err);
}

int
client_fail_code(const struct client *client, int err, const char *what)
{
	return client_fail(client, err, "%s: %s", what, replica_err_text(client->replica, err));
}

int
client_fail_detail(const struct client *client, int err, const char *what,
    const struct rs_err_detail *detail)
{
	return client_fail(client, err, "%.*s%s%s", WHAT_MAX, what == NULL ? "" : what,
	    what == NULL ? "" : strlen(what) > WHAT_MAX ? "...: " : ": ",
	    detail->text[0] == '\0' ? rs_err_text(err) : detail->text);
}

static void
on_change(void *context, const struct replica_change *change)
{
	(void)change;
	((struct client *)context)->changed = true;
}

int
client_home(const struct client *client, struct home_settings *ret_settings,
    struct secret **ret_passphrase)
{
	const char *path = client->options.passphrase_file;
	struct secret *passphrase = NULL;
	int err = path == NULL ? RS_OK : home_read_passphrase(path, &passphrase);

	if (err != RS_OK) {
		client_fail(client, err, "passphrase file %s: %s", path,
		    err == RS_EINVAL ? "its first line is empty" : rs_err_text(err));
		return err;
	}
	*ret_settings = (struct home_settings){
		.directory = client->options.home,
		.passphrase = passphrase,
		.key_file = client->options.key_file,
		.ask = terminal_ask,
		.wait_ms = WAIT_MS,
		.replica = { clock_system(), random_system(), REPLICA_LAPTOP }
	};
	*ret_passphrase = passphrase;
	return RS_OK;
}

int
client_open(struct client *client)
{
	struct home_settings settings;
	struct secret *passphrase;
	struct rs_err_detail detail = { "" };
	bool made_key_file = false;
	int err = client_home(client, &settings, &passphrase);

	if (err != RS_OK)
		return err;
	settings.keep = client->keeps_key ? &client->key : NULL;
	err = home_open(&settings, &client->replica, &made_key_file, &detail);
	if (err == RS_OK && home_key_is_shared(&settings, &detail))
		fprintf(stderr, "readsync: warning: %s\n", detail.text);
	secret_free(passphrase);
	if (err != RS_OK) {
		client_fail_detail(client, err, strstr(detail.text, client->options.home) != NULL ?
		    NULL : client->options.home, &detail);
		return err;
	}
	if (made_key_file && client->options.key_file == NULL) {
		fprintf(stderr, "readsync: warning: no passphrase is set; the key of the vault "
		    "lies beside it in %s/key, so whoever can read that directory can read "
		    "everything in it\n", client->options.home);
	}
	replica_watch(client->replica, on_change, client);
	return RS_OK;
}

int
client_open_again(struct client *client, struct rs_err_detail *detail)
{
	struct home_settings settings = {
		.directory = client->options.home,
		.keep = &client->key,
		.wait_ms = WAIT_MS,
		.replica = { clock_system(), random_system(), REPLICA_LAPTOP }
	};
	bool made_key_file;
	int err = home_open(&settings, &client->replica, &made_key_file, detail);

	if (err == RS_OK)
		replica_watch(client->replica, on_change, client);
	return err;
}

int
client_give_way(struct client *client, struct rs_err_detail *detail)
{
	if (!home_awaited(client->options.home))
		return RS_OK;
	replica_close(client->replica);
	client->replica = NULL;
	home_give_way(client->options.home);
	return client_open_again(client, detail);
}

int
client_find(struct client *client, const char *prefix, uint8_t ret_id[HASH_NAME_LEN])
{
	int err = item_find(client->replica, prefix, ret_id);

	if (err == RS_EINVAL)
		client_fail(client, err, "'%s' is not the beginning of an item's id, as readsync "
		    "list shows it", prefix);
	else if (err == RS_ENOTFOUND)
		client_fail(client, err, "no item's id begins with '%s'; readsync list --all shows "
		    "them", prefix);
	else if (err == RS_EAMBIGUOUS)
		client_fail(client, err, "more than one item's id begins with '%s'; type more of "
		    "it", prefix);
	else if (err != RS_OK)
		client_fail(client, err, "item '%s': %s", prefix,
		    replica_err_text(client->replica, err));
	return err;
}

int
client_read_stdin(struct buffer *out)
{
	uint8_t *room;
	ssize_t got;
	int err;

	for (;;) {
		err = buffer_reserve(out, READ_STEP, &room);
		if (err != RS_OK)
			return err;
		got = read(STDIN_FILENO, room, READ_STEP);
		if (got <= 0)
			return got == 0 ? RS_OK : rs_err_from_errno(errno);
		buffer_commit(out, (size_t)got);
	}
}

int
client_each(struct client *client, int argc, char **argv,
    int (*change)(struct client *client, const uint8_t *id))
{
	uint8_t (*ids)[HASH_NAME_LEN];
	int i, err = client_open(client);

	if (err != RS_OK)
		return rs_err_exit_status(err);
	ids = calloc((size_t)argc, sizeof(*ids));
	if (ids == NULL)
		return client_fail_code(client, RS_ENOMEM, "the items");
	for (i = 0; i < argc && err == RS_OK; i++)
		err = client_find(client, argv[i], ids[i]);
	if (err != RS_OK) {
		free(ids);
		return rs_err_exit_status(err);
	}
	err = replica_begin(client->replica);
	for (i = 0; i < argc && err == RS_OK; i++)
		err = change(client, ids[i]);
	if (err == RS_OK)
		err = replica_commit(client->replica);
	else
		replica_rollback(client->replica);
	free(ids);
	return err == RS_OK ? 0 : client_fail_code(client, err, "nothing was changed");
}

void
client_print_time(const char *label, int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm local;
	char text[20];

	if (ms == 0 || localtime_r(&seconds, &local) == NULL)
		return;
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &local);
	printf("%s%s", label, text);
}
