/*
 * What every device is known to hold.
 *
 * When an exchange with a device has come to rest, an archive writes what that device holds
 * from now on into the list of devices, as the register `held`: at most once a day, so that
 * it costs nothing in daily use.  From these registers every replica can tell which writes are
 * *stable*: held, or superseded, by every device that may still bring an older one.  That is
 * what makes it safe to forget them (collect.h).
 *
 * A device that was not seen for HELD_AWAY_MS is not waited for.  "Seen" is reckoned from
 * the last exchange that was noted, not from this device's own clock alone: both of its
 * ends agreed on the time, so a clock that is wrong makes nobody seem to be away.
 *
 * A device that stays connected is noted with the first thing that goes to it or comes
 * from it a day after the last time.  Until then less is stable than might be, and no harm
 * is done: what is collected was sent to it before, or the exchange ends
 * (standing_is_overtaken).
 */
#ifndef PROTO_REPLICA_HELD_H
#define PROTO_REPLICA_HELD_H

#include "proto/replica/replica.h"

#define HELD_AWAY_MS (INT64_C(180) * 24 * 60 * 60 * 1000)
#define HELD_NOTE_MS (INT64_C(24) * 60 * 60 * 1000)	/* not more often */

/**
 * held_note(replica, key):
 * The device with the key ${key} holds, durably, all that is held here: write it down,
 * unless that was done within HELD_NOTE_MS.  Nothing on a laptop, or for a device that is
 * not on the list.
 */
int held_note(struct replica *replica, const uint8_t key[32]);

/**
 * held_stable(replica, ret_vector, ret_at_ms):
 * Set ${ret_vector}, which is empty, to what is stable, and ${ret_at_ms} to the time of which
 * that is true.  RS_ENOTFOUND when nothing is, as far as is known here: no device was
 * seen, or one of which it is not known what it holds was paired lately, or what is here is
 * not up to date.
 */
int held_stable(struct replica *replica, struct version_vector *ret_vector, int64_t *ret_at_ms);

#endif
