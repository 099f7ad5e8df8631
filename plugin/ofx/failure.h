/* How something ended, and what went wrong as a sentence for the user. */
#ifndef REELMEND_FAILURE_H
#define REELMEND_FAILURE_H

enum { FAILURE_ROOM = 600 };

typedef struct Failure {
    char text[FAILURE_ROOM];
} Failure;

typedef enum Outcome {
    OUTCOME_DONE,
    OUTCOME_STOPPED, /* the host wants it no more */
    OUTCOME_BROKEN,  /* the connection is gone, and with it maybe the engine */
    OUTCOME_REFUSED  /* the failure says why */
} Outcome;

#endif
