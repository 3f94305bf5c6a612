#include <stdlib.h>
#include <string.h>

#include "daemon/peer/connection.h"
#include "daemon/peer/round.h"
#include "proto/replica/peer.h"
#include "proto/replica/held.h"
#include "proto/replica/work.h"
#include "proto/sync/compressed.h"
#include "proto/wire/message.h"

/* ------------------------------------------------------------------ the inbox */

int
round_inbox_add(struct round_inbox *inbox, Readsync__Message *message, size_t size)
{
	if (inbox->count == ROUND_INBOX_COUNT)
		return RS_ELIMIT;
	if (inbox->messages == NULL)
		inbox->messages = malloc(ROUND_INBOX_COUNT * sizeof(*inbox->messages));
	if (inbox->messages == NULL)
		return RS_ENOMEM;
	inbox->messages[inbox->count++] = message;
	inbox->requests += message->body_case == READSYNC__MESSAGE__BODY_REQUEST;
	inbox->bytes += size;
	if (message->body_case == READSYNC__MESSAGE__BODY_COMPRESSED)
		inbox->bytes += compressed_size(message->compressed);
	return RS_OK;
}

bool
round_inbox_is_full(const struct round_inbox *inbox)
{
	return inbox->bytes >= CONNECTION_INBOX_MAX || inbox->count == ROUND_INBOX_COUNT ||
	    inbox->requests >= ROUND_REQUESTS;
}

bool
round_inbox_has_request(const struct round_inbox *inbox)
{
	return inbox->requests > 0;
}

bool
round_inbox_asks_poll(const struct round_inbox *inbox)
{
	size_t i;

	for (i = 0; i < inbox->count; i++) {
		if (inbox->messages[i]->body_case == READSYNC__MESSAGE__BODY_REQUEST &&
		    inbox->messages[i]->request->kind == READSYNC__REQUEST__KIND__POLL)
			return true;
	}
	return false;
}

void
round_inbox_release(struct round_inbox *inbox)
{
	size_t i;

	for (i = 0; i < inbox->count; i++)
		message_free(inbox->messages[i]);
	free(inbox->messages);
	*inbox = (struct round_inbox){ .messages = NULL };
}

/* ----------------------------------------------------------------- the output */

/* Append one message behind its length, to be split again on the loop thread. */
static int
put_out(struct round *round, const Readsync__Message *message)
{
	size_t start = round->out.len;
	uint32_t len = 0;
	int err = buffer_append(&round->out, &len, sizeof(len));

	if (err == RS_OK)
		err = message_pack(message, &round->out);
	if (err != RS_OK)
		return err;
	len = (uint32_t)(round->out.len - start - sizeof(len));
	memcpy(round->out.data + start, &len, sizeof(len));
	return RS_OK;
}

bool
round_next_out(struct round *round, struct bytes *ret_message)
{
	uint32_t len;

	if (round->out_read == round->out.len)
		return false;
	memcpy(&len, round->out.data + round->out_read, sizeof(len));
	*ret_message = bytes_of(round->out.data + round->out_read + sizeof(len), len);
	round->out_read += sizeof(len) + len;
	return true;
}

void
round_forget_out(struct round *round)
{
	buffer_clear(&round->out);
	round->out_read = 0;
}

/* Collect what the session has to say, up to the bounds: compressed ones have few bytes. */
static int
pull_session(struct round *round)
{
	uint32_t len;
	size_t start, count;
	bool any;
	int err;

	round->more = false;
	for (count = 0; round->session != NULL; count++) {
		if (round->out.len >= CONNECTION_OUTPUT_MAX || count == ROUND_OUT_COUNT) {
			round->more = true;
			break;
		}
		start = round->out.len;
		len = 0;
		err = buffer_append(&round->out, &len, sizeof(len));
		if (err == RS_OK)
			err = sync_session_next(round->session, &round->out, &any);
		if (err != RS_OK || !any) {
			round->out.len = start;
			return err;
		}
		len = (uint32_t)(round->out.len - start - sizeof(len));
		memcpy(round->out.data + start, &len, sizeof(len));
	}
	return RS_OK;
}

/* -------------------------------------------------------------------- pairing */

