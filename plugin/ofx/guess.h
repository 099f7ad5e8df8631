/* What a picture is most likely called, told from a part of it: frames come again and again as neighbours.
 *
 * A guess is never relied on. It lets the engine begin, while all of the picture is hashed beside it.
 */
#ifndef REELMEND_GUESS_H
#define REELMEND_GUESS_H

#include "request.h"

typedef struct Likeness {
    int64_t number; /* of the frame */
    size_t row_bytes;
    int rows;
    uint64_t sample; /* of some of its rows */
} Likeness;

Likeness likeness_of(const Plane *plane);
bool guess_find(const Likeness *likeness, char *key); /* false, and no key, where nothing alike was seen */
void guess_keep(const Likeness *likeness, const char *key);

#endif
