#include <stdio.h>

#include "client/view/figure.h"
#include "proto/replica/image.h"

bool
figure_is_hidden(const Readsync__Image *image)
{
	return image != NULL && image->kind == READSYNC__IMAGE__KIND__PIXEL;
}

void
figure_words(const Readsync__Image *image, char words[FIGURE_WORDS_SIZE])
{
	words[0] = '\0';
	if (image == NULL || image_media_type(image->kind) != NULL)
		return;
	snprintf(words, FIGURE_WORDS_SIZE, "not kept: %s", image->problem[0] != '\0' ?
	    image->problem : "a kind that this version does not know");
}
