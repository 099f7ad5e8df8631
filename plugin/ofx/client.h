/* The one client of this process: all nodes of all threads render through it. */
#ifndef REELMEND_CLIENT_H
#define REELMEND_CLIENT_H

#include "link.h"

/* DONE: `*link` is a connection to the engine, started where it does not run, and goes back by `client_give`. */
Outcome client_take(Watch watch, Link **link, Failure *failure);
/* Renders through `*link`, or where that is NULL or breaks, through a new one. DONE: `*link` holds the reply's pixels
 * and goes back by `client_give`. Otherwise it is NULL. */
Outcome client_render(Request *request, Watch watch, Link **link, Reply *reply, Failure *failure);
void client_give(Link *link);
/* Closes the connections nobody uses. */
void client_rest(void);

#endif
