#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/log.h"
#include "daemon/fetch/backoff.h"
#include "daemon/peer/dialler.h"
#include "proto/base/encode.h"
#include "proto/replica/peer.h"

#define NAME_BYTES 8

/* What keeps the connection to one archive; one of the first four is under way. */
enum line_state {
	LINE_LOOKING,		/* the vault is asked where it is */
	LINE_RESOLVING,		/* so is the name server, for one of its addresses */
	LINE_CONNECTED,		/* a connection is made, or open */
	LINE_WAITING,		/* for the next try */
	LINE_ENDED		/* it was revoked, or we have joined it, or we stop */
};

struct line {
	struct vault_job job;		/* first: cast back; of LINE_LOOKING */
	struct dialler *dialler;
	enum line_state state;
	uv_timer_t timer;
	bool timer_open;

	struct connection_dial dial;
	struct peer peer;		/* as the vault said last */
	int64_t seen_ms;		/* when its last connection was over */
	int err;			/* of the job; later, why the last address failed */
	size_t next_address;
	uv_getaddrinfo_t lookup;
	struct addrinfo *found;		/* what an address stands for, */
	struct addrinfo *next;		/* and what is still to be tried of it */
	struct connection *connection;
	bool open;			/* the other end has spoken */
	unsigned failures;		/* in a row */
	char problem[256];		/* why it is not connected */
	char name[2 * NAME_BYTES + 1];	/* for the log */
};

struct dialler {
	struct vault_job job;		/* first: cast back; reads which archives there are: */
	uint8_t keys[DIALLER_LINES_MAX][DEVICE_KEY_LEN];
	size_t key_count;
	struct dialler_settings settings;
	struct line *lines[DIALLER_LINES_MAX];
	size_t line_count;
	bool loading;
	bool stopping;
	void (*on_joined)(void *context, int err, const char *problem);
	void *joined_context;
	void (*on_stopped)(void *context);
	void *stopped_context;
};

static void look(struct line *line);
static void try_next_address(struct line *line);

/* ------------------------------------------------------------------ the end */

static void
stop_when_gone(struct dialler *dialler)
{
	size_t i;

	if (!dialler->stopping || dialler->loading)
		return;
	for (i = 0; i < dialler->line_count; i++) {
		if (dialler->lines[i]->state != LINE_ENDED || dialler->lines[i]->timer_open)
			return;
	}
	dialler->on_stopped(dialler->stopped_context);
	for (i = 0; i < dialler->line_count; i++)
		free(dialler->lines[i]);
	free(dialler);
}

static void
on_timer_closed(uv_handle_t *handle)
{
	struct line *line = handle->data;

	line->timer_open = false;
	stop_when_gone(line->dialler);
}

/* Nothing of it is under way. */
static void
end(struct line *line)
{
	line->state = LINE_ENDED;
	if (!uv_is_closing((uv_handle_t *)&line->timer))
		uv_close((uv_handle_t *)&line->timer, on_timer_closed);
}

static void
on_timer(uv_timer_t *timer)
{
	look(timer->data);
}

/* No address is left, or the connection is over: try again, later and later. */
static void
retry_later(struct line *line)
{
	const struct dialler_settings *settings = &line->dialler->settings;

	if (line->dialler->stopping) {
		end(line);
		return;
	}
	if (line->dial.token != NULL) {
		end(line);
		line->dialler->on_joined(line->dialler->joined_context, line->err, line->problem);
		return;
	}
	line->state = LINE_WAITING;
	line->failures++;
	uv_timer_start(&line->timer, on_timer, (uint64_t)backoff_between(DIALLER_WAIT_MS,
	    DIALLER_WAIT_MAX_MS, line->failures, settings->random), 0);
}

/* Once for each reason: an archive may be out of reach for days. */
static void
set_problem(struct line *line, int err, const char *where, const char *problem)
{
	char text[sizeof(line->problem)];

	line->err = err;
	snprintf(text, sizeof(text), "%s%s%s", where, where[0] == '\0' ? "" : ": ", problem);
	if (strcmp(text, line->problem) == 0)
		return;
	memcpy(line->problem, text, sizeof(text));
	LOG(LOG_LEVEL_INFO, "archive-not-reached", log_text("peer", line->name),
	    log_text("reason", line->problem));
}

/* -------------------------------------------------------------- the connection */

