#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/archive_link.h"
#include "client/view/cells.h"
#include "proto/replica/peer.h"
#include "proto/replica/text.h"
#include "proto/wire/message.h"

/* Pairing: we wait to be welcomed, say our name, and are told that it is done. */
enum joining_state {
	JOINING_WELCOME,	/* not welcomed yet */
	JOINING_NAME,		/* our name is to be sent */
	JOINING_ANSWER,		/* and to be confirmed */
	JOINING_DONE
};

struct joining {
	struct client *client;
	const struct token *token;
	char archive_name[DEVICE_NAME_MAX + 1];
	enum joining_state state;
	char name[DEVICE_NAME_MAX + 1];
};

/* Adopt the library and remember the archive, in one commit. */
static int
take_welcome(struct joining *joining, const Readsync__Welcome *welcome,
    struct rs_err_detail *detail)
{
	struct replica *replica = joining->client->replica;
	int err = replica_begin(replica);

	if (err != RS_OK)
		return err;
	snprintf(joining->archive_name, sizeof(joining->archive_name), "%s", welcome->archive_name);
	err = replica_join(replica, welcome->library.data, welcome->library_secret.data);
	if (err == RS_OK)
		err = peer_join(replica, joining->token, welcome->archive_name);
	if (err == RS_OK)
		return replica_commit(replica);
	replica_rollback(replica);
	if (err == RS_EREFUSED) {
		rs_err_detail_set(detail, "this device is paired with another archive already; use "
		    "another --home for a second one");
	}
	return err;
}

static int
on_message(void *context, const Readsync__Message *message, struct rs_err_detail *detail)
{
	struct joining *joining = context;
	int err;

	if (message->body_case == READSYNC__MESSAGE__BODY_WELCOME &&
	    joining->state == JOINING_WELCOME) {
		err = take_welcome(joining, message->welcome, detail);
		if (err == RS_OK)
			joining->state = JOINING_NAME;
		return err;
	}
	if (message->body_case == READSYNC__MESSAGE__BODY_RESPONSE &&
	    joining->state == JOINING_ANSWER) {
		joining->state = JOINING_DONE;
		rs_err_detail_set(detail, "%s", message->response->text);
		return message->response->code == 0 ? RS_OK : message_err(message->response->code);
	}
	if (message->body_case == READSYNC__MESSAGE__BODY_FAILURE) {
		rs_err_detail_set(detail, "the daemon says: %s", message->failure->text);
		return message_err(message->failure->code);
	}
	return RS_EPROTOCOL;
}

static int
next(void *context, struct buffer *out, bool *ret_any)
{
	struct joining *joining = context;
	Readsync__Message message = READSYNC__MESSAGE__INIT;
	Readsync__Join join = READSYNC__JOIN__INIT;

	*ret_any = joining->state == JOINING_NAME;
	if (!*ret_any)
		return RS_OK;
	joining->state = JOINING_ANSWER;
	join.name = joining->name;
	join.device.data = (uint8_t *)replica_origin(joining->client->replica);
	join.device.len = VERSION_ORIGIN_LEN;
	message.body_case = READSYNC__MESSAGE__BODY_JOIN;
	message.join = &join;
	return message_pack(&message, out);
}

static bool
done(void *context)
{
	return ((struct joining *)context)->state == JOINING_DONE;
}

/* The device's name: --name, else the machine's. */
static int
choose_name(struct joining *joining)
{
	const char *given = joining->client->options.name;

	if (given != NULL && (given[0] == '\0' || strlen(given) > DEVICE_NAME_MAX ||
	    !text_is_line(bytes_of_text(given))))
		return client_fail(joining->client, RS_EINVAL,
		    "--name takes 1 to %d bytes of UTF-8 "
		    "without control characters", DEVICE_NAME_MAX);
	if (given != NULL)
		memcpy(joining->name, given, strlen(given) + 1);
	else if (gethostname(joining->name, sizeof(joining->name) - 1) != 0 ||
	    joining->name[0] == '\0')
		memcpy(joining->name, "device", sizeof("device"));
	return 0;
}

