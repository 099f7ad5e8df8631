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

/* The bands of all planes, numbered through; threads take the next one until none is left. */
typedef struct Naming {
    Request *request;
    int first[MOST_PLANES + 1]; /* of each plane; behind the last, how many there are */
    uint64_t *hashes;
    atomic_int next;
} Naming;

static void hash_bands(void *given)
{
    Naming *naming = given;
    int total = naming->first[naming->request->plane_count];
    int plane = 0;
    for (int band = atomic_fetch_add(&naming->next, 1); band < total; band = atomic_fetch_add(&naming->next, 1)) {
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

bool request_name_planes(Request *request)
{
    Naming naming = {.request = request};
    for (int k = 0; k < request->plane_count; k++)
        naming.first[k + 1] = naming.first[k] + bands_of(&request->planes[k].rows);
    naming.hashes = calloc((size_t)naming.first[request->plane_count], sizeof *naming.hashes);
    if (naming.hashes == NULL)
        return false;
    atomic_init(&naming.next, 0);
    on_threads(MOST_THREADS, hash_bands, &naming);
    for (int k = 0; k < request->plane_count; k++) {
        Xxh64 hash = xxh64_start();
        size_t bands = (size_t)(naming.first[k + 1] - naming.first[k]);
        xxh64_add(&hash, naming.hashes + naming.first[k], bands * sizeof *naming.hashes);
        write_key(request->planes[k].key, xxh64_end(&hash));
    }
    free(naming.hashes);
    return true;
}

typedef struct Copying {
    const Copy *copies;
    int count;
    atomic_int next; /* stretch of rows, over all copies */
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

static void copy_stretches(void *given)
{
    Copying *copying = given;
    int at = 0, before = 0;
    for (int next = atomic_fetch_add(&copying->next, 1); at < copying->count;
         next = atomic_fetch_add(&copying->next, 1)) {
        while (at < copying->count && next - before >= stretches_of(&copying->copies[at]))
            before += stretches_of(&copying->copies[at++]);
        if (at < copying->count)
            copy_stretch(&copying->copies[at], next - before);
    }
}

void copy_planes(const Copy *copies, int count)
{
    Copying copying = {.copies = copies, .count = count};
    atomic_init(&copying.next, 0);
    on_threads(MOST_THREADS, copy_stretches, &copying);
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
