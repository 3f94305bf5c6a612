/*
 * Runs a fuzzer without libFuzzer: first its seeds, tests/fuzz/seeds/NAME/, then
 * pseudo-random mutations of them that use the words of its dictionary.  The same
 * seed number gives the same inputs, everywhere.  It says "ok" as tests/run
 * counts it; an input that ends the program is kept in $BUILD/log/.
 *
 *	NAME_fuzz			the test: seeds, then fuzz_runs mutations
 *	NAME_fuzz FILE...		only these inputs, to look at a failure
 *	FUZZ_SEED=N FUZZ_RUNS=N		other mutations, more of them
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

enum {
	INPUT_MAX = 64 * 1024,
	POOL_MAX = 256,		/* inputs that mutations start from */
	WORDS_MAX = 512,	/* of a dictionary */
	WORD_MAX = 64,
	MUTATIONS_MAX = 6,	/* of one input at once */
	SLOW_SECONDS = 20	/* an input that takes longer has found a fault */
};

__attribute__((weak)) unsigned fuzz_runs = 20000;

/* Of the sanitizers, when they are built in: they end the program in their own way. */
__attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)(void));

struct input {
	uint8_t data[INPUT_MAX];
	size_t len;
};

static struct {
	char name[64];
	struct input current;	/* what the fuzzer is fed with */
	struct input *pool[POOL_MAX];
	size_t pool_count, seed_count;
	struct {
		uint8_t data[WORD_MAX];
		size_t len;
	} words[WORDS_MAX];
	size_t word_count;
	uint64_t random;	/* state of SplitMix64 */
	uint64_t seed;
	unsigned run;		/* which mutation, from 1; 0: a seed */
} driver;

static uint64_t
draw(uint64_t below)
{
	uint64_t z = driver.random += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (z ^ z >> 31) % below;
}

/* ------------------------------------------------------------- what went wrong */

/* Keep the input; only async-signal-safe calls and a formatting of numbers. */
static void
keep_input(void)
{
	const char *build = getenv("BUILD");
	char path[4096], line[4400];
	int fd, len;

	snprintf(path, sizeof(path), "%s/log/fuzz_%s.input", build == NULL ? "build" : build,
	    driver.name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, driver.current.data, driver.current.len) < 0)
		snprintf(path, sizeof(path), "nowhere: %s", strerror(errno));
	len = snprintf(line, sizeof(line), "%s ended: FUZZ_SEED=%" PRIu64
	    ", run %u; the input is in %s\n", driver.run == 0 ? "seeds" : "mutations",
	    driver.seed, driver.run, path);
	if (write(STDOUT_FILENO, line, (size_t)len) < 0)
		_exit(2);
}

static void
on_signal(int number)
{
	if (number == SIGALRM && write(STDOUT_FILENO, "too slow\n", 9) < 0)
		_exit(2);
	keep_input();
	signal(number, SIG_DFL);
	raise(number);
}

static void
watch_for_the_end(void)
{
	static const int always[] = { SIGABRT, SIGALRM },
	    plain[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL };
	static uint8_t stack[64 * 1024];
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_ONSTACK };

	/* A stack that ran over leaves no room for a handler. */
	sigaltstack(&(stack_t){ .ss_sp = stack, .ss_size = sizeof(stack) }, NULL);
	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		sigaction(always[i], &action, NULL);
	if (__sanitizer_set_death_callback != NULL) {
		__sanitizer_set_death_callback(keep_input);
		return;
	}
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		sigaction(plain[i], &action, NULL);
}

static void
feed(void)
{
	/* A copy of its own length, so that a sanitizer sees a read past its end. */
	uint8_t *copy = malloc(driver.current.len == 0 ? 1 : driver.current.len);

	if (copy == NULL)
		exit(2);
	memcpy(copy, driver.current.data, driver.current.len);
	alarm(SLOW_SECONDS);
	LLVMFuzzerTestOneInput(copy, driver.current.len);
	alarm(0);
	free(copy);
}

/* ------------------------------------------------------------- seeds and words */

static void
read_input(const char *path)
{
	FILE *file = fopen(path, "rb");

	if (file == NULL) {
		printf("not ok seeds: %s: %s\n", path, strerror(errno));
		exit(1);
	}
	driver.current.len = fread(driver.current.data, 1, INPUT_MAX, file);
	fclose(file);
}

static void
remember(size_t slot)
{
	if (driver.pool[slot] == NULL && (driver.pool[slot] = malloc(sizeof(struct input))) == NULL)
		exit(2);
	memcpy(driver.pool[slot]->data, driver.current.data, driver.current.len);
	driver.pool[slot]->len = driver.current.len;
	if (slot >= driver.pool_count)
		driver.pool_count = slot + 1;
}

