#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "client/archive_link.h"
#include "proto/record/unpack.h"
#include "proto/replica/device.h"
#include "proto/wire/message.h"

int
archive_link_identity(struct replica *replica, struct secret **ret_identity)
{
	int err = replica_begin(replica);

	if (err != RS_OK)
		return err;
	err = device_identity(replica, ret_identity);
	if (err == RS_OK)
		return replica_commit(replica);
	replica_rollback(replica);
	return err;
}

/* ------------------------------------------------------- the control socket */

const char *
archive_link_control(const struct client *client)
{
	static char path[4096];
	const char *named = getenv("READSYNC_CONTROL"), *runtime = getenv("XDG_RUNTIME_DIR");

	if (client->options.control != NULL)
		return client->options.control;
	if (named != NULL && named[0] != '\0')
		return named;
	if (access("/run/readsync/control.sock", F_OK) == 0)
		return "/run/readsync/control.sock";
	if (runtime != NULL && runtime[0] == '/') {
		snprintf(path, sizeof(path), "%s/readsync/control.sock", runtime);
		if (access(path, F_OK) == 0)
			return path;
	}
	if (access("/var/lib/readsync/control.sock", F_OK) == 0)
		return "/var/lib/readsync/control.sock";
	return NULL;
}

/* One request and its answer. */
struct asking {
	const Readsync__Request *request;
	bool asked;
	Readsync__Response *response;
};

static int
on_message(void *context, const Readsync__Message *message, struct rs_err_detail *detail)
{
	struct asking *asking = context;
	struct buffer packed;
	uint8_t *room;
	int err;

	if (message->body_case != READSYNC__MESSAGE__BODY_RESPONSE || asking->response != NULL) {
		rs_err_detail_set(detail, "the daemon answered something else");
		return RS_EPROTOCOL;
	}
	/* The message is borrowed: keep a copy, by way of its packed form. */
	buffer_init(&packed, MESSAGE_MAX);
	err = buffer_reserve(&packed, readsync__response__get_packed_size(message->response),
	    &room);
	if (err == RS_OK) {
		buffer_commit(&packed, readsync__response__pack(message->response, room));
		err = unpack_bounded(&readsync__response__descriptor, buffer_bytes(&packed),
		    MESSAGE_MEMORY_BASE + MESSAGE_MEMORY_FACTOR * packed.len,
		    (ProtobufCMessage **)&asking->response);
	}
	buffer_release(&packed);
	return err;
}

static int
next(void *context, struct buffer *out, bool *ret_any)
{
	struct asking *asking = context;
	Readsync__Message message = READSYNC__MESSAGE__INIT;

	*ret_any = !asking->asked;
	if (asking->asked)
		return RS_OK;
	asking->asked = true;
	message.body_case = READSYNC__MESSAGE__BODY_REQUEST;
	message.request = (Readsync__Request *)asking->request;
	return message_pack(&message, out);
}

static bool
done(void *context)
{
	return ((struct asking *)context)->response != NULL;
}

int
archive_link_request(struct client *client, const Readsync__Request *request,
    Readsync__Response **ret_response)
{
	static const struct link_ops ops = {
		.on_message = on_message, .next = next, .done = done
	};
	struct link_settings settings = { .control = archive_link_control(client) };
	struct asking asking = { .request = request };
	struct rs_err_detail detail = { "" };
	struct link_traffic traffic;
	int err;

	if (settings.control == NULL) {
		err = RS_ENETWORK;
		rs_err_detail_set(&detail, "no daemon's control socket was found on this machine; "
		    "name it with --control PATH");
	} else {
		err = link_run(&settings, &ops, &asking, &traffic, &detail);
	}
	if (err == RS_OK && asking.response->code != 0) {
		err = message_err(asking.response->code);
		rs_err_detail_set(&detail, "%s", asking.response->text);
		readsync__response__free_unpacked(asking.response, NULL);
	}
	if (err != RS_OK) {
		client_fail_detail(client, err, NULL, &detail);
		return err;
	}
	*ret_response = asking.response;
	return RS_OK;
}
