/*
 * Telling the service manager how the daemon stands (sd_notify(3), the protocol
 * that NOTIFY_SOCKET stands for); nothing without one.
 */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

/**
 * notify_state(state):
 * Send ${state}, such as "READY=1".  Never fails: who started us may not
 * listen.
 */
void notify_state(const char *state);

#endif
