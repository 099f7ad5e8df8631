#include "link.h"

#include "load.h"
#include "wire.h"

#include <stdlib.h>
#include <string.h>

enum {
    REPLY_MS = 4000,          /* to what the engine answers at once */
    RENDER_MS = 600 * 1000,   /* to a render: a silence this long is a failure, not patience */
    CANCELLED_MS = 40,        /* to a cancel; the host waits */
    SMALL_ROOM = 256,
    KEPT_PLANES = 4,
    ALIGNMENT = 64
};

static const Watch NO_WATCH = {NULL, NULL};

static bool is_error(const Link *link)
{
    return message_is(link, "error");
}

/* What an error says. A server that is closing is as good as one that has gone. */
static Outcome refused(const Link *link, Failure *failure)
{
    const char *code = message_word(link, "code");
    const char *words = message_word(link, "message");
    if (code != NULL && strcmp(code, "closing") == 0)
        return OUTCOME_BROKEN;
    if (code != NULL && strcmp(code, "cancelled") == 0)
        return OUTCOME_STOPPED;
    text_copy(failure->text, sizeof failure->text, words == NULL ? "The engine refused without a reason." : words);
    return OUTCOME_REFUSED;
}

/* Sends one line of `type` and another, and waits for the answer `expected`. */
static Outcome ask(Link *link, Text *body, const char *expected, Failure *failure)
{
    int64_t end = clock_ms() + REPLY_MS;
    Outcome outcome = wire_send(link, body);
    do /* what has an id is left over from a request given up */
        if (outcome == OUTCOME_DONE)
            outcome = wire_receive(link, REPLY_MS, NO_WATCH);
    while (outcome == OUTCOME_DONE && message_word(link, "id") != NULL && clock_ms() < end);
    if (outcome != OUTCOME_DONE)
        return OUTCOME_BROKEN;
    if (is_error(link))
        return refused(link, failure);
    return message_is(link, expected) ? OUTCOME_DONE : OUTCOME_BROKEN;
}

static Outcome greet(Link *link, const Address *address, Failure *failure)
{
    char buffer[SMALL_ROOM];
    Text body = text_in(buffer, sizeof buffer);
    text_add(&body, "type=hello\nprotocol=1\nclient=openfx " REELMEND_VERSION "\n");
    if (address->token[0] != '\0') {
        text_add(&body, "token=");
        text_add_value(&body, address->token);
        text_add(&body, "\n");
    }
    return ask(link, &body, "hello", failure);
}

Link *link_open(const Address *address, Failure *failure)
{
    failure->text[0] = '\0';
    Socket socket = socket_open(address);
    if (socket == NO_SOCKET)
        return NULL;
    Link *link = calloc(1, sizeof *link);
    char *body = malloc(BODY_MOST + 2);
    if (link == NULL || body == NULL) {
        free(link);
        free(body);
        socket_close(socket);
        return NULL;
    }
    link->socket = socket;
    link->body = body;
    link->usable = true;
    if (greet(link, address, failure) != OUTCOME_DONE) {
        link_close(link);
        return NULL;
    }
    return link;
}

void link_close(Link *link)
{
    socket_close(link->socket);
    segment_close(&link->result);
    segment_close(&link->pixels);
    free(link->body);
    free(link);
}

static Outcome detach(Link *link, Segment *segment, Failure *failure)
{
    char buffer[SMALL_ROOM];
    if (segment->bytes == NULL)
        return OUTCOME_DONE;
    Text body = text_in(buffer, sizeof buffer);
    text_add(&body, "type=detach\nsegment=");
    text_add(&body, segment->name);
    text_add(&body, "\n");
    segment_close(segment);
    return ask(link, &body, "detached", failure);
}

static Outcome out_of_memory(uint64_t bytes, Failure *failure)
{
    Text text = text_in(failure->text, sizeof failure->text);
    text_add(&text, "There is no room for ");
    text_add_integer(&text, (int64_t)(bytes >> 20) + 1);
    text_add(&text, " MB of shared memory; give the system more of it, close other programs, or render fewer "
                    "frames at a time.");
    return OUTCOME_REFUSED;
}

static Outcome attach(Link *link, Segment *segment, uint64_t bytes, Failure *failure)
{
    char buffer[SMALL_ROOM];
    Outcome outcome = detach(link, segment, failure);
    if (outcome != OUTCOME_DONE)
        return outcome;
    if (!segment_create(segment, bytes))
        return out_of_memory(bytes, failure);
    Text body = text_in(buffer, sizeof buffer);
    text_add(&body, "type=attach\nsegment=");
    text_add(&body, segment->name);
    text_add(&body, "\nbytes=");
    text_add_integer(&body, (int64_t)bytes);
    text_add(&body, "\n");
    outcome = ask(link, &body, "attached", failure);
    segment_unlink(segment);
    if (outcome != OUTCOME_DONE)
        segment_close(segment);
    return outcome;
}

