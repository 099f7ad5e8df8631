/* One request to the engine: the pictures, by what they hold, and what is to be made of them. */
#ifndef REELMEND_REQUEST_H
#define REELMEND_REQUEST_H

#include "failure.h"
#include "plate.h"
#include "text.h"
#include "watch.h"

enum {
    MOST_REACH = 5,
    MOST_PLANES = 2 * (2 * MOST_REACH + 1), /* each frame and its mask */
    KEY_DIGITS = 16,
    BODY_MOST = 65536
};

typedef struct Plane {
    const char *role; /* the protocol's word */
    int64_t number;   /* of its frame */
    Rows rows;        /* of the host's picture, or of `matte` */
    Plate plate;
    float *matte; /* NULL, or owned */
    char key[KEY_DIGITS + 1]; /* what it holds: see PROTOCOL.md, KEY */
    bool is_loaded;           /* its pixels are in the shared memory of the link that renders, at `loaded_at` */
    uint64_t loaded_at;
} Plane;

typedef struct Request {
    int width, height;
    Depth depth;
    int channels; /* as they are sent */
    const char *colour_space;
    const char *want;
    double render_scale;
    int64_t frame; /* of the centre */
    Plane planes[MOST_PLANES];
    int plane_count;
    char settings[4096]; /* lines */
} Request;

/* Packed copies of some planes, each to its place. */
typedef struct Copy {
    const Rows *rows;
    uint8_t *target;
} Copy;
Outcome copy_planes(const Copy *copies, int count, Watch watch); /* DONE or STOPPED */

/* The body of `render`. */
void request_write(const Request *request, int64_t id, const char *result_segment, Text *body);
void request_release(Request *request);
void request_unload(Request *request); /* for another link, or other memory */

#endif
