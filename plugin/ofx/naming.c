#include "naming.h"

#include "pieces.h"
#include "platform.h"
#include "xxh3.h"
#include "xxh64.h"

#include <stdlib.h>
#include <string.h>

enum { BAND = 64, MOST_THREADS = 8 };

static int bands_of(const Rows *rows)
{
    return (rows->count + BAND - 1) / BAND;
}

static uint64_t long_hash(const Rows *rows, int begin, int end)
{
    uint8_t scratch[ROWS_SCRATCH];
    const uint8_t *bytes;
    size_t count;
    Xxh3 hash = xxh3_start();
    for (int row = begin; row < end; row++)
        for (int first = 0; (bytes = rows_next(rows, row, &first, scratch, &count)) != NULL;)
            xxh3_add(&hash, bytes, count);
    return xxh3_end(&hash);
}

static uint64_t short_hash(const Rows *rows, int begin, int end)
{
    uint8_t scratch[ROWS_SCRATCH];
    const uint8_t *bytes;
    size_t count;
    Xxh64 hash = xxh64_start();
    for (int row = begin; row < end; row++)
        for (int first = 0; (bytes = rows_next(rows, row, &first, scratch, &count)) != NULL;)
            xxh64_add(&hash, bytes, count);
    return xxh64_end(&hash);
}

static uint64_t band_hash(const Rows *rows, int band)
{
    int first = band * BAND, end = first + BAND < rows->count ? first + BAND : rows->count;
    bool is_long = rows_bytes(rows) * (size_t)(end - first) >= XXH3_LEAST;
    return is_long ? long_hash(rows, first, end) : short_hash(rows, first, end);
}

static Plane *plane_at(const Naming *naming, int place)
{
    return &naming->request->planes[naming->order[place]];
}

static void hash_band(Naming *naming, int band)
{
    int place = 0;
    while (band >= naming->first[place + 1])
        place++;
    naming->hashes[band] = band_hash(&plane_at(naming, place)->rows, band - naming->first[place]);
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

/* Guesses what can be guessed, and puts the planes into order. */
static void guess(Naming *naming)
{
    Request *request = naming->request;
    bool is_guess[MOST_PLANES];
    int placed = 0;
    for (int k = 0; k < request->plane_count; k++) {
        naming->likeness[k] = likeness_of(&request->planes[k]);
        is_guess[k] = guess_find(&naming->likeness[k], request->planes[k].key);
        if (!is_guess[k])
            naming->order[placed++] = k;
    }
    naming->guessed_from = placed;
    for (int k = 0; k < request->plane_count; k++)
        if (is_guess[k])
            naming->order[placed++] = k;
    for (int place = 0; place < placed; place++)
        naming->first[place + 1] = naming->first[place] + bands_of(&plane_at(naming, place)->rows);
}

typedef struct Hashing {
    Pieces pieces;
    Naming *naming;
} Hashing;

static void hash_new_bands(void *given, bool is_caller)
{
    Hashing *hashing = given;
    Worker worker = worker_start(&hashing->pieces, is_caller);
    int band;
    while (piece_take(&worker, &band))
        hash_band(hashing->naming, band);
}

/* The planes without a guess. */
static Outcome name_new(Naming *naming, Watch watch)
{
    Hashing hashing = {.naming = naming};
    pieces_start(&hashing.pieces, naming->first[naming->guessed_from], watch);
    if (hashing.pieces.count > 0)
        on_threads(MOST_THREADS, hash_new_bands, &hashing);
    if (pieces_stopped(&hashing.pieces))
        return OUTCOME_STOPPED;
    for (int place = 0; place < naming->guessed_from; place++)
        settle(naming, place);
    return OUTCOME_DONE;
}

Outcome naming_begin(Naming *naming, Request *request, Watch watch, Failure *failure)
{
    *naming = (Naming){.request = request};
    guess(naming);
    naming->hashes = calloc((size_t)naming->first[request->plane_count], sizeof *naming->hashes);
    if (naming->hashes == NULL) {
        text_copy(failure->text, sizeof failure->text, "There is no memory left.");
        return OUTCOME_REFUSED;
    }
    return name_new(naming, watch);
}

int naming_left(const Naming *naming)
{
    return naming->first[naming->request->plane_count] - naming->first[naming->guessed_from];
}

void naming_hash(Naming *naming, int nth)
{
    hash_band(naming, naming->first[naming->guessed_from] + nth);
}

bool naming_end(Naming *naming)
{
    bool right = true;
    for (int place = naming->guessed_from; place < naming->request->plane_count; place++)
        right = settle(naming, place) && right;
    return right;
}

void naming_free(Naming *naming)
{
    free(naming->hashes);
    naming->hashes = NULL;
}
