#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/peer/listener.h"
#include "proto/wire/identity.h"

#define BACKLOG 64
#define CONTROL_PATH_MAX sizeof(((struct sockaddr_un *)0)->sun_path)

struct listening {
	union {
		uv_stream_t stream;
		uv_tcp_t tcp;
		uv_pipe_t pipe;
	} socket;
	struct listener *listener;
	bool local;
};

/* Reads the open invitations out of the vault, and writes where we listen, at the start. */
struct announce_job {
	struct vault_job job;		/* first: cast back */
	struct listener *listener;
	uint8_t key[DEVICE_KEY_LEN];	/* ours, */
	struct buffer addresses;	/* and where we are, one a line */
	uint8_t seeds[DEVICE_INVITES_MAX][DEVICE_INVITE_LEN];
	size_t count;
	bool busy;
};

struct listener {
	struct listener_settings settings;
	struct connection_parts parts;
	struct invitations invitations;
	struct announce_job announce;
	struct listening sockets[LISTENER_SOCKETS_MAX];
	size_t socket_count;
	size_t open_sockets;
	struct connection **connections;	/* in the order they came */
	size_t connection_count;
	size_t connection_room;
	char announced[TOKEN_ADDRESSES_MAX][TOKEN_ADDRESS_MAX + 1];
	size_t announced_count;		/* 0: what we listen on is where we are reached */
	bool stopping;
	void (*on_stopped)(void *context);
	void *stopped_context;
};

/* -------------------------------------------------------------- connections */

static void
stop_when_empty(struct listener *listener)
{
	if (!listener->stopping || listener->connection_count > 0 || listener->open_sockets > 0 ||
	    listener->announce.busy)
		return;
	listener->on_stopped(listener->stopped_context);
	invitations_release(&listener->invitations);
	free(listener->connections);
	free(listener);
}

static void
on_connection_closed(void *context, struct connection *connection)
{
	struct listener *listener = context;
	size_t i;

	for (i = 0; i < listener->connection_count; i++) {
		if (listener->connections[i] == connection)
			break;
	}
	listener->connection_count--;
	memmove(&listener->connections[i], &listener->connections[i + 1],
	    (listener->connection_count - i) * sizeof(listener->connections[0]));
	stop_when_empty(listener);
}

static int
make_room(struct listener *listener)
{
	size_t room = listener->connection_room == 0 ? 16 : 2 * listener->connection_room;
	struct connection **connections;

	if (listener->connection_count < listener->connection_room)
		return RS_OK;
	connections = realloc(listener->connections, room * sizeof(*connections));
	if (connections == NULL)
		return RS_ENOMEM;
	listener->connections = connections;
	listener->connection_room = room;
	return RS_OK;
}

/* Where the first is of which ${is_so} says yes; behind the last when there is none. */
static size_t
first_that(const struct listener *listener, bool (*is_so)(const struct connection *connection))
{
	size_t i;

	for (i = 0; i < listener->connection_count; i++) {
		if (is_so(listener->connections[i]))
			break;
	}
	return i;
}

/*
 * Too many: the oldest goes whose exchange is over, else the stranger who has waited longest,
 * so that a crowd of them cannot keep a paired device out; else the one that came last.
 */
static void
drive_one_out(struct listener *listener)
{
	size_t i = first_that(listener, connection_is_over);

	if (i == listener->connection_count)
		i = first_that(listener, connection_is_stranger);
	if (i == listener->connection_count)
		i--;
	connection_close(listener->connections[i]);
}

static void
on_connection(uv_stream_t *server, int status)
{
	struct listening *listening = server->data;
	struct listener *listener = listening->listener;
	int err;

	if (status != 0) {
		LOG(LOG_LEVEL_WARNING, "accept-failed", log_text("error", uv_strerror(status)));
		return;
	}
	err = make_room(listener);
	if (err == RS_OK) {
		err = connection_accept(&listener->parts, server, listening->local,
		    &listener->connections[listener->connection_count]);
	}
	if (err != RS_OK) {
		LOG(LOG_LEVEL_WARNING, "accept-failed", log_text("error", rs_err_text(err)));
		return;
	}
	listener->connection_count++;
	if (listener->connection_count > LISTENER_CONNECTIONS_MAX)
		drive_one_out(listener);
}

