#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/log.h"
#include "daemon/peer/connection.h"
#include "daemon/peer/round.h"
#include "daemon/peer/socket.h"
#include "proto/base/encode.h"
#include "proto/wire/channel.h"
#include "proto/wire/message.h"

#define READ_SIZE 65536
#define STRANGER_READ_SIZE 512		/* more than a handshake has: a stranger costs little */
#define DRAIN_MS (5 * 1000)		/* for a last message to a peer that may not read, */
#define DRAIN_BYTES (16 * 1024 * 1024)	/* or goes on sending: more than sockets hold */
#define PEER_NAME_BYTES 8

enum connection_state {
	CONNECTION_DIALLING,	/* the other end has not taken it yet; a timer runs */
	CONNECTION_HANDSHAKE,	/* not known yet; a timer runs */
	CONNECTION_ADMITTING,	/* the vault is asked whether it may speak */
	CONNECTION_OPEN,	/* messages go both ways */
	CONNECTION_DRAINING,	/* a last message is on its way; what comes is thrown away */
	CONNECTION_CLOSING	/* handles, and a round under way, are going */
};

struct connection {
	const struct connection_parts *parts;
	enum connection_state state;
	bool local;
	const struct connection_dial *dial;	/* NULL: it came to us */
	bool heard;			/* one that we dialled has spoken */
	int err;			/* why it ends, with what was told of it */
	struct rs_err_detail problem;
	union {
		uv_stream_t stream;
		uv_tcp_t tcp;
		uv_pipe_t pipe;
	} socket;
	uv_connect_t dialling;
	uv_shutdown_t shutdown;		/* behind the last message */
	size_t drained;			/* bytes thrown away since */
	uv_timer_t timer;		/* of the handshake */
	unsigned open_handles;		/* of the two above */
	struct channel *channel;
	/* The invitations that this handshake was begun with, in its order. */
	uint8_t seeds[DEVICE_INVITES_MAX][DEVICE_INVITE_LEN];
	struct buffer pending;		/* received and not yet given to the channel */
	struct buffer outgoing;		/* framed and not yet given to the socket */
	bool reading;

	struct round round;		/* the vault thread's while round_busy */
	bool round_busy;
	bool round_wanted;		/* there is something for the vault to do */
	struct round_inbox inbox;	/* waits for the next round */

	struct invitations_source source;
	/* For the log: "local", or the first 8 bytes of its key; before, its address. */
	char peer[SOCKET_NAME_LEN + 1];
};

struct write {
	uv_write_t request;
	struct connection *connection;
	struct buffer data;
};

static void connection_step(struct connection *connection);
static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer);
static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buffer);

static void
set_state(struct connection *connection, enum connection_state state)
{
	static const char *const names[] = {
		"dialling", "handshake", "admitting", "open", "draining", "closing"
	};

	connection->state = state;
	LOG(LOG_LEVEL_DEBUG, "connection", log_text("peer", connection->peer),
	    log_text("state", names[state]));
}

/* ------------------------------------------------------------------ the end */

static void
free_when_gone(struct connection *connection)
{
	const struct connection_parts *parts = connection->parts;

	if (connection->open_handles > 0 || connection->round_busy)
		return;
	if (round_has_session(&connection->round)) {
		/* The session lives with the replica and must end there. */
		connection->round_busy = true;
		round_end(&connection->round, parts->vault);
		return;
	}
	round_release(&connection->round);
	round_inbox_release(&connection->inbox);
	channel_free(connection->channel);
	/* Those of a stranger who never got as far as to be admitted. */
	secret_wipe(connection->seeds, sizeof(connection->seeds));
	buffer_release(&connection->pending);
	buffer_release(&connection->outgoing);
	if (connection->dial != NULL)
		connection->dial->on_end(connection->dial->context, connection->err,
		    connection->problem.text);
	parts->on_closed(parts->context, connection);
	free(connection);
}

static void
on_handle_closed(uv_handle_t *handle)
{
	struct connection *connection = handle->data;

	connection->open_handles--;
	free_when_gone(connection);
}

static const char peer_is_done[] = "closed by the peer";

