/*
 * What the fetcher costs: the same page, the same options, the same number at
 * once, through the fetcher and through a plain curl multi loop on
 * curl_multi_poll, in turns and in one run, so that the ratio means something
 * on any machine.
 *
 * usage: fetch_bench URL [REQUESTS [AT_ONCE [ROUNDS]]]
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <curl/curl.h>
#include <uv.h>

#include "daemon/fetch/fetcher.h"

struct run {
	const char *url;
	unsigned left;			/* to start */
	unsigned at_once;
	unsigned done;
	uint64_t bytes;
	struct fetcher *fetcher;
};

struct cost {
	double seconds;
	double cpu_seconds;
};

static void
fail(const char *what)
{
	fprintf(stderr, "fetch_bench: %s\n", what);
	exit(1);
}

static double
now_seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Through the fetcher. */

static void on_done(void *context, struct fetch_result *result);

static void
start_one(struct run *run)
{
	struct fetch_request request = { .url = run->url };

	if (run->left == 0)
		return;
	run->left--;
	if (fetcher_start(run->fetcher, &request, on_done, run, NULL) != RS_OK)
		fail("out of memory");
}

static void
on_done(void *context, struct fetch_result *result)
{
	struct run *run = context;

	if (result->err != RS_OK || result->status != 200)
		fail(result->err != RS_OK ? result->detail.text : "status is not 200");
	run->bytes += result->body.len;
	run->done++;
	fetch_result_free(result);
	start_one(run);
}

static void
run_fetcher(struct run *run)
{
	const char *const allow[] = { "127.0.0.1" };
	struct fetcher_settings settings = {
		.allow = allow,
		.allow_count = 1,
		.transfers = run->at_once,
		.connections = run->at_once,
	};
	unsigned i, requests = run->left;
	uv_loop_t loop;

	uv_loop_init(&loop);
	if (fetcher_new(&loop, &settings, &run->fetcher, NULL) != RS_OK)
		fail("no fetcher");
	for (i = 0; i < run->at_once; i++)
		start_one(run);
	while (run->done < requests)
		uv_run(&loop, UV_RUN_ONCE);
	fetcher_free(run->fetcher);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
}

/* Through a plain loop: one handle for each place, used again and again. */

static size_t
on_body(char *data, size_t size, size_t count, void *context)
{
	struct buffer *body = context;

	return buffer_append(body, data, size * count) == RS_OK ? size * count : 0;
}

static size_t
on_header(char *data, size_t size, size_t count, void *context)
{
	(void)data;
	*(size_t *)context += size * count;
	return size * count;
}

static CURL *
plain_handle(const struct run *run, struct buffer *body, struct curl_slist *headers)
{
	static size_t header_bytes;
	CURL *easy = curl_easy_init();

	curl_easy_setopt(easy, CURLOPT_URL, run->url);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, body);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, body);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, &header_bytes);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 65536L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "fetch_bench");
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(easy, CURLOPT_MAXREDIRS, 10L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 60000L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, 15000L);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 100L);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, 20L);
	return easy;
}

static void
plain_take(struct run *run, CURLM *multi)
{
	CURLMsg *message;
	CURL *easy;
	struct buffer *body;
	long status = 0;
	int left;

	while ((message = curl_multi_info_read(multi, &left)) != NULL) {
		easy = message->easy_handle;
		curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&body);
		if (message->data.result != CURLE_OK || status != 200)
			fail("the plain loop failed");
		run->bytes += body->len;
		run->done++;
		/* As the fetcher does: each body is a buffer of its own. */
		buffer_release(body);
		curl_multi_remove_handle(multi, easy);
		if (run->left > 0) {
			run->left--;
			curl_multi_add_handle(multi, easy);
		}
	}
}

