/*
 * What is said of an image that cannot be shown.
 */
#ifndef CLIENT_VIEW_FIGURE_H
#define CLIENT_VIEW_FIGURE_H

#include <stdbool.h>
#include <stddef.h>

#include "readsync.pb-c.h"

enum {
	FIGURE_WORDS_SIZE = 128		/* bytes of what is said, with its NUL */
};

/**
 * figure_is_hidden(image):
 * Tell whether nothing is to stand in its place: it only counted its readers.  ${image} is
 * what is noted of it, or NULL.
 */
bool figure_is_hidden(const Readsync__Image *image);

/**
 * figure_words(image, words):
 * Say in ${words} why the archive does not have ${image}; "" when it has, or nothing is
 * noted yet.
 */
void figure_words(const Readsync__Image *image, char words[FIGURE_WORDS_SIZE]);

#endif
