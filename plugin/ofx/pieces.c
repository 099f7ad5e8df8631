#include "pieces.h"

#include "platform.h"

enum { ASK_EVERY_MS = 10 };

void pieces_start(Pieces *pieces, int count, Watch watch)
{
    pieces->count = count;
    pieces->watch = watch;
    atomic_init(&pieces->next, 0);
    atomic_init(&pieces->stop, false);
}

void pieces_stop(Pieces *pieces)
{
    atomic_store(&pieces->stop, true);
}

bool pieces_stopped(const Pieces *pieces)
{
    return atomic_load(&pieces->stop);
}

Worker worker_start(Pieces *pieces, bool is_caller)
{
    return (Worker){.pieces = pieces, .is_caller = is_caller, .asked = clock_ms()};
}

bool piece_take(Worker *worker, int *piece)
{
    Pieces *pieces = worker->pieces;
    if (worker->is_caller && clock_ms() - worker->asked >= ASK_EVERY_MS) {
        worker->asked = clock_ms();
        if (watch_stopped(pieces->watch))
            pieces_stop(pieces);
    }
    *piece = atomic_fetch_add(&pieces->next, 1);
    return *piece < pieces->count && !pieces_stopped(pieces);
}
