#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/archive_link.h"
#include "client/doorbell.h"
#include "client/json.h"
#include "proto/base/random.h"
#include "proto/replica/item.h"
#include "proto/replica/collect.h"
#include "proto/replica/offline.h"
#include "proto/replica/peer.h"
#include "proto/sync/session.h"
#include "proto/wire/message.h"

#define RETRY_MS 1000			/* until the second try; then twice as long each time, */
#define RETRY_MAX_MS (60 * 1000)	/* up to this */
#define PEERS_MAX 8			/* archives that are tried */
#define REFUSALS_MAX 4			/* in a row, and we are no longer wanted */
#define GIVING_UP "what the offline policy leaves out"

/* One exchange with the archive. */
struct syncing {
	struct client *client;
	struct sync_session *session;	/* over the control socket only once welcomed */
	bool local;
	const struct secret *identity;	/* and these two: over TCP */
	struct peer peers[PEERS_MAX];	/* the archives, in the order in which they are tried */
	size_t peer_count;
	bool at_rest;			/* nothing is to be said until the vault is opened again */
	bool silent;			/* nothing was, when that was last asked */
	bool asked;			/* for the welcome */
	bool heard;			/* the daemon has said something */
	bool progress;			/* standard error is a terminal that wants it */
	bool progress_shown;
	uint64_t denied_told;		/* in this exchange */
	struct offline_released released;	/* by the last giving up */
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

/* ------------------------------------------------------------ the vault's turn */

/* What comes or is to be said needs the vault, which is open only meanwhile. */
static int
wake(struct syncing *syncing, struct rs_err_detail *detail)
{
	struct client *client = syncing->client;
	int err;

	syncing->at_rest = false;
	if (client->replica != NULL)
		return RS_OK;
	err = client_open_again(client, detail);
	if (err == RS_OK && syncing->session != NULL)
		sync_session_attach(syncing->session, client->replica);
	return err;
}

static bool
awaited(void *context)
{
	const struct syncing *syncing = context;

	return home_awaited(syncing->client->options.home);
}

/* Let another command have the vault, if one waits for it. */
static int
give_way(struct syncing *syncing, struct rs_err_detail *detail)
{
	struct client *client = syncing->client;
	int err;

	if (client->replica == NULL)
		return RS_OK;
	if (syncing->session != NULL)
		sync_session_attach(syncing->session, NULL);
	err = client_give_way(client, detail);
	if (syncing->session != NULL)
		sync_session_attach(syncing->session, client->replica);
	return err;
}

/* -------------------------------------------------------- what is not kept here */

/* The archive has lost what it had given its word for; here it is gone too. */
static void
tell_denied(struct syncing *syncing)
{
	uint64_t denied = sync_session_counts(syncing->session)->blobs_denied;

	if (denied > syncing->denied_told)
		(void)client_fail(syncing->client, RS_ENOTFOUND, "articles, images or pages that "
		    "the archive had acknowledged and does not hold any more: %llu; they were "
		    "given up here, and are asked for again with each sync",
		    (unsigned long long)(denied - syncing->denied_told));
	syncing->denied_told = denied;
}

/* Show how far it has come; go on, unless another command waits for the vault. */
static bool
on_given_up(void *context)
{
	struct syncing *syncing = context;

	if (syncing->progress) {
		fprintf(stderr, "\r%llu articles and images given up\033[K",
		    (unsigned long long)syncing->released.blobs);
		fflush(stderr);
		syncing->progress_shown = true;
	}
	return !awaited(syncing);
}

/*
 * All has been said: forget what the archive has collected, and give up what the offline
 * policy does not ask for and the archive has.
 */
static int
give_up(struct syncing *syncing, struct rs_err_detail *detail)
{
	const uint8_t *archive = sync_session_archive(syncing->session);
	int err;

	syncing->released = (struct offline_released){ .more = archive != NULL };
	tell_denied(syncing);
	err = collect_run(syncing->client->replica);
	while (err == RS_OK && syncing->released.more) {
		err = offline_release(syncing->client->replica, archive, on_given_up, syncing,
		    &syncing->released);
		if (err == RS_OK && syncing->released.more)
			err = give_way(syncing, detail);
	}
	end_progress(syncing);
	if (err != RS_OK && detail->text[0] == '\0')
		rs_err_detail_set(detail, "%s: %s", GIVING_UP,
		    replica_err_text(syncing->client->replica, err));
	return err;
}

static void
on_rest(void *context)
{
	struct syncing *syncing = context;
	struct client *client = syncing->client;
	struct rs_err_detail detail = { "" };
	int err;

	/* What did not fit into the socket is still to be said, when there is room. */
	syncing->at_rest = syncing->silent;
	if (syncing->session != NULL && client->replica != NULL &&
	    sync_session_idle(syncing->session)) {
		err = give_up(syncing, &detail);
		if (err != RS_OK)
			(void)client_fail_detail(client, err, NULL, &detail);
	}
	if (syncing->session != NULL)
		sync_session_attach(syncing->session, NULL);
	replica_close(client->replica);
	client->replica = NULL;
}

/* Another command has changed the vault. */
static int
on_touched(void *context, struct rs_err_detail *detail)
{
	struct syncing *syncing = context;
	int err = wake(syncing, detail);

	if (err == RS_OK && syncing->session != NULL)
		sync_session_changed(syncing->session);
	return err;
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
	int err = wake(syncing, detail);

	if (err != RS_OK)
		return err;
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
	return err == RS_OK ? give_way(syncing, detail) : err;
}

static int
next(void *context, struct buffer *out, bool *ret_any)
{
	struct syncing *syncing = context;
	Readsync__Message message = READSYNC__MESSAGE__INIT;
	Readsync__Request request = READSYNC__REQUEST__INIT;
	struct rs_err_detail detail;
	int err;

	*ret_any = false;
	if (syncing->at_rest)
		return RS_OK;
	if (syncing->session != NULL) {
		err = wake(syncing, &detail);
		if (err == RS_OK)
			err = sync_session_next(syncing->session, out, ret_any);
		syncing->silent = !*ret_any;
		return err;
	}
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

	return !syncing->at_rest && syncing->session != NULL &&
	    syncing->client->replica != NULL && sync_session_idle(syncing->session);
}

/* However the connection ended, what had come whole by then need not come again. */
static int
keep_what_came(struct syncing *syncing, int err, struct rs_err_detail *detail)
{
	int kept = syncing->session == NULL || syncing->client->replica == NULL ? RS_OK :
	    on_drained(syncing, detail);

	return kept == RS_OK ? err : kept;
}

/* Exchange over ${settings}, from the first word to the end of the connection. */
static int
exchange(struct syncing *syncing, const struct link_settings *settings,
    struct link_traffic *ret_traffic, struct rs_err_detail *detail)
{
	static const struct link_ops ops = {
		on_message, on_drained, awaited, next, done, on_rest, on_touched
	};
	int err = RS_OK;

