#include "load.h"

#include "wire.h"

enum { BODY_ROOM = 256 + MOST_PLANES * 128 };

static uint64_t room_of(const Plane *plane)
{
    return link_aligned(rows_size(&plane->rows));
}

Outcome load_new(Link *link, Naming *naming, Watch watch)
{
    Failure unimportant;
    Plane *planes = naming->request->planes;
    uint8_t *targets[MOST_PLANES];
    uint64_t end = 0;
    for (int k = 0; k < naming->nameless; k++) {
        planes[naming->order[k]].loaded_at = end;
        end += room_of(&planes[naming->order[k]]);
    }
    /* Where there is none, the engine says what it lacks, and that fails with a reason. */
    Outcome room = end == 0 ? OUTCOME_DONE : link_room(link, &link->pixels, end, &unimportant);
    for (int k = 0; k < naming->nameless && room == OUTCOME_DONE; k++)
        targets[k] = link->pixels.bytes + planes[naming->order[k]].loaded_at;
    Outcome outcome = naming_new(naming, room == OUTCOME_DONE ? targets : NULL, watch);
    for (int k = 0; k < naming->nameless && room == OUTCOME_DONE && outcome == OUTCOME_DONE; k++)
        planes[naming->order[k]].is_loaded = true;
    return outcome == OUTCOME_DONE && room == OUTCOME_BROKEN ? OUTCOME_BROKEN : outcome;
}

static uint64_t loaded_end(const Request *request)
{
    uint64_t end = 0;
    for (int k = 0; k < request->plane_count; k++) {
        const Plane *plane = &request->planes[k];
        if (plane->is_loaded && plane->loaded_at + room_of(plane) > end)
            end = plane->loaded_at + room_of(plane);
    }
    return end;
}

/* Bytes that it takes to have all of `places` in shared memory, beside what is there. */
static uint64_t bytes_wanted(const Request *request, const int64_t *places, int count)
{
    uint64_t bytes = loaded_end(request);
    for (int k = 0; k < count; k++)
        if (!request->planes[places[k]].is_loaded)
            bytes += room_of(&request->planes[places[k]]);
    return bytes;
}

static Outcome make_room(Link *link, Request *request, const int64_t *places, int count, Failure *failure)
{
    uint64_t bytes = bytes_wanted(request, places, count);
    if (bytes > link->pixels.size) {
        /* Other memory, without what was put into this. */
        request_unload(request);
        bytes = bytes_wanted(request, places, count);
    }
    return link_room(link, &link->pixels, bytes, failure);
}

static Outcome copy_lacking(Link *link, Request *request, const int64_t *places, int count, Watch watch)
{
    Copy copies[MOST_PLANES];
    int copied = 0;
    uint64_t end = loaded_end(request);
    for (int k = 0; k < count; k++) {
        Plane *plane = &request->planes[places[k]];
        if (plane->is_loaded)
            continue;
        plane->is_loaded = true;
        plane->loaded_at = end;
        copies[copied++] = (Copy){&plane->rows, link->pixels.bytes + end};
        end += room_of(plane);
    }
    return copied == 0 ? OUTCOME_DONE : copy_planes(copies, copied, watch);
}

static Outcome tell_places(Link *link, const Request *request, int64_t id, const int64_t *places, int count)
{
    char buffer[BODY_ROOM];
    Text body = text_in(buffer, sizeof buffer);
    text_add(&body, "type=pixels\nid=");
    text_add_integer(&body, id);
    for (int k = 0; k < count; k++) {
        text_add(&body, "\nat.");
        text_add_integer(&body, places[k]);
        text_add(&body, "=");
        text_add(&body, link->pixels.name);
        text_add(&body, " ");
        text_add_integer(&body, (int64_t)request->planes[places[k]].loaded_at);
    }
    text_add(&body, "\n");
    return wire_send(link, &body);
}

Outcome load_lacking(Link *link, Request *request, int64_t id, Watch watch, Failure *failure)
{
    int64_t places[MOST_PLANES];
    int count = message_integers(link, "need", places, MOST_PLANES);
    for (int k = 0; k < count; k++)
        if (places[k] < 0 || places[k] >= request->plane_count)
            return OUTCOME_BROKEN;
    Outcome outcome = make_room(link, request, places, count, failure);
    if (outcome == OUTCOME_DONE)
        outcome = copy_lacking(link, request, places, count, watch);
    return outcome == OUTCOME_DONE ? tell_places(link, request, id, places, count) : outcome;
}
