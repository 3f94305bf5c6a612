#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "proto/base/err.h"
#include "proto/base/terminal.h"

/* The signals that end or stop a program at a terminal. */
static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };

enum { ENDING_COUNT = sizeof(ending) / sizeof(ending[0]) };

static volatile sig_atomic_t arrived;

static void
note_signal(int number)
{
	arrived = number;
}

/* How signals were dealt with before. */
struct signals {
	struct sigaction actions[ENDING_COUNT];
	sigset_t mask;
};

/* Let a signal end the wait for a key instead of the program, which has the echo off. */
static void
catch_signals(struct signals *before)
{
	struct sigaction action = { .sa_handler = note_signal };
	sigset_t held;

	arrived = 0;
	sigemptyset(&held);
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < ENDING_COUNT; i++) {
		sigaddset(&held, ending[i]);
		sigaction(ending[i], &action, &before->actions[i]);
	}
	/* They come during the wait alone, or one just before it would be missed. */
	sigprocmask(SIG_BLOCK, &held, &before->mask);
}

static void
release_signals(const struct signals *before)
{
	sigprocmask(SIG_SETMASK, &before->mask, NULL);
	for (size_t i = 0; i < ENDING_COUNT; i++)
		sigaction(ending[i], &before->actions[i], NULL);
	if (arrived != 0)
		raise(arrived);
}

/* Read one line into ${line}, without its end; byte by byte, for what follows is not ours. */
static int
read_line(int fd, const sigset_t *mask, struct secret *line, size_t *ret_len)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	uint8_t *byte = line->data;
	size_t len = 0;
	ssize_t got;

	for (;;) {
		if (ppoll(&wait, 1, NULL, mask) < 0) {
			if (errno == EINTR && arrived == 0)
				continue;
			return errno == EINTR ? RS_EINTERRUPTED : RS_EIO;
		}
		got = read(fd, byte + len, 1);
		if (got < 0)
			return RS_EIO;
		if (got == 0 || byte[len] == '\n' || byte[len] == '\r')
			break;
		if (++len == line->len)
			return RS_ELIMIT;
	}
	*ret_len = len;
	return len == 0 ? RS_EINVAL : RS_OK;
}

static int
ask_at(int fd, const char *prompt, struct secret *line, size_t *ret_len)
{
	struct signals before;
	struct termios shown, hidden;
	int err;

	if (tcgetattr(fd, &shown) != 0)
		return RS_ENOTFOUND;
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	catch_signals(&before);
	/* What was typed before the question is no answer to it. */
	err = tcsetattr(fd, TCSAFLUSH, &hidden) == 0 &&
	    write(fd, prompt, strlen(prompt)) == (ssize_t)strlen(prompt) ?
	    read_line(fd, &before.mask, line, ret_len) : RS_EIO;
	tcsetattr(fd, TCSAFLUSH, &shown);
	if (write(fd, "\n", 1) != 1 && err == RS_OK)
		err = RS_EIO;
	release_signals(&before);
	return err;
}

int
terminal_ask(const char *prompt, struct secret **ret_secret)
{
	struct secret *line = NULL;
	size_t len;
	int fd, err;

	/* A script that runs in a terminal, with its input from elsewhere, must not hang. */
	fd = isatty(STDIN_FILENO) ? open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY) : -1;
	if (fd < 0)
		return RS_ENOTFOUND;
	err = secret_new(TERMINAL_LINE_MAX + 1, &line);
	if (err == RS_OK)
		err = ask_at(fd, prompt, line, &len);
	if (err == RS_OK)
		err = secret_copy(line->data, len, ret_secret);
	secret_free(line);
	close(fd);
	return err;
}

void
terminal_progress(const char *what, uint64_t done, uint64_t total)
{
	if (!isatty(STDERR_FILENO))
		return;
	if (done >= total)
		fputs("\r\033[K", stderr);
	else
		fprintf(stderr, "\r%s: %u %%\033[K", what, (unsigned)(done * 100 / total));
	fflush(stderr);
}

int
terminal_flush(void)
{
	void (*former)(int) = signal(SIGPIPE, SIG_IGN);
	int err = fflush(stdout) == 0 ? RS_OK : rs_err_from_errno(errno);

	if (err != RS_OK) {
		__fpurge(stdout);
		clearerr(stdout);
	}
	signal(SIGPIPE, former);
	return err;
}