	syncing->asked = syncing->heard = syncing->at_rest = false;
	syncing->silent = true;
	syncing->denied_told = 0;
	detail->text[0] = '\0';
	if (!syncing->local)
		err = sync_session_new(syncing->client->replica, true, &syncing->session);
	if (err == RS_OK)
		err = link_run(settings, &ops, syncing, ret_traffic, detail);
	end_progress(syncing);
	if (err != RS_OK)
		err = keep_what_came(syncing, err, detail);
	/* A daemon says nothing to a device that it does not know but good-bye. */
	if (err == RS_ECLOSED && !syncing->local && !syncing->heard) {
		err = RS_EAUTH;
		rs_err_detail_set(detail, "the daemon closed the connection: it is being stopped, "
		    "or it does not know this device, or not any more; if it stays so, 'readsync "
		    "invite' there and 'readsync join TOKEN' here pair them again, unless it was "
		    "revoked: that is for ever");
	}
	return err;
}

static bool
add_peer(void *context, const struct peer *peer)
{
	struct syncing *syncing = context;

	if (peer->address_count > 0)
		syncing->peers[syncing->peer_count++] = *peer;
	return syncing->peer_count < PEERS_MAX;
}

/* Read which archives there are now, and where. */
static int
find_peers(struct syncing *syncing, struct rs_err_detail *detail)
{
	int err = wake(syncing, detail);

	if (err != RS_OK)
		return err;
	syncing->peer_count = 0;
	err = peer_list(syncing->client->replica, add_peer, syncing);
	if (err != RS_OK)
		rs_err_detail_set(detail, "%s", replica_err_text(syncing->client->replica, err));
	else if (syncing->peer_count == 0) {
		rs_err_detail_set(detail, "this device is not paired: get a token from 'readsync "
		    "invite' on the daemon's machine, then 'readsync join TOKEN' here");
		err = RS_EAUTH;
	}
	return err;
}

/* Another archive than the first has answered: from now on it is the first. */
static void
prefer(struct syncing *syncing, const struct peer *peer)
{
	struct rs_err_detail detail;
	struct replica *replica;

	if (wake(syncing, &detail) != RS_OK)
		return;
	replica = syncing->client->replica;
	if (replica_begin(replica) == RS_OK)
		(void)replica_settle(replica, peer_seen(replica, peer->key,
		    clock_now_ms(clock_system())));
}

/* Exchange with the first archive that answers; when none does, tell of the first. */
static int
exchange_with_any(struct syncing *syncing, const struct link_settings *settings,
    struct link_traffic *ret_traffic, struct rs_err_detail *ret_detail)
{
	const char *addresses[PEER_ADDRESSES_MAX];
	struct link_settings each = *settings;
	struct rs_err_detail detail;
	const struct peer *peer;
	int first = find_peers(syncing, ret_detail), err = first;
	size_t i;

