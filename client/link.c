#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <uv.h>

#include "client/link.h"
#include "proto/base/random.h"
#include "proto/sync/compressed.h"
#include "proto/wire/channel.h"
#include "proto/wire/message.h"
#include "proto/wire/token.h"

#define CONNECT_MS (10 * 1000)
#define SILENCE_MS (60 * 1000)
#define READ_SIZE 65536
#define UNDRAINED_FIRST (256 * 1024)	/* bytes taken before the first on_drained, at most; */
#define UNDRAINED_MAX (4 * 1024 * 1024)	/* then twice as many each time, up to this, */
#define UNDRAINED_AWAITED (1024 * 1024)	/* or to this while somebody waits */
#define OUTPUT_MAX (256 * 1024)		/* bytes that wait in the socket */
#define REST_MS 20			/* without a byte, and the vault is let go */
#define KEEPALIVE_S 30			/* of silence, and TCP asks whether the peer is there */
#define UNANSWERED_MS (60 * 1000)	/* TCP was not answered: the peer is gone */

struct link {
	const struct link_settings *settings;
	const struct link_ops *ops;
	void *context;
	struct rs_err_detail *detail;
	struct link_traffic traffic;

	uv_loop_t loop;
	union {
		uv_stream_t stream;
		uv_tcp_t tcp;
		uv_pipe_t pipe;
	} socket;
	uv_connect_t connecting;
	uv_timer_t timer;
	uv_signal_t interrupt;
	uv_signal_t terminate;
	uv_fs_event_t watch;		/* for who follows */
	uv_timer_t rest;
	sigset_t mask;			/* of signals, as it was before */

	struct channel *channel;
	bool open;			/* messages may go */
	bool finished;
	int err;			/* why it finished */
	struct buffer pending;		/* received and not yet given to the channel */
	size_t undrained;		/* bytes received, or in them, since on_drained, */
	size_t undrained_max;		/* and how many there may be */
	struct buffer outgoing;		/* framed and not yet given to the socket */
	struct buffer message;		/* the one being framed */
};

struct write {
	uv_write_t request;
	struct link *link;
	struct buffer data;
};

static void pump(struct link *link);
static void on_quiet(uv_timer_t *timer);

/* One end for every way: closes all handles, so that the loop runs out. */
static void
finish(struct link *link, int err)
{
	if (link->finished)
		return;
	link->finished = true;
	link->err = err;
	pthread_sigmask(SIG_SETMASK, &link->mask, NULL);
	uv_close((uv_handle_t *)&link->socket.stream, NULL);
	uv_close((uv_handle_t *)&link->timer, NULL);
	uv_close((uv_handle_t *)&link->interrupt, NULL);
	uv_close((uv_handle_t *)&link->terminate, NULL);
	uv_close((uv_handle_t *)&link->watch, NULL);
	uv_close((uv_handle_t *)&link->rest, NULL);
}

static void
finish_with(struct link *link, int err, const char *what)
{
	if (!link->finished)
		rs_err_detail_set(link->detail, "%s", what);
	finish(link, err);
}

/* For what an operation returned, which may have told more. */
static void
finish_told(struct link *link, int err)
{
	if (link->detail->text[0] == '\0')
		rs_err_detail_set(link->detail, "%s", rs_err_text(err));
	finish(link, err);
}

static void
on_late(uv_timer_t *timer)
{
	struct link *link = timer->data;

	finish_with(link, RS_ETIMEOUT, link->open ? "the daemon has fallen silent" :
	    "the daemon does not answer");
}

static void
on_signal(uv_signal_t *signal, int number)
{
	(void)number;
	finish_with(signal->data, RS_EINTERRUPTED, "interrupted");
}

/* ------------------------------------------------------------------- writing */

static void
on_written(uv_write_t *request, int status)
{
	struct write *write = (struct write *)request;
	struct link *link = write->link;

	buffer_release(&write->data);
	free(write);
	if (link->finished)
		return;
	if (status != 0)
		finish_with(link, RS_ECLOSED, uv_strerror(status));
	else
		pump(link);
}

static void
flush(struct link *link)
{
	struct write *write;
	uv_buf_t piece;

	if (link->outgoing.len == 0 || link->finished)
		return;
	write = malloc(sizeof(*write));
	if (write == NULL) {
		finish_with(link, RS_ENOMEM, rs_err_text(RS_ENOMEM));
		return;
	}
	write->link = link;
	buffer_take(&write->data, &link->outgoing);
	link->traffic.sent_bytes += write->data.len;
	piece = uv_buf_init((char *)write->data.data, (unsigned)write->data.len);
	if (uv_write(&write->request, &link->socket.stream, &piece, 1, on_written) != 0) {
		buffer_release(&write->data);
		free(write);
		finish_with(link, RS_ECLOSED, "the connection was lost");
	}
}

