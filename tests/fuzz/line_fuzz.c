/*
 * Lines of an import from any bytes: what is taken is kept, kept again without a write,
 * and written out as a line that is taken too.
 */
#include "client/jsonl/line.h"
#include "proto/replica/item.h"
#include "tests/fuzz/replica.h"

unsigned fuzz_runs = 5000;

/* Write the item as a line, and read that. */
static bool
check_line(void *context, const struct item *item)
{
	struct rs_err_detail detail = { "" };
	struct line *again;
	char *text = NULL;
	size_t len;
	FILE *file = open_memstream(&text, &len);

	fuzz_check(file != NULL);
	fuzz_check(line_write(context, item, file) == RS_OK);
	fclose(file);
	len -= len > 0 && text[len - 1] == '\n';
	fuzz_check(line_parse(bytes_of(text, len), &again, &detail) == RS_OK);
	line_free(again);
	free(text);
	return true;
}

static uint64_t
written(const struct replica *replica)
{
	return version_vector_get(replica_vector(replica), replica_origin(replica));
}

static void
check_keeping(struct replica *replica, const struct line *line)
{
	static const struct item_filter all = { .archived = true };
	uint64_t before;
	bool fresh;

	fuzz_check(line_keep(replica, line, &fresh) == RS_OK && fresh);
	before = written(replica);
	fuzz_check(line_keep(replica, line, &fresh) == RS_OK && !fresh);
	fuzz_check(written(replica) == before);
	fuzz_check(item_list(replica, &all, check_line, replica) == RS_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct replica *replica = fuzz_replica();
	struct rs_err_detail detail = { "" };
	struct line *line = NULL;
	int err = line_parse(bytes_of(data, len), &line, &detail);

	if (err != RS_OK) {
		fuzz_check((err == RS_EINVAL || err == RS_ELIMIT) && detail.text[0] != '\0');
		return 0;
	}
	fuzz_check(replica_begin(replica) == RS_OK);
	check_keeping(replica, line);
	replica_rollback(replica);
	line_free(line);
	return 0;
}
