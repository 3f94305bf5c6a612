#include <langinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/view/pager.h"

/* Leave at the end of what fits a screen, let styles pass, keep the text on the screen. */
#define LESS "less -FRX"

static const char *
choose(void)
{
	const char *terminal = getenv("TERM"), *pager = getenv("PAGER");

	if (!isatty(STDOUT_FILENO) || terminal == NULL || strcmp(terminal, "dumb") == 0)
		return NULL;
	if (pager != NULL)
		return pager[0] == '\0' || strcmp(pager, "cat") == 0 ? NULL : pager;
	/* NOLINTNEXTLINE(cert-env33-c): a constant */
	return system("command -v less >/dev/null 2>&1") == 0 ? LESS : NULL;
}

FILE *
pager_open(void)
{
	const char *command = choose();
	FILE *pager;

	if (command == NULL)
		return NULL;
	/* In a locale that is ours alone (see main.c), less would escape each letter. */
	if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0)
		setenv("LESSCHARSET", "utf-8", 0);
	fflush(stdout);
	/* NOLINTNEXTLINE(cert-env33-c): $PAGER is a command for the reader's shell */
	pager = popen(command, "w");
	if (pager == NULL)
		return NULL;
	/* The keys are the pager's now, and it may leave before it has read everything. */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	return pager;
}

int
pager_close(FILE *pager)
{
	int status = pclose(pager);

	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	/* The shell's words for a program that it may not run, or did not find. */
	return WIFEXITED(status) && (WEXITSTATUS(status) == 126 || WEXITSTATUS(status) == 127) ?
	    -1 : 0;
}
