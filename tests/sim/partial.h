/*
 * Laptops that keep a part of the library: random policies, and what they give up.
 *
 * What always holds: whatever a laptop gives up, and somebody may still want, an archive
 * holds at that moment.
 */
#ifndef TESTS_SIM_PARTIAL_H
#define TESTS_SIM_PARTIAL_H

#include "tests/sim/world.h"

/**
 * partial_set_policy(host, text), partial_choose(host):
 * Give a laptop that policy; or any, by the world's generator.
 */
void partial_set_policy(struct host *host, const char *text);
void partial_choose(struct host *host);

/**
 * partial_release(link, idle):
 * Let each end that is a laptop give up what it may, and see that nothing is lost by it: when
 * the exchange has come to rest; or before, which a program does not do and an archive's word
 * must be good for all the same, unless some home was put back to an older copy.
 */
void partial_release(struct link *link, bool idle);

/**
 * partial_check(host, archive):
 * ${host} has just met ${archive}: see that it holds what its policy asks for, as far as that
 * has it, and of the rest nothing that it has.
 */
void partial_check(struct host *host, struct host *archive);

#endif
