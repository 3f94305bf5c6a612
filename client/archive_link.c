#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "client/archive_link.h"
#include "proto/record/unpack.h"
#include "proto/replica/device.h"
#include "proto/replica/peer.h"
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

/* Ask over the link that ${settings} describe; an answer that is an error is one. */
static int
ask_over(const struct link_settings *settings, const Readsync__Request *request,
    Readsync__Response **ret_response, struct rs_err_detail *detail)
{
	static const struct link_ops ops = {
		.on_message = on_message, .next = next, .done = done
	};
	struct asking asking = { .request = request };
	struct link_traffic traffic;
	int err = link_run(settings, &ops, &asking, &traffic, detail);

	if (err == RS_OK && asking.response->code != 0) {
		err = message_err(asking.response->code);
		rs_err_detail_set(detail, "%s", asking.response->text);
	}
	if (err != RS_OK) {
		readsync__response__free_unpacked(asking.response, NULL);
		return err;
	}
	*ret_response = asking.response;
	return RS_OK;
}

int
archive_link_request(struct client *client, const Readsync__Request *request,
    Readsync__Response **ret_response)
{
	struct link_settings settings = { .control = archive_link_control(client) };
	struct rs_err_detail detail = { "" };
	int err = RS_ENETWORK;

	if (settings.control == NULL)
		rs_err_detail_set(&detail, "no daemon's control socket was found on this machine; "
		    "name it with --control PATH");
	else
		err = ask_over(&settings, request, ret_response, &detail);
	if (err != RS_OK)
		client_fail_detail(client, err, NULL, &detail);
	return err;
}

/* -------------------------------------------------------------- the archives */

/* What goes round them until one answers. */
struct round {
	struct link_settings settings;
	const Readsync__Request *request;
	Readsync__Response *response;
	struct rs_err_detail *detail;
	bool any;			/* there is one with an address */
	int err;
};

static bool
ask_peer(void *context, const struct peer *peer)
{
	struct round *round = context;
	const char *addresses[PEER_ADDRESSES_MAX];
	size_t i;

	if (peer->address_count == 0)
		return true;
	round->any = true;
	for (i = 0; i < peer->address_count; i++)
		addresses[i] = peer->addresses[i];
	round->settings.addresses = addresses;
	round->settings.address_count = peer->address_count;
	round->settings.peer_key = peer->key;
	round->err = ask_over(&round->settings, round->request, &round->response, round->detail);
	return round->err == RS_ENETWORK || round->err == RS_ETIMEOUT;
}

/* Ask the first archive that answers. */
static int
ask_archives(struct client *client, struct round *round)
{
	struct secret *identity;
	int err = archive_link_identity(client->replica, &identity);

	if (err != RS_OK)
		return err;
	round->settings.identity = identity;
	err = peer_list(client->replica, ask_peer, round);
	secret_free(identity);
	return err == RS_OK ? round->err : err;
}

int
archive_link_ask(struct client *client, const Readsync__Request *request,
    Readsync__Response **ret_response, struct rs_err_detail *detail)
{
	struct round round = {
		.settings = { .control = client->options.control }, .request = request,
		.detail = detail, .err = RS_OK
	};
	int err = RS_OK;

	if (round.settings.control == NULL) {
		err = ask_archives(client, &round);
		if (err == RS_OK && round.any) {
			*ret_response = round.response;
			return RS_OK;
		}
		/* On the archive's own machine nobody need be paired. */
		round.settings.control = round.any ? NULL : archive_link_control(client);
	}
	if (err == RS_OK && round.settings.control != NULL)
		return ask_over(&round.settings, request, ret_response, detail);
	if (err == RS_OK) {
		rs_err_detail_set(detail, "this device is not paired: get a token from 'readsync "
		    "invite' on the daemon's machine, then 'readsync join TOKEN' here");
		err = RS_EAUTH;
	}
	return err;
}
