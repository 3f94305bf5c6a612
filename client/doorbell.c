#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/doorbell.h"

static char *
path_in(const char *home)
{
	char *path;

	return asprintf(&path, "%s/follow", home) < 0 ? NULL : path;
}

int
doorbell_take(const char *home, char **ret_path, int *ret_fd, struct rs_err_detail *detail)
{
	char *path = path_in(home);
	int fd, err = RS_OK;

	if (path == NULL)
		return RS_ENOMEM;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0) {
		err = fd >= 0 && errno == EWOULDBLOCK ? RS_ELOCKED : rs_err_from_errno(errno);
		rs_err_detail_set(detail, "%s: %s", path, err == RS_ELOCKED ?
		    "another sync --follow is at work on this home" : strerror(errno));
	}
	if (err != RS_OK) {
		if (fd >= 0)
			close(fd);
		free(path);
		return err;
	}
	*ret_path = path;
	*ret_fd = fd;
	return RS_OK;
}

void
doorbell_ring(const char *home)
{
	char *path = path_in(home);

	if (path != NULL)
		(void)utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW);
	free(path);
}
