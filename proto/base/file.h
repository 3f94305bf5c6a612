/*
 * Whole small files: read with a bound, replaced so that a power cut leaves
 * the old one or the new one.
 */
#ifndef PROTO_BASE_FILE_H
#define PROTO_BASE_FILE_H

#include <sys/types.h>

#include "proto/base/buffer.h"

/**
 * file_open_standard():
 * Open /dev/null in the place of each standard stream that is closed, before anything
 * else is opened: a vault or a socket in that place would be written messages, and
 * libuv aborts when it closes one.  Reading from it or writing to it fails as before.
 */
void file_open_standard(void);

/**
 * file_read(path, out):
 * Append the whole content of ${path} to ${out}.  RS_ENOTFOUND, RS_ELIMIT when
 * it does not fit ${out}'s bound, RS_EIO.
 */
int file_read(const char *path, struct buffer *out);

/**
 * file_replace(path, content, mode):
 * Make ${content} the content of ${path}, with permissions ${mode} from the
 * first byte on: written beside it as PATH.new, synced, renamed over it, and
 * the directory synced.  When this returns 0, the new content survives a power
 * cut; on failure the old file is as it was.  A kill may leave PATH.new, which
 * the next one replaces.
 */
int file_replace(const char *path, struct bytes content, mode_t mode);

/**
 * file_create(path, content, mode):
 * Like file_replace, but RS_EEXIST when ${path} is there: of two programs that
 * create it at once one wins, and nobody ever sees a part of it.  It has no name
 * until it is whole, so a kill leaves nothing; but PATH.XXXXXX on a file system
 * that has no such files (NFS).
 */
int file_create(const char *path, struct bytes content, mode_t mode);

/**
 * file_move(from, to):
 * Give the file ${from} the name ${to} in the same directory, over what has it now,
 * so that it has it after a power cut too.
 */
int file_move(const char *from, const char *to);

/**
 * file_sync_name(path):
 * Have what was done to the name ${path}, made, changed or removed, survive a power cut: that
 * its file was synced is no promise of that.  RS_ENOMEM, RS_EIO, RS_EFULL.
 */
int file_sync_name(const char *path);

#endif
