#include "client.h"

#include "engine.h"

#include <string.h>

enum {
    MOST_IDLE = 8,
    STEP_MS = 20,
    STARTING_MS = 70 * 1000,
    AGAIN_AFTER_MS = 5000 /* a start that failed is not tried again for each frame */
};

static Mutex guard = MUTEX_START;
static Link *idle;
static int idle_count;
static Address learned; /* where the engine that was started last listens */
static bool has_learned;
static bool starting;
static Failure last_failure;
static int64_t failed_at = -AGAIN_AFTER_MS;

static Link *take_idle(void)
{
    mutex_lock(&guard);
    Link *link = idle;
    if (link != NULL) {
        idle = link->next;
        idle_count--;
    }
    mutex_unlock(&guard);
    return link;
}

void client_give(Link *link)
{
    mutex_lock(&guard);
    bool keep = link->usable && idle_count < MOST_IDLE;
    if (keep) {
        link->next = idle;
        idle = link;
        idle_count++;
    }
    mutex_unlock(&guard);
    if (!keep)
        link_close(link);
}

void client_rest(void)
{
    for (Link *link = take_idle(); link != NULL; link = take_idle())
        link_close(link);
}

static Link *open_learned(Failure *failure)
{
    mutex_lock(&guard);
    bool known = has_learned;
    Address address = learned;
    mutex_unlock(&guard);
    return known ? link_open(&address, failure) : NULL;
}

/* NULL where nobody listens, or, with a text in `failure`, where somebody does who must not be asked. */
static Link *open_running(Failure *failure)
{
    char folder[PATH_ROOM];
    Address address;
    Link *link = open_learned(failure);
    if (link != NULL || failure->text[0] != '\0')
        return link;
    if (!runtime_folder(folder, sizeof folder) || !folder_is_private(folder) ||
        !known_address(REELMEND_VERSION, &address))
        return NULL;
    return link_open(&address, failure);
}

/* Whether this thread is to start the engine; `*wait` where another one does. */
static bool take_start(bool *wait, Failure *failure)
{
    mutex_lock(&guard);
    bool too_soon = clock_ms() - failed_at < AGAIN_AFTER_MS;
    bool mine = !starting && !too_soon;
    *wait = starting;
    if (mine)
        starting = true;
    else if (!starting)
        *failure = last_failure;
    mutex_unlock(&guard);
    return mine;
}

static void end_start(Outcome outcome, const Address *address, const Failure *failure)
{
    mutex_lock(&guard);
    starting = false;
    if (outcome == OUTCOME_DONE) {
        learned = *address;
        has_learned = true;
    } else if (outcome == OUTCOME_REFUSED) {
        last_failure = *failure;
        failed_at = clock_ms();
    }
    mutex_unlock(&guard);
}

static Outcome start_engine(Watch watch, Failure *failure)
{
    Address address;
    Outcome outcome = engine_start(watch, &address, failure);
    end_start(outcome, &address, failure);
    return outcome;
}

/* A connection to the engine, started where it does not run. */
static Outcome open_link(Watch watch, Link **link, Failure *failure)
{
    int64_t end = clock_ms() + STARTING_MS;
    int starts = 0;
    while (clock_ms() < end) {
        bool wait = false;
        *link = open_running(failure);
        if (*link != NULL)
            return OUTCOME_DONE;
        if (failure->text[0] != '\0' || starts > 1)
            break;
        if (take_start(&wait, failure)) {
            starts++;
            Outcome outcome = start_engine(watch, failure);
            if (outcome != OUTCOME_DONE)
                return outcome;
        } else if (!wait) {
            return OUTCOME_REFUSED;
        } else {
            if (watch_stopped(watch))
                return OUTCOME_STOPPED;
            sleep_ms(STEP_MS);
        }
    }
    if (failure->text[0] == '\0')
        text_copy(failure->text, sizeof failure->text,
                  "The Reelmend engine was started and cannot be reached; close the programs that use it and try "
                  "again.");
    return OUTCOME_REFUSED;
}

Outcome client_take(Watch watch, Link **link, Failure *failure)
{
    failure->text[0] = '\0';
    *link = take_idle();
    return *link != NULL ? OUTCOME_DONE : open_link(watch, link, failure);
}

static Outcome render_on(Link **link, Request *request, Watch watch, Reply *reply, Failure *failure)
{
    Outcome outcome = link_render(*link, request, watch, reply, failure);
    if (outcome != OUTCOME_DONE) {
        client_give(*link);
        *link = NULL;
    }
    return outcome;
}

/* A connection that breaks means that the engine has rested, crashed or was killed: it is started again, once. */
Outcome client_render(Request *request, Watch watch, Link **link, Reply *reply, Failure *failure)
{
    Outcome outcome = OUTCOME_BROKEN;
    if (*link != NULL)
        outcome = render_on(link, request, watch, reply, failure);
    if (outcome != OUTCOME_BROKEN)
        return outcome;
    client_rest();
    request_unload(request);
    failure->text[0] = '\0';
    outcome = open_link(watch, link, failure);
    if (outcome == OUTCOME_DONE)
        outcome = render_on(link, request, watch, reply, failure);
    if (outcome != OUTCOME_BROKEN)
        return outcome;
    text_copy(failure->text, sizeof failure->text,
              "The Reelmend engine ended twice while it worked on this frame; render it again, or look at it with "
              "`engine-cli render`.");
    return OUTCOME_REFUSED;
}
