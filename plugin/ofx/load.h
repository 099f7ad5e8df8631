/* Pixels on their way into the memory that a link shares with the engine. */
#ifndef REELMEND_LOAD_H
#define REELMEND_LOAD_H

#include "link.h"
#include "naming.h"

/* Those of the planes without a name, which they get on the way: what was never seen before the engine will lack.
 * DONE, STOPPED, or BROKEN where the link is of no use any more; all have their names then too. */
Outcome load_new(Link *link, Naming *naming, Watch watch);
/* What else it asks for, and the message that says where everything is. */
Outcome load_lacking(Link *link, Request *request, int64_t id, Watch watch, Failure *failure);

#endif
