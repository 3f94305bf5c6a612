#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/fetch/multi.h"
#include "proto/base/err.h"

enum {
	IDLE_CONNECTIONS_MAX = 16	/* kept for the next request, all hosts */
};

/* One socket of libcurl's. */
struct watch {
	uv_poll_t poll;
	struct multi *multi;
	curl_socket_t socket;
	int wanted;	/* UV_READABLE, UV_WRITABLE: what libcurl waits for */
	int watched;	/* what uv watches */
};

struct multi {
	CURLM *curl;
	uv_loop_t *loop;
	uv_timer_t *timer;	/* on its own: it outlives us until uv lets go */
	struct watch **watches;	/* by descriptor */
	size_t watch_room;
	multi_done *on_done;
	void *context;
};

static int on_curl_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *unused);
static int on_curl_timer(CURLM *curl, long timeout_ms, void *context);
static void watch_close(struct watch *watch);

int
multi_new(uv_loop_t *loop, multi_done *on_done, void *context, struct multi **ret_multi)
{
	struct multi *multi = calloc(1, sizeof(*multi));

	if (multi == NULL)
		return RS_ENOMEM;
	multi->loop = loop;
	multi->on_done = on_done;
	multi->context = context;
	multi->curl = curl_multi_init();
	multi->timer = malloc(sizeof(*multi->timer));
	if (multi->curl == NULL || multi->timer == NULL) {
		curl_multi_cleanup(multi->curl);
		free(multi->timer);
		free(multi);
		return RS_ENOMEM;
	}
	uv_timer_init(loop, multi->timer);
	multi->timer->data = multi;
	curl_multi_setopt(multi->curl, CURLMOPT_SOCKETFUNCTION, on_curl_socket);
	curl_multi_setopt(multi->curl, CURLMOPT_SOCKETDATA, multi);
	curl_multi_setopt(multi->curl, CURLMOPT_TIMERFUNCTION, on_curl_timer);
	curl_multi_setopt(multi->curl, CURLMOPT_TIMERDATA, multi);
	curl_multi_setopt(multi->curl, CURLMOPT_MAXCONNECTS, (long)IDLE_CONNECTIONS_MAX);
	*ret_multi = multi;
	return RS_OK;
}

static struct watch *
watch_find(const struct multi *multi, curl_socket_t socket)
{
	return (size_t)socket < multi->watch_room ? multi->watches[socket] : NULL;
}

/* Make a watch for a socket; NULL when memory is exhausted. */
static struct watch *
watch_new(struct multi *multi, curl_socket_t socket)
{
	struct watch *watch, **watches;
	size_t room = (size_t)socket + 64;

	if ((size_t)socket >= multi->watch_room) {
		watches = reallocarray(multi->watches, room, sizeof(*watches));
		if (watches == NULL)
			return NULL;
		memset(watches + multi->watch_room, 0,
		    (room - multi->watch_room) * sizeof(*watches));
		multi->watches = watches;
		multi->watch_room = room;
	}
	watch = calloc(1, sizeof(*watch));
	if (watch == NULL)
		return NULL;
	if (uv_poll_init_socket(multi->loop, &watch->poll, socket) != 0) {
		free(watch);
		return NULL;
	}
	watch->multi = multi;
	watch->socket = socket;
	multi->watches[socket] = watch;
	return watch;
}

static void
on_watch_closed(uv_handle_t *handle)
{
	free((struct watch *)handle);
}

/* The descriptor leaves epoll now, the memory when the loop next runs. */
static void
watch_close(struct watch *watch)
{
	watch->multi->watches[watch->socket] = NULL;
	uv_close((uv_handle_t *)&watch->poll, on_watch_closed);
}

/* Tell the application about every exchange that has ended. */
static void
take_done(struct multi *multi)
{
	CURLMsg *message;
	CURLcode code;
	CURL *easy;
	int left;

	while ((message = curl_multi_info_read(multi->curl, &left)) != NULL) {
		if (message->msg != CURLMSG_DONE)
			continue;
		/* The message dies with the removal. */
		easy = message->easy_handle;
		code = message->data.result;
		curl_multi_remove_handle(multi->curl, easy);
		multi->on_done(multi->context, easy, code);
	}
}

static void on_socket_event(uv_poll_t *poll, int status, int events);

/* Let uv watch what libcurl wants. */
static void
watch_update(struct watch *watch)
{
	if (watch->wanted == watch->watched)
		return;
	if (watch->wanted == 0) {
		uv_poll_stop(&watch->poll);
		watch->watched = 0;
	} else if (uv_poll_start(&watch->poll, watch->wanted, on_socket_event) == 0) {
		watch->watched = watch->wanted;
	}
}

