#include "host.h"

#include "platform.h"

#include <string.h>

static Mutex guard = MUTEX_START;
static OfxHost *current;
static OfxHost *loaded_from;
static Suites fetched;

void host_set(OfxHost *host)
{
    mutex_lock(&guard);
    current = host;
    mutex_unlock(&guard);
}

static const void *suite(const OfxHost *host, const char *name, int version)
{
    return host->fetchSuite(host->host, name, version);
}

static Suites fetch_all(const OfxHost *host)
{
    Suites all;
    memset(&all, 0, sizeof all); /* with its gaps, since it is compared as a whole */
    all.property = suite(host, kOfxPropertySuite, 1);
    all.parameter = suite(host, kOfxParameterSuite, 1);
    all.effect = suite(host, kOfxImageEffectSuite, 1);
    all.message = suite(host, kOfxMessageSuite, 2);
    all.has_persistent_messages = all.message != NULL && all.message->setPersistentMessage != NULL &&
                                  all.message->clearPersistentMessage != NULL;
    if (all.message == NULL)
        all.message = suite(host, kOfxMessageSuite, 1);
    return all;
}

static bool complete(const Suites *all)
{
    return all->property != NULL && all->parameter != NULL && all->effect != NULL;
}

/* A host may load us again for every frame, on several threads, while others render: what they read is only
 * written where it changes. */
bool host_load(void)
{
    mutex_lock(&guard);
    bool usable = false;
    if (current != NULL && current->fetchSuite != NULL) {
        Suites all = fetch_all(current);
        usable = complete(&all);
        if (usable && memcmp(&all, &fetched, sizeof all) != 0)
            fetched = all;
        if (usable && loaded_from != current)
            loaded_from = current;
    }
    mutex_unlock(&guard);
    return usable;
}

bool host_is_loaded(void)
{
    mutex_lock(&guard);
    bool loaded = loaded_from != NULL && loaded_from == current;
    mutex_unlock(&guard);
    return loaded;
}

const Suites *suites(void)
{
    return &fetched;
}

const char *host_name(void)
{
    return loaded_from == NULL ? "" : property_string(loaded_from->host, kOfxPropName, 0, "");
}

/* Names as the hosts give them: https://github.com/NatronGitHub/openfx-misc, README-hosts.txt. */
HostKind host_kind(void)
{
    const char *name = host_name();
    if (strstr(name, "Natron") != NULL)
        return HOST_NATRON;
    if (strstr(name, "thefoundry.nuke") != NULL)
        return HOST_NUKE;
    if (strstr(name, "DaVinciResolve") != NULL)
        return HOST_RESOLVE;
    return HOST_OTHER;
}

bool host_gives_neighbours(void)
{
    return loaded_from != NULL &&
           property_int(loaded_from->host, kOfxImageEffectPropTemporalClipAccess, 0, 0) == 1;
}

int property_int(OfxPropertySetHandle set, const char *name, int index, int fallback)
{
    int value = fallback;
    if (set == NULL || fetched.property->propGetInt(set, name, index, &value) != kOfxStatOK)
        return fallback;
    return value;
}

double property_double(OfxPropertySetHandle set, const char *name, int index, double fallback)
{
    double value = fallback;
    if (set == NULL || fetched.property->propGetDouble(set, name, index, &value) != kOfxStatOK)
        return fallback;
    return value;
}

const char *property_string(OfxPropertySetHandle set, const char *name, int index, const char *fallback)
{
    char *value = NULL;
    if (set == NULL || fetched.property->propGetString(set, name, index, &value) != kOfxStatOK || value == NULL)
        return fallback;
    return value;
}

void *property_pointer(OfxPropertySetHandle set, const char *name)
{
    void *value = NULL;
    if (set == NULL || fetched.property->propGetPointer(set, name, 0, &value) != kOfxStatOK)
        return NULL;
    return value;
}

bool property_rect(OfxPropertySetHandle set, const char *name, OfxRectI *rect)
{
    int *sides[4] = {&rect->x1, &rect->y1, &rect->x2, &rect->y2};
    if (set == NULL)
        return false;
    for (int k = 0; k < 4; k++)
        if (fetched.property->propGetInt(set, name, k, sides[k]) != kOfxStatOK)
            return false;
    return true;
}

void set_int(OfxPropertySetHandle set, const char *name, int index, int value)
{
    if (set != NULL)
        fetched.property->propSetInt(set, name, index, value);
}

void set_double(OfxPropertySetHandle set, const char *name, int index, double value)
{
    if (set != NULL)
        fetched.property->propSetDouble(set, name, index, value);
}

void set_string(OfxPropertySetHandle set, const char *name, int index, const char *value)
{
    if (set != NULL)
        fetched.property->propSetString(set, name, index, value);
}
