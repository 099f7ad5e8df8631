/* What the user is told: each thing once, however many frames it concerns. */
#ifndef REELMEND_MESSAGES_H
#define REELMEND_MESSAGES_H

#include "abi.h"

/* A failure: the frame is not repaired, and the host is told so as well by the status of the action. */
void tell_failure(OfxImageEffectHandle effect, const char *text);
/* Something to know about a frame that is repaired. */
void tell_note(OfxImageEffectHandle effect, const char *text);
/* The effect renders (again): the message of its last failure is taken away. */
void tell_success(OfxImageEffectHandle effect);
/* The effect goes away; another may get its handle. */
void forget_effect(OfxImageEffectHandle effect);

#endif
