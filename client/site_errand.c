#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/archive_link.h"
#include "client/json.h"
#include "client/site_errand.h"
#include "client/view/cells.h"
#include "proto/base/secret.h"
#include "proto/base/terminal.h"
#include "proto/base/utf8.h"

enum {
	LOOK_MS = 250,			/* between two looks at how it goes */
	LOOKS_MAX = 4 * 120,
	LINE_MAX_BYTES = 1024
};

/* --------------------------------------------------------------- what is asked */

/* Read a line of standard input into ${line}; false when there is none, or it is too long. */
static bool
read_line(char line[LINE_MAX_BYTES])
{
	size_t len;

	if (fgets(line, LINE_MAX_BYTES, stdin) == NULL)
		return false;
	len = strcspn(line, "\r\n");
	if (line[len] == '\0' && !feof(stdin))
		return false;
	line[len] = '\0';
	return len > 0;
}

/* Ask for user and password at the terminal, or read them from a script, a line each. */
static int
ask(char user[LINE_MAX_BYTES], char password[LINE_MAX_BYTES])
{
	struct secret *typed;
	int err;

	/* Nothing that is typed stays in a buffer of libc's. */
	setvbuf(stdin, NULL, _IONBF, 0);
	if (!isatty(STDIN_FILENO))
		return read_line(user) && read_line(password) ? RS_OK : RS_EINVAL;
	fputs("User: ", stderr);
	fflush(stderr);
	if (!read_line(user))
		return RS_EINVAL;
	err = terminal_ask("Password: ", &typed);
	if (err != RS_OK)
		return err;
	err = typed->len < LINE_MAX_BYTES ? RS_OK : RS_ELIMIT;
	if (err == RS_OK) {
		memcpy(password, typed->data, typed->len);
		password[typed->len] = '\0';
	}
	secret_free(typed);
	return err;
}

/* -------------------------------------------------------------------- the wait */

/* Send ${request}, and set ${ret_response} to an answer with one site. */
static int
ask_site(struct client *client, const Readsync__Request *request,
    Readsync__Response **ret_response, struct rs_err_detail *detail)
{
	int err = archive_link_ask(client, request, ret_response, detail);

	if (err == RS_OK && (*ret_response)->n_sites == 0) {
		readsync__response__free_unpacked(*ret_response, NULL);
		rs_err_detail_set(detail, "the archive knows nothing of that site any more");
		err = RS_ENOTFOUND;
	}
	return err;
}

/* Names come in order, and none has a '~': this is what stands right before ${name}. */
static void
name_before(const char *name, char before[256])
{
	size_t len = strlen(name);

	snprintf(before, 256, "%s", name);
	before[len - 1] = (char)(before[len - 1] - 1);
	if (len < 254) {
		before[len] = '~';
		before[len + 1] = '\0';
	}
}

/* Look until the errand at the site of ${response} is over; it is replaced by the last answer. */
static int
wait_for(struct client *client, Readsync__Response **response, struct rs_err_detail *detail)
{
	Readsync__Request request = READSYNC__REQUEST__INIT;
	char before[256], name[254];
	unsigned looks;
	int err = RS_OK;

	request.kind = READSYNC__REQUEST__KIND__SITES;
	request.site = before;
	for (looks = 0; err == RS_OK && (*response)->sites[0]->busy; looks++) {
		if (looks == LOOKS_MAX) {
			rs_err_detail_set(detail, "the archive is still at it; readsync site list "
			    "will tell");
			return RS_ETIMEOUT;
		}
		err = link_wait(LOOK_MS);
		snprintf(name, sizeof(name), "%s", (*response)->sites[0]->name);
		name_before(name, before);
		readsync__response__free_unpacked(*response, NULL);
		*response = NULL;
		if (err == RS_OK)
			err = ask_site(client, &request, response, detail);
		if (err == RS_OK && strcmp((*response)->sites[0]->name, name) != 0)
			err = RS_ENOTFOUND;
	}
	return err;
}

static int
status_of(const Readsync__Site *site, bool test)
{
	if (site->session == READSYNC__SITE__SESSION__BROKEN)
		return rs_err_exit_status(RS_EREFUSED);
	return test && !site->told ?
	    rs_err_exit_status(RS_ENOTFOUND) : 0;
}

static int
run(struct client *client, Readsync__SiteChange *change, bool test)
{
	Readsync__Request request = READSYNC__REQUEST__INIT;
	Readsync__Response *response = NULL;
	struct rs_err_detail detail = { "" };
	int err, status;

	request.kind = READSYNC__REQUEST__KIND__SITE;
	request.change = change;
	err = ask_site(client, &request, &response, &detail);
	if (err == RS_OK)
		err = wait_for(client, &response, &detail);
	if (err == RS_OK) {
		status = status_of(response->sites[0], test);
		if (client->options.json) {
			json_print_sites(response->sites, 1);
		} else {
			cells_print(stdout, response->sites[0]->outcome, SIZE_MAX);
			putchar('\n');
		}
	} else {
		status = client_fail_detail(client, err, NULL, &detail);
	}
	readsync__response__free_unpacked(response, NULL);
	return status;
}

/* --------------------------------------------------------------------- commands */

/* Take "[URL [form|json [USER-FIELD PASSWORD-FIELD]]]", or "http"; false for anything else. */
static bool
take_way(int argc, char **argv, Readsync__SiteChange *change)
{
	change->action = READSYNC__SITE_CHANGE__ACTION__LOGIN;
	if (argc == 0)
		return true;
	if (argc == 1 && strcmp(argv[0], "http") == 0) {
		change->action = READSYNC__SITE_CHANGE__ACTION__PASSWORD;
		return true;
	}
	change->text = argv[0];
	if (argc == 1)
		return true;
	change->json = strcmp(argv[1], "json") == 0;
	if (!change->json && strcmp(argv[1], "form") != 0)
		return false;
	if (argc == 4) {
		change->user_field = argv[2];
		change->password_field = argv[3];
	}
	return argc == 2 || argc == 4;
}

int
site_errand_login(struct client *client, int argc, char **argv)
{
	Readsync__SiteChange change = READSYNC__SITE_CHANGE__INIT;
	char user[LINE_MAX_BYTES], password[LINE_MAX_BYTES];
	int err, status;

	change.host = argv[1];
	if (!take_way(argc - 2, argv + 2, &change))
		return client_fail(client, RS_EINVAL, "login HOST [URL [form|json [USER-FIELD "
		    "PASSWORD-FIELD]]] or login HOST http is wanted");
	err = ask(user, password);
	if (err == RS_OK && (!utf8_valid(bytes_of_text(user)) ||
	    !utf8_valid(bytes_of_text(password)))) {
		status = client_fail(client, RS_EINVAL, "user and password have to be UTF-8 text");
	} else if (err == RS_OK) {
		change.user = user;
		change.password = password;
		status = run(client, &change, false);
	} else {
		status = client_fail(client, err, "user and password are wanted, at the terminal "
		    "or in two lines of standard input");
	}
	secret_wipe(password, sizeof(password));
	return status;
}

int
site_errand_test(struct client *client, int argc, char **argv)
{
	Readsync__SiteChange change = READSYNC__SITE_CHANGE__INIT;

	change.action = READSYNC__SITE_CHANGE__ACTION__TEST;
	change.host = argv[1];
	change.text = argc > 2 ? argv[2] : "";
	return run(client, &change, true);
}
