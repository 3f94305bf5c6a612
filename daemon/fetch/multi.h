/*
 * A curl multi handle driven by a uv loop (CURLMOPT_SOCKETFUNCTION and
 * CURLMOPT_TIMERFUNCTION; https://curl.se/libcurl/c/libcurl-multi.html, "multi
 * socket flavor"): libcurl says which sockets and which time it waits for, the
 * loop says what happened, and nothing is polled.
 *
 * An idle connection kept for the next request stays in the loop's epoll set,
 * unwatched: putting it in and taking it out again for each request would cost
 * more system calls than the request itself.
 */
#ifndef DAEMON_FETCH_MULTI_H
#define DAEMON_FETCH_MULTI_H

#include <curl/curl.h>
#include <uv.h>

struct multi;

/* An exchange ended with ${code}; ${easy} is no longer in the multi handle.
 * Never called inside a function of this module. */
typedef void multi_done(void *context, CURL *easy, CURLcode code);

/**
 * multi_new(loop, on_done, context, ret_multi):
 * Make a multi handle on ${loop}.  ${on_done} is called with ${context} from
 * the loop, for each exchange that ends by itself.  RS_ENOMEM.
 */
int multi_new(uv_loop_t *loop, multi_done *on_done, void *context, struct multi **ret_multi);

/**
 * multi_free(multi):
 * Close every connection and free ${multi}; NULL is ignored.  All exchanges
 * have been removed before.  Its handles leave the loop when that next runs.
 */
void multi_free(struct multi *multi);

/**
 * multi_prepare(multi, easy):
 * Let ${easy} open and close its sockets through ${multi}.
 */
void multi_prepare(struct multi *multi, CURL *easy);

/**
 * multi_open_socket(multi, address):
 * Open the socket for ${address}: what a CURLOPT_OPENSOCKETFUNCTION returns,
 * CURL_SOCKET_BAD on failure.
 */
curl_socket_t multi_open_socket(struct multi *multi, const struct curl_sockaddr *address);

/**
 * multi_add(multi, easy), multi_remove(multi, easy):
 * Start the exchange of ${easy}; take it out before it has ended, without an
 * on_done.  multi_add: RS_ENOMEM.
 */
int multi_add(struct multi *multi, CURL *easy);
void multi_remove(struct multi *multi, CURL *easy);

#endif