int
listener_dial(struct listener *listener, const struct sockaddr *address,
    const struct connection_dial *dial, struct connection **ret_connection)
{
	int err = make_room(listener);

	if (err == RS_OK)
		err = connection_dial(&listener->parts, address, dial, ret_connection);
	if (err == RS_OK)
		listener->connections[listener->connection_count++] = *ret_connection;
	return err;
}

void
listener_changed(struct listener *listener)
{
	size_t i;

	for (i = 0; i < listener->connection_count; i++)
		connection_changed(listener->connections[i]);
}

/* -------------------------------------------------------------- invitations */

static void
on_invitations(void *context, uint8_t seeds[][DEVICE_INVITE_LEN], size_t count)
{
	struct listener *listener = context;

	if (invitations_set(&listener->invitations, seeds, count) != RS_OK)
		LOG(LOG_LEVEL_ERROR, "invitations-lost", log_text("error", rs_err_text(RS_ENOMEM)));
}

/* ------------------------------------------------------------------ addresses */

/* Add "host:port", the host as ${family} writes it; too many are left out. */
static void
add_address(struct request_view *view, const struct sockaddr *address, unsigned port)
{
	char host[INET6_ADDRSTRLEN];
	const char *format = address->sa_family == AF_INET6 ? "[%s]:%u" : "%s:%u";

	if (view->address_count == TOKEN_ADDRESSES_MAX)
		return;
	if (uv_ip_name(address, host, sizeof(host)) != 0)
		return;
	snprintf(view->addresses[view->address_count++], TOKEN_ADDRESS_MAX + 1, format, host, port);
}

/* A wildcard stands for every interface that is up; the loopback only where there is no other. */
static void
add_interfaces(struct request_view *view, int family, unsigned port)
{
	uv_interface_address_t *interfaces;
	size_t before = view->address_count;
	int count, i, internal;

	if (uv_interface_addresses(&interfaces, &count) != 0)
		return;
	for (internal = 0; internal <= 1 && view->address_count == before; internal++) {
		for (i = 0; i < count; i++) {
			const struct sockaddr *address =
			    (const struct sockaddr *)&interfaces[i].address;
			bool link_local = address->sa_family == AF_INET6 &&
			    IN6_IS_ADDR_LINKLOCAL(&interfaces[i].address.address6.sin6_addr);

			if (address->sa_family == family && interfaces[i].is_internal == internal &&
			    !link_local)
				add_address(view, address, port);
		}
	}
	uv_free_interface_addresses(interfaces, count);
}

static void
describe_socket(const struct listening *listening, struct request_view *view)
{
	struct sockaddr_storage storage;
	struct sockaddr *address = (struct sockaddr *)&storage;
	int len = sizeof(storage);

	if (uv_tcp_getsockname(&listening->socket.tcp, address, &len) != 0)
		return;
	if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *ip6 = (const struct sockaddr_in6 *)address;

		if (IN6_IS_ADDR_UNSPECIFIED(&ip6->sin6_addr))
			add_interfaces(view, AF_INET6, ntohs(ip6->sin6_port));
		else
			add_address(view, address, ntohs(ip6->sin6_port));
	} else {
		const struct sockaddr_in *ip4 = (const struct sockaddr_in *)address;

		if (ip4->sin_addr.s_addr == htonl(INADDR_ANY))
			add_interfaces(view, AF_INET, ntohs(ip4->sin_port));
		else
			add_address(view, address, ntohs(ip4->sin_port));
	}
}

/* Say where others reach us. */
static void
describe_sockets(const struct listener *listener, struct request_view *view)
{
	size_t i;

	view->address_count = 0;
	if (listener->announced_count > 0) {
		memcpy(view->addresses, listener->announced, sizeof(view->addresses));
		view->address_count = listener->announced_count;
		return;
	}
	for (i = 0; i < listener->socket_count; i++) {
		if (!listener->sockets[i].local)
			describe_socket(&listener->sockets[i], view);
	}
}

/* ------------------------------------------------------------------ the start */

static void
announce_work(struct vault_job *job, struct replica *replica)
{
	struct announce_job *announce = (struct announce_job *)job;
	int err;

	announce->count = 0;
	if (replica_begin(replica) != RS_OK)
		return;
	err = device_invites(replica, announce->seeds, &announce->count);
	if (err == RS_OK)
		err = device_listens(replica, announce->key, buffer_text(&announce->addresses));
	(void)replica_settle(replica, err);
}

