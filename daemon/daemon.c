#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <uv.h>

#include "daemon/base/log.h"
#include "daemon/collector.h"
#include "daemon/config/config.h"
#include "daemon/daemon.h"
#include "daemon/images.h"
#include "daemon/notify.h"
#include "daemon/peer/dialler.h"
#include "daemon/peer/listener.h"
#include "daemon/pipeline.h"
#include "daemon/rule_count.h"
#include "daemon/session/keeper.h"
#include "daemon/source/queues.h"
#include "proto/replica/page.h"

#define SYSTEM_CONFIG "/etc/readsync/readsyncd.conf"

enum daemon_state {
	DAEMON_RUNNING,
	DAEMON_RELOADING,	/* the fetching parts are exchanged */
	DAEMON_STOPPING
};

struct daemon {
	const struct daemon_settings *settings;
	struct config *config;
	struct config *next_config;	/* during a reload */
	enum daemon_state state;
	bool stop_wanted;		/* asked for during a reload */
	bool reload_wanted;		/* likewise */
	int err;			/* why it ends by itself, or RS_OK */
	char name[DEVICE_NAME_MAX + 1];
	int64_t started_ms;

	uv_loop_t loop;
	uv_signal_t on_term;
	uv_signal_t on_int;
	uv_signal_t on_hup;
	struct secret *identity;
	struct vault_thread *vault;
	struct fetcher *fetcher;
	struct pool *pool;
	struct pipeline *pipeline;
	struct keeper *keeper;
	struct images *images;		/* NULL too when none are kept */
	struct queues *queues;
	struct listener *listener;
	struct dialler *dialler;
	struct collector collector;
	struct {
		struct vault_job job;	/* first; tells the vault whether pages are kept */
		bool keep_raw;
		int err;
	} keeping;
	struct rule_count rule_count;
};

static void stop(struct daemon *daemon);
static void reload(struct daemon *daemon);

static void
set_state(struct daemon *daemon, enum daemon_state state)
{
	static const char *const names[] = { "running", "reloading", "stopping" };

	daemon->state = state;
	LOG(LOG_LEVEL_DEBUG, "daemon", log_text("state", names[state]));
}

/* ------------------------------------------------------------- configuration */

static int
load_config(const struct daemon_settings *settings, struct config **ret_config,
    struct config_errors *errors)
{
	char path[PATH_MAX];

	errors->count = 0;
	errors->untold = 0;
	if (settings->config_path != NULL)
		return config_load(settings->config_path, ret_config, errors);
	snprintf(path, sizeof(path), "%s/readsyncd.conf", settings->home);
	if (access(path, F_OK) == 0)
		return config_load(path, ret_config, errors);
	if (access(SYSTEM_CONFIG, F_OK) == 0)
		return config_load(SYSTEM_CONFIG, ret_config, errors);
	return config_defaults(ret_config);
}

static void
print_errors(int err, const struct config_errors *errors)
{
	size_t i;

	for (i = 0; i < errors->count; i++)
		fprintf(stderr, "readsyncd: %s\n", errors->lines[i].text);
	if (errors->untold > 0)
		fprintf(stderr, "readsyncd: and %zu more\n", errors->untold);
	if (errors->count == 0)
		daemon_fail(err, "configuration", NULL);
}

int
daemon_configure(const struct daemon_settings *settings, struct config **ret_config)
{
	struct config_errors errors;
	int err = load_config(settings, ret_config, &errors);

	if (err != RS_OK)
		print_errors(err, &errors);
	return err;
}

int
daemon_check(const struct daemon_settings *settings)
{
	struct config *config = NULL;
	int err = daemon_configure(settings, &config);

	config_free(config);
	/* A file that is not there is a wrong configuration too. */
	return err == RS_OK ? 0 : rs_err_exit_status(RS_EINVAL);
}

static void
apply_log_settings(const struct config *config)
{
	struct log_settings log = { STDERR_FILENO, config->log_level, config->log_titles };

	log_set(&log);
}

/* ------------------------------------------------------------ parts of the loop */

static void
on_change(void *context, const struct replica_change *change)
{
	struct daemon *daemon = context;

	if (change->work && daemon->pipeline != NULL)
		pipeline_wake(daemon->pipeline);
	if (change->work && daemon->keeper != NULL)
		keeper_wake(daemon->keeper);
	if (change->work && daemon->images != NULL)
		images_wake(daemon->images);
	if (daemon->listener != NULL)
		listener_changed(daemon->listener);
}

static void
fill_view(void *context, struct request_view *view)
{
	struct daemon *daemon = context;

	view->started_ms = daemon->started_ms;
	if (daemon->queues != NULL)
		request_view_queues(view, daemon->queues);
	if (daemon->dialler != NULL)
		dialler_view(daemon->dialler, view);
}

