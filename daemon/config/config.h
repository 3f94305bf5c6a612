/*
 * The configuration of readsyncd: the file readsyncd.conf.
 *
 * SYNTAX
 *	The file is in INI form: sections in brackets, one `key = value` a line.
 *	A line that begins with # or ; is a comment, and so is the rest of a line
 *	after a blank and a ;.  A line holds at most 197 bytes; a longer value
 *	goes on in the next lines when these are indented.  A list is separated by
 *	commas.
 *
 *	DURATION	a whole number and ms, s, m, h or d: 500ms, 15m, 1d; or 0
 *	SIZE		a whole number of bytes, or one with K, M or G (1024 to
 *			the first, second, third power): 32M
 *	yes or no	also: on, off, true, false
 *	PATH		absolute
 *
 *	Each key stands at most once in its section and each section at most once;
 *	only listen, announce, allow_address and tags may be repeated, which adds to the
 *	list.  What is not known is an error, for a typing error in a key must not
 *	silently give its default.
 *
 * [daemon]
 *	listen = HOST:PORT, ...
 *		Where other devices reach the daemon: a name, an IPv4 address, or an
 *		IPv6 address in brackets; "[::]" stands for all addresses of the
 *		machine, port 0 for any free one.  Default: 127.0.0.1:7323, which
 *		only this machine reaches.
 *	announce = HOST:PORT, ...
 *		Where other devices reach the daemon, where that is not what it listens on:
 *		behind a router, or by a name.  Default: what it listens on
 *	control = PATH
 *		The control socket.  Default: control.sock in the home directory.
 *	name = TEXT
 *		What other devices call this one.  Default: the machine's name.
 *	workers = NUMBER
 *		Processes that read pages, 1 to 64.  Default: one for each processor.
 *	log_level = error | warning | notice | info | debug
 *		Default: info
 *	log_titles = yes | no
 *		Write titles, URLs and names of hosts into the log.  Default: no
 *
 * [vault]
 *	passphrase_file = PATH
 *	key_file = PATH
 *		What opens the vault, one of them: a file that holds a passphrase in
 *		its first line, or a key file.  Default: a key file in the home
 *		directory, made at the first start with a warning, for a key beside the
 *		vault protects nothing.
 *
 * [fetch]
 *	agent_url = URL
 *		Told to the sites beside "readsync/VERSION", so that they find whom to
 *		ask.  Default: none
 *	spacing = DURATION
 *		The pause between two requests to one host, up to 1h.  Default: 500ms
 *	connections_per_host = NUMBER
 *		Requests to one host at once, 1 to 8.  Default: 2
 *	timeout = DURATION
 *		The most one fetch may take, 1s to 1h.  Default: 60s
 *	max_page = SIZE
 *		The most one page may hold once decompressed, 1K to 32M.  Default: 32M
 *	max_redirects = NUMBER
 *		1 to 50.  Default: 10
 *	wait = DURATION
 *		Where the library has other archives: how long they may fetch what is new
 *		before this one does, up to 1d.  Default: 1d for an archive that has joined
 *		another, else 0
 *	keep_raw = yes | no
 *		Keep pages as they came once they are read, so that `readsyncd reextract`
 *		can make better readings of them.  Default: yes
 *	keep_images = yes | no
 *		Fetch the images that articles show, and keep them.  Those that were left
 *		out are fetched once it is yes again.  Default: yes
 *	max_image = SIZE
 *		The most one image may hold, 1K to 32M.  Default: 8M
 *	max_images = SIZE
 *		The most all images of one article may hold, 1K to 1G.  Default: 32M
 *	allow_address = NETWORK, ...
 *		Addresses to reach although they are not public ("192.168.1.0/24",
 *		"fd00::/8"), such as a wallabag of your own.  Default: none
 *	proxy = URL
 *		An http, https, socks5 or socks5h proxy.  Which addresses a proxy
 *		reaches cannot be checked from here.  Default: none
 *
 * [queue NAME]
 *	Where articles are saved; as many as wanted, each with a name of letters,
 *	digits, dots, hyphens and underscores.
 *	type = feed | folder
 *		An RSS, Atom or JSON feed, or a directory into which files with links
 *		are dropped.  Must be given.
 *	url = URL
 *		The feed; must be given for it.
 *	path = PATH
 *		The directory; must be given for it.
 *	every = DURATION
 *		How often to look, 1s to 30d.  Default: 15m
 *	tags = TAG, ...
 *		Given to every article that comes from here.  Default: none
 */
