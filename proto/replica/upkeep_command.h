/*
 * One run of a command of `vault`, and what all of them share; see upkeep.h.
 */
#ifndef PROTO_REPLICA_UPKEEP_COMMAND_H
#define PROTO_REPLICA_UPKEEP_COMMAND_H

#include "proto/base/buffer.h"
#include "proto/replica/upkeep.h"

enum {
	UPKEEP_PATH_MAX = 4096
};

struct upkeep {
	const struct upkeep_settings *settings;
	struct buffer keys;		/* the path of vault.keys */
	char *const *arguments;		/* behind the command's name; NULL ends them */
	struct rs_err_detail *detail;
};

/**
 * upkeep_say(upkeep, format, ...):
 * Say one line of the answer.  No copy of it is left behind: it may be a recovery key.
 */
void upkeep_say(struct upkeep *upkeep, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * upkeep_explain(upkeep, err, path):
 * Fill in what the failure ${err} of a step on ${path} left unsaid, and return it.
 */
int upkeep_explain(struct upkeep *upkeep, int err, const char *path);

#endif
