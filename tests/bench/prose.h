/*
 * Text to measure with: made-up words, drawn as words of a language are, so that
 * compressing and indexing it cost about what they do on articles.  The same seed
 * gives the same text.
 */
#ifndef TESTS_BENCH_PROSE_H
#define TESTS_BENCH_PROSE_H

#include <math.h>
#include <stdint.h>
#include <string.h>

enum {
	PROSE_WORDS = 30000,
	PROSE_WORD_MAX = 13,
	PROSE_SENTENCE = 17	/* words */
};

struct prose {
	uint64_t seed;
	char words[PROSE_WORDS][PROSE_WORD_MAX + 1];
};

/* SplitMix64 (Steele, Lea, Flood, 2014). */
static inline uint64_t
prose_draw(struct prose *prose)
{
	uint64_t z = prose->seed += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* Frequent words are short, as they are in languages. */
static inline void
prose_init(struct prose *prose, uint64_t seed)
{
	static const char *const parts[] = { "a", "be", "co", "di", "en", "for", "ge", "hu", "in",
		"ka", "lo", "mer", "na", "or", "pa", "qui", "re", "so", "ti", "un", "ver", "wa",
		"ye",
		"zo", "st", "al", "der", "chi", "ou", "el", "ment", "ing" };
	int word, part;
	const char *text;

	prose->seed = seed;
	for (word = 0; word < PROSE_WORDS; word++) {
		prose->words[word][0] = '\0';
		for (part = 0; part < 1 + (word > 20) + (word > 500) + (word > 8000); part++) {
			text = parts[prose_draw(prose) % (sizeof(parts) / sizeof(parts[0]))];
			if (strlen(prose->words[word]) + strlen(text) <= PROSE_WORD_MAX)
				strcat(prose->words[word], text);
		}
	}
}

/* A word; the chance of the one of rank r goes as 1/r (Zipf). */
static inline const char *
prose_word(struct prose *prose)
{
	double u = (double)(prose_draw(prose) >> 11) / 9007199254740992.0;

	return prose->words[(size_t)(pow(PROSE_WORDS, u)) - 1];
}

/* Write ${count} words as sentences into ${out}, at most ${size} bytes with the NUL. */
static inline size_t
prose_write(struct prose *prose, size_t count, char *out, size_t size)
{
	size_t at = 0, i, len;
	const char *word;

	for (i = 0; i < count; i++) {
		word = prose_word(prose);
		len = strlen(word);
		if (at + len + 3 > size)
			break;
		memcpy(out + at, word, len);
		if (i % PROSE_SENTENCE == 0 && out[at] >= 'a')
			out[at] -= 'a' - 'A';
		at += len;
		if (i % PROSE_SENTENCE == PROSE_SENTENCE - 1)
			out[at++] = '.';
		out[at++] = ' ';
	}
	at -= at > 0;
	out[at] = '\0';
	return at;
}

#endif