static int
send_welcome(struct round *round, struct replica *replica)
{
	Readsync__Message message = READSYNC__MESSAGE__INIT;
	Readsync__Welcome welcome = READSYNC__WELCOME__INIT;

	welcome.library.data = (uint8_t *)replica_library(replica);
	welcome.library.len = HASH_NAME_LEN;
	welcome.library_secret.data = (uint8_t *)replica_library_secret(replica);
	welcome.library_secret.len = 32;
	welcome.archive_device.data = (uint8_t *)replica_origin(replica);
	welcome.archive_device.len = VERSION_ORIGIN_LEN;
	welcome.archive_name = (char *)round->name;
	message.body_case = READSYNC__MESSAGE__BODY_WELCOME;
	message.welcome = &welcome;
	return put_out(round, &message);
}

static int
send_response(struct round *round, Readsync__Response *response)
{
	Readsync__Message message = READSYNC__MESSAGE__INIT;

	message.body_case = READSYNC__MESSAGE__BODY_RESPONSE;
	message.response = response;
	return put_out(round, &message);
}

/* Whoever writes the list of devices must be invited to it, and want to. */
static int
take_join(struct round *round, struct replica *replica, const Readsync__Join *join)
{
	Readsync__Response welcome = READSYNC__RESPONSE__INIT;
	int err;

	if (!round->pairing)
		return RS_EPROTOCOL;
	round->pairing = false;
	if (join->archive && !round->archive) {
		welcome.code = message_code(RS_EREFUSED);
		welcome.text = "this invitation makes no archive; readsync invite --archive does";
		return send_response(round, &welcome);
	}
	err = replica_begin(replica);
	if (err != RS_OK)
		return err;
	err = replica_settle(replica, device_add(replica, round->peer_key, join->name,
	    join->archive));
	return err == RS_OK ? send_response(round, &welcome) : err;
}

/* Adopt the library, and the archive that we have dialled, in one commit. */
static int
take_welcome(struct round *round, struct replica *replica, const Readsync__Welcome *welcome)
{
	int err = replica_begin(replica);

	if (err != RS_OK)
		return err;
	err = replica_join(replica, welcome->library.data, welcome->library_secret.data);
	if (err == RS_EREFUSED)
		rs_err_detail_set(&round->detail, "this home has a library of its own; an archive "
		    "joins with a new --home");
	if (err == RS_OK)
		err = device_add(replica, round->peer_key, welcome->archive_name, true);
	if (err == RS_OK)
		err = peer_join(replica, round->token, welcome->archive_name);
	return replica_settle(replica, err);
}

static int
send_join(struct round *round, struct replica *replica)
{
	Readsync__Message message = READSYNC__MESSAGE__INIT;
	Readsync__Join join = READSYNC__JOIN__INIT;

	join.name = (char *)round->name;
	join.device.data = (uint8_t *)replica_origin(replica);
	join.device.len = VERSION_ORIGIN_LEN;
	join.archive = true;
	message.body_case = READSYNC__MESSAGE__BODY_JOIN;
	message.join = &join;
	return put_out(round, &message);
}

/* What the archive that we join says, in turn: Welcome, and that we are on its list. */
static int
take_in_joining(struct round *round, struct replica *replica, const Readsync__Message *message)
{
	int err;

	switch (message->body_case) {
	case READSYNC__MESSAGE__BODY_WELCOME:
		err = take_welcome(round, replica, message->welcome);
		return err == RS_OK ? send_join(round, replica) : err;
	case READSYNC__MESSAGE__BODY_RESPONSE:
		rs_err_detail_set(&round->detail, "%s", message->response->text);
		round->joined = message->response->code == 0;
		return message_err(message->response->code);
	case READSYNC__MESSAGE__BODY_FAILURE:
		rs_err_detail_set(&round->detail, "%s", message->failure->text);
		err = message_err(message->failure->code);
		return err == RS_OK ? RS_EPROTOCOL : err;
	default:
		return RS_EPROTOCOL;
	}
}

/* The invitation dies here, whatever comes of the pairing. */
static int
use_invitation(struct round *round, struct replica *replica)
{
	int err = replica_begin(replica);

	if (err != RS_OK)
		return err;
	err = replica_settle(replica, device_invite_used(replica, round->seed,
	    &round->archive));
	round->invitations_changed = true;
	if (err != RS_OK)
		return err;
	round->pairing = true;
	return send_welcome(round, replica);
}

/*
 * Read what is open after an invitation was made or used: the loop is to know it before
 * the answer goes out, for who has got a token may use it at once.
 */