static void
on_poll(void *context)
{
	struct daemon *daemon = context;

	if (daemon->queues != NULL)
		queues_poll_now(daemon->queues);
}

static int
start_fetcher(struct daemon *daemon)
{
	const struct config *config = daemon->config;
	struct fetcher_settings settings = {
		.agent_url = config->agent_url,
		.proxy = config->proxy,
		.allow = (const char *const *)config->allow_address.items,
		.allow_count = config->allow_address.count,
		.limits = {
			.body_max = config->max_page,
			.redirects_max = config->max_redirects,
			.total_ms = config->timeout_ms
		},
		.connections = config->connections_per_host,
		.spacing_ms = config->spacing_ms
	};
	struct rs_err_detail detail = { "" };
	int err = fetcher_new(&daemon->loop, &settings, &daemon->fetcher, &detail);

	return err == RS_OK ? err : daemon_fail(err, "fetching", &detail);
}

static int
start_images(struct daemon *daemon)
{
	struct images_settings settings = {
		&daemon->loop, daemon->vault, daemon->fetcher, daemon->pool, clock_system(),
		random_system(), daemon->config->max_image, daemon->config->max_images,
		daemon->config->max_redirects
	};
	int err;

	if (!daemon->config->keep_images)
		return RS_OK;
	err = images_new(&settings, &daemon->images);
	if (err != RS_OK)
		return daemon_fail(err, "images", NULL);
	images_wake(daemon->images);
	return RS_OK;
}

static void
keep_work(struct vault_job *job, struct replica *replica)
{
	struct daemon *daemon = (struct daemon *)((char *)job - offsetof(struct daemon, keeping));

	daemon->keeping.err = page_keep(replica, daemon->keeping.keep_raw);
}

static void
on_keep_done(struct vault_job *job)
{
	struct daemon *daemon = (struct daemon *)((char *)job - offsetof(struct daemon, keeping));

	if (daemon->keeping.err != RS_OK)
		LOG(LOG_LEVEL_ERROR, "keep-raw-failed",
		    log_text("error", rs_err_text(daemon->keeping.err)));
}

/* What hangs on the configuration: fetcher, pipeline, images, queues. */
static int
start_fetching(struct daemon *daemon)
{
	struct pipeline_settings pipeline = {
		&daemon->loop, daemon->vault, NULL, daemon->pool, clock_system(), random_system(),
		daemon->settings->home,
		/* As many as are fetched at a time, and as many that are ready to follow. */
		2 * daemon->config->connections_per_host, daemon->config->wait_ms,
		page_job_images_of(daemon->config)
	};
	struct queues_settings queues = {
		.vault = daemon->vault, .clock = clock_system(), .random = random_system()
	};
	int err = start_fetcher(daemon);

	if (err != RS_OK)
		return err;
	daemon->keeping.keep_raw = daemon->config->keep_raw;
	daemon->keeping.job = (struct vault_job){ .work = keep_work, .on_done = on_keep_done };
	vault_thread_post(daemon->vault, &daemon->keeping.job);
	rule_count_start(&daemon->rule_count, daemon->vault, daemon->settings->home);
	pipeline.fetcher = daemon->fetcher;
	err = pipeline_new(&pipeline, &daemon->pipeline);
	if (err != RS_OK)
		return daemon_fail(err, "pipeline", NULL);
	err = keeper_new(daemon->vault, daemon->fetcher, daemon->pool, daemon->settings->home,
	    &daemon->keeper);
	if (err != RS_OK)
		return daemon_fail(err, "keeper", NULL);
	err = start_images(daemon);
	if (err != RS_OK)
		return err;
	queues.parts = (struct source_parts){ daemon->fetcher, daemon->pool, &daemon->loop };
	err = queues_new(&queues, daemon->config, &daemon->queues);
	if (err != RS_OK)
		return daemon_fail(err, "queues", NULL);
	pipeline_wake(daemon->pipeline);
	keeper_wake(daemon->keeper);
	return RS_OK;
}

