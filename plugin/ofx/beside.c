#include "beside.h"

/* The engine needs the processors more. */
enum { MOST_HELPING = 3 };

static void work_beside(void *given, bool is_caller)
{
    Beside *beside = given;
    if (!is_caller)
        thread_yields();
    Worker worker = worker_start(&beside->pieces, is_caller);
    int piece;
    while (piece_take(&worker, &piece))
        if (piece < beside->stretches)
            filling_source(beside->filling, piece);
        else
            naming_hash(beside->naming, piece - beside->stretches);
}

void beside_begin(Beside *beside, Naming *naming, const Filling *filling, Watch watch)
{
    beside->naming = naming;
    beside->filling = filling;
    beside->stretches = filling_stretches(filling);
    pieces_start(&beside->pieces, beside->stretches + naming_left(naming), watch);
    crew_begin(&beside->crew, MOST_HELPING, work_beside, beside);
}

Outcome beside_end(Beside *beside, bool drop)
{
    if (drop)
        pieces_stop(&beside->pieces);
    else
        work_beside(beside, true);
    crew_end(&beside->crew);
    return pieces_stopped(&beside->pieces) ? OUTCOME_STOPPED : OUTCOME_DONE;
}