/* Everything is said and done for now: that is the end, or a time to rest. */
static void
end_or_rest(struct link *link)
{
	bool done = link->ops->done(link->context);

	if (done && link->settings->follow == NULL) {
		finish(link, RS_OK);
	} else if (done) {
		uv_timer_stop(&link->rest);
		link->ops->on_rest(link->context);
	} else if (link->ops->on_rest != NULL) {
		uv_timer_start(&link->rest, on_quiet, REST_MS, 0);
	}
}

/* Send what there is to say, as long as the peer takes it. */
static void
pump(struct link *link)
{
	bool any = true;
	int err = RS_OK;

	while (link->open && any && err == RS_OK && link->outgoing.len < OUTPUT_MAX &&
	    uv_stream_get_write_queue_size(&link->socket.stream) < OUTPUT_MAX) {
		buffer_clear(&link->message);
		err = link->ops->next(link->context, &link->message, &any);
		if (err == RS_OK && any)
			err = channel_send(link->channel, buffer_bytes(&link->message),
			    &link->outgoing);
	}
	if (err != RS_OK) {
		finish_with(link, err, rs_err_text(err));
		return;
	}
	flush(link);
	if (link->open && !link->finished)
		end_or_rest(link);
}

/* ------------------------------------------------------------------- reading */

static int
take_message(struct link *link, struct bytes packed)
{
	Readsync__Message *message;
	int err = message_unpack(packed, &message);

	if (err != RS_OK)
		return err;
	/* So much more is to be committed than has come. */
	if (message->body_case == READSYNC__MESSAGE__BODY_COMPRESSED)
		link->undrained += compressed_size(message->compressed);
	/* What only a later version knows is ignored, wherever it stands. */
	if (message->body_case != READSYNC__MESSAGE__BODY__NOT_SET)
		err = link->ops->on_message(link->context, message, link->detail);
	message_free(message);
	return err;
}

/* Tell whether more has come already, so that on_read will be called for it. */
static bool
more_is_here(const struct link *link)
{
	uv_os_fd_t fd;
	int bytes = 0;

	return uv_fileno((const uv_handle_t *)&link->socket.stream, &fd) == 0 &&
	    ioctl(fd, FIONREAD, &bytes) == 0 && bytes > 0;
}

/* Not done, but nothing comes: the peer is at something that takes its time. */
static void
on_quiet(uv_timer_t *timer)
{
	struct link *link = timer->data;

	/* What has come may be a part of what is to be made durable as one. */
	if (more_is_here(link))
		uv_timer_start(&link->rest, on_quiet, REST_MS, 0);
	else
		link->ops->on_rest(link->context);
}

static void
on_touched(uv_fs_event_t *watch, const char *name, int events, int status)
{
	struct link *link = watch->data;
	int err = status != 0 ? RS_EIO : RS_OK;

	(void)name;
	(void)events;
	if (link->finished || !link->open)
		return;
	if (err == RS_OK)
		err = link->ops->on_touched(link->context, link->detail);
	if (err != RS_OK)
		finish_told(link, err);
	else
		pump(link);
}

/* Tell whether so much has come in that it is to be made durable before what follows. */
static bool
is_full(const struct link *link)
{
	return link->undrained >= link->undrained_max ||
	    (link->undrained >= UNDRAINED_AWAITED && link->ops->awaited != NULL &&
	    link->ops->awaited(link->context));
}

/*
 * Have made durable what came in: not for each piece of a long stream, since a commit
 * costs the same for much as for little.  The newest items, which come first, do not wait.
 */
static int
drain(struct link *link)
{
	bool full = is_full(link);

	if (!link->open || link->ops->on_drained == NULL || (!full && more_is_here(link)))
		return RS_OK;
	if (link->undrained >= link->undrained_max && link->undrained_max < UNDRAINED_MAX)
		link->undrained_max *= 2;
	link->undrained = 0;
	return link->ops->on_drained(link->context, link->detail);
}

/* Feed the channel with all that is pending. */
static int
take_pending(struct link *link)
{
	struct bytes in = buffer_bytes(&link->pending);
	struct channel_event event;
	int err;

	for (;;) {
		err = channel_receive(link->channel, &in, &link->outgoing, &event);
		if (err != RS_OK || event.kind == CHANNEL_NEED_MORE)
			break;
		if (event.kind == CHANNEL_PEER)
			link->open = true;
		else
			err = take_message(link, event.message);
		if (err != RS_OK)
			break;
	}
	buffer_consume(&link->pending, link->pending.len - in.len);
	return err == RS_OK ? drain(link) : err;
}

static void
on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
	struct link *link = handle->data;
	uint8_t *room;

	(void)suggested;
	if (buffer_reserve(&link->pending, READ_SIZE, &room) != RS_OK)
		*buffer = uv_buf_init(NULL, 0);
	else
		*buffer = uv_buf_init((char *)room, READ_SIZE);
}

