/*
 * What neither a site rule nor the reader may have a fetch do: get round a paywall.
 */
#ifndef DAEMON_RULE_POLICY_H
#define DAEMON_RULE_POLICY_H

#include <stdbool.h>

/**
 * policy_is_crawler(agent):
 * Tell whether ${agent} names a crawler, or what makes previews of links.
 */
bool policy_is_crawler(const char *agent);

/**
 * policy_refuses(command, argument, value):
 * Return why the line "${command}(${argument}): ${value}" of a site rule is refused, or
 * NULL; ${argument} is "" where it has none.
 */
const char *policy_refuses(const char *command, const char *argument, const char *value);

#endif
