/* The pictures of a request: the frame, its neighbours in time where the host has them, and the masks. */
#ifndef REELMEND_GATHER_H
#define REELMEND_GATHER_H

#include "controls.h"
#include "failure.h"
#include "link.h"

typedef struct Gathering {
    OfxImageEffectHandle effect;
    Node node;
    OfxParamSetHandle params;
    double time;
    Watch watch;
    bool mask_missing; /* out: the mask was asked for and there is none */
} Gathering;

/* Fills in what the host gives; the first plane is the centre frame. Release the request in any case. */
Outcome gather(Gathering *gathering, Request *request, Failure *failure);

/* The frames of Source at a time: as far on either side as the engine looks and the clip goes. */
OfxRangeD frames_wanted(OfxImageEffectHandle effect, Node node, OfxParamSetHandle params, double time);
/* Whether it is a number that a frame can have; hosts have passed others. */
bool is_time(double time);

#endif
