/*
 * What the fields of a site's rule (daemon/rule/field.h) find on a page, to go along with a
 * login there.
 */
#ifndef DAEMON_PAGE_FORM_EXTRA_H
#define DAEMON_PAGE_FORM_EXTRA_H

#include "daemon/page/page.h"

/**
 * form_extra_read(input, document, text, form):
 * Add to ${form}->extra each field of the rule of ${input} that is to be found on the page of
 * input->asked_url ("" for the login's), or of input->url, and is: in ${document}, the tree, or in
 * ${text}, its source.  RS_ENOMEM.
 */
int form_extra_read(const struct page_input *input, xmlDoc *document, struct bytes text,
    Readsync__Form *form);

#endif