static int
start_listening(struct daemon *daemon)
{
	const struct daemon_settings *settings = daemon->settings;
	struct listener_settings listener = {
		&daemon->loop, daemon->vault, clock_system(), random_system(), daemon->identity,
		daemon->name, (const char *const *)daemon->config->announce.items,
		daemon->config->announce.count, fill_view, on_poll, daemon
	};
	char path[PATH_MAX];
	const char *control = settings->control != NULL ? settings->control :
	    daemon->config->control;
	struct rs_err_detail detail = { "" };
	size_t i, count;
	_Static_assert((int)CONFIG_LISTEN_MAX < LISTENER_SOCKETS_MAX, "one is for control");
	int err = listener_new(&listener, &daemon->listener);

	if (err != RS_OK)
		return daemon_fail(err, "listening", NULL);
	if (control == NULL) {
		snprintf(path, sizeof(path), "%s/control.sock", settings->home);
		control = path;
	}
	err = listener_add_control(daemon->listener, control, &detail);
	count = settings->listen_count > 0 ? settings->listen_count : daemon->config->listen.count;
	for (i = 0; i < count && err == RS_OK; i++) {
		err = listener_add_tcp(daemon->listener, settings->listen_count > 0 ?
		    settings->listen[i] : daemon->config->listen.items[i], &detail);
	}
	if (err != RS_OK)
		return daemon_fail(err, "listening", &detail);
	listener_announce(daemon->listener);
	return RS_OK;
}

static int
start_dialling(struct daemon *daemon)
{
	struct dialler_settings settings = {
		&daemon->loop, daemon->vault, daemon->listener, clock_system(), random_system()
	};
	int err = dialler_new(&settings, &daemon->dialler);

	return err == RS_OK ? err : daemon_fail(err, "dialling", NULL);
}

/* ---------------------------------------------------------------------- the end */

static void
on_vault_stopped(void *context)
{
	struct daemon *daemon = context;

	uv_close((uv_handle_t *)&daemon->on_term, NULL);
	uv_close((uv_handle_t *)&daemon->on_int, NULL);
	uv_close((uv_handle_t *)&daemon->on_hup, NULL);
}

static void
stop_vault(struct daemon *daemon)
{
	fetcher_free(daemon->fetcher);
	pool_free(daemon->pool);
	vault_thread_stop(daemon->vault, on_vault_stopped, daemon);
}

static void
on_images_stopped(void *context)
{
	struct daemon *daemon = context;

	daemon->images = NULL;
	if (daemon->state == DAEMON_STOPPING) {
		stop_vault(daemon);
		return;
	}
	/* A reload: the same parts again, as the new configuration has them. */
	fetcher_free(daemon->fetcher);
	daemon->fetcher = NULL;
	config_free(daemon->config);
	daemon->config = daemon->next_config;
	daemon->next_config = NULL;
	apply_log_settings(daemon->config);
	set_state(daemon, DAEMON_RUNNING);
	daemon->err = start_fetching(daemon);
	if (daemon->err != RS_OK || daemon->stop_wanted) {
		stop(daemon);
		return;
	}
	notify_state("READY=1");
	LOG(LOG_LEVEL_NOTICE, "reloaded",
	    log_number("queues", (int64_t)daemon->config->queue_count));
	/* The file may have changed again since it was read. */
	if (daemon->reload_wanted)
		reload(daemon);
}

static void
on_keeper_stopped(void *context)
{
	struct daemon *daemon = context;

	daemon->keeper = NULL;
	if (daemon->images != NULL)
		images_stop(daemon->images, on_images_stopped, daemon);
	else
		on_images_stopped(daemon);
}

static void
on_pipeline_stopped(void *context)
{
	struct daemon *daemon = context;

	daemon->pipeline = NULL;
	if (daemon->keeper != NULL)
		keeper_stop(daemon->keeper, on_keeper_stopped, daemon);
	else
		on_keeper_stopped(daemon);
}

static void
on_queues_stopped(void *context)
{
	struct daemon *daemon = context;

	daemon->queues = NULL;
	if (daemon->pipeline != NULL)
		pipeline_stop(daemon->pipeline, on_pipeline_stopped, daemon);
	else
		on_pipeline_stopped(daemon);
}

static void
stop_fetching(struct daemon *daemon)
{
	if (daemon->queues != NULL)
		queues_stop(daemon->queues, on_queues_stopped, daemon);
	else
		on_queues_stopped(daemon);
}

static void
on_listener_stopped(void *context)
{
	struct daemon *daemon = context;

	daemon->listener = NULL;
	stop_fetching(daemon);
}

static void
on_dialler_stopped(void *context)
{
	struct daemon *daemon = context;

	daemon->dialler = NULL;
	if (daemon->listener != NULL)
		listener_stop(daemon->listener, on_listener_stopped, daemon);
	else
		on_listener_stopped(daemon);
}

