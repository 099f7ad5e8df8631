#include "rows.h"

#include <stdbool.h>
#include <string.h>

enum { AHEAD = 2048 };

uint8_t *rows_at(const Rows *rows, int row)
{
    return rows->top + (ptrdiff_t)row * rows->step;
}

size_t rows_bytes(const Rows *rows)
{
    return (size_t)rows->pixels * rows->taken;
}

uint64_t rows_size(const Rows *rows)
{
    return (uint64_t)rows_bytes(rows) * (uint64_t)rows->count;
}

/* Whole pixels are written, each over the end of the one before, but for the last: one load and one store each. */
#define PACKING(name, apart, taken)                                                          \
    static void name(uint8_t *restrict target, const uint8_t *restrict source, int count)    \
    {                                                                                        \
        for (int k = 0; k < count - 1; k++, target += (taken), source += (apart)) {          \
            __builtin_prefetch(source + AHEAD);                                              \
            memcpy(target, source, (apart));                                                 \
        }                                                                                    \
        memcpy(target, source, (taken));                                                     \
    }

PACKING(pack_bytes, 4, 3)
PACKING(pack_words, 8, 6)
PACKING(pack_floats, 16, 12)

static void pack(const Rows *rows, int row, int first, int count, uint8_t *target)
{
    const uint8_t *source = rows_at(rows, row) + (size_t)first * rows->apart;
    if (rows->apart == rows->taken)
        memcpy(target, source, (size_t)count * rows->taken);
    else if (rows->apart == 4)
        pack_bytes(target, source, count);
    else if (rows->apart == 8)
        pack_words(target, source, count);
    else
        pack_floats(target, source, count);
}

void rows_pack(const Rows *rows, int row, uint8_t *target)
{
    pack(rows, row, 0, rows->pixels, target);
}

const uint8_t *rows_next(const Rows *rows, int row, int *first, uint8_t *scratch, size_t *bytes)
{
    bool is_whole = rows->apart == rows->taken;
    int begin = *first, left = rows->pixels - begin;
    int count = is_whole || left < ROWS_SCRATCH_PIXELS ? left : ROWS_SCRATCH_PIXELS;
    if (count <= 0)
        return NULL;
    *first += count;
    *bytes = (size_t)count * rows->taken;
    if (is_whole)
        return rows_at(rows, row);
    pack(rows, row, begin, count, scratch);
    return scratch;
}
