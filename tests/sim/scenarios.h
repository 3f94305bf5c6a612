/*
 * The scenarios: short plays, each with one thing that must never go wrong.
 */
#ifndef TESTS_SIM_SCENARIOS_H
#define TESTS_SIM_SCENARIOS_H

/**
 * scenarios_run(only):
 * Play all of them, or the one named ${only}; prints a line for each that went well.
 */
void scenarios_run(const char *only);

#endif
