#include "fill.h"

#include "pieces.h"

#include <string.h>

enum { MOST_THREADS = 8, ROWS_AT_ONCE = 64 };

static int at_most(int one, int other)
{
    return one < other ? one : other;
}

static int at_least(int one, int other)
{
    return one > other ? one : other;
}

static uint8_t *pixel_at(const Plate *plate, int x, int y)
{
    return rows_at(&plate->rows, plate->bounds.y2 - 1 - y) +
           (size_t)(x - plate->bounds.x1) * plate_pixel_bytes(plate);
}

Filling filling_of(const Plate *source, const Plate *output, OfxRectI window)
{
    return (Filling){
        .source = source,
        .output = output,
        .window = {at_least(window.x1, output->bounds.x1), at_least(window.y1, output->bounds.y1),
                   at_most(window.x2, output->bounds.x2), at_most(window.y2, output->bounds.y2)},
    };
}

int filling_stretches(const Filling *filling)
{
    OfxRectI window = filling->window;
    bool empty = window.x1 >= window.x2 || window.y1 >= window.y2;
    return empty ? 0 : (window.y2 - window.y1 + ROWS_AT_ONCE - 1) / ROWS_AT_ONCE;
}

static int stretch_begin(const Filling *filling, int stretch)
{
    return filling->window.y1 + stretch * ROWS_AT_ONCE;
}

static int stretch_end(const Filling *filling, int stretch)
{
    return at_most(stretch_begin(filling, stretch) + ROWS_AT_ONCE, filling->window.y2);
}

static size_t row_bytes(const Filling *filling)
{
    return (size_t)(filling->window.x2 - filling->window.x1) * plate_pixel_bytes(filling->output);
}

static void fill_from_source(const Filling *filling, int y)
{
    const Plate *source = filling->source, *output = filling->output;
    int left = at_least(filling->window.x1, source->bounds.x1);
    int right = at_most(filling->window.x2, source->bounds.x2);
    bool partly = left > filling->window.x1 || right < filling->window.x2;
    bool inside = y >= source->bounds.y1 && y < source->bounds.y2 && left < right;
    if (partly || !inside)
        memset(pixel_at(output, filling->window.x1, y), 0, row_bytes(filling));
    if (inside)
        pixels_convert(pixel_at(output, left, y), output->channels, pixel_at(source, left, y), source->channels,
                       output->depth, right - left);
}

void filling_source(const Filling *filling, int stretch)
{
    for (int y = stretch_begin(filling, stretch); y < stretch_end(filling, stretch); y++)
        fill_from_source(filling, y);
}

/* The part of box `box` that lies in row `y` of the host's plane. */
static void fill_from_box(const Filling *filling, const Reply *reply, const Box *box, int y)
{
    const Plate *source = filling->source;
    int row = source->bounds.y2 - 1 - y;
    int left = at_least(filling->window.x1, source->bounds.x1 + box->left);
    int right = at_most(filling->window.x2, source->bounds.x1 + box->right);
    if (row < box->top || row >= box->bottom || left >= right)
        return;
    size_t place = (size_t)row * (size_t)source->width + (size_t)(left - source->bounds.x1);
    int channels = plate_sent_channels(source);
    pixels_put(pixel_at(filling->output, left, y), filling->output->channels,
               reply->pixels + place * pixel_bytes(source->depth, channels), channels, source->depth, right - left);
}

typedef struct Boxing {
    Pieces pieces;
    const Filling *filling;
    const Reply *reply;
} Boxing;

static void fill_boxes(void *given, bool is_caller)
{
    Boxing *boxing = given;
    Worker worker = worker_start(&boxing->pieces, is_caller);
    int stretch;
    while (piece_take(&worker, &stretch))
        for (int y = stretch_begin(boxing->filling, stretch); y < stretch_end(boxing->filling, stretch); y++)
            for (int k = 0; k < boxing->reply->box_count; k++)
                fill_from_box(boxing->filling, boxing->reply, &boxing->reply->boxes[k], y);
}

void filling_boxes(const Filling *filling, const Reply *reply)
{
    Boxing boxing = {.filling = filling, .reply = reply};
    if (reply->box_count == 0)
        return;
    pieces_start(&boxing.pieces, filling_stretches(filling), (Watch){NULL, NULL});
    on_threads(MOST_THREADS, fill_boxes, &boxing);
}