static void
on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buffer)
{
	struct link *link = stream->data;
	int err;

	(void)buffer;
	if (link->finished || len == 0)
		return;
	if (len < 0) {
		/* Before message 3 of the handshake nobody is refused. */
		finish_with(link, link->open ? RS_ECLOSED : RS_ENETWORK, link->open ?
		    "the daemon closed the connection" :
		    "the connection was lost amid the handshake");
		return;
	}
	link->traffic.received_bytes += (uint64_t)len;
	link->undrained += (size_t)len;
	buffer_commit(&link->pending, (size_t)len);
	uv_timer_start(&link->timer, on_late, SILENCE_MS, 0);
	err = take_pending(link);
	/* There may be nothing to tell us for days. */
	if (link->open && link->settings->follow != NULL)
		uv_timer_stop(&link->timer);
	if (err != RS_OK) {
		/* The peer is told why, if the session has something to tell. */
		pump(link);
		finish_told(link, err);
		return;
	}
	pump(link);
}

/* ----------------------------------------------------------------- connecting */

static int
make_channel(struct link *link)
{
	const struct link_settings *settings = link->settings;
	struct channel_config config = { settings->identity, random_system() };

	if (settings->control != NULL) {
		link->open = true;
		return channel_new_plain(&link->channel);
	}
	return channel_new_initiator(&config, settings->peer_key, settings->psk, &link->outgoing,
	    &link->channel);
}

/* Notice a peer that is gone though nothing is to be said: asleep, or on another network. */
static void
keep_alive(struct link *link)
{
	const int interval_s = KEEPALIVE_S / 3;
	const unsigned unanswered_ms = UNANSWERED_MS;
	uv_os_fd_t fd;

	uv_tcp_keepalive(&link->socket.tcp, 1, KEEPALIVE_S);
	if (uv_fileno((const uv_handle_t *)&link->socket.tcp, &fd) != 0)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_s, sizeof(interval_s));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unanswered_ms, sizeof(unanswered_ms));
}

static void
on_connected(uv_connect_t *request, int status)
{
	struct link *link = request->data;
	int err;

	if (link->finished)
		return;
	if (status != 0) {
		finish_with(link, status == UV_ETIMEDOUT ? RS_ETIMEOUT : RS_ENETWORK,
		    uv_strerror(status));
		return;
	}
	err = make_channel(link);
	if (err != RS_OK) {
		finish_with(link, err, rs_err_text(err));
		return;
	}
	if (link->settings->follow != NULL && link->settings->control == NULL)
		keep_alive(link);
	uv_timer_start(&link->timer, on_late, CHANNEL_HANDSHAKE_MS, 0);
	uv_read_start(&link->socket.stream, on_alloc, on_read);
	flush(link);
	pump(link);
}

/* Look up ${address}, "host:port" or "[host]:port"; freed with freeaddrinfo. */
static int
resolve(const char *address, struct addrinfo **ret_list, struct rs_err_detail *detail)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	char host[TOKEN_ADDRESS_MAX + 1];
	const char *port;
	int err;

	if (token_address_split(address, host, &port) != RS_OK) {
		rs_err_detail_set(detail, "%s: not an address", address);
		return RS_EINVAL;
	}
	err = getaddrinfo(host, port, &hints, ret_list);
	if (err == 0)
		return RS_OK;
	rs_err_detail_set(detail, "%s: %s", address, gai_strerror(err));
	return RS_ENETWORK;
}

static int
connect_tcp(struct link *link, const struct sockaddr *target)
{
	int err = uv_tcp_connect(&link->connecting, &link->socket.tcp, target, on_connected);

	uv_tcp_nodelay(&link->socket.tcp, 1);
	return err;
}

/*
 * Signals that wait because the caller, who waits for them between connections, keeps
 * them blocked, come now.
 */
static void
start_signals(struct link *link)
{
	sigset_t both;

	sigemptyset(&both);
	sigaddset(&both, SIGINT);
	sigaddset(&both, SIGTERM);
	uv_signal_start(&link->interrupt, on_signal, SIGINT);
	uv_signal_start(&link->terminate, on_signal, SIGTERM);
	pthread_sigmask(SIG_UNBLOCK, &both, &link->mask);
}

static int
start_following(struct link *link)
{
	return link->settings->follow == NULL ? 0 :
	    uv_fs_event_start(&link->watch, on_touched, link->settings->follow, 0);
}

