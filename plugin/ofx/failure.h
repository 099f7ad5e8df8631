/* What went wrong, as a sentence for the user. */
#ifndef REELMEND_FAILURE_H
#define REELMEND_FAILURE_H

enum { FAILURE_ROOM = 600 };

typedef struct Failure {
    char text[FAILURE_ROOM];
} Failure;

#endif
