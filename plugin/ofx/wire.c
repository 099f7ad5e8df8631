#include "wire.h"

#include <stdlib.h>
#include <string.h>

enum {
    HEAD_BYTES = 8,
    STEP_MS = 10,       /* how often the host is asked whether it still wants the frame */
    PATIENCE_MS = 4000, /* for the rest of a message that has begun */
};

static const char MAGIC[] = "RMP1";

/* Whether the host wants to stop is only asked between messages: half of one would leave the link unusable. */
static Outcome send_bytes(Link *link, const void *given, size_t count)
{
    const char *bytes = given;
    int64_t end = clock_ms() + PATIENCE_MS;
    while (count > 0) {
        int64_t sent = socket_send(link->socket, bytes, count);
        if (sent < 0 || clock_ms() > end)
            return OUTCOME_BROKEN;
        bytes += sent;
        count -= (size_t)sent;
        if (sent == 0)
            socket_wait(link->socket, true, STEP_MS);
    }
    return OUTCOME_DONE;
}

Outcome wire_send(Link *link, const Text *body)
{
    uint8_t head[HEAD_BYTES];
    memcpy(head, MAGIC, 4);
    for (int k = 0; k < 4; k++)
        head[4 + k] = (uint8_t)(body->used >> (8 * k));
    if (body->full)
        return OUTCOME_BROKEN;
    Outcome outcome = send_bytes(link, head, sizeof head);
    return outcome == OUTCOME_DONE ? send_bytes(link, body->at, body->used) : outcome;
}

static Outcome wait_for_message(Link *link, int64_t end, Watch watch, uint8_t *first)
{
    for (;;) {
        int64_t got = socket_receive(link->socket, first, 1);
        if (got != 0)
            return got < 0 ? OUTCOME_BROKEN : OUTCOME_DONE;
        if (watch_stopped(watch))
            return OUTCOME_STOPPED;
        if (clock_ms() > end)
            return OUTCOME_BROKEN;
        socket_wait(link->socket, false, STEP_MS);
    }
}

static Outcome receive_bytes(Link *link, void *given, size_t count)
{
    char *bytes = given;
    int64_t end = clock_ms() + PATIENCE_MS;
    while (count > 0) {
        int64_t got = socket_receive(link->socket, bytes, count);
        if (got < 0 || clock_ms() > end)
            return OUTCOME_BROKEN;
        bytes += got;
        count -= (size_t)got;
        if (got == 0)
            socket_wait(link->socket, false, STEP_MS);
    }
    return OUTCOME_DONE;
}

/* Lines become strings one behind the other, and an empty one ends them. */
static void split_lines(char *body, size_t length)
{
    for (size_t k = 0; k < length; k++)
        if (body[k] == '\n')
            body[k] = '\0';
    body[length] = '\0';
    body[length + 1] = '\0';
}

Outcome wire_receive(Link *link, int patience_ms, Watch watch)
{
    uint8_t head[HEAD_BYTES];
    split_lines(link->body, 0);
    Outcome outcome = wait_for_message(link, clock_ms() + patience_ms, watch, head);
    if (outcome != OUTCOME_DONE)
        return outcome;
    if (receive_bytes(link, head + 1, sizeof head - 1) != OUTCOME_DONE)
        return OUTCOME_BROKEN;
    size_t length = 0;
    for (int k = 3; k >= 0; k--)
        length = length << 8 | head[4 + k];
    if (memcmp(head, MAGIC, 4) != 0 || length == 0 || length > BODY_MOST)
        return OUTCOME_BROKEN;
    if (receive_bytes(link, link->body, length) != OUTCOME_DONE)
        return OUTCOME_BROKEN;
    split_lines(link->body, length);
    return OUTCOME_DONE;
}

const char *message_word(const Link *link, const char *name)
{
    size_t length = strlen(name);
    for (const char *line = link->body; *line != '\0'; line += strlen(line) + 1)
        if (strncmp(line, name, length) == 0 && line[length] == '=')
            return line + length + 1;
    return NULL;
}

int message_integers(const Link *link, const char *name, int64_t *numbers, int most)
{
    const char *at = message_word(link, name);
    int count = 0;
    while (at != NULL && count < most) {
        char *end;
        long long number = strtoll(at, &end, 10);
        if (end == at)
            break;
        numbers[count++] = number;
        at = end;
    }
    return count;
}

int64_t message_integer(const Link *link, const char *name, int64_t fallback)
{
    int64_t number;
    return message_integers(link, name, &number, 1) == 1 ? number : fallback;
}

bool message_is(const Link *link, const char *type)
{
    const char *word = message_word(link, "type");
    return word != NULL && strcmp(word, type) == 0;
}
