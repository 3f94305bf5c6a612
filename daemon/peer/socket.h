/*
 * What a connection asks the system about its socket.
 */
#ifndef DAEMON_PEER_SOCKET_H
#define DAEMON_PEER_SOCKET_H

#include <netinet/in.h>

#include <uv.h>

#include "daemon/peer/invitations.h"

enum {
	SOCKET_NAME_LEN = INET6_ADDRSTRLEN + 8,	/* "[address]:port" */
	SOCKET_KEEP_ALIVE_S = 60
};

/**
 * socket_check_user(pipe):
 * See that at the other end of ${pipe}, a connected Unix socket, is our own user or root:
 * else RS_EAUTH, or RS_ENETWORK when the system does not say.
 */
int socket_check_user(const uv_pipe_t *pipe);

/**
 * socket_peer(tcp, ret_name, ret_source):
 * Say whose address ${tcp} is connected to, as text and as a source of tries at pairing.
 * Both stay as they are when the system does not say.
 */
void socket_peer(const uv_tcp_t *tcp, char ret_name[SOCKET_NAME_LEN + 1],
    struct invitations_source *ret_source);

/**
 * socket_keep_alive(tcp), socket_give_up_early(tcp):
 * Send what is written at once, and ask after a minute of silence whether the other end is
 * there; and take it for gone when it has taken nothing for a minute, as whoever dials
 * again by itself may.
 */
void socket_keep_alive(uv_tcp_t *tcp);
void socket_give_up_early(uv_tcp_t *tcp);

#endif
