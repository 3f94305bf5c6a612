/*
 * The daemon's log: one line an event, on standard error.
 *
 *	fetched item=3f2a91 status=200 bytes=61234 detail="example.org: ..."
 *
 * An event is a word or a few with hyphens; what it is about follows as
 * key=value, quoted where the value is not one plain word.  Whatever a value
 * holds, it stays on its line and cannot forge another field or entry.  In
 * front stands the level: as a word, or, where standard error is connected to
 * the journal (JOURNAL_STREAM, systemd.exec(5)), as the prefix that
 * sd-daemon(3) defines, "<6>".
 *
 * What a reader reads is nobody's business, not even the log's: a field is
 * private when it can hold a title, a URL or the name of a host, and private
 * fields are left out unless the settings ask for them (log_titles in the
 * configuration).  The prefix of an item's id takes their place.
 *
 * The settings of this module are the only global state of the daemon: a log
 * line must be possible anywhere.  They are set once, before threads are made.
 */
#ifndef DAEMON_BASE_LOG_H
#define DAEMON_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As syslog(3) numbers them; sd-daemon(3) prefixes are these numbers. */
enum log_level {
	LOG_LEVEL_ERROR = 3,	/* something is lost or stands still: act */
	LOG_LEVEL_WARNING = 4,	/* it goes on, but look at it */
	LOG_LEVEL_NOTICE = 5,	/* start, stop, a change of settings */
	LOG_LEVEL_INFO = 6,	/* the course of things */
	LOG_LEVEL_DEBUG = 7	/* only for who looks for a fault */
};

enum log_class {
	LOG_PLAIN,		/* numbers, ids, codes, names of our own */
	LOG_PRIVATE		/* may tell what somebody reads */
};

/* Made with the functions below. */
struct log_field {
	const char *key;
	enum log_class class;
	const char *text;	/* NULL: the number is the value */
	int64_t number;
};

struct log_settings {
	int fd;				/* where lines go; standard error is 2 */
	enum log_level level;		/* what is less urgent is not written */
	bool titles;			/* write private fields too */
};

/**
 * log_set(settings):
 * Set where and what is written from now on.  Until then: standard error, from
 * LOG_LEVEL_INFO on, without private fields.
 */
void log_set(const struct log_settings *settings);

/**
 * log_level_read(text, ret_level):
 * Read "error", "warning", "notice", "info" or "debug".  RS_EINVAL.
 */
int log_level_read(const char *text, enum log_level *ret_level);

/**
 * log_text(key, text), log_private(key, text), log_number(key, number):
 * Make a field that borrows ${text}; a NULL text is left out of the line.
 */
struct log_field log_text(const char *key, const char *text);
/** A text that is written only where titles and URLs are asked for. */
struct log_field log_private(const char *key, const char *text);
/** A number. */
struct log_field log_number(const char *key, int64_t number);

/**
 * log_event(level, event, fields, count):
 * Write one line in one write, so that lines of several threads do not mix.
 * ${event} and the keys are literals of ours.  A value beyond 1 KiB is cut; a
 * field that would make the line longer than 2 KiB is left out.  Never fails:
 * where there is no log, there is nowhere to say so.
 */
void log_event(enum log_level level, const char *event, const struct log_field *fields,
    size_t count);

/**
 * LOG(level, event, field, ...):
 * log_event with its fields in place: LOG(LOG_LEVEL_INFO, "stored",
 * log_number("items", 12)).
 */
#define LOG(level, ...) \
	LOG_FIELDS(level, __VA_ARGS__, (struct log_field){ NULL, LOG_PLAIN, NULL, 0 })
#define LOG_FIELDS(level, event, ...) \
	log_event(level, event, (const struct log_field[]){ __VA_ARGS__ }, \
	    sizeof((const struct log_field[]){ __VA_ARGS__ }) / sizeof(struct log_field))

#endif
