/* What a plane holds as a few numbers, one for each band of rows, so that several threads may hash it at once. */
#ifndef REELMEND_BANDS_H
#define REELMEND_BANDS_H

#include "rows.h"

int bands_of(const Rows *rows);
/* Of the bytes as they are sent (see PROTOCOL.md, KEY). */
uint64_t band_hash(const Rows *rows, int band);
/* The same, while the band is packed to its place in the plane that begins at `target`: one walk over the rows. */
uint64_t band_take(const Rows *rows, int band, uint8_t *target);

#endif
