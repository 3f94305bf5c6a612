/*
 * What a site rule may not do: get round a paywall.
 */
#ifndef DAEMON_RULE_POLICY_H
#define DAEMON_RULE_POLICY_H

/**
 * policy_refuses(command, argument, value):
 * Return why the line "${command}(${argument}): ${value}" of a site rule is refused, or
 * NULL; ${argument} is "" where it has none.
 */
const char *policy_refuses(const char *command, const char *argument, const char *value);

#endif
