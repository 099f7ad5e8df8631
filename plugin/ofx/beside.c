#include "beside.h"

/* The engine needs the processors more. */
enum { MOST_HELPING = 3 };

/* Both go through the pieces, the output from the bottom up and the planes from the top down: turned round, a piece
 * hashes the rows of the centre, the first of the planes, that it has just copied. */
static int band_with(const Beside *beside, int piece)
{
    bool turn = piece < beside->stretches && beside->stretches <= beside->bands;
    return turn ? beside->stretches - 1 - piece : piece;
}

static void work_beside(void *given, bool is_caller)
{
    Beside *beside = given;
    if (!is_caller)
        thread_yields();
    Worker worker = worker_start(&beside->pieces, is_caller);
    int piece;
    while (piece_take(&worker, &piece)) {
        if (piece < beside->stretches)
            filling_source(beside->filling, piece);
        if (piece < beside->bands)
            naming_hash(beside->naming, band_with(beside, piece));
    }
}

void beside_begin(Beside *beside, Naming *naming, const Filling *filling, Watch watch)
{
    beside->naming = naming;
    beside->filling = filling;
    beside->stretches = filling_stretches(filling);
    beside->bands = naming_left(naming);
    pieces_start(&beside->pieces, beside->stretches > beside->bands ? beside->stretches : beside->bands, watch);
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
