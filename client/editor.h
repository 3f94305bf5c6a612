/*
 * A text in the reader's editor.
 *
 * The editor needs a file, in plain text.  It lies in memory, in a folder of its own that
 * nobody else may enter, in which an editor's own copies go with it.
 */
#ifndef CLIENT_EDITOR_H
#define CLIENT_EDITOR_H

#include "proto/base/buffer.h"
#include "proto/base/err.h"

enum {
	EDITOR_PATH_MAX = 4096
};

struct editor {
	char folder[EDITOR_PATH_MAX];
	char path[EDITOR_PATH_MAX + 16];	/* of the text */
};

/**
 * editor_run(editor, text, out, detail):
 * Have the reader edit ${text} with $VISUAL, $EDITOR or vi, and append what they leave to
 * ${out}.  On success, the file is there until editor_forget.  RS_ELIMIT when it does not
 * fit ${out}: then it is there too; on any other failure, which ${detail} tells, it is
 * not.
 */
int editor_run(struct editor *editor, const char *text, struct buffer *out,
    struct rs_err_detail *detail);

/**
 * editor_forget(editor):
 * Remove the folder and all that is in it.
 */
void editor_forget(const struct editor *editor);

#endif
