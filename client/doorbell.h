/*
 * The doorbell: how a command tells the follower of its home, if there is one, that the
 * vault has changed.
 *
 * It is an empty file, HOME/follow, that the follower makes, locks and watches, and that
 * every command which has changed something touches once its vault is closed.  So
 * the follower never wakes by what it does itself.
 */
#ifndef CLIENT_DOORBELL_H
#define CLIENT_DOORBELL_H

#include "proto/base/err.h"

/**
 * doorbell_take(home, ret_path, ret_fd, detail):
 * Make the doorbell of ${home} ours until ${ret_fd} is closed; ${ret_path} is
 * freed with free.  RS_ELOCKED when another follower has it; RS_EIO, RS_ENOMEM.
 */
int doorbell_take(const char *home, char **ret_path, int *ret_fd, struct rs_err_detail *detail);

/**
 * doorbell_ring(home):
 * Tell the follower of ${home}.  Without one, nothing is done, and nothing is made.
 */
void doorbell_ring(const char *home);

#endif
