/*
 * What each kind of evidence in a verdict means, for a person.
 *
 * A verdict carries the ids alone, which are stable; who shows it says the rest.  An id that
 * a later version brings has no sentence here, and is shown as it is.
 */
#ifndef PROTO_RECORD_EVIDENCE_REASON_H
#define PROTO_RECORD_EVIDENCE_REASON_H

/**
 * evidence_reason(id):
 * Return in one plain sentence why the kind called ${id} counts; "" for one that
 * is not known.
 */
const char *evidence_reason(const char *id);

#endif
