#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/archive_link.h"
#include "client/json.h"
#include "proto/sync/session.h"
#include "proto/wire/message.h"

/* One exchange with the archive. */
struct syncing {
	struct client *client;
	struct sync_session *session;	/* over the control socket only once welcomed */
	bool local;
	bool asked;			/* for the welcome */
	bool heard;			/* the daemon has said something */
	bool progress;			/* standard error is a terminal that wants it */
	bool progress_shown;
};

/* ----------------------------------------------------------------- progress */

static void
show_progress(struct syncing *syncing)
{
	const struct sync_counts *counts = sync_session_counts(syncing->session);
	uint64_t all = counts->blobs_received + counts->blobs_wanted;
	unsigned filled;

	if (!syncing->progress)
		return;
	filled = all == 0 ? 0 : (unsigned)(counts->blobs_received * 20 / all);
	fprintf(stderr, "\r%llu items  [%.*s%*s] %llu/%llu articles\033[K",
	    (unsigned long long)counts->items_received, (int)filled, "====================",
	    20 - (int)filled, "", (unsigned long long)counts->blobs_received,
	    (unsigned long long)all);
	fflush(stderr);
	syncing->progress_shown = true;
}

static void
end_progress(struct syncing *syncing)
{
	if (syncing->progress_shown)
		fputs("\r\033[K", stderr);
}

/* ------------------------------------------------------------- the exchange */

/* The daemon of this machine says which library it has; no invitation is needed. */
static int
take_welcome(struct syncing *syncing, const Readsync__Welcome *welcome,
    struct rs_err_detail *detail)
{
	struct replica *replica = syncing->client->replica;
	int err = replica_begin(replica);

	if (err != RS_OK)
		return err;
	err = replica_join(replica, welcome->library.data, welcome->library_secret.data);
	if (err == RS_OK)
		err = replica_commit(replica);
	else
		replica_rollback(replica);
	if (err == RS_EREFUSED)
		rs_err_detail_set(detail, "this device is paired with another archive already");
	return err == RS_OK ? sync_session_new(replica, true, &syncing->session) : err;
}

static int
on_message(void *context, const Readsync__Message *message, struct rs_err_detail *detail)
{
	struct syncing *syncing = context;
	int err;

	syncing->heard = true;
	if (syncing->session == NULL) {
		if (message->body_case != READSYNC__MESSAGE__BODY_WELCOME)
			return RS_EPROTOCOL;
		return take_welcome(syncing, message->welcome, detail);
	}
	err = sync_session_receive(syncing->session, message, detail);
	if (err == RS_OK)
		show_progress(syncing);
	return err;
}

static int
on_drained(void *context, struct rs_err_detail *detail)
{
	struct syncing *syncing = context;
	int err = syncing->session == NULL ? RS_OK : sync_session_settle(syncing->session);

	if (err == RS_EFULL)
		rs_err_detail_set(detail, "%s: no space left on the disk; what came before is kept",
		    syncing->client->options.home);
	return err;
}

static int
next(void *context, struct buffer *out, bool *ret_any)
{
	struct syncing *syncing = context;
	Readsync__Message message = READSYNC__MESSAGE__INIT;
	Readsync__Request request = READSYNC__REQUEST__INIT;

	if (syncing->session != NULL)
		return sync_session_next(syncing->session, out, ret_any);
	*ret_any = !syncing->asked;
	if (syncing->asked)
		return RS_OK;
	syncing->asked = true;
	request.kind = READSYNC__REQUEST__KIND__SYNC;
	message.body_case = READSYNC__MESSAGE__BODY_REQUEST;
	message.request = &request;
	return message_pack(&message, out);
}

static bool
done(void *context)
{
	const struct syncing *syncing = context;

	return syncing->session != NULL && sync_session_idle(syncing->session);
}

/* Exchange over ${settings}; returns the exit status. */
static int
exchange(struct syncing *syncing, const struct link_settings *settings)
{
	static const struct link_ops ops = { on_message, on_drained, next, done };
	struct client *client = syncing->client;
	struct rs_err_detail detail = { "" };
	struct link_traffic traffic;
	int64_t begun_ms = clock_now_ms(clock_system()), ms;
	const struct sync_counts *counts;
	int err = RS_OK;

	if (!syncing->local)
		err = sync_session_new(client->replica, true, &syncing->session);
	if (err == RS_OK)
		err = link_run(settings, &ops, syncing, &traffic, &detail);
	end_progress(syncing);
	/* A daemon says nothing to a device that it does not know but good-bye. */
	if (err == RS_ECLOSED && !syncing->local && !syncing->heard) {
		err = RS_EAUTH;
		rs_err_detail_set(&detail, "the daemon does not know this device, or not any more: "
		    "'readsync invite' there and 'readsync join TOKEN' here pair them again");
	}
	ms = clock_now_ms(clock_system()) - begun_ms;
	if (err != RS_OK)
		return client_fail_detail(client, err, NULL, &detail);
	counts = sync_session_counts(syncing->session);
	if (client->options.json)
		json_print_sync(counts, &traffic, ms);
	else if (syncing->progress)
		printf("%llu items, %llu readings, %llu articles in %.1f s\n",
		    (unsigned long long)counts->items_received,
		    (unsigned long long)counts->readings_received,
		    (unsigned long long)counts->blobs_received, (double)ms / 1000);
	return 0;
}

static int
sync_over_tcp(struct syncing *syncing)
{
	struct client *client = syncing->client;
	const char *addresses[TOKEN_ADDRESSES_MAX];
	struct archive_link archive;
	struct link_settings settings = { .addresses = addresses, .peer_key = archive.key };
	struct secret *identity;
	size_t i;
	int err, status;

	err = archive_link_load(client->replica, &archive);
	if (err == RS_ENOTFOUND) {
		return client_fail(client, RS_EAUTH, "this device is not paired: get a token from "
		    "'readsync invite' on the daemon's machine, then 'readsync join TOKEN' here");
	}
	if (err == RS_OK)
		err = archive_link_identity(client->replica, &identity);
	if (err != RS_OK)
		return client_fail_code(client, err, "the paired archive");
	for (i = 0; i < archive.address_count; i++)
		addresses[settings.address_count++] = archive.addresses[i];
	settings.identity = identity;
	status = exchange(syncing, &settings);
	secret_free(identity);
	return status;
}

static int
run(struct client *client, int argc, char **argv)
{
	struct syncing syncing = { .client = client };
	struct link_settings local = { .control = client->options.control };
	int err = client_open(client), status;

	(void)argc;
	(void)argv;
	if (err != RS_OK)
		return rs_err_exit_status(err);
	syncing.local = local.control != NULL;
	syncing.progress = isatty(STDERR_FILENO) && isatty(STDOUT_FILENO) &&
	    !client->options.quiet && !client->options.json;
	status = syncing.local ? exchange(&syncing, &local) : sync_over_tcp(&syncing);
	sync_session_free(syncing.session);
	return status;
}

const struct command command_sync = {
	.name = "sync",
	.arguments = "",
	.summary = "exchange what is new with the archive",
	.description =
	    "Exchanges what is new with the archive that this device has joined, or with\n"
	    "a daemon of this machine (--control). A break loses nothing: the next sync\n"
	    "goes on where it was. Shows progress on a terminal and prints nothing in a\n"
	    "pipe, save with --json.\n",
	.options = "Cjq",
	.min_arguments = 0,
	.max_arguments = 0,
	.run = run
};