static void
start(struct link *link, const struct sockaddr *target)
{
	int err;

	if (link->settings->control != NULL)
		uv_pipe_init(&link->loop, &link->socket.pipe, 0);
	else
		uv_tcp_init(&link->loop, &link->socket.tcp);
	uv_timer_init(&link->loop, &link->timer);
	uv_signal_init(&link->loop, &link->interrupt);
	uv_signal_init(&link->loop, &link->terminate);
	uv_fs_event_init(&link->loop, &link->watch);
	uv_timer_init(&link->loop, &link->rest);
	link->socket.stream.data = link;
	link->connecting.data = link;
	link->timer.data = link;
	link->interrupt.data = link;
	link->terminate.data = link;
	link->watch.data = link;
	link->rest.data = link;
	start_signals(link);
	err = start_following(link);
	uv_timer_start(&link->timer, on_late, CONNECT_MS, 0);
	if (err == 0 && link->settings->control != NULL)
		uv_pipe_connect(&link->connecting, &link->socket.pipe, link->settings->control,
		    on_connected);
	else if (err == 0)
		err = connect_tcp(link, target);
	if (err != 0)
		finish_with(link, RS_ENETWORK, uv_strerror(err));
}

/* What goes over the control socket is plain: invitations, passwords. */
static void
init_stream(struct buffer *buffer, size_t max, const struct sockaddr *target)
{
	if (target == NULL)
		buffer_init_secret(buffer, max);
	else
		buffer_init(buffer, max);
}

/* One try of one target (NULL: the control socket), from its socket to the end of the exchange. */
static int
run_once(struct link *link, const char *name, const struct sockaddr *target)
{
	struct rs_err_detail why;

	if (uv_loop_init(&link->loop) != 0)
		return RS_ENOMEM;
	init_stream(&link->pending, CHANNEL_FRAME_MAX + 2 * READ_SIZE, target);
	init_stream(&link->outgoing, 2 * OUTPUT_MAX, target);
	buffer_init_secret(&link->message, MESSAGE_MAX);
	start(link, target);
	uv_run(&link->loop, UV_RUN_DEFAULT);
	uv_loop_close(&link->loop);
	channel_free(link->channel);
	buffer_release(&link->pending);
	buffer_release(&link->outgoing);
	buffer_release(&link->message);
	if (link->err != RS_OK && !link->open) {
		why = *link->detail;
		rs_err_detail_set(link->detail, "%s: %s", name, why.text);
	}
	return link->err;
}

/* Is another target worth a try?  Not once somebody has been talked to. */
static bool
try_next(const struct link *link, int err)
{
	return err != RS_OK && err != RS_EINTERRUPTED && !link->open;
}

/* Begin anew: ${link} with only what its caller gave. */
static void
reset(struct link *link)
{
	struct link fresh = {
		.settings = link->settings, .ops = link->ops, .context = link->context,
		.detail = link->detail, .traffic = link->traffic,
		.undrained_max = UNDRAINED_FIRST
	};

	*link = fresh;
	link->detail->text[0] = '\0';
}

/* A name may stand for several addresses, of which this network may reach one only. */
static int
run_address(struct link *link, const char *address)
{
	struct addrinfo *list, *each;
	int err = resolve(address, &list, link->detail);

	if (err != RS_OK)
		return err;
	err = RS_ENETWORK;
	for (each = list; each != NULL && try_next(link, err); each = each->ai_next) {
		reset(link);
		err = run_once(link, address, each->ai_addr);
	}
	freeaddrinfo(list);
	return err;
}

int
link_run(const struct link_settings *settings, const struct link_ops *ops, void *context,
    struct link_traffic *ret_traffic, struct rs_err_detail *detail)
{
	struct link *link = calloc(1, sizeof(*link));
	void (*on_pipe)(int);
	int err = RS_ENETWORK;
	size_t i;

	*ret_traffic = (struct link_traffic){ 0, 0 };
	if (link == NULL)
		return RS_ENOMEM;
	link->settings = settings;
	link->ops = ops;
	link->undrained_max = UNDRAINED_FIRST;
	link->context = context;
	link->detail = detail;
	detail->text[0] = '\0';
	/* libuv writes to sockets that may have been closed. */
	on_pipe = signal(SIGPIPE, SIG_IGN);
	if (settings->control != NULL)
		err = run_once(link, settings->control, NULL);
	else
		for (i = 0; i < settings->address_count && try_next(link, err); i++)
			err = run_address(link, settings->addresses[i]);
	signal(SIGPIPE, on_pipe);
	*ret_traffic = link->traffic;
	free(link);
	return err;
}

/* -------------------------------------------------------- between connections */

int
link_wait(uint64_t ms)
{
	struct timespec left = { (time_t)(ms / 1000), (long)(ms % 1000) * 1000000 };
	sigset_t both, before;
	int got;

	sigemptyset(&both);
	sigaddset(&both, SIGINT);
	sigaddset(&both, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &both, &before);
	got = sigtimedwait(&both, NULL, &left);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return got < 0 ? RS_OK : RS_EINTERRUPTED;
}