Outcome link_room(Link *link, Segment *segment, uint64_t bytes, Failure *failure)
{
    return segment->size >= bytes ? OUTCOME_DONE : attach(link, segment, bytes, failure);
}

uint64_t link_aligned(uint64_t bytes)
{
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* The message that ends request `id`, or asks for its pixels; others are left over from requests given up. */
static Outcome next_about(Link *link, int64_t id, int patience_ms, Watch watch)
{
    int64_t end = clock_ms() + patience_ms;
    for (;;) {
        int64_t left = end - clock_ms();
        Outcome outcome = wire_receive(link, left > 0 ? (int)left : 0, watch);
        if (outcome != OUTCOME_DONE || message_integer(link, "id", id) == id)
            return outcome;
    }
}

/* Tells the engine to stop. Its answer frees the shared memory; without one the link is not used again. */
static void cancel(Link *link, int64_t id)
{
    char buffer[SMALL_ROOM];
    Text body = text_in(buffer, sizeof buffer);
    text_add(&body, "type=cancel\nid=");
    text_add_integer(&body, id);
    text_add(&body, "\n");
    Outcome outcome = wire_send(link, &body);
    do
        if (outcome == OUTCOME_DONE)
            outcome = next_about(link, id, CANCELLED_MS, NO_WATCH);
    while (outcome == OUTCOME_DONE && message_is(link, "need"));
    link->usable = outcome == OUTCOME_DONE;
}

static bool read_box(const Link *link, int nth, const Request *request, Box *box)
{
    char name[32];
    int64_t sides[4];
    Text text = text_in(name, sizeof name);
    text_add(&text, "box.");
    text_add_integer(&text, nth);
    if (message_integers(link, name, sides, 4) != 4)
        return false;
    *box = (Box){(int)sides[0], (int)sides[1], (int)sides[2], (int)sides[3]};
    return sides[0] >= 0 && sides[1] >= 0 && sides[0] <= sides[2] && sides[1] <= sides[3] &&
           sides[2] <= request->width && sides[3] <= request->height;
}

static Outcome read_reply(const Link *link, const Request *request, Reply *reply)
{
    int64_t count = message_integer(link, "boxes", -1);
    const char *note = message_word(link, "note");
    if (!message_is(link, "done") || count < 0 || count > MOST_BOXES)
        return OUTCOME_BROKEN;
    for (int k = 0; k < count; k++)
        if (!read_box(link, k, request, &reply->boxes[k]))
            return OUTCOME_BROKEN;
    reply->box_count = (int)count;
    reply->pixels = link->result.bytes;
    text_copy(reply->note, sizeof reply->note, note == NULL ? "" : note);
    return OUTCOME_DONE;
}

static Outcome send_request(Link *link, const Request *request, int64_t id)
{
    char *buffer = malloc(BODY_MOST + 1);
    if (buffer == NULL)
        return OUTCOME_BROKEN;
    Text body = text_in(buffer, BODY_MOST + 1);
    request_write(request, id, link->result.name, &body);
    Outcome outcome = wire_send(link, &body);
    free(buffer);
    return outcome;
}

static Outcome carry_out(Link *link, Request *request, int64_t id, Watch watch, Failure *failure)
{
    Outcome outcome = send_request(link, request, id);
    if (outcome == OUTCOME_DONE)
        outcome = next_about(link, id, RENDER_MS, watch);
    if (outcome == OUTCOME_DONE && message_is(link, "need")) {
        outcome = load_lacking(link, request, id, watch, failure);
        if (outcome == OUTCOME_DONE)
            outcome = next_about(link, id, RENDER_MS, watch);
    }
    if (outcome == OUTCOME_STOPPED || outcome == OUTCOME_REFUSED)
        cancel(link, id);
    return outcome;
}

/* The first frame of a shot brings all its neighbours, the next ones bring one each: memory for many is let go. */
static void give_back_room(Link *link, const Request *request)
{
    Failure unimportant;
    if (link->pixels.size > KEPT_PLANES * link_aligned(rows_size(&request->planes[0].rows)))
        link->usable = detach(link, &link->pixels, &unimportant) == OUTCOME_DONE;
}

Outcome link_render(Link *link, Request *request, Watch watch, Reply *reply, Failure *failure)
{
    int64_t id = ++link->last_id;
    link->usable = true;
    Outcome outcome = link_room(link, &link->result, link_aligned(rows_size(&request->planes[0].rows)), failure);
    if (outcome == OUTCOME_DONE)
        outcome = carry_out(link, request, id, watch, failure);
    if (outcome == OUTCOME_DONE)
        outcome = is_error(link) ? refused(link, failure) : read_reply(link, request, reply);
    if (outcome == OUTCOME_BROKEN)
        link->usable = false;
    else if (link->usable)
        give_back_room(link, request);
    return outcome;
}
