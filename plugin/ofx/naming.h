/* Naming the planes of a request by what they hold (see PROTOCOL.md, KEY).
 *
 * A plane that was most likely seen before keeps the name it had then, which lets the engine begin. All of it is
 * hashed all the same, while the engine works, and nothing is handed to the host unless every name proves right.
 * The other planes are named while they are packed for the engine, which will lack them.
 */
#ifndef REELMEND_NAMING_H
#define REELMEND_NAMING_H

#include "bands.h"
#include "guess.h"

typedef struct Naming {
    Request *request;
    Likeness likeness[MOST_PLANES];
    int order[MOST_PLANES];     /* those without a name come first */
    int first[MOST_PLANES + 1]; /* band of each, in that order; behind the last, how many there are */
    int nameless;
    uint64_t *hashes;
} Naming;

/* Guesses what can be guessed. Free it in any case. */
Outcome naming_begin(Naming *naming, Request *request, Failure *failure);
/* Names the others: plane order[k] is packed to targets[k] on the way. NULL: they are not packed. */
Outcome naming_new(Naming *naming, uint8_t *const *targets, Watch watch);
/* The bands of planes whose name is a guess, once all have one; any thread may hash, each band once. */
int naming_left(const Naming *naming);
void naming_hash(Naming *naming, int nth);
/* All of these are hashed: every plane has its true name. Whether the guesses were right. */
bool naming_end(Naming *naming);
void naming_free(Naming *naming);

#endif
