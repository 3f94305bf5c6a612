/*
 * The client's commands: one file each, one sorted table of them (main.c), and
 * what they share: the options, the replica, and one way to fail.
 */
#ifndef CLIENT_COMMAND_H
#define CLIENT_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/base/err.h"
#include "proto/base/hash.h"
#include "proto/replica/home.h"
#include "proto/replica/replica.h"

enum {
	COMMAND_TAGS_MAX = 32		/* --tag options of one call */
};

/* Every option of every command; one that was not given is NULL, 0 or false. */
struct command_options {
	const char *home;		/* never NULL: see client_open */
	const char *control;
	const char *passphrase_file;
	const char *key_file;
	const char *title;
	const char *page;		/* a file, or "-" */
	const char *name;
	const char *copy;
	const char *fetch;		/* an item */
	const char *tags[COMMAND_TAGS_MAX];
	size_t tag_count;
	unsigned limit;			/* 0: all */
	unsigned width;
	bool limit_given;
	bool json;
	bool jsonl;
	bool html;
	bool markdown;
	bool all;
	bool archived;
	bool quiet;
	bool follow;
	bool archive;
	bool edit;
	bool join;
	bool list;
	const char *comment;
	unsigned remove;		/* a number, from 1; 0 when none was given */
};

struct client;

struct command {
	const char *name;
	const char *arguments;		/* as the usage line shows them */
	const char *summary;		/* one line */
	const char *description;	/* for --help; ends with a line feed */
	const char *options;		/* letters of the options it takes, see main.c */
	int min_arguments;
	int max_arguments;		/* -1: any number */

	/* Run with the arguments behind the options; return the exit status. */
	int (*run)(struct client *client, int argc, char **argv);
};

struct client {
	const struct command *command;
	struct command_options options;
	struct replica *replica;	/* after client_open */
	bool keeps_key;			/* set before client_open, for client_open_again */
	struct home_key key;
	bool changed;			/* something was committed since client_open */
	bool colour;			/* standard output is a terminal that wants it */
};

/**
 * client_home(client, ret_settings, ret_passphrase):
 * Say where the client's home is and what opens it: the passphrase of --passphrase-file,
 * else a key file, else what is typed.  The caller frees ${ret_passphrase} behind
 * the settings, which may be NULL.  Returns an error after telling it.
 */
int client_home(const struct client *client, struct home_settings *ret_settings,
    struct secret **ret_passphrase);

/**
 * client_open(client):
 * Open the replica in the client's home, made at the first call; a key file that is made
 * is warned of.  Waits a few seconds for another client.  Returns an error after
 * telling it.
 */
int client_open(struct client *client);

/**
 * client_open_again(client, detail):
 * Open the replica, which was closed since, with the key that was kept.  Fails
 * like home_open and tells nothing.
 */
int client_open_again(struct client *client, struct rs_err_detail *detail);

/**
 * client_give_way(client, detail):
 * Between two transactions of a long work: if another program waits for the vault, close
 * it, let that one have it, and open it again.  Needs keeps_key; fails like
 * client_open_again, and the replica is NULL then.
 */
int client_give_way(struct client *client, struct rs_err_detail *detail);

/**
 * client_fail(client, err, format, ...):
 * Print "readsync COMMAND: FORMATTED" to standard error, without the control
 * characters that an argument or a peer may have brought, and return the exit status
 * of ${err}.
 */
int client_fail(const struct client *client, int err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/**
 * client_fail_code(client, err, what):
 * The same with ${what} and the text of ${err}.
 */
int client_fail_code(const struct client *client, int err, const char *what);

/**
 * client_fail_detail(client, err, what, detail):
 * The same with ${what} and ${detail}, or the text of ${err} where that says nothing.
 * ${what} may be NULL.
 */
int client_fail_detail(const struct client *client, int err, const char *what,
    const struct rs_err_detail *detail);

/**
 * client_find(client, prefix, ret_id):
 * Resolve what a person typed for an item; returns an error after telling it.
 */
int client_find(struct client *client, const char *prefix, uint8_t ret_id[HASH_NAME_LEN]);

/**
 * client_read_stdin(out):
 * Append all of standard input to ${out}, which must have room for 65536 bytes more than
 * it may hold in the end.  RS_ELIMIT when it is longer than that, or fails with errno set.
 */
int client_read_stdin(struct buffer *out);

/**
 * client_print_time(label, ms):
 * Write ${label} and ${ms}, milliseconds since 1970, as a local time to the second, on
 * standard output; nothing for 0, which is no time.
 */
void client_print_time(const char *label, int64_t ms);

/**
 * client_each(client, argc, argv, change):
 * Open the replica, resolve every argument to an item, and only if all of them are one, call
 * change(client, id) for each in one transaction.  Returns the exit status.
 */
int client_each(struct client *client, int argc, char **argv,
    int (*change)(struct client *client, const uint8_t *id));

extern const struct command command_archive;
extern const struct command command_device;
extern const struct command command_diff;
extern const struct command command_export;
extern const struct command command_highlight;
extern const struct command command_history;
extern const struct command command_import;
extern const struct command command_invite;
extern const struct command command_join;
extern const struct command command_list;
extern const struct command command_mark;
extern const struct command command_note;
extern const struct command command_offline;
extern const struct command command_prefer;
extern const struct command command_read;
extern const struct command command_rm;
extern const struct command command_save;
extern const struct command command_search;
extern const struct command command_site;
extern const struct command command_split;
extern const struct command command_star;
extern const struct command command_status;
extern const struct command command_sync;
extern const struct command command_tag;
extern const struct command command_unarchive;
extern const struct command command_unstar;
extern const struct command command_untag;
extern const struct command command_vault;
extern const struct command command_why;

#endif
