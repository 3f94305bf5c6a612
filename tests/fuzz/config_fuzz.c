/*
 * Configuration files from any bytes: a refusal says what is wrong and where, and
 * what is taken keeps the bounds that config.h states.
 */
#include <string.h>

#include "daemon/config/config.h"
#include "tests/fuzz/fuzz.h"

static void
check_values(const struct config *config)
{
	fuzz_check(config->listen.count >= 1 && config->workers <= 64);
	fuzz_check(config->passphrase_file == NULL || config->key_file == NULL);
	fuzz_check(config->spacing_ms >= 0 && config->spacing_ms <= 3600 * 1000);
	fuzz_check(config->timeout_ms >= 1000 && config->timeout_ms <= 3600 * 1000);
	fuzz_check(config->connections_per_host >= 1 && config->connections_per_host <= 8);
	fuzz_check(config->max_page >= 1024 && config->max_page <= 50 * 1024 * 1024);
	fuzz_check(config->max_redirects >= 1 && config->max_redirects <= 50);
	fuzz_check(config->max_image >= 1024 && config->max_image <= 32 * 1024 * 1024);
	fuzz_check(config->max_images >= 1024 && config->max_images <= 1024 * 1024 * 1024);
	fuzz_check(config->queue_count <= CONFIG_QUEUES_MAX);
	for (size_t i = 0; i < config->queue_count; i++) {
		const struct config_queue *queue = &config->queues[i];

		fuzz_check(queue->name[0] != '\0' && strlen(queue->name) <= CONFIG_NAME_MAX);
		fuzz_check(queue->kind != NULL && queue->every_ms >= 1000);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct config_errors errors = { .count = 0 };
	struct config *config = NULL;
	int err = config_parse("file", bytes_of(data, len), &config, &errors);

	if (err == RS_OK) {
		check_values(config);
		config_free(config);
		return 0;
	}
	fuzz_check(errors.count >= 1 && errors.count <= CONFIG_ERRORS_MAX);
	for (size_t i = 0; i < errors.count; i++)
		fuzz_check(strncmp(errors.lines[i].text, "file", 4) == 0 &&
		    strpbrk(errors.lines[i].text, "\r\n\033") == NULL);
	return 0;
}
