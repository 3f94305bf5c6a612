/*
 * The body of a form that is sent: application/x-www-form-urlencoded, as the URL Standard
 * has it (https://url.spec.whatwg.org/#urlencoded-serializing).
 */
#ifndef DAEMON_FETCH_FORM_BODY_H
#define DAEMON_FETCH_FORM_BODY_H

#include "proto/base/buffer.h"

#define FORM_BODY_TYPE "application/x-www-form-urlencoded"

/**
 * form_body_append(out, name, value):
 * Append one field to the body in ${out}.  Fails like buffer_append.
 */
int form_body_append(struct buffer *out, const char *name, const char *value);

#endif
