/*
 * Start and stop tests/server/server.py from a test that runs at the top of
 * the tree.
 */
#ifndef TESTS_SERVER_SERVER_H
#define TESTS_SERVER_SERVER_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct server {
	pid_t pid;
	int keep;	/* its standard input: closed, it ends */
	int port;
};

/**
 * server_start(server, option, value):
 * Start a server with one option and its value, or both NULL.  Returns 0 when
 * it is ready on server->port.
 */
static inline int
server_start(struct server *server, const char *option, const char *value)
{
	int in[2], out[2];
	FILE *lines;

	if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
		return -1;
	server->pid = fork();
	if (server->pid < 0)
		return -1;
	if (server->pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		execl("tests/server/server.py", "server.py", option, value, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	server->keep = in[1];
	lines = fdopen(out[0], "r");
	if (lines == NULL || fscanf(lines, "%d", &server->port) != 1)
		return -1;
	fclose(lines);
	return 0;
}

/**
 * server_stop(server):
 * Stop it and wait for its end.
 */
static inline void
server_stop(struct server *server)
{
	close(server->keep);
	waitpid(server->pid, NULL, 0);
}

#endif
