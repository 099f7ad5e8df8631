#include "plate.h"

#include "host.h"

#include <string.h>

static const size_t COMPONENT_BYTES[] = {1, 2, 2, 4};

static bool find_depth(OfxPropertySetHandle picture, Depth *depth)
{
    static const char *const names[] = {kOfxBitDepthByte, kOfxBitDepthShort, kOfxBitDepthHalf, kOfxBitDepthFloat};
    const char *name = property_string(picture, kOfxImageEffectPropPixelDepth, 0, "");
    for (int k = 0; k < 4; k++)
        if (strcmp(name, names[k]) == 0) {
            *depth = (Depth)k;
            return true;
        }
    return false;
}

static int find_channels(OfxPropertySetHandle picture)
{
    const char *name = property_string(picture, kOfxImageEffectPropComponents, 0, "");
    if (strcmp(name, kOfxImageComponentRGBA) == 0)
        return 4;
    if (strcmp(name, kOfxImageComponentRGB) == 0)
        return 3;
    return strcmp(name, kOfxImageComponentAlpha) == 0 ? 1 : 0;
}

/* The data points to the bottom row. Hosts that keep the top row first give it with negative row bytes (MLT). */
static bool find_rows(OfxPropertySetHandle picture, Plate *plate)
{
    uint8_t *bottom = property_pointer(picture, kOfxImagePropData);
    ptrdiff_t step = property_int(picture, kOfxImagePropRowBytes, 0, 0);
    size_t bytes = (size_t)plate->width * plate_pixel_bytes(plate);
    size_t apart = (size_t)(step < 0 ? -step : step);
    if (bottom == NULL || apart < bytes)
        return false;
    plate->rows = (Rows){
        .top = bottom + (ptrdiff_t)(plate->height - 1) * step,
        .step = -step,
        .count = plate->height,
        .pixels = plate->width,
        .apart = plate_pixel_bytes(plate),
        .taken = pixel_bytes(plate->depth, plate_sent_channels(plate)),
    };
    return true;
}

/* NULL where the picture can be used. */
static const char *examine(OfxPropertySetHandle picture, Plate *plate)
{
    *plate = (Plate){.picture = picture, .channels = find_channels(picture)};
    if (!find_depth(picture, &plate->depth) || plate->channels == 0)
        return "The host gives a picture of another kind than byte, short, half or float RGBA, RGB or Alpha.";
    if (!property_rect(picture, kOfxImagePropBounds, &plate->bounds))
        return "The host gives a picture without bounds.";
    int64_t width = (int64_t)plate->bounds.x2 - plate->bounds.x1;
    int64_t height = (int64_t)plate->bounds.y2 - plate->bounds.y1;
    if (width <= 0 || height <= 0 || width > INT16_MAX || height > INT16_MAX)
        return "The host gives a picture that is empty or larger than 32767 pixels a side.";
    plate->width = (int)width;
    plate->height = (int)height;
    if (!find_rows(picture, plate))
        return "The host gives a picture without pixels, or with rows shorter than their pixels.";
    return NULL;
}

bool plate_fetch(OfxImageClipHandle clip, double time, Plate *plate, const char **problem)
{
    OfxPropertySetHandle picture = NULL;
    *plate = (Plate){.picture = NULL};
    *problem = NULL;
    if (suites()->effect->clipGetImage(clip, time, NULL, &picture) != kOfxStatOK || picture == NULL)
        return false;
    *problem = examine(picture, plate);
    if (*problem != NULL)
        plate_release(plate);
    return *problem == NULL;
}

void plate_release(Plate *plate)
{
    if (plate->picture != NULL)
        suites()->effect->clipReleaseImage(plate->picture);
    plate->picture = NULL;
}

bool plate_same_shape(const Plate *one, const Plate *other)
{
    return memcmp(&one->bounds, &other->bounds, sizeof one->bounds) == 0 && one->depth == other->depth &&
           one->channels == other->channels;
}