static void
read_invitations(struct round *round, struct replica *replica)
{
	if (!round->invitations_changed)
		return;
	round->invitation_count = 0;
	/* The expired ones are forgotten in passing, so it is a write. */
	if (replica_begin(replica) == RS_OK)
		(void)replica_settle(replica, device_invites(replica, round->invitations,
		    &round->invitation_count));
}

static void
admit_work(struct vault_job *job, struct replica *replica)
{
	struct round *round = (struct round *)((char *)job - offsetof(struct round, job));

	if (round->has_seed)
		round->err = use_invitation(round, replica);
	else if (round->token == NULL)
		round->err = device_allowed(replica, round->peer_key) ? RS_OK : RS_EAUTH;
	read_invitations(round, replica);
	secret_wipe(round->seed, sizeof(round->seed));
}

/* ------------------------------------------------------------------- exchange */

static int
take_request(struct round *round, struct replica *replica, const Readsync__Request *request)
{
	Readsync__Response *response;
	int err;

	if (request->kind == READSYNC__REQUEST__KIND__SYNC) {
		/* Who may use the control socket needs no invitation. */
		return round->local ? send_welcome(round, replica) : RS_EPROTOCOL;
	}
	err = request_answer(request, round->local, round->view, replica, &response);
	if (err != RS_OK)
		return err;
	if (response->token[0] != '\0')
		round->invitations_changed = true;
	err = send_response(round, response);
	secret_wipe(response->token, strlen(response->token));
	readsync__response__free_unpacked(response, NULL);
	return err;
}

/* The list of devices is written on archives: nobody else brings us changes to it. */
static int
begin_session(struct round *round, struct replica *replica)
{
	int err = sync_session_new(replica, round->dialled, &round->session);

	if (err == RS_OK && (round->local || !device_is_archive(replica, round->peer_key)))
		sync_session_refuse_devices(round->session);
	return err;
}

static int
take_message(struct round *round, struct replica *replica, const Readsync__Message *message)
{
	int err;

	if (round->token != NULL)
		return take_in_joining(round, replica, message);
	if (message->body_case == READSYNC__MESSAGE__BODY_JOIN)
		return take_join(round, replica, message->join);
	/* A device that holds an invitation says its name before anything else. */
	if (round->pairing)
		return RS_EPROTOCOL;
	if (message->body_case == READSYNC__MESSAGE__BODY_REQUEST) {
		/* What the session took in just before is in a transaction of its own. */
		err = round->session == NULL ? RS_OK : sync_session_settle(round->session);
		return err != RS_OK ? err : take_request(round, replica, message->request);
	}
	err = round->session == NULL ? begin_session(round, replica) : RS_OK;
	if (err != RS_OK)
		return err;
	return sync_session_receive(round->session, message, &round->detail);
}

static bool
stop_at_one(void *context, const struct work *work)
{
	(void)work;
	*(bool *)context = true;
	return false;
}

/* A session is not idle while a page that came with it is being read. */
static int
hold_session(struct round *round, struct replica *replica)
{
	bool reading = false;
	int err = work_due(replica, WORK_FETCHED, clock_now_ms(replica_clock(replica)), 0, 1,
	    stop_at_one, &reading);

	if (err == RS_OK)
		sync_session_hold(round->session, reading);
	return err;
}

/* When all has gone both ways, the list of devices says what the peer holds. */
static int
note_held(struct round *round, struct replica *replica)
{
	int64_t now_ms = clock_now_ms(replica_clock(replica));
	int err;

	if (round->local || !sync_session_idle(round->session) ||
	    (round->noted_ms != 0 && now_ms < round->noted_ms + HELD_NOTE_MS))
		return RS_OK;
	round->noted_ms = now_ms;
	err = replica_begin(replica);
	return err == RS_OK ? replica_settle(replica, held_note(replica, round->peer_key)) : err;
}

/* A revoked device is told so, and nothing that it has sent since is looked at. */
static int
turn_away(struct round *round)
{
	Readsync__Message message = READSYNC__MESSAGE__INIT;
	Readsync__Failure failure = READSYNC__FAILURE__INIT;

	failure.code = message_code(RS_EAUTH);
	failure.text = "this device is not, or no longer, on the list of devices";
	message.body_case = READSYNC__MESSAGE__BODY_FAILURE;
	message.failure = &failure;
	(void)put_out(round, &message);
	return RS_EAUTH;
}

/* The archive that we have dialled is there, or was until now: the status tells when. */
static int
note_seen(struct round *round, struct replica *replica)
{
	int err = replica_begin(replica);

	if (err != RS_OK)
		return err;
	return replica_settle(replica, peer_seen(replica, round->peer_key,
	    clock_now_ms(replica_clock(replica))));
}