static const char *
address(const struct line *line)
{
	return line->peer.addresses[line->next_address - 1];
}

/* Connect to the next of what the address stands for. */
static void
try_next(struct line *line)
{
	struct addrinfo *target = line->next;
	int err;

	if (target == NULL || line->dialler->stopping) {
		uv_freeaddrinfo(line->found);
		line->found = NULL;
		try_next_address(line);
		return;
	}
	line->next = target->ai_next;
	line->open = false;
	err = listener_dial(line->dialler->settings.listener, target->ai_addr, &line->dial,
	    &line->connection);
	if (err == RS_OK) {
		line->state = LINE_CONNECTED;
		return;
	}
	set_problem(line, err, address(line), rs_err_text(err));
	try_next(line);
}

/* It is there, and takes us. */
static void
on_open(void *context)
{
	struct line *line = context;

	line->open = true;
	line->problem[0] = '\0';
}

/* A connection that was open is over: with no reason when we have closed it. */
static void
on_open_end(struct line *line, int err, const char *problem)
{
	line->seen_ms = clock_now_ms(line->dialler->settings.clock);
	line->err = err;
	if (err != RS_OK)
		set_problem(line, err, "", problem);
	/* What goes wrong in what is said may go wrong each time. */
	if (err == RS_ECLOSED)
		line->failures = 0;
	uv_freeaddrinfo(line->found);
	line->found = NULL;
	retry_later(line);
}

static void
on_end(void *context, int err, const char *problem)
{
	struct line *line = context;

	line->connection = NULL;
	/* Whoever has spoken is the one that was meant: no other address is tried. */
	if (line->open) {
		on_open_end(line, err, problem);
		return;
	}
	/* An archive says nothing to whom it does not know. */
	if (err == RS_ECLOSED && line->dial.token != NULL)
		set_problem(line, RS_ETOKEN, address(line), "the archive closed the "
		    "connection: the invitation is wrong, used or expired, or the archive "
		    "stops");
	else if (err == RS_ECLOSED)
		set_problem(line, err, address(line), "the archive closed the connection: it "
		    "stops, or does not know this one");
	else if (err != RS_OK)
		set_problem(line, err, address(line), problem);
	try_next(line);
}

/* -------------------------------------------------------------- finding it */

static void
on_resolved(uv_getaddrinfo_t *lookup, int status, struct addrinfo *found)
{
	struct line *line = lookup->data;

	if (status != 0) {
		if (!line->dialler->stopping)
			set_problem(line, RS_ENETWORK, address(line), uv_strerror(status));
		found = NULL;
	}
	line->found = found;
	line->next = found;
	try_next(line);
}

static int
resolve(struct line *line, const char *address)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	char host[TOKEN_ADDRESS_MAX + 1];
	const char *port;

	if (token_address_split(address, host, &port) != RS_OK)
		return UV_EINVAL;
	line->lookup.data = line;
	return uv_getaddrinfo(line->dialler->settings.loop, &line->lookup, on_resolved, host, port,
	    &hints);
}

static void
try_next_address(struct line *line)
{
	int status;

	if (line->next_address == line->peer.address_count || line->dialler->stopping) {
		retry_later(line);
		return;
	}
	line->state = LINE_RESOLVING;
	line->next_address++;
	status = resolve(line, address(line));
	if (status != 0)
		on_resolved(&line->lookup, status, NULL);
}

static void
look_work(struct vault_job *job, struct replica *replica)
{
	struct line *line = (struct line *)job;

	line->err = peer_find(replica, line->dial.key, &line->peer);
}

static void
on_looked(struct vault_job *job)
{
	struct line *line = (struct line *)job;

	if (line->dialler->stopping) {
		end(line);
	} else if (line->err == RS_ENOTFOUND) {
		set_problem(line, RS_EAUTH, "", "it was revoked");
		end(line);
	} else if (line->err != RS_OK) {
		set_problem(line, line->err, "", rs_err_text(line->err));
		retry_later(line);
	} else {
		line->next_address = 0;
		try_next_address(line);
	}
}

static void
look(struct line *line)
{
	line->state = LINE_LOOKING;
	line->job.work = look_work;
	line->job.on_done = on_looked;
	vault_thread_post(line->dialler->settings.vault, &line->job);
}

/* ----------------------------------------------------------------- the beginning */