static void
run_plain(struct run *run)
{
	struct curl_slist *headers = curl_slist_append(NULL, "Accept: text/html, */*;q=0.1");
	CURL **easies = calloc(run->at_once, sizeof(*easies));
	struct buffer *bodies = calloc(run->at_once, sizeof(*bodies));
	CURLM *multi = curl_multi_init();
	unsigned i, requests = run->left;
	int running;

	if (easies == NULL || bodies == NULL)
		fail("out of memory");
	for (i = 0; i < run->at_once; i++) {
		buffer_init(&bodies[i], 32 * 1024 * 1024);
		easies[i] = plain_handle(run, &bodies[i], headers);
		curl_multi_add_handle(multi, easies[i]);
		run->left--;
	}
	while (run->done < requests) {
		curl_multi_perform(multi, &running);
		plain_take(run, multi);
		if (run->done < requests)
			curl_multi_poll(multi, NULL, 0, 1000, NULL);
	}
	for (i = 0; i < run->at_once; i++)
		curl_easy_cleanup(easies[i]);
	curl_multi_cleanup(multi);
	curl_slist_free_all(headers);
	free(easies);
	free(bodies);
}

static struct cost
measure(void (*way)(struct run *), const char *url, unsigned requests, unsigned at_once)
{
	struct run run = { .url = url, .left = requests, .at_once = at_once };
	struct cost cost = { -now_seconds(CLOCK_MONOTONIC),
		-now_seconds(CLOCK_PROCESS_CPUTIME_ID) };

	way(&run);
	cost.seconds += now_seconds(CLOCK_MONOTONIC);
	cost.cpu_seconds += now_seconds(CLOCK_PROCESS_CPUTIME_ID);
	return cost;
}

static int
compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static double
median(double *values, unsigned count)
{
	qsort(values, count, sizeof(*values), compare);
	return values[count / 2];
}

static unsigned
number(int argc, char **argv, int at, unsigned otherwise)
{
	return argc > at ? (unsigned)strtoul(argv[at], NULL, 10) : otherwise;
}

int
main(int argc, char **argv)
{
	unsigned requests = number(argc, argv, 2, 5000), at_once = number(argc, argv, 3, 8);
	unsigned rounds = number(argc, argv, 4, 7), i, way;
	void (*const ways[2])(struct run *) = { run_fetcher, run_plain };
	static const char *const names[2] = { "fetcher", "plain multi" };
	double *rates[2], *cpus[2];
	struct cost cost;

	if (argc < 2 || requests < at_once || at_once == 0 || rounds == 0)
		fail("usage: fetch_bench URL [REQUESTS [AT_ONCE [ROUNDS]]]");
	curl_global_init(CURL_GLOBAL_DEFAULT);
	for (way = 0; way < 2; way++) {
		rates[way] = calloc(rounds, sizeof(double));
		cpus[way] = calloc(rounds, sizeof(double));
		if (rates[way] == NULL || cpus[way] == NULL)
			fail("out of memory");
		measure(ways[way], argv[1], requests, at_once);	/* warm up */
	}
	for (i = 0; i < 2 * rounds; i++) {
		cost = measure(ways[i % 2], argv[1], requests, at_once);
		rates[i % 2][i / 2] = requests / cost.seconds;
		cpus[i % 2][i / 2] = cost.cpu_seconds / requests * 1e6;
	}
	printf("%u requests, %u at once, median of %u rounds in turns\n", requests, at_once,
	    rounds);
	for (way = 0; way < 2; way++)
		printf("%-12s %8.0f requests/s  %6.1f us of CPU each\n", names[way],
		    median(rates[way], rounds), median(cpus[way], rounds));
	printf("%-12s %8.2f            %6.2f\n", "ratio", rates[0][rounds / 2] /
	    rates[1][rounds / 2], cpus[0][rounds / 2] / cpus[1][rounds / 2]);
	for (way = 0; way < 2; way++) {
		free(rates[way]);
		free(cpus[way]);
	}
	curl_global_cleanup();
	return 0;
}
