/* The host: its suites, its name, and its properties read with a fallback, since any of them may be missing. */
#ifndef REELMEND_HOST_H
#define REELMEND_HOST_H

#include "abi.h"

#include <stdbool.h>

typedef enum HostKind { HOST_OTHER, HOST_NATRON, HOST_NUKE, HOST_RESOLVE } HostKind;

typedef struct Suites {
    const OfxPropertySuiteV1 *property;
    const OfxParameterSuiteV1 *parameter;
    const OfxImageEffectSuiteV1 *effect;
    const OfxMessageSuiteV2 *message; /* NULL where the host has none; of version 1, only its first function */
    bool has_persistent_messages;
} Suites;

void host_set(OfxHost *host);
bool host_load(void); /* fetches the suites; may be called any number of times, from any thread */
bool host_is_loaded(void);
const Suites *suites(void);
HostKind host_kind(void);
const char *host_name(void); /* "" where it has none */
bool host_gives_neighbours(void);

/* Values of a property set; `fallback` where the host does not give one. */
int property_int(OfxPropertySetHandle set, const char *name, int index, int fallback);
double property_double(OfxPropertySetHandle set, const char *name, int index, double fallback);
const char *property_string(OfxPropertySetHandle set, const char *name, int index, const char *fallback);
void *property_pointer(OfxPropertySetHandle set, const char *name);
/* False where a value is missing. */
bool property_rect(OfxPropertySetHandle set, const char *name, OfxRectI *rect);

/* Setting what a host does not know is no error: the property is then not for it. */
void set_int(OfxPropertySetHandle set, const char *name, int index, int value);
void set_double(OfxPropertySetHandle set, const char *name, int index, double value);
void set_string(OfxPropertySetHandle set, const char *name, int index, const char *value);

#endif
