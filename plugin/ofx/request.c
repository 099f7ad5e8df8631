#include "request.h"

#include "pieces.h"
#include "platform.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_THREADS = 8, ROWS_AT_ONCE = 64 };

typedef struct Copying {
    Pieces pieces; /* stretches of rows, over all copies */
    const Copy *copies;
} Copying;

static int stretches_of(const Copy *copy)
{
    return (copy->rows->count + ROWS_AT_ONCE - 1) / ROWS_AT_ONCE;
}

static void copy_stretch(const Copy *copy, int stretch)
{
    int end = (stretch + 1) * ROWS_AT_ONCE;
    if (end > copy->rows->count)
        end = copy->rows->count;
    for (int row = stretch * ROWS_AT_ONCE; row < end; row++)
        rows_pack(copy->rows, row, copy->target + (size_t)row * rows_bytes(copy->rows));
}

static void copy_stretches(void *given, bool is_caller)
{
    Copying *copying = given;
    const Copy *copy = copying->copies;
    Worker worker = worker_start(&copying->pieces, is_caller);
    int piece, before = 0;
    while (piece_take(&worker, &piece)) {
        while (piece - before >= stretches_of(copy))
            before += stretches_of(copy++);
        copy_stretch(copy, piece - before);
    }
}

Outcome copy_planes(const Copy *copies, int count, Watch watch)
{
    Copying copying = {.copies = copies};
    int stretches = 0;
    for (int k = 0; k < count; k++)
        stretches += stretches_of(&copies[k]);
    pieces_start(&copying.pieces, stretches, watch);
    on_threads(MOST_THREADS, copy_stretches, &copying);
    return pieces_stopped(&copying.pieces) ? OUTCOME_STOPPED : OUTCOME_DONE;
}

static void add_word(Text *body, const char *name, const char *value)
{
    text_add(body, name);
    text_add(body, "=");
    text_add_value(body, value);
    text_add(body, "\n");
}

static void add_integer(Text *body, const char *name, int64_t value)
{
    text_add(body, name);
    text_add(body, "=");
    text_add_integer(body, value);
    text_add(body, "\n");
}

static void add_plane(Text *body, int place, const Plane *plane)
{
    text_add(body, "plane.");
    text_add_integer(body, place);
    text_add(body, "=");
    text_add(body, plane->role);
    text_add(body, " ");
    text_add_integer(body, plane->number);
    text_add(body, " ");
    text_add(body, plane->key);
    text_add(body, "\n");
}

void request_write(const Request *request, int64_t id, const char *result_segment, Text *body)
{
    add_word(body, "type", "render");
    add_integer(body, "id", id);
    add_integer(body, "width", request->width);
    add_integer(body, "height", request->height);
    add_word(body, "format", depth_word(request->depth));
    add_word(body, "channels", channels_word(request->channels));
    add_word(body, "colour_space", request->colour_space);
    add_integer(body, "frame", request->frame);
    add_word(body, "want", request->want);
    text_add(body, "render_scale=");
    text_add_number(body, request->render_scale);
    text_add(body, "\nresult=");
    text_add(body, result_segment);
    text_add(body, " 0\n");
    text_add(body, request->settings);
    for (int k = 0; k < request->plane_count; k++)
        add_plane(body, k, &request->planes[k]);
}

void request_release(Request *request)
{
    for (int k = 0; k < request->plane_count; k++) {
        plate_release(&request->planes[k].plate);
        free(request->planes[k].matte);
    }
    request->plane_count = 0;
}

void request_unload(Request *request)
{
    for (int k = 0; k < request->plane_count; k++)
        request->planes[k].is_loaded = false;
}
