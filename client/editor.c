#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/editor.h"
#include "proto/base/file.h"

/* Make the folder where no disk is: systemd's for the user, else the one for shared memory. */
static int
make_folder(struct editor *editor, struct rs_err_detail *detail)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	const char *below = runtime != NULL && runtime[0] == '/' ? runtime : "/dev/shm";

	if (snprintf(editor->folder, sizeof(editor->folder), "%s/readsync-XXXXXX", below) >=
	    (int)sizeof(editor->folder))
		errno = ENAMETOOLONG;
	else if (mkdtemp(editor->folder) != NULL)
		return RS_OK;
	rs_err_detail_set(detail, "%s: %s", below, strerror(errno));
	return rs_err_from_errno(errno);
}

static int
write_text(const struct editor *editor, const char *text, struct rs_err_detail *detail)
{
	int err = file_create(editor->path, bytes_of_text(text), 0600);

	if (err != RS_OK)
		rs_err_detail_set(detail, "%s: %s", editor->path, rs_err_text(err));
	return err;
}

/* The variable is a command for the reader's shell, as git has it. */
static int
run_command(const struct editor *editor, struct rs_err_detail *detail)
{
	const char *visual = getenv("VISUAL"), *named = getenv("EDITOR");
	const char *command = visual != NULL && visual[0] != '\0' ? visual :
	    named != NULL && named[0] != '\0' ? named : "vi";
	char *line;
	int status = -1;

	if (asprintf(&line, "%s \"$READSYNC_TEXT\"", command) < 0)
		return RS_ENOMEM;
	if (setenv("READSYNC_TEXT", editor->path, 1) == 0)
		/* NOLINTNEXTLINE(cert-env33-c): see above */
		status = system(line);
	free(line);
	if (status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return RS_OK;
	rs_err_detail_set(detail, "the editor '%.100s' failed: nothing was changed", command);
	return RS_EINTERRUPTED;
}

int
editor_run(struct editor *editor, const char *text, struct buffer *out,
    struct rs_err_detail *detail)
{
	int err = make_folder(editor, detail);

	if (err != RS_OK)
		return err;
	snprintf(editor->path, sizeof(editor->path), "%s/note.txt", editor->folder);
	err = write_text(editor, text, detail);
	if (err == RS_OK)
		err = run_command(editor, detail);
	if (err == RS_OK) {
		err = file_read(editor->path, out);
		if (err != RS_OK)
			rs_err_detail_set(detail, "%s: %s", editor->path, rs_err_text(err));
	}
	if (err != RS_OK && err != RS_ELIMIT)
		editor_forget(editor);
	return err;
}

void
editor_forget(const struct editor *editor)
{
	DIR *folder = opendir(editor->folder);
	struct dirent *entry;

	/* cppcheck-suppress readdirCalled ; nobody else reads this stream */
	while (folder != NULL && (entry = readdir(folder)) != NULL)
		(void)unlinkat(dirfd(folder), entry->d_name, 0);
	if (folder != NULL)
		closedir(folder);
	rmdir(editor->folder);
}
