#include "bands.h"

#include "xxh3.h"
#include "xxh64.h"

#include <stdbool.h>

enum { BAND = 64 };

typedef struct Hash {
    bool is_long;
    union {
        Xxh3 large;
        Xxh64 small;
    } of;
} Hash;

static Hash hash_start(size_t bytes)
{
    Hash hash = {.is_long = bytes >= XXH3_LEAST};
    if (hash.is_long)
        hash.of.large = xxh3_start();
    else
        hash.of.small = xxh64_start();
    return hash;
}

static void hash_add(Hash *hash, const void *bytes, size_t count)
{
    if (hash->is_long)
        xxh3_add(&hash->of.large, bytes, count);
    else
        xxh64_add(&hash->of.small, bytes, count);
}

static uint64_t hash_end(const Hash *hash)
{
    return hash->is_long ? xxh3_end(&hash->of.large) : xxh64_end(&hash->of.small);
}

static int band_end(const Rows *rows, int band)
{
    int end = (band + 1) * BAND;
    return end < rows->count ? end : rows->count;
}

static size_t band_rows(const Rows *rows, int band)
{
    return (size_t)(band_end(rows, band) - band * BAND);
}

int bands_of(const Rows *rows)
{
    return (rows->count + BAND - 1) / BAND;
}

uint64_t band_hash(const Rows *rows, int band)
{
    uint8_t scratch[ROWS_SCRATCH];
    const uint8_t *bytes;
    size_t count;
    Hash hash = hash_start(rows_bytes(rows) * band_rows(rows, band));
    for (int row = band * BAND; row < band_end(rows, band); row++)
        for (int first = 0; (bytes = rows_next(rows, row, &first, scratch, &count)) != NULL;)
            hash_add(&hash, bytes, count);
    return hash_end(&hash);
}

uint64_t band_take(const Rows *rows, int band, uint8_t *target)
{
    Hash hash = hash_start(rows_bytes(rows) * band_rows(rows, band));
    for (int row = band * BAND; row < band_end(rows, band); row++) {
        uint8_t *at = target + (size_t)row * rows_bytes(rows);
        for (int first = 0, count; first < rows->pixels; first += count, at += (size_t)count * rows->taken) {
            /* So few that they are still in the first cache when they are hashed. */
            count = rows->pixels - first < ROWS_SCRATCH_PIXELS ? rows->pixels - first : ROWS_SCRATCH_PIXELS;
            rows_pack_part(rows, row, first, count, at);
            hash_add(&hash, at, (size_t)count * rows->taken);
        }
    }
    return hash_end(&hash);
}