/* End it for ${reason}; NULL: what ${err} says.  One that is over keeps the error that it has. */
static void
finish(struct connection *connection, int err, const char *reason)
{
	/* A command on this machine that has got its answer is no news. */
	bool usual = connection->local && reason == peer_is_done;

	if (connection->state == CONNECTION_CLOSING)
		return;
	if (connection->state == CONNECTION_DRAINING)
		err = connection->err;
	if (reason == NULL)
		reason = rs_err_text(err);
	/* The dialler tells in its own way, and not each time. */
	LOG(usual || (connection->dial != NULL && !connection->heard) ? LOG_LEVEL_DEBUG :
	    LOG_LEVEL_INFO, "disconnected", log_text("peer", connection->peer),
	    log_text("reason", reason));
	connection->err = err;
	if (connection->problem.text[0] == '\0')
		rs_err_detail_set(&connection->problem, "%s", reason);
	set_state(connection, CONNECTION_CLOSING);
	uv_close((uv_handle_t *)&connection->socket.stream, on_handle_closed);
	uv_close((uv_handle_t *)&connection->timer, on_handle_closed);
}

void
connection_close(struct connection *connection)
{
	finish(connection, RS_OK, "closed here");
}

bool
connection_is_stranger(const struct connection *connection)
{
	return connection->dial == NULL && (connection->state == CONNECTION_HANDSHAKE ||
	    connection->state == CONNECTION_ADMITTING);
}

bool
connection_is_over(const struct connection *connection)
{
	return connection->state == CONNECTION_DRAINING;
}

/* ------------------------------------------------------------------- writing */

static void
on_written(uv_write_t *request, int status)
{
	struct write *write = (struct write *)request;
	struct connection *connection = write->connection;

	buffer_release(&write->data);
	free(write);
	if (connection->state == CONNECTION_CLOSING)
		return;
	if (status != 0)
		finish(connection, RS_ECLOSED, "the connection was lost");
	else
		connection_step(connection);
}

/* Give the socket all that is framed. */
static void
flush(struct connection *connection)
{
	struct write *write;
	uv_buf_t piece;

	if (connection->outgoing.len == 0 || connection->state == CONNECTION_CLOSING)
		return;
	write = malloc(sizeof(*write));
	if (write == NULL) {
		finish(connection, RS_ENOMEM, NULL);
		return;
	}
	write->connection = connection;
	buffer_take(&write->data, &connection->outgoing);
	piece = uv_buf_init((char *)write->data.data, (unsigned)write->data.len);
	if (uv_write(&write->request, &connection->socket.stream, &piece, 1, on_written) != 0) {
		buffer_release(&write->data);
		free(write);
		finish(connection, RS_ECLOSED, "the connection was lost");
	}
}

static void
send_all(struct connection *connection, struct round *round)
{
	struct bytes message;
	int err = RS_OK;

	while (err == RS_OK && round_next_out(round, &message))
		err = channel_send(connection->channel, message, &connection->outgoing);
	round_forget_out(round);
	if (err != RS_OK)
		finish(connection, err, NULL);
	else
		flush(connection);
}

/* -------------------------------------------------------------------- rounds */

static void
on_silent(uv_timer_t *timer)
{
	finish(timer->data, RS_ETIMEOUT, "no answer");
}

/* The peer may speak, and the dialler must: an archive that takes it soon answers. */
static void
admitted(struct connection *connection)
{
	set_state(connection, CONNECTION_OPEN);
	if (connection->dial == NULL) {
		LOG(LOG_LEVEL_INFO, "connected", log_text("peer", connection->peer));
		uv_timer_stop(&connection->timer);
	} else {
		uv_timer_start(&connection->timer, on_silent, CONNECTION_ANSWER_MS, 0);
		connection->round_wanted = true;
	}
}

static void
on_drain_late(uv_timer_t *timer)
{
	struct connection *connection = timer->data;

	finish(connection, connection->err, NULL);
}

static void
on_shut_down(uv_shutdown_t *request, int status)
{
	struct connection *connection = request->data;

	if (status != 0)
		finish(connection, connection->err, NULL);
}

/*
 * It ends, and the peer is told why.  Who closes a socket that holds something unread takes
 * back what the other end has not read: so we say that no more comes, and wait until the peer
 * closes, or for as long, and as much, as it may take to get there.
 */
static void
drain(struct connection *connection, struct round *round)
{
	connection->err = round->err;
	connection->problem = round->detail;
	set_state(connection, CONNECTION_DRAINING);
	uv_timer_start(&connection->timer, on_drain_late, DRAIN_MS, 0);
	buffer_clear(&connection->pending);
	send_all(connection, round);
	if (connection->state == CONNECTION_CLOSING)
		return;
	if (!connection->reading)
		uv_read_start(&connection->socket.stream, on_alloc, on_read);
	if (uv_shutdown(&connection->shutdown, &connection->socket.stream, on_shut_down) != 0)
		finish(connection, connection->err, NULL);
}

