/* Work that threads share, piece by piece, until none is left or the host wants no more. */
#ifndef REELMEND_PIECES_H
#define REELMEND_PIECES_H

#include "watch.h"

#include <stdatomic.h>
#include <stdint.h>

typedef struct Pieces {
    atomic_int next;
    atomic_bool stop;
    int count;
    Watch watch;
} Pieces;

/* One thread at work; the host's own thread, the caller, asks now and then whether to go on. */
typedef struct Worker {
    Pieces *pieces;
    bool is_caller;
    int64_t asked;
} Worker;

void pieces_start(Pieces *pieces, int count, Watch watch);
void pieces_stop(Pieces *pieces); /* what is in hand is finished */
bool pieces_stopped(const Pieces *pieces);

Worker worker_start(Pieces *pieces, bool is_caller);
bool piece_take(Worker *worker, int *piece); /* false where there is none, or no more is wanted */

#endif
