/* Messages of the protocol over a link: framed, read with a limit of time, taken apart. */
#ifndef REELMEND_WIRE_H
#define REELMEND_WIRE_H

#include "link.h"

Outcome wire_send(Link *link, const Text *body);
/* Waits for the next message, at most `patience_ms`; silence counts as broken. Stopped, nothing was read. */
Outcome wire_receive(Link *link, int patience_ms, Watch watch);

/* Of the message received last; NULL or `fallback` where it has no such line. */
const char *message_word(const Link *link, const char *name);
int64_t message_integer(const Link *link, const char *name, int64_t fallback);
bool message_is(const Link *link, const char *type);
/* Decimal numbers apart by blanks; returns how many there are, at most `most`. */
int message_integers(const Link *link, const char *name, int64_t *numbers, int most);

#endif
