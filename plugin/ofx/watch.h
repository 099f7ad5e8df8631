/* Whether the host still wants what it asked for. Only asked on the thread that the host called. */
#ifndef REELMEND_WATCH_H
#define REELMEND_WATCH_H

#include <stdbool.h>
#include <stddef.h>

typedef struct Watch {
    bool (*stopped)(void *with); /* NULL: nobody watches */
    void *with;
} Watch;

static inline bool watch_stopped(Watch watch)
{
    return watch.stopped != NULL && watch.stopped(watch.with);
}

#endif
