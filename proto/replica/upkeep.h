/*
 * The commands on a vault as a whole, which both programs offer under the word `vault`:
 * what opens it, whether it is sound, copies of it.
 *
 * A program gives the words behind `vault`, prints the lines that come back, and shows
 * progress; everything else is here, and so the same in both.
 */
#ifndef PROTO_REPLICA_UPKEEP_H
#define PROTO_REPLICA_UPKEEP_H

#include "proto/replica/home.h"

/* The lines of a program's help that tell of these commands. */
#define UPKEEP_HELP							\
	"  backup FILE               copy all of it into one file, as sealed as it is\n" \
	"  info                      size, slots, and what weakens them\n"	\
	"  lock                      end that it is unlocked\n"		\
	"  passwd [FILE]             change the passphrase to the first line of FILE,\n" \
	"                            or to what is typed\n"			\
	"  rekey                     seal all of it anew, under a new key\n"	\
	"  restore FILE              make the home anew from a backup\n"	\
	"  slot add key-file FILE    let a key file open the vault too; made if missing\n" \
	"  slot add passphrase [FILE]\n"					\
	"                            let another passphrase open it\n"	\
	"  slot add recovery-key     make a key to print, and show it\n"	\
	"  slot list                 show what opens the vault\n"		\
	"  slot remove SLOT          end that; the last one stays\n"		\
	"  unlock [TIME]             have the kernel hold its key for TIME, such as 30m;\n" \
	"                            else for 8h\n"				\
	"  verify                    see whether all that is in it is sound\n"

struct upkeep_settings {
	struct home_settings home;

	/* Print one line of the answer; it may hold a secret that is to be shown. */
	void (*say)(void *context, const char *line);
	/* Have what was said reach the reader, as terminal_flush; may be NULL. */
	int (*flush)(void);
	/* Show how far a long command is, as terminal_progress; may be NULL. */
	void (*progress)(const char *what, uint64_t done, uint64_t total);
	void *context;
};

/**
 * upkeep_run(settings, argc, argv, detail):
 * Run the command that the ${argc} words ${argv} make, such as "slot", "list", with a
 * NULL behind them, as main has it.  Every failure fills ${detail}.  RS_EINVAL for words
 * that are no command.  RS_EREFUSED for one that writes in another user's home, whose
 * files that user could not read any more.
 */
int upkeep_run(const struct upkeep_settings *settings, int argc, char *const argv[],
    struct rs_err_detail *detail);

#endif
