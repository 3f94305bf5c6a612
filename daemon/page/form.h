/*
 * The form by which a reader logs in: found on a page, with all that goes along with what
 * is typed (tokens against forgery, boxes that are ticked).
 *
 * It runs on foreign bytes, in the worker.  HTML's own rules tell which fields are sent:
 * https://html.spec.whatwg.org/multipage/form-control-infrastructure.html, "constructing
 * the entry list".
 */
#ifndef DAEMON_PAGE_FORM_H
#define DAEMON_PAGE_FORM_H

#include "daemon/page/page.h"

enum {
	FORM_FIELDS_MAX = 100,
	FORM_NAME_MAX = 200,		/* bytes of a field's name */
	FORM_VALUE_MAX = 8 * 1024
};

/**
 * form_read(input, user_field, password_field, ret_form, detail):
 * Find on the page of ${input} the form with the fields that are named (NULL or "": to be
 * found), or with a password; or the first half of a login that asks for the user alone.
 * ${ret_form}->found tells whether there is one; where it is no page but an answer in JSON,
 * ${ret_form}->refused tells what answer.h says; what the rule of ${input} looks for beside it is
 * added, see form_extra.h.  The caller frees it with
 * readsync__form__free_unpacked.  Fails like page_read; RS_ELIMIT for more than
 * FORM_FIELDS_MAX fields.
 */
int form_read(const struct page_input *input, const char *user_field,
    const char *password_field, Readsync__Form **ret_form, struct rs_err_detail *detail);

#endif
