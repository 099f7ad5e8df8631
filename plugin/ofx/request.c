#include "request.h"

#include "platform.h"
#include "xxh64.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { BAND = 64, MOST_THREADS = 8, ROWS_AT_ONCE = 64 };

uint64_t rows_size(const Rows *rows)
{
    return (uint64_t)rows->bytes * (uint64_t)rows->count;
}

static int bands_of(const Rows *rows)
{
    return (rows->count + BAND - 1) / BAND;
}

static uint64_t band_hash(const Rows *rows, int band)
{
    Xxh64 hash = xxh64_start();
    int end = (band + 1) * BAND < rows->count ? (band + 1) * BAND : rows->count;
    for (int row = band * BAND; row < end; row++)
        xxh64_add(&hash, rows_at(rows, row), rows->bytes);
    return xxh64_end(&hash);
}

/* Work that threads share, piece by piece, until none is left or the host wants no more. */
typedef struct Pieces {
    atomic_int next;
    atomic_bool stop;
    int count;
    Watch watch;
} Pieces;

enum { ASK_EVERY_MS = 10 };

static bool take_piece(Pieces *pieces, bool is_caller, int64_t *asked, int *piece)
{
    if (is_caller && clock_ms() - *asked >= ASK_EVERY_MS) {
        *asked = clock_ms();
        if (watch_stopped(pieces->watch))
            atomic_store(&pieces->stop, true);
    }
    *piece = atomic_fetch_add(&pieces->next, 1);
    return *piece < pieces->count && !atomic_load(&pieces->stop);
}

/* The bands of all planes, numbered through. */
typedef struct Naming {
    Pieces pieces;
    Request *request;
    int first[MOST_PLANES + 1]; /* of each plane; behind the last, how many there are */
    uint64_t *hashes;
} Naming;

static void hash_bands(void *given, bool is_caller)
{
    Naming *naming = given;
    int64_t asked = clock_ms();
    int band, plane = 0;
    while (take_piece(&naming->pieces, is_caller, &asked, &band)) {
        while (band >= naming->first[plane + 1])
            plane++;
        naming->hashes[band] = band_hash(&naming->request->planes[plane].rows, band - naming->first[plane]);
    }
}

static void write_key(char *key, uint64_t hash)
{
    for (int digit = KEY_DIGITS - 1; digit >= 0; digit--, hash >>= 4)
        key[digit] = "0123456789abcdef"[hash & 15];
    key[KEY_DIGITS] = '\0';
}

static void write_keys(const Naming *naming)
{
    for (int k = 0; k < naming->request->plane_count; k++) {
        Xxh64 hash = xxh64_start();
        size_t bands = (size_t)(naming->first[k + 1] - naming->first[k]);
        xxh64_add(&hash, naming->hashes + naming->first[k], bands * sizeof *naming->hashes);
        write_key(naming->request->planes[k].key, xxh64_end(&hash));
    }
}

Outcome request_name_planes(Request *request, Watch watch, Failure *failure)
{
    Naming naming = {.request = request, .pieces = {.watch = watch}};
    for (int k = 0; k < request->plane_count; k++)
        naming.first[k + 1] = naming.first[k] + bands_of(&request->planes[k].rows);
    naming.pieces.count = naming.first[request->plane_count];
    naming.hashes = calloc((size_t)naming.pieces.count, sizeof *naming.hashes);
    if (naming.hashes == NULL) {
        text_copy(failure->text, sizeof failure->text, "There is no memory left.");
        return OUTCOME_REFUSED;
    }
    on_threads(MOST_THREADS, hash_bands, &naming);
    bool stopped = atomic_load(&naming.pieces.stop);
    if (!stopped)
        write_keys(&naming);
    free(naming.hashes);
    return stopped ? OUTCOME_STOPPED : OUTCOME_DONE;
}

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
        memcpy(copy->target + (size_t)row * copy->rows->bytes, rows_at(copy->rows, row), copy->rows->bytes);
}

static void copy_stretches(void *given, bool is_caller)
{
    Copying *copying = given;
    const Copy *copy = copying->copies;
    int64_t asked = clock_ms();
    int piece, before = 0;
    while (take_piece(&copying->pieces, is_caller, &asked, &piece)) {
        while (piece - before >= stretches_of(copy))
            before += stretches_of(copy++);
        copy_stretch(copy, piece - before);
    }
}

Outcome copy_planes(const Copy *copies, int count, Watch watch)
{
    Copying copying = {.copies = copies, .pieces = {.watch = watch}};
    for (int k = 0; k < count; k++)
        copying.pieces.count += stretches_of(&copies[k]);
    on_threads(MOST_THREADS, copy_stretches, &copying);
    return atomic_load(&copying.pieces.stop) ? OUTCOME_STOPPED : OUTCOME_DONE;
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
