/*
 * login_extra_fields of a site rule: what goes along with a login beside what is typed.
 *
 *   name=text
 *   name=@=xpath('//input[@name="csrf"]', request_html('https://...'))
 *   name=@=preg_match('/"token":"([^"]+)"/', request_html(config.getLoginUri()))
 *
 * A function's value is found on a page of the site, by a worker.
 */
#ifndef DAEMON_RULE_FIELD_H
#define DAEMON_RULE_FIELD_H

#include "readsync.pb-c.h"

/**
 * field_parse(text, ret_field, ret_reason):
 * Read the value of a login_extra_fields line, into a field that the caller frees with
 * readsync__rule_field__free_unpacked; a pattern becomes one of ICU.  RS_EINVAL, with a constant
 * in ${ret_reason}, for what is none; RS_ENOMEM.
 */
int field_parse(const char *text, Readsync__RuleField **ret_field, const char **ret_reason);

#endif
