#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/archive_link.h"
#include "client/json.h"
#include "client/view/cells.h"
#include "proto/base/encode.h"
#include "proto/replica/device.h"
#include "proto/replica/text.h"

enum {
	KEY_BYTES_SHOWN = 8,	/* as many as the daemon's log shows of a peer's key */
	KEY_DIGITS_MIN = 4	/* that name a device */
};

/* The list, with names on the heap. */
struct listing {
	struct device *devices;
	size_t count;
	int err;
};

static bool
add_device(void *context, const struct device *device)
{
	struct listing *listing = context;
	struct device *grown = realloc(listing->devices, (listing->count + 1) * sizeof(*grown));
	char *name = strdup(device->name);

	if (grown != NULL)
		listing->devices = grown;
	if (grown == NULL || name == NULL) {
		free(name);
		listing->err = RS_ENOMEM;
		return false;
	}
	grown[listing->count] = *device;
	grown[listing->count++].name = name;
	return true;
}

static void
release(struct listing *listing)
{
	size_t i;

	for (i = 0; i < listing->count; i++)
		free((char *)listing->devices[i].name);
	free(listing->devices);
}

static int
ask_daemon(struct client *client, struct listing *listing)
{
	Readsync__Request request = READSYNC__REQUEST__INIT;
	Readsync__Response *response;
	const Readsync__Device *told;
	struct device device;
	size_t i;
	int err;

	request.kind = READSYNC__REQUEST__KIND__DEVICES;
	err = archive_link_request(client, &request, &response);
	if (err != RS_OK)
		return err;
	for (i = 0; i < response->n_devices && listing->err == RS_OK; i++) {
		told = response->devices[i];
		memcpy(device.key, told->key.data, sizeof(device.key));
		device.name = told->name;
		device.archive = told->archive;
		device.revoked = told->revoked;
		add_device(listing, &device);
	}
	readsync__response__free_unpacked(response, NULL);
	if (listing->err != RS_OK)
		client_fail_code(client, listing->err, "the list of devices");
	return listing->err;
}

/* Without a daemon, this device's own copy: as old as its last sync. */
static int
read_replica(struct client *client, struct listing *listing)
{
	int err = client_open(client);

	if (err != RS_OK)
		return err;
	err = device_list(client->replica, add_device, listing);
	if (err == RS_OK)
		err = listing->err;
	if (err != RS_OK)
		client_fail_code(client, err, "the list of devices");
	return err;
}

static void
print_devices(const struct client *client, const struct listing *listing)
{
	char key[2 * KEY_BYTES_SHOWN + 1];
	const struct device *device;
	size_t i;

	if (client->options.json) {
		json_print_devices(listing->devices, listing->count);
		return;
	}
	for (i = 0; i < listing->count; i++) {
		device = &listing->devices[i];
		encode_hex(bytes_of(device->key, KEY_BYTES_SHOWN), key);
		printf("%s  %-7s  ", key, device->revoked ? "revoked" :
		    device->archive ? "archive" : "device");
		cells_print(stdout, device->name, SIZE_MAX);
		putchar('\n');
	}
}

static int
list(struct client *client)
{
	struct listing listing = { NULL, 0, RS_OK };
	int err = archive_link_control(client) != NULL ? ask_daemon(client, &listing) :
	    read_replica(client, &listing);

	if (err == RS_OK)
		print_devices(client, &listing);
	release(&listing);
	return rs_err_exit_status(err);
}

/* ------------------------------------------------------------------- changes */

/* Does a person mean ${device} by ${word}: its name, or the beginning of its key? */
static bool
is_meant(const struct device *device, const char *word)
{
	char key[2 * DEVICE_KEY_LEN + 1];
	size_t len = strlen(word);

	if (strcmp(device->name, word) == 0)
		return true;
	encode_hex(bytes_of(device->key, sizeof(device->key)), key);
	return len >= KEY_DIGITS_MIN && len < sizeof(key) && strncmp(key, word, len) == 0;
}

/* Find the one device that ${word} means; a revoked one only where no other is meant. */
static int
find(const struct client *client, const struct listing *listing, const char *word,
    const struct device **ret_device)
{
	const struct device *found = NULL, *device;
	size_t i, count = 0;

	for (i = 0; i < listing->count; i++) {
		device = &listing->devices[i];
		if (!is_meant(device, word))
			continue;
		count += !device->revoked;
		if (found == NULL || (found->revoked && !device->revoked))
			found = device;
	}
	if (found == NULL)
		return client_fail(client, RS_ENOTFOUND, "there is no device '%s'; readsync device "
		    "list shows them", word);
	if (count > 1)
		return client_fail(client, RS_EAMBIGUOUS, "more than one device is meant by '%s'; "
		    "give the beginning of its key, as readsync device list shows it", word);
	*ret_device = found;
	return 0;
}

static bool
is_name(const char *name)
{
	return name[0] != '\0' && strlen(name) <= DEVICE_NAME_MAX &&
	    text_is_line(bytes_of_text(name));
}

/* Have the daemon do what ${kind} says to the device that ${word} means. */
static int
change(struct client *client, Readsync__Request__Kind kind, const char *word, char *name)
{
	Readsync__Request request = READSYNC__REQUEST__INIT;
	Readsync__Response *response;
	struct listing listing = { NULL, 0, RS_OK };
	const struct device *device = NULL;
	int status = rs_err_exit_status(ask_daemon(client, &listing));

	if (status == 0)
		status = find(client, &listing, word, &device);
	if (status == 0) {
		request.kind = kind;
		request.device = (ProtobufCBinaryData){ sizeof(device->key),
		    (uint8_t *)device->key };
		request.name = name;
		status = rs_err_exit_status(archive_link_request(client, &request, &response));
		if (status == 0)
			readsync__response__free_unpacked(response, NULL);
	}
	release(&listing);
	return status;
}

static int
run(struct client *client, int argc, char **argv)
{
	if (argc == 1 && strcmp(argv[0], "list") == 0)
		return list(client);
	if (argc == 2 && strcmp(argv[0], "revoke") == 0)
		return change(client, READSYNC__REQUEST__KIND__REVOKE, argv[1], "");
	if (argc == 3 && strcmp(argv[0], "rename") == 0) {
		if (!is_name(argv[2]))
			return client_fail(client, RS_EINVAL, "a name is 1 to %d bytes of UTF-8 "
			    "without control characters", DEVICE_NAME_MAX);
		return change(client, READSYNC__REQUEST__KIND__RENAME, argv[1], argv[2]);
	}
	return client_fail(client, RS_EINVAL, "list, rename DEVICE NAME or revoke DEVICE is "
	    "wanted; see readsync device --help");
}

const struct command command_device = {
	.name = "device",
	.arguments = "list | rename DEVICE NAME | revoke DEVICE",
	.summary = "list, rename or revoke the paired devices",
	.description =
	    "Lists the devices that were paired: the beginning of the key, device, archive\n"
	    "or revoked, and the name. The daemon of this machine is asked; where there is\n"
	    "none, this device tells what it knew at its last sync.\n\n"
	    "DEVICE is a name, or four or more digits of the beginning of a key. Devices\n"
	    "are renamed and revoked on the archive's own machine, by root or the daemon's\n"
	    "user. A revoked device is refused from then on, for ever, and a connection\n"
	    "that it has open is closed. What is on it stays there.\n",
	.options = "Cj",
	.min_arguments = 1,
	.max_arguments = 3,
	.run = run
};