static void
on_round_done(void *context)
{
	struct connection *connection = context;
	struct round *round = &connection->round;

	connection->round_busy = false;
	if (round->invitations_changed)
		connection->parts->on_invitations(connection->parts->context, round->invitations,
		    round->invitation_count);
	secret_wipe(round->invitations, sizeof(round->invitations));
	if (connection->state == CONNECTION_CLOSING) {
		free_when_gone(connection);
		return;
	}
	if (connection->state == CONNECTION_ADMITTING) {
		if (round->err != RS_OK || (connection->dial == NULL &&
		    channel_accept(connection->channel) != RS_OK)) {
			/* A stranger is told nothing. */
			finish(connection, round->err, NULL);
			return;
		}
		admitted(connection);
	}
	if (round->err != RS_OK) {
		LOG(LOG_LEVEL_WARNING, "exchange-failed", log_text("peer", connection->peer),
		    log_text("error", rs_err_text(round->err)),
		    log_private("detail", round->detail.text));
		drain(connection, round);
		return;
	}
	if (round->joined) {
		finish(connection, RS_OK, "joined");
		return;
	}
	connection->round_wanted |= round->more;
	send_all(connection, round);
	connection_step(connection);
}

static bool
peer_is_slow(const struct connection *connection)
{
	return uv_stream_get_write_queue_size(&connection->socket.stream) >= CONNECTION_OUTPUT_MAX;
}

/* Show a round with a request in it what the loop knows.  Not many connections ask. */
static int
prepare_request(struct connection *connection)
{
	const struct connection_parts *parts = connection->parts;
	struct round *round = &connection->round;

	if (round->view == NULL)
		round->view = calloc(1, sizeof(*round->view));
	if (round->view == NULL)
		return RS_ENOMEM;
	parts->fill_view(parts->context, round->view);
	if (round_inbox_asks_poll(&connection->inbox))
		parts->on_poll(parts->context);
	return RS_OK;
}

/* Hand the inbox to the vault thread. */
static void
begin_round(struct connection *connection)
{
	struct round *round = &connection->round;

	if (round_inbox_has_request(&connection->inbox) &&
	    prepare_request(connection) != RS_OK) {
		finish(connection, RS_ENOMEM, NULL);
		return;
	}
	connection->round_wanted = false;
	connection->round_busy = true;
	round_exchange(round, connection->parts->vault, &connection->inbox);
}

void
connection_changed(struct connection *connection)
{
	/* Also without a session: the device may have been revoked, even as it was admitted. */
	if (connection->state != CONNECTION_ADMITTING && connection->state != CONNECTION_OPEN)
		return;
	connection->round_wanted = true;
	connection_step(connection);
}

/* ------------------------------------------------------------------- reading */

static void
admit(struct connection *connection, const struct channel_event *event)
{
	encode_hex(bytes_of(event->peer_key, PEER_NAME_BYTES), connection->peer);
	set_state(connection, CONNECTION_ADMITTING);
	connection->round_busy = true;
	round_admit(&connection->round, connection->parts->vault, event->peer_key,
	    connection->dial != NULL || event->psk_index < 0 ? NULL :
	    connection->seeds[event->psk_index]);
	secret_wipe(connection->seeds, sizeof(connection->seeds));
}

/* Whoever is dialled closes without a word, or answers. */
static void
hear(struct connection *connection)
{
	if (connection->dial == NULL || connection->heard)
		return;
	connection->heard = true;
	uv_timer_stop(&connection->timer);
	LOG(LOG_LEVEL_INFO, "connected", log_text("peer", connection->peer),
	    log_text("way", "dialled"));
	connection->dial->on_open(connection->dial->context);
}

static int
take_message(struct connection *connection, struct bytes packed)
{
	Readsync__Message *message;
	int err = message_unpack(packed, &message);

	if (err != RS_OK)
		return err;
	/* What only a later version knows is ignored, wherever it stands. */
	if (message->body_case != READSYNC__MESSAGE__BODY__NOT_SET) {
		hear(connection);
		err = round_inbox_add(&connection->inbox, message, packed.len);
		if (err == RS_OK)
			return RS_OK;
	}
	message_free(message);
	return err;
}

