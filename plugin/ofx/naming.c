#include "naming.h"

#include "pieces.h"
#include "platform.h"
#include "xxh64.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_THREADS = 8 };

static Plane *plane_at(const Naming *naming, int place)
{
    return &naming->request->planes[naming->order[place]];
}

static int place_of(const Naming *naming, int band)
{
    int place = 0;
    while (band >= naming->first[place + 1])
        place++;
    return place;
}

static void write_key(char *key, uint64_t hash)
{
    for (int digit = KEY_DIGITS - 1; digit >= 0; digit--, hash >>= 4)
        key[digit] = "0123456789abcdef"[hash & 15];
    key[KEY_DIGITS] = '\0';
}

/* The true key of the plane at `place`, whose bands are hashed; whether it had that key. */
static bool settle(Naming *naming, int place)
{
    char key[KEY_DIGITS + 1];
    Plane *plane = plane_at(naming, place);
    Xxh64 hash = xxh64_start();
    int first = naming->first[place], bands = naming->first[place + 1] - first;
    xxh64_add(&hash, naming->hashes + first, (size_t)bands * sizeof *naming->hashes);
    write_key(key, xxh64_end(&hash));
    bool same = strcmp(key, plane->key) == 0;
    memcpy(plane->key, key, sizeof key);
    guess_keep(&naming->likeness[naming->order[place]], key);
    return same;
}

/* Puts the planes that have no name yet before the others. */
static void arrange(Naming *naming, const bool *has_name)
{
    int count = naming->request->plane_count, placed = 0;
    for (int k = 0; k < count; k++)
        if (!has_name[k])
            naming->order[placed++] = k;
    naming->nameless = placed;
    for (int k = 0; k < count; k++)
        if (has_name[k])
            naming->order[placed++] = k;
    for (int place = 0; place < placed; place++)
        naming->first[place + 1] = naming->first[place] + bands_of(&plane_at(naming, place)->rows);
}

Outcome naming_begin(Naming *naming, Request *request, Failure *failure)
{
    bool is_guess[MOST_PLANES];
    *naming = (Naming){.request = request};
    for (int k = 0; k < request->plane_count; k++) {
        naming->likeness[k] = likeness_of(&request->planes[k]);
        is_guess[k] = guess_find(&naming->likeness[k], request->planes[k].key);
    }
    arrange(naming, is_guess);
    naming->hashes = calloc((size_t)naming->first[request->plane_count], sizeof *naming->hashes);
    if (naming->hashes == NULL) {
        text_copy(failure->text, sizeof failure->text, "There is no memory left.");
        return OUTCOME_REFUSED;
    }
    return OUTCOME_DONE;
}

typedef struct Taking {
    Pieces pieces;
    Naming *naming;
    uint8_t *const *targets;
} Taking;

static void take_bands(void *given, bool is_caller)
{
    Taking *taking = given;
    Naming *naming = taking->naming;
    Worker worker = worker_start(&taking->pieces, is_caller);
    int piece;
    while (piece_take(&worker, &piece)) {
        int place = place_of(naming, piece), band = piece - naming->first[place];
        const Rows *rows = &plane_at(naming, place)->rows;
        naming->hashes[piece] = taking->targets == NULL ? band_hash(rows, band)
                                                        : band_take(rows, band, taking->targets[place]);
    }
}

Outcome naming_new(Naming *naming, uint8_t *const *targets, Watch watch)
{
    Taking taking = {.naming = naming, .targets = targets};
    pieces_start(&taking.pieces, naming->first[naming->nameless], watch);
    if (taking.pieces.count > 0)
        on_threads(MOST_THREADS, take_bands, &taking);
    if (pieces_stopped(&taking.pieces))
        return OUTCOME_STOPPED;
    for (int place = 0; place < naming->nameless; place++)
        settle(naming, place);
    return OUTCOME_DONE;
}

int naming_left(const Naming *naming)
{
    return naming->first[naming->request->plane_count] - naming->first[naming->nameless];
}

void naming_hash(Naming *naming, int nth)
{
    int band = naming->first[naming->nameless] + nth, place = place_of(naming, band);
    naming->hashes[band] = band_hash(&plane_at(naming, place)->rows, band - naming->first[place]);
}

bool naming_end(Naming *naming)
{
    bool right = true;
    for (int place = naming->nameless; place < naming->request->plane_count; place++)
        right = settle(naming, place) && right;
    return right;
}

void naming_free(Naming *naming)
{
    free(naming->hashes);
    naming->hashes = NULL;
}
