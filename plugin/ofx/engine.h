/* Finding the engine's process, or starting it. */
#ifndef REELMEND_ENGINE_H
#define REELMEND_ENGINE_H

#include "failure.h"
#include "link.h"

/* Starts the engine, or finds the one that runs, and tells where it listens. */
Outcome engine_start(Watch watch, Address *address, Failure *failure);

#endif
