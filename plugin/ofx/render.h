/* The render action. */
#ifndef REELMEND_RENDER_H
#define REELMEND_RENDER_H

#include "controls.h"

OfxStatus render(Node node, OfxImageEffectHandle effect, OfxPropertySetHandle arguments);

#endif
