/* Naming the planes of a request by what they hold (see PROTOCOL.md, KEY).
 *
 * At first a plane that was most likely seen before keeps the name it had then. All of it is hashed all the same,
 * while the engine works, and nothing is handed to the host unless every name proves right.
 */
#ifndef REELMEND_NAMING_H
#define REELMEND_NAMING_H

#include "guess.h"

typedef struct Naming {
    Request *request;
    Likeness likeness[MOST_PLANES];
    int order[MOST_PLANES];    /* those without a guess come first */
    int first[MOST_PLANES + 1]; /* band of each, in that order; behind the last, how many there are */
    int guessed_from;          /* place in that order */
    uint64_t *hashes;
} Naming;

/* Every plane has a name; those of `naming_left` bands are guesses. Free it in any case. */
Outcome naming_begin(Naming *naming, Request *request, Watch watch, Failure *failure);
int naming_left(const Naming *naming);
void naming_hash(Naming *naming, int nth); /* of the bands left; any thread, each band once */
/* All bands are hashed: every plane has its true name. Whether the guesses were right. */
bool naming_end(Naming *naming);
void naming_free(Naming *naming);

#endif
