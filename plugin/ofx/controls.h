/* The controls that the user sees: those of the engine's table and the few that only a host needs. */
#ifndef REELMEND_CONTROLS_H
#define REELMEND_CONTROLS_H

#include "abi.h"
#include "text.h"

typedef enum Node { NODE_DETECT, NODE_REPAIR } Node;

/* What the clip Mask holds. */
typedef enum MaskUse { MASK_UNUSED, MASK_MATTE, MASK_INFRARED, MASK_HOLD_OUT } MaskUse;

void controls_describe(Node node, OfxParamSetHandle params);

/* Values at a time of the host. */
const char *control_view(Node node, OfxParamSetHandle params, double time); /* the protocol's word for `want` */
MaskUse control_mask(Node node, OfxParamSetHandle params, double time);
int control_colour(OfxParamSetHandle params, double time);
/* How many frames on either side the engine can use for one. */
int control_reach(Node node, OfxParamSetHandle params, double time);
/* Lines `set.ID=VALUE` of the protocol. How an imported matte counts is only said where there is one. */
void control_settings(Node node, OfxParamSetHandle params, double time, MaskUse mask, Text *lines);

#endif
