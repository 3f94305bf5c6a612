/*
 * Filters over standard input, for people who debug a site and for scripts: a page
 * or a feed goes in, one JSON object comes out.
 *
 * They read nothing but standard input, open no vault, and look at what came in
 * only inside the sandbox of the daemon's workers.  Exit status: 0; 1 for
 * input that cannot be read, with one line on standard error; 2 for wrong usage.
 */
#ifndef DAEMON_FILTER_H
#define DAEMON_FILTER_H

/**
 * filter_extract(argc, argv):
 * Run "readsyncd extract [--url URL] [--status N] [--content-type T]
 * [--session in|out|unknown] [--explain]"; ${argv}[0] is the command's name.  Returns the exit
 * status.
 */
int filter_extract(int argc, char *argv[]);

/**
 * filter_feed(argc, argv):
 * Run "readsyncd feed [--url URL] [--content-type T]", likewise.
 */
int filter_feed(int argc, char *argv[]);

#endif
