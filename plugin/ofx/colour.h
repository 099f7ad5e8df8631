/* Which colour space the picture is in: what the user chose, what the host says, what this host's usual one is. */
#ifndef REELMEND_COLOUR_H
#define REELMEND_COLOUR_H

#include "abi.h"

/* Labels of the choice, NULL after the last. Their order never changes: projects keep the place. */
const char *colour_label(int place);
int colour_initial(void); /* the place that a new node starts with in this host */
/* The name that the engine's colour configuration knows, for the place chosen and the source clip's properties. */
const char *colour_name(int place, OfxPropertySetHandle source_clip);

/* Tells a host that is known to manage colour by OpenFX 1.5 that we want to hear its clips' spaces. */
void colour_describe(OfxPropertySetHandle effect);

#endif
