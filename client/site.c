#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client/archive_link.h"
#include "client/cookies.h"
#include "client/json.h"
#include "client/site_errand.h"
#include "client/view/cells.h"
#include "proto/base/file.h"

/* ---------------------------------------------------------------- what is shown */

static const char *
session_words(const Readsync__Site *site)
{
	if (site->held)
		return "signed in elsewhere";
	switch (site->session) {
	case READSYNC__SITE__SESSION__UNTRIED: return "given, not seen to work yet";
	case READSYNC__SITE__SESSION__WORKS: return "logged in";
	case READSYNC__SITE__SESSION__BROKEN: return "does not work";
	default: return "no session";
	}
}

static void
print_meter(const Readsync__Site *site)
{
	if (!site->meters && site->metered == READSYNC__SITE__METERED__ASK)
		return;
	printf("  %s; views of this month: %u", site->meters ? "counts what strangers read" :
	    "may count what strangers read", site->views);
	switch (site->metered) {
	case READSYNC__SITE__METERED__ALLOW:
		printf(" of %u that may be spent\n", site->allowed);
		break;
	case READSYNC__SITE__METERED__NEVER:
		printf("; none is spent\n");
		break;
	default:
		printf("; waits for you to say: readsync site metered %s allow N|never\n",
		    site->name);
		break;
	}
}

static void
print_site(const Readsync__Site *site)
{
	cells_print(stdout, site->name, SIZE_MAX);
	printf("  %s", session_words(site));
	if (site->problem[0] != '\0' && !site->held) {
		fputs(" (", stdout);
		cells_print(stdout, site->problem, SIZE_MAX);
		putchar(')');
	}
	client_print_time(" since ", site->since_ms);
	client_print_time(", last seen ", site->seen_ms);
	printf("; cookies: %llu", (unsigned long long)site->cookies);
	if (site->user[0] != '\0') {
		fputs("; user ", stdout);
		cells_print(stdout, site->user, SIZE_MAX);
		if (site->http_auth)
			fputs(" (HTTP)", stdout);
	}
	putchar('\n');
	if (site->waiting + site->incomplete > 0)
		printf("  articles that wait for you: %llu, without a whole copy: %llu\n",
		    (unsigned long long)site->waiting, (unsigned long long)site->incomplete);
	print_meter(site);
	if (site->outcome[0] != '\0') {
		fputs("  last tried: ", stdout);
		cells_print(stdout, site->outcome, SIZE_MAX);
		putchar('\n');
	}
	if (site->agent[0] != '\0') {
		fputs("  agent ", stdout);
		cells_print(stdout, site->agent, SIZE_MAX);
		putchar('\n');
	}
}

static void
print_sites(const struct client *client, Readsync__Site *const *sites, size_t count)
{
	size_t i;

	if (client->options.json) {
		json_print_sites(sites, count);
		return;
	}
	for (i = 0; i < count; i++)
		print_site(sites[i]);
}

/* ---------------------------------------------------------------------- list */

/* All sites, in the answers that brought them. */
struct listing {
	Readsync__Response **answers;
	size_t answer_count;
	Readsync__Site **sites;
	size_t count;
};

static int
add_answer(struct listing *listing, Readsync__Response *response)
{
	size_t i, count = listing->count + response->n_sites;
	Readsync__Response **answers = realloc(listing->answers,
	    (listing->answer_count + 1) * sizeof(*answers));
	Readsync__Site **sites = realloc(listing->sites, (count + 1) * sizeof(*sites));

	listing->answers = answers == NULL ? listing->answers : answers;
	listing->sites = sites == NULL ? listing->sites : sites;
	if (answers == NULL || sites == NULL) {
		readsync__response__free_unpacked(response, NULL);
		return RS_ENOMEM;
	}
	answers[listing->answer_count++] = response;
	for (i = 0; i < response->n_sites; i++)
		sites[listing->count++] = response->sites[i];
	return RS_OK;
}

static int
list(struct client *client)
{
	Readsync__Request request = READSYNC__REQUEST__INIT;
	struct rs_err_detail detail = { "" };
	struct listing listing = { .count = 0 };
	Readsync__Response *response;
	size_t before, i;
	int err;

	request.kind = READSYNC__REQUEST__KIND__SITES;
	do {
		before = listing.count;
		if (before > 0)
			request.site = listing.sites[before - 1]->name;
		err = archive_link_ask(client, &request, &response, &detail);
		if (err == RS_OK)
			err = add_answer(&listing, response);
	} while (err == RS_OK && listing.count > before);
	if (err == RS_OK)
		print_sites(client, listing.sites, listing.count);
	else
		client_fail_detail(client, err, NULL, &detail);
	for (i = 0; i < listing.answer_count; i++)
		readsync__response__free_unpacked(listing.answers[i], NULL);
	free(listing.answers);
	free(listing.sites);
	return rs_err_exit_status(err);
}

