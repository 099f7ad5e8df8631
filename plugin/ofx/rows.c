#include "rows.h"

#include <stdbool.h>
#include <string.h>

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

/* Whole pixels are written, each over the end of the one before, but for the last: one load and one store each.
 * Meanwhile what is read next is fetched from memory, into the second cache; the processor by itself would stop at
 * the end of each page, and look for the next row in the wrong direction. */
#define PACKING(name, apart, taken)                                                                                    \
    static void name(uint8_t *restrict target, const uint8_t *restrict source, int count, const uint8_t *next)         \
    {                                                                                                                  \
        for (int k = 0; k < count - 1; k++, target += (taken), source += (apart), next += (apart)) {                   \
            __builtin_prefetch(next, 0, 2);                                                                            \
            memcpy(target, source, (apart));                                                                           \
        }                                                                                                              \
        memcpy(target, source, (taken));                                                                               \
    }

PACKING(pack_bytes, 4, 3)
PACKING(pack_words, 8, 6)
PACKING(pack_last_floats, 16, 12)

/* Four pixels of 16 bytes become three times 16 bytes. */
typedef uint32_t Pixel __attribute__((vector_size(16)));

static void pack_floats(uint8_t *restrict target, const uint8_t *restrict source, int count, const uint8_t *next)
{
    int whole = count / 4 * 4;
    for (int k = 0; k < whole; k += 4, target += 48, source += 64, next += 64) {
        Pixel from[4], to[3];
        __builtin_prefetch(next, 0, 2);
        memcpy(from, source, sizeof from);
        to[0] = __builtin_shufflevector(from[0], from[1], 0, 1, 2, 4);
        to[1] = __builtin_shufflevector(from[1], from[2], 1, 2, 4, 5);
        to[2] = __builtin_shufflevector(from[2], from[3], 2, 4, 5, 6);
        memcpy(target, to, sizeof to);
    }
    if (whole < count)
        pack_last_floats(target, source, count - whole, next);
}

static const uint8_t *pixel_at(const Rows *rows, int row, int first)
{
    return rows_at(rows, row) + (size_t)first * rows->apart;
}

/* Where the pixels are that come behind the first `end` of a row. */
static const uint8_t *next_at(const Rows *rows, int row, int end)
{
    bool is_last = end == rows->pixels && row + 1 == rows->count;
    return end < rows->pixels ? pixel_at(rows, row, end) : rows_at(rows, is_last ? row : row + 1);
}

void rows_pack_part(const Rows *rows, int row, int first, int count, uint8_t *target)
{
    const uint8_t *source = pixel_at(rows, row, first), *next = next_at(rows, row, first + count);
    if (rows->apart == rows->taken)
        memcpy(target, source, (size_t)count * rows->taken);
    else if (rows->apart == 4)
        pack_bytes(target, source, count, next);
    else if (rows->apart == 8)
        pack_words(target, source, count, next);
    else
        pack_floats(target, source, count, next);
}

void rows_pack(const Rows *rows, int row, uint8_t *target)
{
    rows_pack_part(rows, row, 0, rows->pixels, target);
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
    rows_pack_part(rows, row, begin, count, scratch);
    return scratch;
}
