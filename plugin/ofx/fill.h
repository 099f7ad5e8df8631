/* The host's output: the source's own pixels, and over them the boxes that came back. */
#ifndef REELMEND_FILL_H
#define REELMEND_FILL_H

#include "link.h"

typedef struct Filling {
    const Plate *source;
    const Plate *output;
    OfxRectI window; /* of the host's plane, within the output */
} Filling;

Filling filling_of(const Plate *source, const Plate *output, OfxRectI window);
int filling_stretches(const Filling *filling);
/* One stretch of rows as the source has them; 0 where it has none. Any thread. */
void filling_source(const Filling *filling, int stretch);
void filling_boxes(const Filling *filling, const Reply *reply);

#endif