/* ------------------------------------------------------------------- changes */

/* Have the archive do ${change}, and show the sites that it concerned. */
static int
change_site(struct client *client, Readsync__SiteChange *change, struct rs_err_detail *detail)
{
	Readsync__Request request = READSYNC__REQUEST__INIT;
	Readsync__Response *response;
	int err;

	request.kind = READSYNC__REQUEST__KIND__SITE;
	request.change = change;
	err = archive_link_ask(client, &request, &response, detail);
	if (err != RS_OK)
		return err;
	if (client->options.json || !client->options.quiet)
		print_sites(client, response->sites, response->n_sites);
	readsync__response__free_unpacked(response, NULL);
	return RS_OK;
}

static int
change_host(struct client *client, Readsync__SiteChange__Action action, char *host, char *text)
{
	Readsync__SiteChange change = READSYNC__SITE_CHANGE__INIT;
	struct rs_err_detail detail = { "" };
	int err;

	change.action = action;
	change.host = host;
	change.text = text;
	err = change_site(client, &change, &detail);
	return err == RS_OK ? 0 : client_fail_detail(client, err, NULL, &detail);
}

static int
log_out(struct client *client, int argc, char **argv)
{
	(void)argc;
	return change_host(client, READSYNC__SITE_CHANGE__ACTION__LOG_OUT, argv[1], "");
}

static int
forget(struct client *client, int argc, char **argv)
{
	(void)argc;
	return change_host(client, READSYNC__SITE_CHANGE__ACTION__FORGET, argv[1], "");
}

static int
resume(struct client *client, int argc, char **argv)
{
	(void)argc;
	return change_host(client, READSYNC__SITE_CHANGE__ACTION__RESUME, argv[1], "");
}

static int
agent(struct client *client, int argc, char **argv)
{
	return change_host(client, READSYNC__SITE_CHANGE__ACTION__AGENT, argv[1],
	    argc > 2 ? argv[2] : "");
}

static int
metered(struct client *client, int argc, char **argv)
{
	Readsync__SiteChange change = READSYNC__SITE_CHANGE__INIT;
	struct rs_err_detail detail = { "" };
	unsigned long allowed = 0;
	char *end = "";
	int err;

	errno = 0;
	change.action = READSYNC__SITE_CHANGE__ACTION__METERED;
	change.host = argv[1];
	if (argc == 4 && strcmp(argv[2], "allow") == 0) {
		change.metered = READSYNC__SITE__METERED__ALLOW;
		allowed = argv[3][0] >= '0' && argv[3][0] <= '9' ? strtoul(argv[3], &end, 10) : 0;
	} else if (argc == 3 && strcmp(argv[2], "never") == 0) {
		change.metered = READSYNC__SITE__METERED__NEVER;
	} else if (argc != 3 || strcmp(argv[2], "ask") != 0) {
		return client_fail(client, RS_EINVAL, "ask, allow N (views a month) or never is "
		    "wanted behind the host");
	}
	if (*end != '\0' || errno != 0 || allowed > UINT32_MAX)
		return client_fail(client, RS_EINVAL, "'%s' is no number of views", argv[3]);
	change.allowed = (uint32_t)allowed;
	err = change_site(client, &change, &detail);
	return err == RS_OK ? 0 : client_fail_detail(client, err, NULL, &detail);
}

/* ------------------------------------------------------------------- cookies */

/* Send the lines in ${text}, as many as a message holds at a time. */
static int
send_cookies(struct client *client, struct bytes text, char *host, struct rs_err_detail *detail)
{
	Readsync__SiteChange change = READSYNC__SITE_CHANGE__INIT;
	struct bytes part;
	bool any = false;
	int err = RS_OK;

	change.action = READSYNC__SITE_CHANGE__ACTION__COOKIES;
	change.host = host;
	change.every = client->options.all;
	/* A part may have none of the site, or none that lives. */
	while ((err == RS_OK || err == RS_ENOTFOUND) &&
	    cookies_next_part(&text, &part)) {
		change.cookies = (ProtobufCBinaryData){ part.len, (uint8_t *)part.data };
		err = change_site(client, &change, detail);
		any = any || err == RS_OK;
	}
	return err == RS_ENOTFOUND && any ? RS_OK : err;
}

