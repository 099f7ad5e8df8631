/* One connection to the engine and the memory it shares. Used by one thread at a time. */
#ifndef REELMEND_LINK_H
#define REELMEND_LINK_H

#include "failure.h"
#include "platform.h"
#include "request.h"
#include "watch.h"

typedef struct Link {
    Socket socket;
    Segment result;
    Segment pixels;
    int64_t last_id;
    bool usable; /* whether a render, or another one, may follow */
    char *body; /* of the last message received: BODY_MOST and two zeros */
    struct Link *next;
} Link;

typedef struct Box {
    int left, top, right, bottom;
} Box;

enum { MOST_BOXES = 256, NOTE_ROOM = 400 };

/* What came back: within the boxes the picture is `pixels`, packed, elsewhere it is the source. */
typedef struct Reply {
    const uint8_t *pixels; /* in the link's memory */
    Box boxes[MOST_BOXES];
    int box_count;
    char note[NOTE_ROOM];
} Reply;

/* NULL where nobody answers there; `failure` has a text where somebody did and must not be used. */
Link *link_open(const Address *address, Failure *failure);
void link_close(Link *link);
Outcome link_render(Link *link, Request *request, Watch watch, Reply *reply, Failure *failure);

/* For what is put into shared memory: `segment` of the link has `bytes`, in other memory where it had fewer. */
Outcome link_room(Link *link, Segment *segment, uint64_t bytes, Failure *failure);
uint64_t link_aligned(uint64_t bytes); /* the place behind so many */

#endif
