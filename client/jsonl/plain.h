/*
 * An article of paragraphs, made of plain text.
 */
#ifndef CLIENT_JSONL_PLAIN_H
#define CLIENT_JSONL_PLAIN_H

#include "proto/base/err.h"
#include "readsync.pb-c.h"

/**
 * plain_article(title, text, ret_article):
 * Make the article of ${title} and the paragraphs of ${text}, which is UTF-8: where blank
 * lines stand in it, those part the paragraphs and a line feed is a blank; else each line
 * is one.  Control characters become blanks.  Freed with
 * readsync__article__free_unpacked(article, NULL).  RS_ELIMIT for more paragraphs than an
 * article has; RS_ENOMEM.
 */
int plain_article(const char *title, const char *text, Readsync__Article **ret_article);

/**
 * plain_clean(text):
 * Put a blank in place of each control character of ${text}, which is UTF-8.
 */
void plain_clean(char *text);

#endif
