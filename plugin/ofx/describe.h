/* What the nodes are, told to the host: quick, repeatable, without touching a file. */
#ifndef REELMEND_DESCRIBE_H
#define REELMEND_DESCRIBE_H

#include "controls.h"

OfxStatus describe(Node node, OfxImageEffectHandle effect);
OfxStatus describe_in_context(Node node, OfxImageEffectHandle effect);

#endif
