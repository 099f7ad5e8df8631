#include "guess.h"

#include "platform.h"
#include "xxh64.h"

#include <string.h>

enum { MOST_KNOWN = 256, EVERY = 64, MOST_SAMPLED = 8 };

typedef struct Known {
    Likeness likeness; /* without rows where there is nothing */
    char key[KEY_DIGITS + 1];
} Known;

static Mutex guard = MUTEX_START;
static Known known[MOST_KNOWN]; /* the one put in first goes first */
static int next_place;

static uint64_t sampled(const Rows *rows)
{
    Xxh64 hash = xxh64_start();
    int every = rows->count / MOST_SAMPLED > EVERY ? rows->count / MOST_SAMPLED : EVERY;
    for (int row = every / 2; row < rows->count; row += every)
        xxh64_add(&hash, rows_at(rows, row), (size_t)rows->pixels * rows->apart);
    return xxh64_end(&hash);
}

Likeness likeness_of(const Plane *plane)
{
    return (Likeness){plane->number, rows_bytes(&plane->rows), plane->rows.count, sampled(&plane->rows)};
}

static bool alike(const Likeness *one, const Likeness *other)
{
    return one->number == other->number && one->row_bytes == other->row_bytes && one->rows == other->rows &&
           one->sample == other->sample;
}

/* The guard is held. */
static Known *found(const Likeness *likeness)
{
    for (int k = 0; k < MOST_KNOWN; k++)
        if (known[k].likeness.rows > 0 && alike(&known[k].likeness, likeness))
            return &known[k];
    return NULL;
}

bool guess_find(const Likeness *likeness, char *key)
{
    mutex_lock(&guard);
    const Known *there = found(likeness);
    if (there != NULL)
        memcpy(key, there->key, sizeof there->key);
    mutex_unlock(&guard);
    return there != NULL;
}

void guess_keep(const Likeness *likeness, const char *key)
{
    mutex_lock(&guard);
    Known *place = found(likeness);
    if (place == NULL) {
        place = &known[next_place];
        next_place = (next_place + 1) % MOST_KNOWN;
    }
    place->likeness = *likeness;
    memcpy(place->key, key, sizeof place->key);
    mutex_unlock(&guard);
}