	*ret_traffic = (struct link_traffic){ 0, 0 };
	if (err != RS_OK)
		return err;
	each.identity = syncing->identity;
	each.addresses = addresses;
	for (i = 0; i < syncing->peer_count; i++) {
		peer = &syncing->peers[i];
		each.peer_key = peer->key;
		for (each.address_count = 0; each.address_count < peer->address_count;
		    each.address_count++)
			addresses[each.address_count] = peer->addresses[each.address_count];
		on_rest(syncing);
		err = exchange(syncing, &each, ret_traffic, &detail);
		if (i == 0 || syncing->heard || err == RS_EINTERRUPTED) {
			first = err;
			*ret_detail = detail;
		}
		if (err == RS_OK || syncing->heard || err == RS_EINTERRUPTED)
			break;
		sync_session_free(syncing->session);
		syncing->session = NULL;
	}
	if (i > 0 && syncing->heard)
		prefer(syncing, &syncing->peers[i]);
	return first;
}

/* One exchange, to its end; returns the exit status. */
static int
sync_once(struct syncing *syncing, const struct link_settings *settings)
{
	struct client *client = syncing->client;
	struct rs_err_detail detail;
	struct link_traffic traffic;
	int64_t begun_ms = clock_now_ms(clock_system()), ms;
	const struct sync_counts *counts;
	int err = syncing->local ? exchange(syncing, settings, &traffic, &detail) :
	    exchange_with_any(syncing, settings, &traffic, &detail);

	ms = clock_now_ms(clock_system()) - begun_ms;
	if (err != RS_OK)
		return client_fail_detail(client, err, NULL, &detail);
	err = give_up(syncing, &detail);
	if (err != RS_OK)
		return client_fail_detail(client, err, NULL, &detail);
	counts = sync_session_counts(syncing->session);
	if (client->options.json)
		json_print_sync(counts, &syncing->released, &traffic, ms);
	else if (syncing->progress)
		printf("%llu items, %llu readings, %llu articles and images in %.1f s\n",
		    (unsigned long long)counts->items_received,
		    (unsigned long long)counts->readings_received,
		    (unsigned long long)counts->blobs_received, (double)ms / 1000);
	return 0;
}

/* ----------------------------------------------------------------- following */

/* Can what went wrong have passed by the next try? */
static bool
may_pass(int err, bool heard, unsigned refusals)
{
	switch (err) {
	case RS_EAUTH:
		/* Said aloud, it is so; a daemon that stops closes without a word too. */
		return !heard && refusals < REFUSALS_MAX;
	case RS_EKEY:
	case RS_EDAMAGED:
	case RS_ENOTVAULT:
	case RS_ENOTFOUND:
	case RS_EVERSION:
		return false;
	default:
		return true;
	}
}

/* Half of the time that is due, and up to as much again: not all devices at once. */
static uint64_t
retry_ms(unsigned failures)
{
	uint64_t ms = failures > 6 ? RETRY_MAX_MS : (uint64_t)RETRY_MS << (failures - 1);
	uint16_t drawn;

	if (ms > RETRY_MAX_MS)
		ms = RETRY_MAX_MS;
	random_fill(random_system(), &drawn, sizeof(drawn));
	return ms / 2 + ms / 2 * drawn / UINT16_MAX;
}

/* Connect again and again, and rest in between, until a signal comes. */
static int
follow_until_stopped(struct syncing *syncing, const struct link_settings *settings)
{
	struct rs_err_detail detail, told = { "" };
	struct link_traffic traffic;
	unsigned failures = 0, refusals = 0;
	int err;

	do {
		if (syncing->local) {
			on_rest(syncing);
			err = exchange(syncing, settings, &traffic, &detail);
		} else {
			err = exchange_with_any(syncing, settings, &traffic, &detail);
		}
		/* What is open of it is rolled back. */
		sync_session_free(syncing->session);
		syncing->session = NULL;
		on_rest(syncing);
		if (syncing->heard) {
			failures = 0;
			told.text[0] = '\0';
		}
		failures++;
		refusals = err == RS_EAUTH ? refusals + 1 : 0;
		if (err == RS_EINTERRUPTED)
			return 0;
		if (!may_pass(err, syncing->heard, refusals))
			return client_fail_detail(syncing->client, err, NULL, &detail);
		/* Once for each reason: an archive may be out of reach for days. */
		if (strcmp(detail.text, told.text) != 0)
			(void)client_fail(syncing->client, err, "%s; trying again", detail.text);
		told = detail;
		err = link_wait(retry_ms(failures));
	} while (err == RS_OK);
	return 0;
}

static int
follow(struct syncing *syncing, struct link_settings *settings)
{
	struct client *client = syncing->client;
	struct rs_err_detail detail = { "" };
	sigset_t both;
	char *path;
	int fd, status, err;

	err = doorbell_take(client->options.home, &path, &fd, &detail);
	if (err != RS_OK)
		return client_fail_detail(client, err, NULL, &detail);
	/* They come while we wait, connected or not, and end us with nothing half done. */
	sigemptyset(&both);
	sigaddset(&both, SIGINT);
	sigaddset(&both, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &both, NULL);
	settings->follow = path;
	status = follow_until_stopped(syncing, settings);
	close(fd);
	free(path);
	return status;
}

/* ----------------------------------------------------------------- beginning */

static int
sync_over(struct syncing *syncing, struct link_settings *settings)
{
	return syncing->client->options.follow ? follow(syncing, settings) :
	    sync_once(syncing, settings);
}

static int
sync_over_tcp(struct syncing *syncing)
{
	struct client *client = syncing->client;
	struct link_settings settings = { .addresses = NULL };
	struct rs_err_detail detail = { "" };
	struct secret *identity;
	int err = find_peers(syncing, &detail), status;

	if (err != RS_OK)
		return client_fail_detail(client, err, NULL, &detail);

	err = archive_link_identity(client->replica, &identity);
	if (err != RS_OK)
		return client_fail_code(client, err, "this device's key");
	syncing->identity = identity;
	status = sync_over(syncing, &settings);
	secret_free(identity);
	return status;
}

/* The article of --fetch is to come, and to stay for a while. */
static int
ask_for(struct client *client, uint8_t item[HASH_NAME_LEN])
{
	int err = client_find(client, client->options.fetch, item);

	if (err != RS_OK)
		return err;
	err = replica_begin(client->replica);
	if (err == RS_OK)
		err = replica_settle(client->replica, offline_ask(client->replica, item));
	if (err != RS_OK)
		client_fail_code(client, err, client->options.fetch);
	return err;
}

static bool
note_held(void *context, const struct item *item)
{
	*(bool *)context = item->held;
	return false;
}

/* Did the article of --fetch come? */
static int
check_fetched(struct client *client, const uint8_t *item)
{
	bool held = false;
	int err = item_get(client->replica, item, note_held, &held);

	if (err != RS_OK)
		return client_fail_code(client, err, client->options.fetch);
	return held ? 0 : client_fail(client, RS_ENOTFOUND, "the archive does not have an article "
	    "of item '%s'; readsync why %s tells more", client->options.fetch,
	    client->options.fetch);
}

static int
run(struct client *client, int argc, char **argv)
{
	struct syncing syncing = { .client = client };
	struct link_settings local = { .control = client->options.control };
	uint8_t item[HASH_NAME_LEN];
	int err, status;

	(void)argc;
	(void)argv;
	if (client->options.follow && client->options.json)
		return client_fail(client, RS_EINVAL, "--follow has no end to print JSON at");
	client->keeps_key = true;
	err = client_open(client);
	if (err == RS_OK && client->options.fetch != NULL)
		err = ask_for(client, item);
	if (err != RS_OK)
		return rs_err_exit_status(err);
	syncing.local = local.control != NULL;
	syncing.progress = isatty(STDERR_FILENO) && isatty(STDOUT_FILENO) &&
	    !client->options.quiet && !client->options.json && !client->options.follow;
	status = syncing.local ? sync_over(&syncing, &local) : sync_over_tcp(&syncing);
	sync_session_free(syncing.session);
	if (status == 0 && client->options.fetch != NULL && !client->options.follow)
		status = check_fetched(client, item);
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
	    "pipe, save with --json. Other commands may run meanwhile: it lets each have\n"
	    "the vault between two batches, and while it waits for the archive.\n\n"
	    "With --follow it stays connected until SIGINT or SIGTERM: what is changed on\n"
	    "another device comes at once, and what other commands change here goes out at\n"
	    "once. It connects again by itself.\n\n"
	    "Afterwards this device gives up what its offline policy does not ask for, as\n"
	    "far as the archive holds it; --fetch ITEM brings one article all the same,\n"
	    "and keeps it for seven days.\n",
	.options = "CFfjq",
	.min_arguments = 0,
	.max_arguments = 0,
	.run = run
};