static int
cookies(struct client *client, int argc, char **argv)
{
	struct rs_err_detail detail = { "" };
	struct cookies_count count;
	struct buffer text;
	struct bytes lines;
	int err;

	buffer_init_secret(&text, COOKIES_FILE_MAX);
	err = file_read(strcmp(argv[1], "-") == 0 ? "/dev/stdin" : argv[1], &text);
	if (err != RS_OK) {
		err = client_fail_code(client, err, argv[1]);
		goto out;
	}
	lines = cookies_begin(buffer_bytes(&text));
	err = cookies_check(lines, (int64_t)time(NULL), &count, &detail);
	if (err != RS_OK) {
		err = client_fail(client, err, "%s:%s", argv[1], detail.text);
		goto out;
	}
	if (count.expired > 0 && count.expired == count.lines)
		err = client_fail(client, RS_EINVAL, "%s: every cookie in it has expired: log in "
		    "with your browser and export them again", argv[1]);
	if (err != RS_OK)
		goto out;
	err = send_cookies(client, lines, argc > 2 ? argv[2] : "", &detail);
	if (err != RS_OK)
		err = client_fail_detail(client, err, argv[1], &detail);
	else if (count.expired > 0 && argc == 2)
		fprintf(stderr, "readsync site: %s: cookies that have expired: %u\n", argv[1],
		    count.expired);
out:
	buffer_release(&text);
	return err;
}

/* ---------------------------------------------------------------------- rules */

/* The other program knows what a rule is; it stands beside this one, or where programs do. */
static int
lint(const struct client *client, char *directory)
{
	static const char beside[] = "readsyncd";
	char path[4096], *arguments[] = { "readsyncd", "lint", directory, NULL, NULL }, *slash;
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - sizeof(beside) - 1);

	if (client->options.json) {
		arguments[2] = "--json";
		arguments[3] = directory;
	}
	fflush(stdout);
	path[len < 0 ? 0 : len] = '\0';
	slash = strrchr(path, '/');
	if (slash != NULL) {
		memcpy(slash + 1, beside, sizeof(beside));
		execv(path, arguments);
	}
	execvp(beside, arguments);
	return client_fail(client, RS_ENOTFOUND, "site rules are checked by readsyncd, which is "
	    "not installed here");
}

/* ------------------------------------------------------------------ dispatch */

static int
list_words(struct client *client, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return list(client);
}

/* What can be asked of sites; sorted. */
static const struct {
	const char *word;
	int min_arguments;		/* the word among them */
	int max_arguments;
	int (*run)(struct client *client, int argc, char **argv);
} words[] = {
	{ "agent", 2, 3, agent },
	{ "cookies", 2, 3, cookies },
	{ "forget", 2, 2, forget },
	{ "list", 1, 1, list_words },
	{ "login", 2, 6, site_errand_login },
	{ "logout", 2, 2, log_out },
	{ "metered", 3, 4, metered },
	{ "resume", 2, 2, resume },
	{ "test", 2, 3, site_errand_test },
};

static int
run(struct client *client, int argc, char **argv)
{
	size_t i;
	int err;

	if (strcmp(argv[0], "lint") == 0 && argc == 2)
		return lint(client, argv[1]);
	err = client->options.control != NULL ? RS_OK : client_open(client);
	if (err != RS_OK)
		return rs_err_exit_status(err);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].word, argv[0]) != 0)
			continue;
		if (argc >= words[i].min_arguments && argc <= words[i].max_arguments)
			return words[i].run(client, argc, argv);
		break;
	}
	return client_fail(client, RS_EINVAL, "list, cookies FILE [HOST], login HOST ..., "
	    "test HOST [URL], logout HOST, forget HOST, resume HOST, metered HOST "
	    "ask|allow N|never or agent HOST [STRING] is wanted; see readsync site --help");
}

const struct command command_site = {
	.name = "site",
	.arguments = "list | WORD HOST ...",
	.summary = "your sessions at the sites, and what may be read there",
	.description =
	    "Shows and changes what the archive knows of the sites that it fetches from.\n"
	    "What you give goes to the archive alone, over the encrypted connection, lies\n"
	    "in its vault and is never synced to another device.\n\n"
	    "  list                         how the sessions are, and what waits\n"
	    "  cookies FILE|- [HOST]        take a cookies.txt that your browser exported;\n"
	    "                               of one site, or of HOST alone, or --all of them\n"
	    "  login HOST [URL [form|json [USER-FIELD PASSWORD-FIELD]]]\n"
	    "  login HOST http              log in, by the form at URL, which is looked for, with\n"
	    "                               a JSON text, or by HTTP; asks for user and password\n"
	    "  test HOST [URL]              fetch an article for subscribers, and tell whether\n"
	    "                               the session works\n"
	    "  logout HOST                  forget the session\n"
	    "  forget HOST                  forget all that is known of the site\n"
	    "  resume HOST                  go on after a notice, or with the same session\n"
	    "  metered HOST ask|allow N|never\n"
	    "                               where strangers' views are counted and there is no\n"
	    "                               session: wait for you, spend up to N views a month,\n"
	    "                               or none\n"
	    "  lint DIR                     check a folder of site rules, see readsyncd(8)\n"
	    "  agent HOST [STRING]          say what your own browser says of itself, or not\n\n"
	    "A new session repairs every article of the site of which no whole copy is\n"
	    "held.\n",
	.options = "ACjq",
	.min_arguments = 1,
	.max_arguments = 6,
	.run = run
};
