/* A picture that the host lends or wants filled: its memory, checked before it is touched. */
#ifndef REELMEND_PLATE_H
#define REELMEND_PLATE_H

#include "abi.h"
#include "rows.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum Depth { DEPTH_BYTE, DEPTH_SHORT, DEPTH_HALF, DEPTH_FLOAT } Depth;

/* Pixel (x, y) of the host's plane is in column x - bounds.x1 and row bounds.y2 - 1 - y. */
typedef struct Plate {
    OfxPropertySetHandle picture; /* given back by `plate_release` */
    OfxRectI bounds;
    int width, height;
    Depth depth;
    int channels; /* 1: alpha alone, 3: RGB, 4: RGBA, of which the colour is sent */
    Rows rows;
} Plate;

/* The picture of `clip` at `time`. False, with `problem` saying why (NULL: the clip gives none), where there is
 * none that can be used; nothing is to be released then. */
bool plate_fetch(OfxImageClipHandle clip, double time, Plate *plate, const char **problem);
void plate_release(Plate *plate);

int plate_sent_channels(const Plate *plate);
bool plate_same_shape(const Plate *one, const Plate *other); /* bounds, depth, channels */
size_t plate_pixel_bytes(const Plate *plate);
size_t pixel_bytes(Depth depth, int channels);

/* The protocol's words. */
const char *depth_word(Depth depth);
const char *channels_word(int channels);

/* `count` pixels from one layout of channels to another of the same depth: a colour from a single channel is
 * grey, alpha that is missing is opaque, what is not asked for is left out. */
void pixels_convert(uint8_t *target, int target_channels, const uint8_t *source, int source_channels, Depth depth,
                    int count);
/* The same, but a colour goes over the target's colour and leaves its alpha. */
void pixels_put(uint8_t *target, int target_channels, const uint8_t *source, int source_channels, Depth depth,
                int count);
/* `count` pixels as 0..1 by their first channel: a byte or short is a part of its highest value. */
void pixels_to_matte(float *target, const uint8_t *source, int channels, Depth depth, int count);

#endif