static void
run_seeds(void)
{
	struct dirent **entries;
	char folder[128], path[512];
	int count;

	snprintf(folder, sizeof(folder), "tests/fuzz/seeds/%s", driver.name);
	/* Sorted, as the mutations depend on their order. */
	count = scandir(folder, &entries, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		if (entries[i]->d_name[0] != '.' && driver.pool_count < POOL_MAX / 2) {
			snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
			read_input(path);
			feed();
			remember(driver.pool_count);
		}
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	driver.seed_count = driver.pool_count;
	if (driver.seed_count == 0) {
		printf("not ok seeds: there are none in %s\n", folder);
		exit(1);
	}
	printf("ok seeds: %zu\n", driver.seed_count);
}

/* Take the word between the first two quotes of a line of libFuzzer's dictionary. */
static void
take_word(const char *line)
{
	const char *at = strchr(line, '"');
	uint8_t *word = driver.words[driver.word_count].data;
	unsigned code;
	size_t len = 0;

	if (line[0] == '#' || at == NULL || driver.word_count == WORDS_MAX)
		return;
	for (at++; *at != '"' && *at != '\0' && len < WORD_MAX; at++) {
		if (*at == '\\' && at[1] == 'x' && sscanf(at + 2, "%2x", &code) == 1) {
			word[len++] = (uint8_t)code;
			at += 3;
		} else {
			if (*at == '\\')
				at++;
			word[len++] = (uint8_t)*at;
		}
	}
	driver.words[driver.word_count].len = len;
	driver.word_count += len > 0;
}

static void
read_dictionary(void)
{
	char path[128], line[512];
	FILE *file;

	snprintf(path, sizeof(path), "tests/fuzz/%s_fuzz.dict", driver.name);
	file = fopen(path, "r");
	if (file == NULL) {
		printf("not ok mutations: %s: %s\n", path, strerror(errno));
		exit(1);
	}
	while (fgets(line, sizeof(line), file) != NULL)
		take_word(line);
	fclose(file);
}

/* ------------------------------------------------------------- mutations */

/* Put ${len} bytes in the place of ${old} ones at ${at}; what passes the end is cut. */
static void
replace(size_t at, size_t old, const uint8_t *data, size_t len)
{
	struct input *input = &driver.current;
	size_t rest = input->len - at - old;

	if (len > INPUT_MAX - at)
		len = INPUT_MAX - at;
	if (rest > INPUT_MAX - at - len)
		rest = INPUT_MAX - at - len;
	memmove(input->data + at + len, input->data + at + old, rest);
	memcpy(input->data + at, data, len);
	input->len = at + len + rest;
}

static void
mutate(void)
{
	static const uint8_t edges[] = { 0, 1, 0x7f, 0x80, 0xff, '\n', ' ', '"', '<', '&' };
	struct input *input = &driver.current;
	const struct input *other = driver.pool[draw(driver.pool_count)];
	static uint8_t piece[INPUT_MAX];
	size_t at = draw(input->len + 1), left = input->len - at;
	size_t some = left == 0 ? 0 : draw(left < 256 ? left : 256) + 1;
	size_t word = driver.word_count == 0 ? 0 : draw(driver.word_count);
	size_t from;

	switch (draw(8)) {
	case 0:		/* a bit */
		if (left > 0)
			input->data[at] ^= (uint8_t)(1u << draw(8));
		break;
	case 1:		/* a byte */
		piece[0] = draw(2) == 0 ? edges[draw(sizeof(edges))] : (uint8_t)draw(256);
		replace(at, left > 0 && draw(2) == 0, piece, 1);
		break;
	case 2:		/* less */
		replace(at, some, piece, 0);
		break;
	case 3:		/* the same again */
		memcpy(piece, input->data + at, some);
		replace(at, 0, piece, some);
		break;
	case 4:		/* cut off */
		if (draw(4) == 0)
			input->len = at;
		break;
	case 5:		/* a piece of another */
		from = draw(other->len + 1);
		replace(at, draw(2) == 0 ? some : 0, other->data + from,
		    draw(other->len - from + 1));
		break;
	default:	/* a word of the dictionary */
		replace(at, draw(2) == 0 ? some : 0, driver.words[word].data,
		    driver.words[word].len);
	}
}

static uint64_t
number_of(const char *variable, uint64_t otherwise)
{
	const char *text = getenv(variable);

	return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

static void
run_mutations(void)
{
	unsigned runs = (unsigned)number_of("FUZZ_RUNS", fuzz_runs);
	const struct input *start;

	read_dictionary();
	driver.seed = number_of("FUZZ_SEED", 1);
	driver.random = driver.seed;
	printf("FUZZ_SEED=%" PRIu64 ", %u runs, %zu words\n", driver.seed, runs, driver.word_count);
	fflush(stdout);
	for (driver.run = 1; driver.run <= runs; driver.run++) {
		start = driver.pool[draw(driver.pool_count)];
		memcpy(driver.current.data, start->data, start->len);
		driver.current.len = start->len;
		for (uint64_t i = draw(MUTATIONS_MAX) + 1; i > 0; i--)
			mutate();
		feed();
		/* Now and then one goes on from here; the seeds stay. */
		if (draw(16) == 0)
			remember(driver.pool_count < POOL_MAX ? driver.pool_count :
			    driver.seed_count + draw(POOL_MAX - driver.seed_count));
	}
	printf("ok mutations: %u\n", runs);
}

int
main(int argc, char *argv[])
{
	const char *slash = strrchr(argv[0], '/'), *name = slash == NULL ? argv[0] : slash + 1;

	snprintf(driver.name, sizeof(driver.name), "%.*s", (int)(strlen(name) - strlen("_fuzz")),
	    name);
	setvbuf(stdout, NULL, _IOLBF, 0);
	watch_for_the_end();
	for (int i = 1; i < argc; i++) {
		read_input(argv[i]);
		feed();
	}
	if (argc == 1) {
		run_seeds();
		run_mutations();
	}
	for (size_t i = 0; i < driver.pool_count; i++)
		free(driver.pool[i]);
	return 0;
}