static struct line *
add_line(struct dialler *dialler, const uint8_t key[DEVICE_KEY_LEN], const struct token *token)
{
	struct line *line = calloc(1, sizeof(*line));

	if (line == NULL)
		return NULL;
	line->dialler = dialler;
	memcpy(line->dial.key, key, sizeof(line->dial.key));
	line->dial.token = token;
	line->dial.on_open = on_open;
	line->dial.on_end = on_end;
	line->dial.context = line;
	encode_hex(bytes_of(key, NAME_BYTES), line->name);
	uv_timer_init(dialler->settings.loop, &line->timer);
	line->timer.data = line;
	line->timer_open = true;
	dialler->lines[dialler->line_count++] = line;
	return line;
}

static bool
collect(void *context, const struct peer *peer)
{
	struct dialler *dialler = context;

	if (peer->joined)
		memcpy(dialler->keys[dialler->key_count++], peer->key, DEVICE_KEY_LEN);
	return dialler->key_count < DIALLER_LINES_MAX;
}

static void
load_work(struct vault_job *job, struct replica *replica)
{
	(void)peer_list(replica, collect, job);
}

static void
on_loaded(struct vault_job *job)
{
	struct dialler *dialler = (struct dialler *)job;
	struct line *line;
	size_t i;

	dialler->loading = false;
	for (i = 0; i < dialler->key_count && !dialler->stopping; i++) {
		line = add_line(dialler, dialler->keys[i], NULL);
		if (line != NULL)
			look(line);
	}
	stop_when_gone(dialler);
}

int
dialler_new(const struct dialler_settings *settings, struct dialler **ret_dialler)
{
	struct dialler *dialler = calloc(1, sizeof(*dialler));

	if (dialler == NULL)
		return RS_ENOMEM;
	dialler->settings = *settings;
	dialler->loading = true;
	dialler->job.work = load_work;
	dialler->job.on_done = on_loaded;
	vault_thread_post(settings->vault, &dialler->job);
	*ret_dialler = dialler;
	return RS_OK;
}

static void
on_join_timer(uv_timer_t *timer)
{
	try_next_address(timer->data);
}

int
dialler_join(const struct dialler_settings *settings, const struct token *token,
    void (*on_joined)(void *context, int err, const char *problem), void *context,
    struct dialler **ret_dialler)
{
	struct dialler *dialler = calloc(1, sizeof(*dialler));
	struct line *line = NULL;

	if (dialler != NULL) {
		dialler->settings = *settings;
		dialler->on_joined = on_joined;
		dialler->joined_context = context;
		line = add_line(dialler, token->key, token);
	}
	if (line == NULL) {
		free(dialler);
		return RS_ENOMEM;
	}
	memcpy(line->peer.addresses, token->addresses, sizeof(token->addresses));
	line->peer.address_count = token->address_count;
	/* Not from inside the call. */
	line->state = LINE_WAITING;
	uv_timer_start(&line->timer, on_join_timer, 0, 0);
	*ret_dialler = dialler;
	return RS_OK;
}

void
dialler_view(const struct dialler *dialler, struct request_view *view)
{
	struct request_archive *archive;
	const struct line *line;
	size_t i;

	view->archive_count = 0;
	for (i = 0; i < dialler->line_count; i++) {
		line = dialler->lines[i];
		archive = &view->archives[view->archive_count++];
		snprintf(archive->name, sizeof(archive->name), "%s", line->peer.name);
		snprintf(archive->problem, sizeof(archive->problem), "%s", line->problem);
		archive->connected = line->state == LINE_CONNECTED && line->open;
		archive->seen_ms = line->seen_ms > line->peer.seen_ms ? line->seen_ms :
		    line->peer.seen_ms;
	}
}

void
dialler_stop(struct dialler *dialler, void (*on_stopped)(void *context), void *context)
{
	struct line *line;
	size_t i;

	dialler->stopping = true;
	dialler->on_stopped = on_stopped;
	dialler->stopped_context = context;
	for (i = 0; i < dialler->line_count; i++) {
		line = dialler->lines[i];
		if (line->state == LINE_WAITING)
			end(line);
		else if (line->state == LINE_RESOLVING)
			uv_cancel((uv_req_t *)&line->lookup);
		else if (line->state == LINE_CONNECTED)
			connection_close(line->connection);
	}
	stop_when_gone(dialler);
}