#ifndef DAEMON_CONFIG_CONFIG_H
#define DAEMON_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/base/log.h"
#include "proto/base/buffer.h"
#include "proto/base/err.h"

enum {
	CONFIG_ERRORS_MAX = 20,		/* told in one go */
	CONFIG_FILE_MAX = 1024 * 1024,
	CONFIG_VALUE_MAX = 4096,	/* bytes of one value, all its lines together */
	CONFIG_NAME_MAX = 40,		/* bytes of a queue's name */
	CONFIG_QUEUES_MAX = 64,
	CONFIG_LIST_MAX = 64,		/* items of one list, but for: */
	CONFIG_LISTEN_MAX = 7,
	CONFIG_ANNOUNCE_MAX = 8
};

struct config_list {
	char **items;
	size_t count;
};

struct config_queue {
	char *name;
	char *kind;			/* "feed" or "folder" */
	char *url;			/* NULL unless it is a feed */
	char *path;			/* NULL unless it is a folder */
	int64_t every_ms;
	struct config_list tags;
};

/* Texts that are not set are NULL. */
struct config {
	/* [daemon] */
	struct config_list listen;	/* at least one HOST:PORT */
	struct config_list announce;
	char *control;
	char *name;
	unsigned workers;		/* 0: one for each processor */
	enum log_level log_level;
	bool log_titles;
	/* [vault]: at most one of the two */
	char *passphrase_file;
	char *key_file;
	/* [fetch] */
	char *agent_url;
	int64_t spacing_ms;
	unsigned connections_per_host;
	int64_t timeout_ms;
	size_t max_page;		/* bytes */
	unsigned max_redirects;
	int64_t wait_ms;		/* -1: as the archive has joined another or not */
	bool keep_raw;
	bool keep_images;
	size_t max_image;		/* bytes */
	size_t max_images;		/* bytes, of one article */
	struct config_list allow_address;
	char *proxy;
	/* [queue NAME], in the order of the file */
	struct config_queue *queues;
	size_t queue_count;
};

/* What is wrong, one line each: "FILE:LINE: what, and what is expected". */
struct config_errors {
	struct rs_err_detail lines[CONFIG_ERRORS_MAX];
	size_t count;			/* of the lines above */
	size_t untold;			/* errors beyond them */
};

/**
 * config_defaults(ret_config):
 * Make the configuration of a daemon without a file.  RS_ENOMEM.
 */
int config_defaults(struct config **ret_config);

/**
 * config_load(path, ret_config, errors):
 * Read the file ${path}.  RS_EINVAL when something in it is wrong, RS_ENOTFOUND
 * when it does not exist, RS_EIO when it cannot be read, RS_ELIMIT when it is
 * longer than CONFIG_FILE_MAX; ${errors} then holds at least one line.
 * RS_ENOMEM.
 */
int config_load(const char *path, struct config **ret_config, struct config_errors *errors);

/**
 * config_parse(name, text, ret_config, errors):
 * Like config_load, with the content in ${text}; ${name} stands in its errors.
 */
int config_parse(const char *name, struct bytes text, struct config **ret_config,
    struct config_errors *errors);

/**
 * config_free(config):
 * Free ${config}; NULL is ignored.
 */
void config_free(struct config *config);

#endif