static void
on_announced(struct vault_job *job)
{
	struct announce_job *announce = (struct announce_job *)job;
	struct listener *listener = announce->listener;

	announce->busy = false;
	on_invitations(listener, announce->seeds, announce->count);
	secret_wipe(announce->seeds, sizeof(announce->seeds));
	buffer_release(&announce->addresses);
	if (listener->stopping)
		stop_when_empty(listener);
}

void
listener_announce(struct listener *listener)
{
	struct announce_job *announce = &listener->announce;
	struct request_view *view = calloc(1, sizeof(*view));
	size_t i;

	if (view == NULL)
		return;
	identity_public(listener->settings.identity, announce->key);
	describe_sockets(listener, view);
	buffer_init(&announce->addresses, sizeof(view->addresses));
	for (i = 0; i < view->address_count; i++)
		(void)buffer_printf(&announce->addresses, "%s\n", view->addresses[i]);
	free(view);
	announce->listener = listener;
	announce->job.work = announce_work;
	announce->job.on_done = on_announced;
	announce->busy = true;
	vault_thread_post(listener->parts.vault, &announce->job);
}

/* -------------------------------------------------------------- what a status has */

static void
fill_view(void *context, struct request_view *view)
{
	struct listener *listener = context;

	identity_public(listener->settings.identity, view->public_key);
	view->peers = (uint32_t)listener->connection_count;
	describe_sockets(listener, view);
	listener->settings.fill_view(listener->settings.context, view);
}

static void
on_poll(void *context)
{
	struct listener *listener = context;

	listener->settings.on_poll(listener->settings.context);
}

/* -------------------------------------------------------------------- sockets */

static struct listening *
next_socket(struct listener *listener, bool local)
{
	struct listening *listening = &listener->sockets[listener->socket_count];

	memset(listening, 0, sizeof(*listening));
	listening->listener = listener;
	listening->local = local;
	if (local)
		uv_pipe_init(listener->parts.loop, &listening->socket.pipe, 0);
	else
		uv_tcp_init(listener->parts.loop, &listening->socket.tcp);
	listening->socket.stream.data = listening;
	listener->socket_count++;
	listener->open_sockets++;
	return listening;
}

/* Split ${address} and look its host up; blocking, so at the start only. */
static int
resolve(struct listener *listener, const char *address, struct sockaddr_storage *ret_address,
    struct rs_err_detail *detail)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
	char host[TOKEN_ADDRESS_MAX + 1];
	uv_getaddrinfo_t request;
	const char *port;
	int err;

	if (token_address_split(address, host, &port) != RS_OK) {
		rs_err_detail_set(detail, "'%s' is no HOST:PORT to listen on", address);
		return RS_EINVAL;
	}
	err = uv_getaddrinfo(listener->parts.loop, &request, NULL, host, port, &hints);
	if (err != 0) {
		rs_err_detail_set(detail, "cannot listen on %s: %s", address, uv_strerror(err));
		return RS_EINVAL;
	}
	memcpy(ret_address, request.addrinfo->ai_addr, request.addrinfo->ai_addrlen);
	uv_freeaddrinfo(request.addrinfo);
	return RS_OK;
}

int
listener_add_tcp(struct listener *listener, const char *address, struct rs_err_detail *detail)
{
	struct request_view *view;
	struct sockaddr_storage storage;
	struct listening *listening;
	size_t i;
	int err;

	if (listener->socket_count == LISTENER_SOCKETS_MAX) {
		rs_err_detail_set(detail, "more than %d sockets to listen on",
		    LISTENER_SOCKETS_MAX);
		return RS_ELIMIT;
	}
	err = resolve(listener, address, &storage, detail);
	if (err != RS_OK)
		return err;
	listening = next_socket(listener, false);
	err = uv_tcp_bind(&listening->socket.tcp, (struct sockaddr *)&storage, 0);
	if (err == 0)
		err = uv_listen(&listening->socket.stream, BACKLOG, on_connection);
	if (err != 0) {
		rs_err_detail_set(detail, "cannot listen on %s: %s", address, uv_strerror(err));
		return err == UV_EADDRINUSE ? RS_EEXIST : RS_ENETWORK;
	}
	view = calloc(1, sizeof(*view));
	if (view == NULL)
		return RS_ENOMEM;
	describe_socket(listening, view);
	for (i = 0; i < view->address_count; i++)
		LOG(LOG_LEVEL_INFO, "listening", log_text("address", view->addresses[i]));
	free(view);
	return RS_OK;
}

