#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/peer/request.h"
#include "daemon/session/site_request.h"
#include "proto/base/err.h"
#include "proto/replica/device.h"
#include "proto/replica/statistics.h"
#include "proto/replica/work.h"
#include "proto/wire/message.h"

static void
add_queue(void *context, const struct queue_status *status)
{
	struct request_view *view = context;
	struct request_queue *queue;

	if (view->queue_count == REQUEST_QUEUES_MAX)
		return;
	queue = &view->queues[view->queue_count++];
	snprintf(queue->name, sizeof(queue->name), "%s", status->name);
	snprintf(queue->kind, sizeof(queue->kind), "%s", status->kind);
	snprintf(queue->problem, sizeof(queue->problem), "%s", status->problem);
	queue->polled_ms = status->polled_ms;
	queue->next_ms = status->next_ms;
	queue->entries = status->entries;
}

void
request_view_queues(struct request_view *view, const struct queues *queues)
{
	view->queue_count = 0;
	queues_status(queues, add_queue, view);
}

/* Replace a text of the response; an empty one stays when memory is short. */
static void
set_text(char **text, const char *value)
{
	char *copy = strdup(value);

	if (copy != NULL)
		*text = copy;
}

/* ------------------------------------------------------------------- status */

static int
answer_queues(const struct request_view *view, Readsync__Response *response)
{
	size_t i;

	if (view->queue_count == 0)
		return RS_OK;
	response->queues = calloc(view->queue_count, sizeof(*response->queues));
	if (response->queues == NULL)
		return RS_ENOMEM;
	for (i = 0; i < view->queue_count; i++) {
		Readsync__QueueStatus *status = malloc(sizeof(*status));

		if (status == NULL)
			return RS_ENOMEM;
		readsync__queue_status__init(status);
		response->queues[response->n_queues++] = status;
		set_text(&status->name, view->queues[i].name);
		set_text(&status->kind, view->queues[i].kind);
		set_text(&status->problem, view->queues[i].problem);
		status->polled_ms = view->queues[i].polled_ms;
		status->next_ms = view->queues[i].next_ms;
		status->entries = view->queues[i].entries;
	}
	return RS_OK;
}

static int
answer_archives(const struct request_view *view, Readsync__Response *response)
{
	size_t i;

	if (view->archive_count == 0)
		return RS_OK;
	response->archives = calloc(view->archive_count, sizeof(*response->archives));
	if (response->archives == NULL)
		return RS_ENOMEM;
	for (i = 0; i < view->archive_count; i++) {
		Readsync__PeerStatus *status = malloc(sizeof(*status));

		if (status == NULL)
			return RS_ENOMEM;
		readsync__peer_status__init(status);
		response->archives[response->n_archives++] = status;
		set_text(&status->name, view->archives[i].name);
		set_text(&status->problem, view->archives[i].problem);
		status->connected = view->archives[i].connected;
		status->seen_ms = view->archives[i].seen_ms;
	}
	return RS_OK;
}

static int
answer_status(const struct request_view *view, struct replica *replica,
    Readsync__Response *response)
{
	struct statistics statistics;
	struct work_counts work;
	int err = statistics_read(replica, &statistics);

	if (err == RS_OK)
		err = work_count(replica, &work);
	if (err == RS_OK)
		err = site_request_stopped(replica, &response->sites_stopped);
	if (err != RS_OK)
		return err;
	set_text(&response->version, READSYNC_VERSION);
	response->items = statistics.items;
	response->readings = statistics.readings;
	response->blobs = statistics.blobs;
	response->stored_bytes = statistics.stored_bytes;
	response->waiting = work.queued + work.fetched;
	response->failing = work.failing;
	response->held = work.held;
	response->waiting_images = work.images;
	response->peers = view->peers;
	response->started_ms = view->started_ms;
	err = answer_queues(view, response);
	return err == RS_OK ? answer_archives(view, response) : err;
}

/* --------------------------------------------------------------- invitation */

static int
encode_invitation(const struct request_view *view, const uint8_t *seed,
    Readsync__Response *response)
{
	struct token token = { .address_count = view->address_count };
	struct buffer text;
	int err;

	memcpy(token.key, view->public_key, sizeof(token.key));
	memcpy(token.seed, seed, sizeof(token.seed));
	memcpy(token.addresses, view->addresses, sizeof(token.addresses));
	buffer_init_secret(&text, TOKEN_TEXT_MAX);
	err = token_encode(&token, &text);
	if (err == RS_OK)
		set_text(&response->token, buffer_text(&text));
	buffer_release(&text);
	token_wipe(&token);
	return err;
}

static int
answer_invite(const Readsync__Request *request, bool local, const struct request_view *view,
    struct replica *replica, Readsync__Response *response)
{
	uint8_t seed[DEVICE_INVITE_LEN];
	int err;

	if (!local) {
		set_text(&response->text, "an invitation is made on the daemon's own machine only");
		return RS_EREFUSED;
	}
	if (view->address_count == 0) {
		set_text(&response->text, "the daemon listens on no address; set listen in "
		    "readsyncd.conf");
		return RS_EREFUSED;
	}
	err = replica_begin(replica);
	if (err == RS_OK)
		err = device_invite(replica, request->archive, seed, &response->expires_ms);
	if (err == RS_OK)
		err = replica_commit(replica);
	else
		replica_rollback(replica);
	if (err == RS_OK)
		err = encode_invitation(view, seed, response);
	else if (err == RS_ELIMIT)
		set_text(&response->text, "too many invitations are open; they close after ten "
		    "minutes");
	secret_wipe(seed, sizeof(seed));
	return err;
}

