#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <uv.h>

#include "daemon/base/log.h"
#include "daemon/daemon.h"
#include "daemon/peer/dialler.h"

/* One pairing, with only those parts of the daemon that it takes. */
struct joining {
	uv_loop_t loop;
	struct token token;
	char name[DEVICE_NAME_MAX + 1];
	struct secret *identity;
	struct vault_thread *vault;
	struct listener *listener;
	struct dialler *dialler;
	int err;
	struct rs_err_detail detail;
};

static void
on_change(void *context, const struct replica_change *change)
{
	(void)context;
	(void)change;
}

static void
fill_view(void *context, struct request_view *view)
{
	(void)context;
	(void)view;
}

static void
on_poll(void *context)
{
	(void)context;
}

/* ------------------------------------------------------------------------ the end */

static void
on_vault_stopped(void *context)
{
	(void)context;
}

static void
on_listener_stopped(void *context)
{
	struct joining *joining = context;

	vault_thread_stop(joining->vault, on_vault_stopped, joining);
}

static void
on_dialler_stopped(void *context)
{
	struct joining *joining = context;

	listener_stop(joining->listener, on_listener_stopped, joining);
}

static void
on_joined(void *context, int err, const char *problem)
{
	struct joining *joining = context;

	joining->err = err;
	rs_err_detail_set(&joining->detail, "%s", problem);
	dialler_stop(joining->dialler, on_dialler_stopped, joining);
}

/* ------------------------------------------------------------------ the beginning */

static int
start(struct joining *joining)
{
	struct listener_settings listener = {
		&joining->loop, joining->vault, clock_system(), random_system(), joining->identity,
		joining->name, NULL, 0, fill_view, on_poll, joining
	};
	struct dialler_settings dialler = {
		&joining->loop, joining->vault, NULL, clock_system(), random_system()
	};
	int err = listener_new(&listener, &joining->listener);

	if (err != RS_OK) {
		vault_thread_stop(joining->vault, on_vault_stopped, joining);
		return err;
	}
	dialler.listener = joining->listener;
	err = dialler_join(&dialler, &joining->token, on_joined, joining, &joining->dialler);
	if (err != RS_OK)
		on_dialler_stopped(joining);
	return err;
}

/* Join with ${replica}, which is closed at the end. */
static int
pair(struct joining *joining, const struct config *config, struct replica *replica)
{
	int err = daemon_introduce(replica, config, joining->name, &joining->identity);

	if (err == RS_OK && uv_loop_init(&joining->loop) != 0)
		err = daemon_fail(RS_ENOMEM, "event loop", NULL);
	if (err != RS_OK) {
		replica_close(replica);
		return err;
	}
	err = vault_thread_start(&joining->loop, replica, on_change, joining, &joining->vault);
	if (err == RS_OK)
		err = start(joining);
	else
		replica_close(replica);
	if (err != RS_OK)
		rs_err_detail_set(&joining->detail, "%s", rs_err_text(err));
	uv_run(&joining->loop, UV_RUN_DEFAULT);
	uv_loop_close(&joining->loop);
	return err == RS_OK ? joining->err : err;
}

/* From standard input, no list of processes shows it. */
static int
read_token(const char *text, struct token *ret_token, struct rs_err_detail *detail)
{
	char line[TOKEN_TEXT_MAX + 2];
	int err;

	if (strcmp(text, "-") != 0)
		return token_decode(text, ret_token, detail);
	if (fgets(line, sizeof(line), stdin) == NULL) {
		rs_err_detail_set(detail, "there is no invitation in standard input");
		return RS_ETOKEN;
	}
	err = token_decode(line, ret_token, detail);
	secret_wipe(line, sizeof(line));
	return err;
}

int
daemon_join(const struct daemon_settings *settings, const char *token)
{
	struct joining joining = { .err = RS_OK };
	struct config *config = NULL;
	struct replica *replica;
	int err = daemon_configure(settings, &config);

	if (err != RS_OK)
		return rs_err_exit_status(RS_EINVAL);
	signal(SIGPIPE, SIG_IGN);
	/* What a command has to say, it says itself. */
	log_set(&(struct log_settings){ STDERR_FILENO, LOG_LEVEL_WARNING, false });
	err = read_token(token, &joining.token, &joining.detail);
	if (err == RS_OK) {
		err = daemon_open(settings, config, &replica);
		if (err == RS_OK)
			err = pair(&joining, config, replica);
	}
	if (err == RS_OK)
		printf("This archive, '%s', has joined. Next: start readsyncd\n", joining.name);
	else if (joining.detail.text[0] != '\0')
		fprintf(stderr, "readsyncd join: %s\n", joining.detail.text);
	token_wipe(&joining.token);
	secret_free(joining.identity);
	config_free(config);
	return rs_err_exit_status(err);
}