/* Stop from the outside in: no new work, then what is under way, then the vault. */
static void
stop(struct daemon *daemon)
{
	if (daemon->state == DAEMON_RELOADING) {
		daemon->stop_wanted = true;
		return;
	}
	if (daemon->state == DAEMON_STOPPING)
		return;
	set_state(daemon, DAEMON_STOPPING);
	LOG(LOG_LEVEL_NOTICE, "stopping");
	notify_state("STOPPING=1");
	collector_stop(&daemon->collector);
	rule_count_stop(&daemon->rule_count);
	if (daemon->dialler != NULL)
		dialler_stop(daemon->dialler, on_dialler_stopped, daemon);
	else
		on_dialler_stopped(daemon);
}

static void
on_stop_signal(uv_signal_t *signal, int number)
{
	(void)number;
	stop(signal->data);
}

static void
notify_reloading(void)
{
	struct timespec now;
	char state[64];

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%lld",
	    (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	notify_state(state);
}

/* A configuration with an error changes nothing. */
static void
reload(struct daemon *daemon)
{
	struct config_errors errors;
	size_t i;

	daemon->reload_wanted = daemon->state == DAEMON_RELOADING;
	if (daemon->state != DAEMON_RUNNING)
		return;
	notify_reloading();
	if (load_config(daemon->settings, &daemon->next_config, &errors) != RS_OK) {
		for (i = 0; i < errors.count; i++)
			LOG(LOG_LEVEL_ERROR, "configuration-refused",
			    log_text("error", errors.lines[i].text));
		notify_state("READY=1");
		return;
	}
	set_state(daemon, DAEMON_RELOADING);
	stop_fetching(daemon);
}

static void
on_reload_signal(uv_signal_t *signal, int number)
{
	(void)number;
	reload(signal->data);
}

/* ------------------------------------------------------------------- the beginning */

static void
start_signals(struct daemon *daemon)
{
	signal(SIGPIPE, SIG_IGN);
	uv_signal_init(&daemon->loop, &daemon->on_term);
	uv_signal_init(&daemon->loop, &daemon->on_int);
	uv_signal_init(&daemon->loop, &daemon->on_hup);
	daemon->on_term.data = daemon;
	daemon->on_int.data = daemon;
	daemon->on_hup.data = daemon;
	uv_signal_start(&daemon->on_term, on_stop_signal, SIGTERM);
	uv_signal_start(&daemon->on_int, on_stop_signal, SIGINT);
	uv_signal_start(&daemon->on_hup, on_reload_signal, SIGHUP);
}

/* Start all parts around ${replica}, which the vault thread takes over. */
static int
start(struct daemon *daemon, struct replica *replica)
{
	struct pool_options pool = { .workers = daemon->config->workers };
	int err = daemon_introduce(replica, daemon->config, daemon->name, &daemon->identity);

	if (err != RS_OK) {
		replica_close(replica);
		return err;
	}
	err = vault_thread_start(&daemon->loop, replica, on_change, daemon, &daemon->vault);
	if (err != RS_OK) {
		replica_close(replica);
		return daemon_fail(err, "vault thread", NULL);
	}
	start_signals(daemon);
	err = pool_new(&daemon->loop, &pool, &daemon->pool);
	if (err != RS_OK)
		daemon_fail(err, "workers", NULL);
	if (err == RS_OK)
		err = start_fetching(daemon);
	if (err == RS_OK)
		err = start_listening(daemon);
	if (err == RS_OK)
		err = start_dialling(daemon);
	if (err == RS_OK)
		collector_start(&daemon->collector, &daemon->loop, daemon->vault);
	if (err != RS_OK) {
		stop(daemon);
		return err;
	}
	LOG(LOG_LEVEL_NOTICE, "started", log_text("version", READSYNC_VERSION),
	    log_number("queues", (int64_t)daemon->config->queue_count));
	notify_state("READY=1");
	return RS_OK;
}

int
daemon_run(const struct daemon_settings *settings)
{
	struct daemon daemon = { .settings = settings };
	struct replica *replica;
	int err = daemon_configure(settings, &daemon.config);

	if (err != RS_OK)
		return rs_err_exit_status(RS_EINVAL);
	apply_log_settings(daemon.config);
	daemon.started_ms = clock_now_ms(clock_system());
	err = daemon_open(settings, daemon.config, &replica);
	if (err == RS_OK && uv_loop_init(&daemon.loop) != 0) {
		replica_close(replica);
		err = daemon_fail(RS_ENOMEM, "event loop", NULL);
	} else if (err == RS_OK) {
		err = start(&daemon, replica);
		uv_run(&daemon.loop, UV_RUN_DEFAULT);
		if (err == RS_OK)
			err = daemon.err;
		uv_loop_close(&daemon.loop);
		LOG(LOG_LEVEL_NOTICE, "stopped");
	}
	secret_free(daemon.identity);
	config_free(daemon.config);
	return rs_err_exit_status(err);
}