/* ------------------------------------------------------------------ refetch */

static int
answer_refetch(const Readsync__Request *request, struct replica *replica)
{
	int err = replica_begin(replica);

	if (err != RS_OK)
		return err;
	err = work_queue(replica, request->item.data, clock_now_ms(replica_clock(replica)));
	if (err == RS_OK)
		return replica_commit(replica);
	replica_rollback(replica);
	return err;
}

/* ------------------------------------------------------------------ devices */

static int
copy_device(const struct device *device, Readsync__Device **ret_copy)
{
	Readsync__Device *copy = malloc(sizeof(*copy));

	if (copy == NULL)
		return RS_ENOMEM;
	readsync__device__init(copy);
	copy->key.data = malloc(sizeof(device->key));
	if (copy->key.data == NULL) {
		readsync__device__free_unpacked(copy, NULL);
		return RS_ENOMEM;
	}
	copy->key.len = sizeof(device->key);
	memcpy(copy->key.data, device->key, sizeof(device->key));
	set_text(&copy->name, device->name);
	copy->archive = device->archive;
	copy->revoked = device->revoked;
	*ret_copy = copy;
	return RS_OK;
}

static bool
add_device(void *context, const struct device *device)
{
	Readsync__Response *response = context;

	if (copy_device(device, &response->devices[response->n_devices]) != RS_OK)
		return false;
	return ++response->n_devices < REQUEST_DEVICES_MAX;
}

static int
answer_devices(struct replica *replica, Readsync__Response *response)
{
	response->devices = calloc(REQUEST_DEVICES_MAX, sizeof(*response->devices));
	if (response->devices == NULL)
		return RS_ENOMEM;
	return device_list(replica, add_device, response);
}

/*
 * Rename or revoke.  On the archive's own machine only: who has stolen a device may not
 * shut its owner out with it.
 */
static int
answer_change(const Readsync__Request *request, bool local, const struct request_view *view,
    struct replica *replica, Readsync__Response *response)
{
	int err;

	if (!local) {
		set_text(&response->text, "the list of devices is changed on the daemon's own "
		    "machine only");
		return RS_EREFUSED;
	}
	if (memcmp(request->device.data, view->public_key, sizeof(view->public_key)) == 0) {
		set_text(&response->text, "this is the archive itself; readsyncd.conf has its "
		    "name");
		return RS_EREFUSED;
	}
	/* It would take its own name again at its next start. */
	if (request->kind == READSYNC__REQUEST__KIND__RENAME &&
	    device_is_archive(replica, request->device.data)) {
		set_text(&response->text, "this is an archive; its own readsyncd.conf has its "
		    "name");
		return RS_EREFUSED;
	}
	err = replica_begin(replica);
	if (err != RS_OK)
		return err;
	if (request->kind == READSYNC__REQUEST__KIND__REVOKE)
		err = device_revoke(replica, request->device.data);
	else
		err = device_rename(replica, request->device.data, request->name);
	if (err == RS_OK)
		return replica_commit(replica);
	replica_rollback(replica);
	if (err == RS_EINVAL)
		set_text(&response->text, "the name of a device is 1 to 64 bytes of UTF-8 "
		    "without control characters");
	else if (err == RS_EREFUSED)
		set_text(&response->text, "the device is revoked");
	else if (err == RS_ENOTFOUND)
		set_text(&response->text, "there is no such device on the list");
	return err;
}

static int
answer_site(const Readsync__Request *request, struct replica *replica,
    Readsync__Response *response)
{
	struct rs_err_detail detail = { "" };
	int err = request->change == NULL ? RS_EINVAL :
	    site_request_change(replica, request->change, response, &detail);

	if (err != RS_OK)
		set_text(&response->text, detail.text);
	return err;
}

int
request_answer(const Readsync__Request *request, bool local, const struct request_view *view,
    struct replica *replica, Readsync__Response **ret_response)
{
	Readsync__Response *response = malloc(sizeof(*response));
	int err = RS_OK;

	if (response == NULL)
		return RS_ENOMEM;
	readsync__response__init(response);
	switch (request->kind) {
	case READSYNC__REQUEST__KIND__STATUS:
		err = answer_status(view, replica, response);
		break;
	case READSYNC__REQUEST__KIND__INVITE:
		err = answer_invite(request, local, view, replica, response);
		break;
	case READSYNC__REQUEST__KIND__REFETCH:
		err = answer_refetch(request, replica);
		break;
	case READSYNC__REQUEST__KIND__POLL:
		/* The loop did it when it took the request's view. */
		break;
	case READSYNC__REQUEST__KIND__DEVICES:
		err = answer_devices(replica, response);
		break;
	case READSYNC__REQUEST__KIND__SITES:
		err = site_request_list(replica, request->site, response);
		break;
	case READSYNC__REQUEST__KIND__SITE:
		err = answer_site(request, replica, response);
		break;
	case READSYNC__REQUEST__KIND__RENAME:
	case READSYNC__REQUEST__KIND__REVOKE:
		err = answer_change(request, local, view, replica, response);
		break;
	default:
		err = RS_EVERSION;
		break;
	}
	if (err == RS_ENOMEM) {
		readsync__response__free_unpacked(response, NULL);
		return err;
	}
	response->code = message_code(err);
	if (err != RS_OK && response->text[0] == '\0')
		set_text(&response->text, rs_err_text(err));
	*ret_response = response;
	return RS_OK;
}
