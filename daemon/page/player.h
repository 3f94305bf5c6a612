/*
 * Players and posts that a program of the page would put in, and that the page itself names by
 * their address: a custom element, an empty box, or a quote that is still to be filled.  What
 * has a number alone is of a site that the code would have to name.
 */
#ifndef DAEMON_PAGE_PLAYER_H
#define DAEMON_PAGE_PLAYER_H

#include <stdbool.h>

#include "daemon/page/measure.h"

/**
 * player_is(measure):
 * Tell whether ${measure} stands for a player or a post: a custom element, or one that holds
 * nothing, which player_address knows.
 */
bool player_is(const struct measure *measure);

/**
 * player_address(node):
 * Return the address that ${node} names as what it stands for, or NULL; borrowed.
 */
const char *player_address(const xmlNode *node);

/**
 * player_text(node):
 * Return what ${node} is called, or says until it is filled; the caller frees it.  NULL when
 * that is nothing, or running text, which stands for itself, or memory is exhausted.
 */
char *player_text(const xmlNode *node);

#endif
