#include "beside.h"

/* The engine needs the processors more: above all in the first part of its work, when it takes new plates over and
 * converts them on all of them. What comes then leaves most of them free. */
enum { MOST_HELPING = 3, FIRST_PART = 3, LOOK_UP_MS = 2 };

static atomic_int last_answer_ms; /* how long it took */

/* Both go through the pieces, the output from the bottom up and the planes from the top down: turned round, a piece
 * hashes the rows of the centre, the first of the planes, that it has just copied. */
static int band_with(const Beside *beside, int piece)
{
    bool turn = piece < beside->stretches && beside->stretches <= beside->bands;
    return turn ? beside->stretches - 1 - piece : piece;
}

static bool is_early(Beside *beside)
{
    bool in_first = clock_ms() - beside->began < atomic_load(&last_answer_ms) / FIRST_PART;
    return in_first && !atomic_load(&beside->answered) && !pieces_stopped(&beside->pieces);
}

static void work_beside(void *given, bool is_caller)
{
    Beside *beside = given;
    if (!is_caller)
        thread_yields();
    while (!is_caller && is_early(beside))
        sleep_ms(LOOK_UP_MS);
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
    beside->began = clock_ms();
    atomic_init(&beside->answered, false);
    pieces_start(&beside->pieces, beside->stretches > beside->bands ? beside->stretches : beside->bands, watch);
    crew_begin(&beside->crew, MOST_HELPING, work_beside, beside);
}

Outcome beside_end(Beside *beside, bool drop)
{
    atomic_store(&beside->answered, true);
    if (drop) {
        pieces_stop(&beside->pieces);
    } else {
        atomic_store(&last_answer_ms, (int)(clock_ms() - beside->began));
        work_beside(beside, true);
    }
    crew_end(&beside->crew);
    return pieces_stopped(&beside->pieces) ? OUTCOME_STOPPED : OUTCOME_DONE;
}