/* Is the device still on the list?  One that has yet to join, or that we join, is not asked. */
static bool
may_go_on(const struct round *round, struct replica *replica)
{
	return round->local || round->pairing || round->token != NULL ||
	    device_allowed(replica, round->peer_key);
}

static void
exchange_work(struct vault_job *job, struct replica *replica)
{
	struct round *round = (struct round *)((char *)job - offsetof(struct round, job));
	size_t i;
	int err = RS_OK, settled;

	if (!may_go_on(round, replica)) {
		round_inbox_release(&round->inbox);
		round->err = turn_away(round);
		return;
	}
	/* Whoever has dialled speaks first. */
	if (round->dialled && round->token == NULL && round->session == NULL)
		err = begin_session(round, replica);
	if (err == RS_OK && round->dialled && round->token == NULL && !round->heard &&
	    round->inbox.count > 0) {
		round->heard = true;
		err = note_seen(round, replica);
	}
	for (i = 0; i < round->inbox.count && err == RS_OK; i++)
		err = take_message(round, replica, round->inbox.messages[i]);
	round_inbox_release(&round->inbox);
	if (round->session != NULL) {
		/* Also after a failure: what stays open would swallow the commits of others. */
		settled = sync_session_settle(round->session);
		if (err == RS_OK)
			err = settled;
		if (err == RS_OK)
			err = hold_session(round, replica);
		if (err == RS_OK)
			err = note_held(round, replica);
		if (err == RS_OK)
			sync_session_changed(round->session);
		/* Also after a failure: the last message tells the peer why. */
		if (pull_session(round) != RS_OK && err == RS_OK)
			err = RS_EINTERNAL;
	}
	read_invitations(round, replica);
	round->err = err;
}

static void
end_work(struct vault_job *job, struct replica *replica)
{
	struct round *round = (struct round *)((char *)job - offsetof(struct round, job));

	/* Who has no more to say hangs up as soon as it hears that nor have we. */
	if (round->session != NULL)
		(void)note_held(round, replica);
	sync_session_free(round->session);
	round->session = NULL;
	if (round->heard)
		(void)note_seen(round, replica);
}

/* --------------------------------------------------------- on the loop thread */

static void
on_job_done(struct vault_job *job)
{
	struct round *round = (struct round *)((char *)job - offsetof(struct round, job));

	round->on_done(round->context);
}

static void
begin(struct round *round, struct vault_thread *vault,
    void (*work)(struct vault_job *, struct replica *))
{
	round_forget_out(round);
	round->err = RS_OK;
	round->detail.text[0] = '\0';
	round->more = false;
	round->invitations_changed = false;
	round->job.work = work;
	round->job.on_done = on_job_done;
	vault_thread_post(vault, &round->job);
}

void
round_admit(struct round *round, struct vault_thread *vault, const uint8_t *peer_key,
    const uint8_t *seed)
{
	memcpy(round->peer_key, peer_key, sizeof(round->peer_key));
	round->has_seed = seed != NULL;
	if (seed != NULL)
		memcpy(round->seed, seed, sizeof(round->seed));
	begin(round, vault, admit_work);
}

void
round_exchange(struct round *round, struct vault_thread *vault, struct round_inbox *inbox)
{
	round->inbox = *inbox;
	*inbox = (struct round_inbox){ .messages = NULL };
	begin(round, vault, exchange_work);
}

void
round_end(struct round *round, struct vault_thread *vault)
{
	begin(round, vault, end_work);
}

bool
round_has_session(const struct round *round)
{
	return round->session != NULL;
}

void
round_init(struct round *round, bool local, const char *name, void (*on_done)(void *context),
    void *context)
{
	memset(round, 0, sizeof(*round));
	round->local = local;
	round->name = name;
	round->on_done = on_done;
	round->context = context;
	/* A message may be begun just below the bound. */
	buffer_init_secret(&round->out,
	    CONNECTION_OUTPUT_MAX + 2 * (MESSAGE_MAX + sizeof(uint32_t)));
}

void
round_dial(struct round *round, const struct token *token)
{
	round->dialled = true;
	round->token = token;
}

void
round_release(struct round *round)
{
	round_inbox_release(&round->inbox);
	buffer_release(&round->out);
	free(round->view);
	secret_wipe(round->seed, sizeof(round->seed));
}
