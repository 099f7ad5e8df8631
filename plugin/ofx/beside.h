/* What is done on other threads while the engine works: all that needs no answer of it. */
#ifndef REELMEND_BESIDE_H
#define REELMEND_BESIDE_H

#include "fill.h"
#include "naming.h"
#include "pieces.h"
#include "platform.h"

typedef struct Beside {
    Pieces pieces; /* each a stretch of the output and a band of a plane whose name is a guess, while there are any */
    Crew crew;
    Naming *naming;
    const Filling *filling;
    int stretches, bands;
    int64_t began;
    atomic_bool answered;
} Beside;

/* `beside` must stay where it is until `beside_end`, and so must all that it works on. */
void beside_begin(Beside *beside, Naming *naming, const Filling *filling, Watch watch);
/* Does what is left, or with `drop` leaves it. DONE where all is done, else STOPPED. No thread goes on after it. */
Outcome beside_end(Beside *beside, bool drop);

#endif