size_t pixel_bytes(Depth depth, int channels)
{
    return COMPONENT_BYTES[depth] * (size_t)channels;
}

size_t plate_pixel_bytes(const Plate *plate)
{
    return pixel_bytes(plate->depth, plate->channels);
}

/* The engine has no use for an alpha beside a colour: it stays the source's. */
int plate_sent_channels(const Plate *plate)
{
    return plate->channels == 4 ? 3 : plate->channels;
}

const char *depth_word(Depth depth)
{
    static const char *const words[] = {"byte", "short", "half", "float"};
    return words[depth];
}

const char *channels_word(int channels)
{
    return channels == 4 ? "RGBA" : channels == 3 ? "RGB" : "A";
}

static void put_opaque(uint8_t *alpha, Depth depth)
{
    static const uint16_t half_one = 0x3C00;
    static const float one = 1.0f;
    if (depth == DEPTH_FLOAT)
        memcpy(alpha, &one, sizeof one);
    else if (depth == DEPTH_HALF)
        memcpy(alpha, &half_one, sizeof half_one);
    else
        memset(alpha, 0xFF, COMPONENT_BYTES[depth]);
}

/* Where channel `k` of the target comes from: a channel of the source, or -1 for opaque. */
static int origin(int k, int target_channels, int source_channels)
{
    if (target_channels == 1)
        return source_channels == 4 ? 3 : source_channels == 1 ? 0 : -1;
    if (k == 3)
        return source_channels == 4 ? 3 : -1;
    return source_channels == 1 ? 0 : k;
}

void pixels_convert(uint8_t *target, int target_channels, const uint8_t *source, int source_channels, Depth depth,
                    int count)
{
    size_t one = COMPONENT_BYTES[depth];
    if (target_channels == source_channels) {
        memcpy(target, source, one * (size_t)target_channels * (size_t)count);
        return;
    }
    for (int pixel = 0; pixel < count; pixel++, source += one * (size_t)source_channels)
        for (int k = 0; k < target_channels; k++, target += one) {
            int from = origin(k, target_channels, source_channels);
            if (from < 0)
                put_opaque(target, depth);
            else
                memcpy(target, source + one * (size_t)from, one);
        }
}

void pixels_put(uint8_t *target, int target_channels, const uint8_t *source, int source_channels, Depth depth,
                int count)
{
    size_t taken = pixel_bytes(depth, 3), apart = pixel_bytes(depth, target_channels);
    if (source_channels != 3 || target_channels == 3) {
        pixels_convert(target, target_channels, source, source_channels, depth, count);
        return;
    }
    for (int pixel = 0; pixel < count && target_channels == 4; pixel++)
        memcpy(target + (size_t)pixel * apart, source + (size_t)pixel * taken, taken);
}

/* IEEE 754 binary16: sign, 5 bits of exponent, 10 of fraction. */
static float half_to_float(uint16_t half)
{
    uint32_t sign = (uint32_t)(half >> 15) << 31, exponent = (half >> 10) & 31, fraction = half & 1023;
    uint32_t bits;
    float value;
    if (exponent == 0) {
        value = (float)fraction / 16777216.0f;
        return sign != 0 ? -value : value;
    }
    bits = sign | (exponent == 31 ? 255u << 23 : (exponent + 112) << 23) | fraction << 13;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float component(const uint8_t *bytes, Depth depth)
{
    uint16_t word;
    float value;
    if (depth == DEPTH_BYTE)
        return (float)*bytes / 255.0f;
    if (depth == DEPTH_FLOAT) {
        memcpy(&value, bytes, sizeof value);
        return value;
    }
    memcpy(&word, bytes, sizeof word);
    return depth == DEPTH_HALF ? half_to_float(word) : (float)word / 65535.0f;
}

void pixels_to_matte(float *target, const uint8_t *source, int channels, Depth depth, int count)
{
    size_t apart = COMPONENT_BYTES[depth] * (size_t)channels;
    for (int pixel = 0; pixel < count; pixel++, source += apart)
        target[pixel] = component(source, depth);
}