static void
on_socket_event(uv_poll_t *poll, int status, int events)
{
	struct watch *watch = (struct watch *)poll;
	struct multi *multi = watch->multi;
	curl_socket_t socket = watch->socket;
	int flags = 0, running;

	/* uv stops by itself on an error. */
	if (status < 0) {
		uv_poll_stop(poll);
		watch->watched = 0;
	}
	/* On an error the flags stay 0: libcurl looks itself, and so reads what came
	 * before a reset and says what happened. */
	if (events & UV_READABLE)
		flags |= CURL_CSELECT_IN;
	if (events & UV_WRITABLE)
		flags |= CURL_CSELECT_OUT;
	curl_multi_socket_action(multi->curl, socket, flags, &running);
	/* After an error there may be bytes left to read that libcurl waits for. */
	watch = watch_find(multi, socket);
	if (watch != NULL)
		watch_update(watch);
	take_done(multi);
}

static int
on_curl_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *unused)
{
	struct multi *multi = context;
	struct watch *watch = watch_find(multi, socket);

	(void)easy;
	(void)unused;
	if (watch == NULL && what != CURL_POLL_REMOVE)
		watch = watch_new(multi, socket);
	/* Without memory the exchange runs into its own time limit; an error
	 * returned from here would end all the others as well. */
	if (watch == NULL)
		return 0;
	watch->wanted = (what == CURL_POLL_IN || what == CURL_POLL_INOUT ? UV_READABLE : 0) |
	    (what == CURL_POLL_OUT || what == CURL_POLL_INOUT ? UV_WRITABLE : 0);
	/*
	 * A socket that was still connecting is closed behind our back, and so is the
	 * resolver's pair: uv must not hold a descriptor that is not libcurl's any more.
	 */
	if (what == CURL_POLL_REMOVE)
		watch_close(watch);
	else
		watch_update(watch);
	return 0;
}

static void
on_timer(uv_timer_t *timer)
{
	struct multi *multi = timer->data;
	int running;

	curl_multi_socket_action(multi->curl, CURL_SOCKET_TIMEOUT, 0, &running);
	take_done(multi);
}

static int
on_curl_timer(CURLM *curl, long timeout_ms, void *context)
{
	struct multi *multi = context;

	(void)curl;
	if (timeout_ms < 0)
		uv_timer_stop(multi->timer);
	else
		uv_timer_start(multi->timer, on_timer, (uint64_t)timeout_ms, 0);
	return 0;
}

curl_socket_t
multi_open_socket(struct multi *multi, const struct curl_sockaddr *address)
{
	struct watch *stale, *watch;
	curl_socket_t opened;

	opened = socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    address->protocol);
	if (opened < 0)
		return CURL_SOCKET_BAD;
	/* One of this number was closed behind our back, and libcurl may not name it again. */
	stale = watch_find(multi, opened);
	if (stale == NULL)
		return opened;
	watch_close(stale);
	watch = watch_new(multi, opened);
	if (watch == NULL) {
		close(opened);
		return CURL_SOCKET_BAD;
	}
	watch->wanted = stale->wanted;
	watch_update(watch);
	return opened;
}

static int
on_curl_close(void *context, curl_socket_t socket)
{
	struct watch *watch = watch_find(context, socket);

	if (watch != NULL)
		watch_close(watch);
	return close(socket);
}

void
multi_prepare(struct multi *multi, CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_curl_close);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, multi);
}

int
multi_add(struct multi *multi, CURL *easy)
{
	/* Only marks its time as due: on_timer does the first step. */
	return curl_multi_add_handle(multi->curl, easy) == CURLM_OK ? RS_OK : RS_ENOMEM;
}

void
multi_remove(struct multi *multi, CURL *easy)
{
	curl_multi_remove_handle(multi->curl, easy);
}

static void
on_timer_closed(uv_handle_t *handle)
{
	free(handle);
}

void
multi_free(struct multi *multi)
{
	size_t i;

	if (multi == NULL)
		return;
	curl_multi_cleanup(multi->curl);
	/* What libcurl has not named again: sockets of a resolver cut short. */
	for (i = 0; i < multi->watch_room; i++) {
		if (multi->watches[i] != NULL)
			watch_close(multi->watches[i]);
	}
	free(multi->watches);
	uv_close((uv_handle_t *)multi->timer, on_timer_closed);
	free(multi);
}