/* Pair by the token; returns the exit status. */
static int
pair(struct joining *joining)
{
	const struct token *token = joining->token;
	static const struct link_ops ops = {
		.on_message = on_message, .next = next, .done = done
	};
	const char *addresses[TOKEN_ADDRESSES_MAX];
	struct link_settings settings = { .addresses = addresses, .peer_key = token->key };
	struct secret *identity = NULL, *psk = NULL;
	struct rs_err_detail detail = { "" };
	struct link_traffic traffic;
	size_t i;
	int err;

	for (i = 0; i < token->address_count; i++)
		addresses[settings.address_count++] = token->addresses[i];
	err = archive_link_identity(joining->client->replica, &identity);
	if (err == RS_OK)
		err = token_psk(token->seed, &psk);
	if (err == RS_OK) {
		settings.identity = identity;
		settings.psk = psk;
		err = link_run(&settings, &ops, joining, &traffic, &detail);
	}
	secret_free(identity);
	secret_free(psk);
	/* A daemon says nothing but good-bye to a wrong token, or a device that it has revoked. */
	if (err == RS_ECLOSED && joining->state == JOINING_WELCOME) {
		err = RS_ETOKEN;
		rs_err_detail_set(&detail, "the archive closed the connection: the invitation is "
		    "wrong, used or expired, or the daemon is being stopped");
	} else if (err == RS_ECLOSED && joining->state == JOINING_ANSWER) {
		err = RS_EREFUSED;
		rs_err_detail_set(&detail, "the archive took the invitation and closed the "
		    "connection: it is being stopped, and 'readsync sync' will tell; or this "
		    "device was revoked, which is for ever, and only another --home can join");
	}
	return err == RS_OK ? 0 : client_fail_detail(joining->client, err, NULL, &detail);
}

/* Read a token from standard input, where no list of processes shows it. */
static int
read_token(struct client *client, char text[TOKEN_TEXT_MAX + 2])
{
	if (fgets(text, TOKEN_TEXT_MAX + 2, stdin) == NULL)
		return client_fail(client, RS_ETOKEN, "there is no invitation in standard input");
	return 0;
}

/* Say who has joined whom; the names are other people's. */
static void
tell(const struct joining *joining)
{
	printf("This device, '");
	cells_print(stdout, joining->name, SIZE_MAX);
	printf("', has joined '");
	cells_print(stdout, joining->archive_name, SIZE_MAX);
	printf("'. Next: readsync sync\n");
}

static int
run(struct client *client, int argc, char **argv)
{
	struct joining joining = { .client = client };
	struct rs_err_detail detail = { "" };
	char text[TOKEN_TEXT_MAX + 2];
	bool from_stdin = strcmp(argv[0], "-") == 0;
	struct token token;
	int err, status = from_stdin ? read_token(client, text) : 0;

	(void)argc;
	if (status != 0)
		return status;
	err = token_decode(from_stdin ? text : argv[0], &token, &detail);
	secret_wipe(text, sizeof(text));
	if (err != RS_OK)
		return client_fail_detail(client, err, NULL, &detail);
	joining.token = &token;
	status = choose_name(&joining);
	if (status == 0) {
		err = client_open(client);
		status = err == RS_OK ? pair(&joining) : rs_err_exit_status(err);
	}
	token_wipe(&token);
	if (status == 0)
		tell(&joining);
	return status;
}

const struct command command_join = {
	.name = "join",
	.arguments = "TOKEN|-",
	.summary = "pair this device with an archive",
	.description =
	    "Pairs this device with the archive whose daemon made TOKEN ('readsync\n"
	    "invite' there). - reads it from standard input. Needs the network. What was\n"
	    "saved here before is kept and goes along.\n",
	.options = "N",
	.min_arguments = 1,
	.max_arguments = 1,
	.run = run
};
