#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/peer/socket.h"
#include "proto/base/err.h"

int
socket_check_user(const uv_pipe_t *pipe)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);
	uv_os_fd_t fd;

	if (uv_fileno((const uv_handle_t *)pipe, &fd) != 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
		return RS_ENETWORK;
	return peer.uid == 0 || peer.uid == geteuid() ? RS_OK : RS_EAUTH;
}

void
socket_peer(const uv_tcp_t *tcp, char ret_name[SOCKET_NAME_LEN + 1],
    struct invitations_source *ret_source)
{
	struct sockaddr_storage storage;
	struct sockaddr *address = (struct sockaddr *)&storage;
	int len = sizeof(storage);
	char host[INET6_ADDRSTRLEN];
	bool ip6;

	if (uv_tcp_getpeername(tcp, address, &len) != 0 ||
	    uv_ip_name(address, host, sizeof(host)) != 0)
		return;
	invitations_source(address, ret_source);
	ip6 = address->sa_family == AF_INET6;
	snprintf(ret_name, SOCKET_NAME_LEN + 1, ip6 ? "[%s]:%u" : "%s:%u", host,
	    ntohs(ip6 ? ((struct sockaddr_in6 *)address)->sin6_port :
	    ((struct sockaddr_in *)address)->sin_port));
}

void
socket_keep_alive(uv_tcp_t *tcp)
{
	uv_tcp_nodelay(tcp, 1);
	uv_tcp_keepalive(tcp, 1, SOCKET_KEEP_ALIVE_S);
}

void
socket_give_up_early(uv_tcp_t *tcp)
{
	const unsigned unanswered_ms = SOCKET_KEEP_ALIVE_S * 1000;
	uv_os_fd_t fd;

	if (uv_fileno((uv_handle_t *)tcp, &fd) == 0)
		setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unanswered_ms,
		    sizeof(unanswered_ms));
}
