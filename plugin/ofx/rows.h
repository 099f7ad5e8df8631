/* Pixels as a host has them in memory, row by row, and as they are sent: packed, without alpha beside a colour. */
#ifndef REELMEND_ROWS_H
#define REELMEND_ROWS_H

#include <stddef.h>
#include <stdint.h>

/* The top row comes first; `step` leads from one to the next and may be negative. */
typedef struct Rows {
    uint8_t *top;
    ptrdiff_t step;
    int count;
    int pixels;   /* of one row */
    size_t apart; /* bytes from one pixel to the next */
    size_t taken; /* the first bytes of each that are sent */
} Rows;

enum { ROWS_SCRATCH = 12288, ROWS_SCRATCH_PIXELS = 1024 };

uint8_t *rows_at(const Rows *rows, int row);
size_t rows_bytes(const Rows *rows);   /* of one row as it is sent */
uint64_t rows_size(const Rows *rows);  /* of all */
void rows_pack(const Rows *rows, int row, uint8_t *target);
/* The same of `count` pixels of the row, from `first` on. */
void rows_pack_part(const Rows *rows, int row, int first, int count, uint8_t *target);

/* A row as it is sent, piece by piece: `first` is 0 at the start, and moves on. The bytes are the host's own, or
 * packed into `scratch` (ROWS_SCRATCH); NULL at the end. */
const uint8_t *rows_next(const Rows *rows, int row, int *first, uint8_t *scratch, size_t *bytes);

#endif