/* Feed the channel with what is pending, until it must wait for the vault. */
static void
take_pending(struct connection *connection)
{
	struct bytes in = buffer_bytes(&connection->pending);
	struct channel_event event;
	int err = RS_OK;

	while (connection->state <= CONNECTION_OPEN && connection->state != CONNECTION_ADMITTING &&
	    !round_inbox_is_full(&connection->inbox)) {
		err = channel_receive(connection->channel, &in, &connection->outgoing, &event);
		if (err != RS_OK || event.kind == CHANNEL_NEED_MORE)
			break;
		if (event.kind == CHANNEL_PEER)
			admit(connection, &event);
		else
			err = take_message(connection, event.message);
		if (err != RS_OK)
			break;
	}
	buffer_consume(&connection->pending, connection->pending.len - in.len);
	if (err == RS_ETOKEN && invitations_wrong(connection->parts->invitations,
	    &connection->source, clock_now_ms(connection->parts->clock))) {
		LOG(LOG_LEVEL_WARNING, "pairing-rests", log_text("peer", connection->peer),
		    log_text("reason", "too many wrong tokens"),
		    log_number("wait_s", INVITATIONS_WRONG_MS / 1000));
	}
	if (err != RS_OK)
		finish(connection, err, NULL);
	else
		flush(connection);
}

static void
on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
	struct connection *connection = handle->data;
	unsigned size = connection->state == CONNECTION_HANDSHAKE ? STRANGER_READ_SIZE : READ_SIZE;
	uint8_t *room;

	(void)suggested;
	if (buffer_reserve(&connection->pending, size, &room) != RS_OK)
		*buffer = uv_buf_init(NULL, 0);
	else
		*buffer = uv_buf_init((char *)room, size);
}

static void
on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buffer)
{
	struct connection *connection = stream->data;

	(void)buffer;
	if (connection->state == CONNECTION_DRAINING) {
		connection->drained += len < 0 ? 0 : (size_t)len;
		if (len < 0 || connection->drained > DRAIN_BYTES)
			finish(connection, connection->err, NULL);
		return;
	}
	if (len < 0) {
		if (len != UV_EOF)
			finish(connection, RS_ECLOSED, "the connection was lost");
		else
			finish(connection, RS_ECLOSED,
			    channel_end(connection->channel) == RS_OK ? peer_is_done :
			    "closed by the peer amid a message");
		return;
	}
	buffer_commit(&connection->pending, (size_t)len);
	connection_step(connection);
}

/* Read only while there is room for what comes. */
static void
set_reading(struct connection *connection)
{
	bool room = !round_inbox_is_full(&connection->inbox) &&
	    connection->pending.len <= connection->pending.max - READ_SIZE;

	if (room && !connection->reading)
		uv_read_start(&connection->socket.stream, on_alloc, on_read);
	else if (!room && connection->reading)
		uv_read_stop(&connection->socket.stream);
	connection->reading = room;
}

/* Do whatever can be done now; called whenever anything has changed. */
static void
connection_step(struct connection *connection)
{
	if (connection->state < CONNECTION_DRAINING)
		take_pending(connection);
	if (connection->state == CONNECTION_OPEN && !connection->round_busy &&
	    !peer_is_slow(connection) &&
	    (connection->inbox.count > 0 || connection->round_wanted))
		begin_round(connection);
	if (connection->state < CONNECTION_DRAINING)
		set_reading(connection);
}

/* ----------------------------------------------------------------- beginning */

static void
on_handshake_late(uv_timer_t *timer)
{
	finish(timer->data, RS_ETIMEOUT, "the handshake took too long");
}

static int
make_channel(struct connection *connection)
{
	const struct connection_parts *parts = connection->parts;
	struct channel_config config = { .static_key = parts->identity, .random = parts->random };
	const struct secret *const *psks;
	size_t psk_count;

	if (connection->local)
		return channel_new_plain(&connection->channel);
	psks = invitations_psks(parts->invitations, &connection->source,
	    clock_now_ms(parts->clock), &psk_count);
	memcpy(connection->seeds, parts->invitations->seeds, sizeof(connection->seeds));
	return channel_new_responder(&config, psks, psk_count, &connection->channel);
}

static int
start(struct connection *connection, uv_stream_t *server)
{
	int err;

	if (uv_accept(server, &connection->socket.stream) != 0)
		return RS_ENETWORK;
	if (!connection->local)
		socket_peer(&connection->socket.tcp, connection->peer, &connection->source);
	err = connection->local ? socket_check_user(&connection->socket.pipe) : RS_OK;
	if (err == RS_OK)
		err = make_channel(connection);
	if (err != RS_OK)
		return err;
	if (connection->local) {
		set_state(connection, CONNECTION_OPEN);
	} else {
		socket_keep_alive(&connection->socket.tcp);
		set_state(connection, CONNECTION_HANDSHAKE);
		uv_timer_start(&connection->timer, on_handshake_late, CHANNEL_HANDSHAKE_MS, 0);
	}
	set_reading(connection);
	return RS_OK;
}