/* Tell a socket that a dead daemon left from one where a living one answers. */
static int
remove_stale(const char *path, struct rs_err_detail *detail)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stat status;
	int fd, err = RS_OK;

	if (lstat(path, &status) != 0)
		return RS_OK;
	/* A connection to a file is refused as well, and somebody may need that file. */
	if (!S_ISSOCK(status.st_mode)) {
		rs_err_detail_set(detail, "%s is in the way of the control socket: it is no socket",
		    path);
		return RS_EEXIST;
	}
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return RS_EIO;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0) {
		rs_err_detail_set(detail, "another daemon listens on %s", path);
		err = RS_EEXIST;
	} else if (errno != ECONNREFUSED || unlink(path) != 0) {
		rs_err_detail_set(detail, "%s is in the way of the control socket: %s", path,
		    strerror(errno));
		err = RS_EEXIST;
	}
	close(fd);
	return err;
}

int
listener_add_control(struct listener *listener, const char *path, struct rs_err_detail *detail)
{
	struct listening *listening;
	mode_t mask;
	int err;

	if (strlen(path) >= CONTROL_PATH_MAX) {
		rs_err_detail_set(detail, "the control socket's path is longer than %zu bytes: %s",
		    CONTROL_PATH_MAX - 1, path);
		return RS_EINVAL;
	}
	err = remove_stale(path, detail);
	if (err != RS_OK)
		return err;
	listening = next_socket(listener, true);
	/* Nobody else may connect, not even between bind and a chmod. */
	mask = umask(0177);
	err = uv_pipe_bind(&listening->socket.pipe, path);
	umask(mask);
	if (err == 0)
		err = uv_listen(&listening->socket.stream, BACKLOG, on_connection);
	if (err != 0) {
		rs_err_detail_set(detail, "cannot listen on %s: %s", path, uv_strerror(err));
		return RS_ENETWORK;
	}
	LOG(LOG_LEVEL_INFO, "listening", log_text("control", path));
	return RS_OK;
}

/* -------------------------------------------------------------- begin and end */

int
listener_new(const struct listener_settings *settings, struct listener **ret_listener)
{
	struct listener *listener = calloc(1, sizeof(*listener));
	size_t i;

	if (listener == NULL)
		return RS_ENOMEM;
	listener->settings = *settings;
	for (i = 0; i < settings->announce_count && i < TOKEN_ADDRESSES_MAX; i++)
		snprintf(listener->announced[listener->announced_count++], TOKEN_ADDRESS_MAX + 1,
		    "%s", settings->announce[i]);
	listener->parts = (struct connection_parts){
		.loop = settings->loop,
		.vault = settings->vault,
		.clock = settings->clock,
		.random = settings->random,
		.identity = settings->identity,
		.invitations = &listener->invitations,
		.name = settings->name,
		.fill_view = fill_view,
		.on_poll = on_poll,
		.on_invitations = on_invitations,
		.on_closed = on_connection_closed,
		.context = listener
	};
	*ret_listener = listener;
	return RS_OK;
}

static void
on_socket_closed(uv_handle_t *handle)
{
	struct listening *listening = handle->data;
	struct listener *listener = listening->listener;

	listener->open_sockets--;
	stop_when_empty(listener);
}

void
listener_stop(struct listener *listener, void (*on_stopped)(void *context), void *context)
{
	size_t i;

	listener->stopping = true;
	listener->on_stopped = on_stopped;
	listener->stopped_context = context;
	/* libuv unlinks the control socket as it closes it. */
	for (i = 0; i < listener->socket_count; i++)
		uv_close((uv_handle_t *)&listener->sockets[i].socket.stream, on_socket_closed);
	for (i = listener->connection_count; i-- > 0;)
		connection_close(listener->connections[i]);
	if (listener->socket_count == 0)
		stop_when_empty(listener);
}
