#include <stdarg.h>
#include <stdio.h>

#include "proto/replica/upkeep_command.h"

enum {
	LINE_MAX_LEN = 2 * UPKEEP_PATH_MAX
};

void
upkeep_say(struct upkeep *upkeep, const char *format, ...)
{
	char line[LINE_MAX_LEN];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	upkeep->settings->say(upkeep->settings->context, line);
	secret_wipe(line, sizeof(line));
}

int
upkeep_explain(struct upkeep *upkeep, int err, const char *path)
{
	if (err != RS_OK && upkeep->detail->text[0] == '\0')
		rs_err_detail_set(upkeep->detail, "%s: %s", path, rs_err_text(err));
	return err;
}
