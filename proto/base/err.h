/*
 * One way to fail: every function that can fail returns 0 or a negative
 * `enum rs_err`, and leaves its outputs untouched when it fails.
 *
 * A code says what kind of thing went wrong, so that a caller can decide; where
 * a person must be told which page, line or device it was, the function
 * also fills an optional `struct rs_err_detail`.  Code below the two
 * programs never prints and never exits: the programs turn a code and its
 * detail into one line and an exit status.
 */
#ifndef PROTO_BASE_ERR_H
#define PROTO_BASE_ERR_H

enum rs_err {
	RS_OK = 0,
	RS_ENOMEM = -1,		/* memory is exhausted */
	RS_EIO = -2,		/* the system failed to read or write */
	RS_EFULL = -3,		/* no room left on the disk */
	RS_ELIMIT = -4,		/* a stated bound would be exceeded */
	RS_EINVAL = -5,		/* an argument or a text is malformed */
	RS_ENOTFOUND = -6,	/* there is no such thing */
	RS_EEXIST = -7,		/* it is there already */
	RS_EAMBIGUOUS = -8,	/* a short name fits more than one thing */
	RS_ELOCKED = -9,	/* another program holds the vault */
	RS_EKEY = -10,		/* no key slot opens with this key */
	RS_EDAMAGED = -11,	/* stored bytes fail their authentication */
	RS_ENOTVAULT = -12,	/* the file is not a vault */
	RS_EVERSION = -13,	/* made by a newer version than this one */
	RS_EPROTOCOL = -14,	/* the peer broke the protocol */
	RS_EAUTH = -15,		/* the peer is not who it must be */
	RS_ETOKEN = -16,	/* the invitation is wrong, used or expired */
	RS_ECLOCK = -17,	/* a clock is too far off */
	RS_ECLOSED = -18,	/* the connection ended early */
	RS_ETIMEOUT = -19,	/* it took longer than it may */
	RS_ENETWORK = -20,	/* the network or the name service failed */
	RS_EREFUSED = -21,	/* policy forbids it */
	RS_ENOTPAGE = -22,	/* the bytes are not what can be read here */
	RS_ECRASHED = -23,	/* a worker died on it */
	RS_EINTERRUPTED = -24,	/* cancelled by the caller */
	RS_EINTERNAL = -25,	/* an invariant of ours does not hold */
	RS_EACCESS = -26,	/* the system does not allow it */
	RS_EDIRECTORY = -27	/* a directory stands where a file is meant */
};

/* What a person needs beside the code: one line without a newline. */
struct rs_err_detail {
	char text[256];
};

/**
 * rs_err_text(err):
 * Return a constant English phrase for ${err} (a code above, or 0), in lower
 * case without a full stop.  A number that is no code gives "unknown error".
 */
const char *rs_err_text(int err);

/**
 * rs_err_exit_status(err):
 * Return the exit status that both programs use for ${err}: 0 for 0, else one
 * of the documented numbers (see readsync(1), EXIT STATUS):
 *   1 any other failure              4 the vault is in use
 *   2 usage or configuration         5 the vault's key or content is wrong
 *   3 no such item, or ambiguous     6 network or peer
 *                                    7 refused: token, device or policy
 */
int rs_err_exit_status(int err);

/**
 * rs_err_from_errno(number):
 * Return the code that stands for the errno value ${number}: RS_EFULL for
 * ENOSPC and EDQUOT, RS_ENOMEM for ENOMEM, RS_ENOTFOUND for ENOENT, RS_EEXIST
 * for EEXIST, RS_EACCESS for EACCES, EPERM and EROFS, RS_EDIRECTORY for EISDIR, RS_EIO
 * for everything else.
 */
int rs_err_from_errno(int number);

/**
 * rs_err_detail_set(detail, format, ...):
 * Write one formatted line into ${detail}, cut at its size; line feeds and
 * other control bytes become spaces, so that a foreign byte cannot forge a
 * second line.  A NULL ${detail} is ignored.
 */
void rs_err_detail_set(struct rs_err_detail *detail, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