static void
on_refused_closed(uv_handle_t *handle)
{
	struct connection *connection = handle->data;

	if (--connection->open_handles > 0)
		return;
	channel_free(connection->channel);
	secret_wipe(connection->seeds, sizeof(connection->seeds));
	free(connection);
}

/* On the machine itself, what goes over the socket is plain: invitations, passwords. */
static void
init_stream(const struct connection *connection, struct buffer *buffer, size_t max)
{
	if (connection->local)
		buffer_init_secret(buffer, max);
	else
		buffer_init(buffer, max);
}

/* All but the socket's beginning. */
static struct connection *
new_connection(const struct connection_parts *parts, bool local)
{
	struct connection *connection = calloc(1, sizeof(*connection));

	if (connection == NULL)
		return NULL;
	connection->parts = parts;
	connection->local = local;
	snprintf(connection->peer, sizeof(connection->peer), "%s", local ? "local" : "unknown");
	init_stream(connection, &connection->pending, CHANNEL_FRAME_MAX + READ_SIZE);
	init_stream(connection, &connection->outgoing, 2 * CONNECTION_OUTPUT_MAX);
	round_init(&connection->round, local, parts->name, on_round_done, connection);
	if (local)
		uv_pipe_init(parts->loop, &connection->socket.pipe, 0);
	else
		uv_tcp_init(parts->loop, &connection->socket.tcp);
	uv_timer_init(parts->loop, &connection->timer);
	connection->socket.stream.data = connection;
	connection->timer.data = connection;
	connection->dialling.data = connection;
	connection->shutdown.data = connection;
	connection->open_handles = 2;
	return connection;
}

/* Take back one of which nobody has been told. */
static void
discard(struct connection *connection)
{
	connection->state = CONNECTION_CLOSING;
	uv_close((uv_handle_t *)&connection->socket.stream, on_refused_closed);
	uv_close((uv_handle_t *)&connection->timer, on_refused_closed);
}

int
connection_accept(const struct connection_parts *parts, uv_stream_t *server, bool local,
    struct connection **ret_connection)
{
	struct connection *connection = new_connection(parts, local);
	int err;

	if (connection == NULL)
		return RS_ENOMEM;
	err = start(connection, server);
	if (err != RS_OK) {
		discard(connection);
		return err;
	}
	*ret_connection = connection;
	return RS_OK;
}

/* -------------------------------------------------------------------- dialling */

static void
on_dialled(uv_connect_t *request, int status)
{
	struct connection *connection = request->data;
	const struct connection_parts *parts = connection->parts;
	struct channel_config config = { .static_key = parts->identity, .random = parts->random };
	struct secret *psk = NULL;
	int err = RS_OK;

	if (connection->state == CONNECTION_CLOSING)
		return;
	if (status != 0) {
		finish(connection, RS_ENETWORK, uv_strerror(status));
		return;
	}
	if (connection->dial->token != NULL)
		err = token_psk(connection->dial->token->seed, &psk);
	if (err == RS_OK)
		err = channel_new_initiator(&config, connection->dial->key, psk,
		    &connection->outgoing, &connection->channel);
	secret_free(psk);
	if (err != RS_OK) {
		finish(connection, err, NULL);
		return;
	}
	set_state(connection, CONNECTION_HANDSHAKE);
	uv_timer_start(&connection->timer, on_handshake_late, CHANNEL_HANDSHAKE_MS, 0);
	flush(connection);
	set_reading(connection);
}

int
connection_dial(const struct connection_parts *parts, const struct sockaddr *address,
    const struct connection_dial *dial, struct connection **ret_connection)
{
	struct connection *connection = new_connection(parts, false);

	if (connection == NULL)
		return RS_ENOMEM;
	connection->dial = dial;
	round_dial(&connection->round, dial->token);
	encode_hex(bytes_of(dial->key, PEER_NAME_BYTES), connection->peer);
	if (uv_tcp_connect(&connection->dialling, &connection->socket.tcp, address,
	    on_dialled) != 0) {
		discard(connection);
		return RS_ENETWORK;
	}
	socket_keep_alive(&connection->socket.tcp);
	socket_give_up_early(&connection->socket.tcp);
	set_state(connection, CONNECTION_DIALLING);
	uv_timer_start(&connection->timer, on_silent, CONNECTION_DIAL_MS, 0);
	*ret_connection = connection;
	return RS_OK;
}
