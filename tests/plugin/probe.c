/* Two small plug-ins for the tests of our host: Invert, and the mean of a frame and its neighbours. */
#include "../../plugin/ofx/abi.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct MemorySuite {
    OfxStatus (*alloc)(void *handle, size_t size, void **memory);
    OfxStatus (*free)(void *memory);
} MemorySuite;

typedef struct ThreadSuite {
    OfxStatus (*run)(void (*work)(unsigned, unsigned, void *), unsigned count, void *given);
    OfxStatus (*processors)(unsigned *count);
    OfxStatus (*index)(unsigned *index);
    int (*is_spawned)(void);
    OfxStatus (*create)(void **mutex, int locked);
    OfxStatus (*destroy)(void *mutex);
    OfxStatus (*lock)(void *mutex);
    OfxStatus (*unlock)(void *mutex);
    OfxStatus (*try_lock)(void *mutex);
} ThreadSuite;

static OfxHost *host;
static const OfxPropertySuiteV1 *property;
static const OfxImageEffectSuiteV1 *effects;
static const OfxParameterSuiteV1 *parameters;
static const MemorySuite *memory;
static const ThreadSuite *threads;
static const OfxMessageSuiteV2 *messages;

/* The places of parameter "fault": what to do wrong. */
enum { NOTHING, WRITE_BESIDE, KEEP_PICTURE, UNDECLARED, BAD_HANDLE, FAIL, WAIT_FOR_ABORT, ALLOCATE };
static const char *const FAULTS[] = {"nothing",    "write beside", "keep picture",   "undeclared",
                                     "bad handle", "fail",         "wait for abort", "allocate"};

static const void *fetch(const char *name, int version)
{
    return host->fetchSuite(host->host, name, version);
}

static OfxStatus load(void)
{
    property = fetch(kOfxPropertySuite, 1);
    effects = fetch(kOfxImageEffectSuite, 1);
    parameters = fetch(kOfxParameterSuite, 1);
    memory = fetch("OfxMemorySuite", 1);
    threads = fetch("OfxMultiThreadSuite", 1);
    messages = fetch(kOfxMessageSuite, 2);
    return property && effects && parameters && memory && threads ? kOfxStatOK : kOfxStatErrMissingHostFeature;
}

static OfxStatus describe(OfxImageEffectHandle effect)
{
    OfxPropertySetHandle set;
    effects->getPropertySet(effect, &set);
    property->propSetString(set, kOfxPropLabel, 0, "Probe");
    property->propSetString(set, kOfxImageEffectPropSupportedContexts, 0, kOfxImageEffectContextFilter);
    property->propSetString(set, kOfxImageEffectPropSupportedContexts, 1, kOfxImageEffectContextGeneral);
    property->propSetInt(set, kOfxImageEffectPropSupportsTiles, 0, 1);
    property->propSetInt(set, kOfxImageEffectPropTemporalClipAccess, 0, 1);
    property->propSetInt(set, "OfxNoSuchProperty", 0, 1);
    return kOfxStatOK;
}

static OfxStatus describe_in(OfxImageEffectHandle effect)
{
    OfxPropertySetHandle set;
    OfxParamSetHandle params;
    effects->clipDefine(effect, "Source", &set);
    effects->clipDefine(effect, "Output", &set);
    effects->getParamSet(effect, &params);
    parameters->paramDefine(params, kOfxParamTypeDouble, "gain", &set);
    property->propSetDouble(set, kOfxParamPropDefault, 0, 1.0);
    parameters->paramDefine(params, kOfxParamTypeChoice, "fault", &set);
    for (int k = 0; k < (int)(sizeof FAULTS / sizeof *FAULTS); k++)
        property->propSetString(set, kOfxParamPropChoiceOption, k, FAULTS[k]);
    return kOfxStatOK;
}

typedef struct Plane {
    OfxPropertySetHandle set;
    char *pixels;
    int row_bytes;
    OfxRectI bounds;
} Plane;

static int fetch_plane(OfxImageEffectHandle effect, const char *name, double time, Plane *plane)
{
    OfxImageClipHandle clip;
    effects->clipGetHandle(effect, name, &clip, NULL);
    if (effects->clipGetImage(clip, time, NULL, &plane->set) != kOfxStatOK)
        return 0;
    property->propGetPointer(plane->set, kOfxImagePropData, 0, (void **)&plane->pixels);
    property->propGetInt(plane->set, kOfxImagePropRowBytes, 0, &plane->row_bytes);
    int *sides = &plane->bounds.x1;
    for (int k = 0; k < 4; k++)
        property->propGetInt(plane->set, kOfxImagePropBounds, k, &sides[k]);
    return 1;
}

typedef struct Work {
    Plane in, out;
    double gain;
    OfxRectI window;
} Work;

static void invert_rows(unsigned index, unsigned count, void *given)
{
    Work *work = given;
    for (int y = work->window.y1 + (int)index; y < work->window.y2; y += (int)count) {
        const float *from = (float *)(work->in.pixels + (ptrdiff_t)(y - work->in.bounds.y1) * work->in.row_bytes);
        float *to = (float *)(work->out.pixels + (ptrdiff_t)(y - work->out.bounds.y1) * work->out.row_bytes);
        for (int k = 4 * (work->window.x1 - work->in.bounds.x1); k < 4 * (work->window.x2 - work->in.bounds.x1); k++)
            to[k] = (float)work->gain * (1.0f - from[k]);
    }
}

static void add_mean(OfxImageEffectHandle effect, double time, Work *work, int reach)
{
    int width = 4 * (work->out.bounds.x2 - work->out.bounds.x1), count = 0;
    for (int k = -reach; k <= reach; k++) {
        Plane plane;
        if (!fetch_plane(effect, "Source", time + k, &plane))
            continue;
        count++;
        for (int y = 0; y < work->out.bounds.y2 - work->out.bounds.y1; y++)
            for (int x = 0; x < width; x++) {
                float *to = (float *)(work->out.pixels + (ptrdiff_t)y * work->out.row_bytes) + x;
                float from = ((float *)(plane.pixels + (ptrdiff_t)y * plane.row_bytes))[x];
                *to = count == 1 ? from : *to + (from - *to) / (float)count;
            }
        effects->clipReleaseImage(plane.set);
    }
}

static OfxStatus misbehave(OfxImageEffectHandle effect, int fault, const Work *work)
{
    Plane plane;
    void *block;
    switch (fault) {
    case WRITE_BESIDE:
        work->out.pixels[(ptrdiff_t)(work->out.bounds.y2 - work->out.bounds.y1) * work->out.row_bytes] = 0;
        return kOfxStatOK;
    case KEEP_PICTURE:
        fetch_plane(effect, "Source", 1, &plane);
        return kOfxStatOK;
    case UNDECLARED:
        return fetch_plane(effect, "Source", 100, &plane) ? kOfxStatOK : kOfxStatFailed;
    case BAD_HANDLE:
        return effects->clipReleaseImage((OfxPropertySetHandle)8);
    case FAIL:
        if (messages)
            messages->message(effect, kOfxMessageError, "probe", "%s number %d", "failure", 7);
        return kOfxStatFailed;
    case WAIT_FOR_ABORT:
        while (!effects->abort(effect)) {
        }
        return kOfxStatOK;
    case ALLOCATE:
        if (memory->alloc(effect, 100, &block) != kOfxStatOK)
            return kOfxStatErrMemory;
        return memory->free(block);
    default:
        return kOfxStatOK;
    }
}

static OfxStatus render(OfxImageEffectHandle effect, OfxPropertySetHandle arguments, int reach)
{
    Work work;
    double time = 0;
    int fault = 0, *sides = &work.window.x1;
    OfxParamSetHandle params;
    OfxParamHandle param;
    property->propGetDouble(arguments, kOfxPropTime, 0, &time);
    for (int k = 0; k < 4; k++)
        property->propGetInt(arguments, kOfxImageEffectPropRenderWindow, k, &sides[k]);
    effects->getParamSet(effect, &params);
    parameters->paramGetHandle(params, "gain", &param, NULL);
    parameters->paramGetValueAtTime(param, time, &work.gain);
    parameters->paramGetHandle(params, "fault", &param, NULL);
    parameters->paramGetValue(param, &fault);
    if (!fetch_plane(effect, "Source", time, &work.in) || !fetch_plane(effect, "Output", time, &work.out))
        return kOfxStatFailed;
    if (reach)
        add_mean(effect, time, &work, reach);
    else
        threads->run(invert_rows, 3, &work);
    OfxStatus status = misbehave(effect, fault, &work);
    effects->clipReleaseImage(work.in.set);
    effects->clipReleaseImage(work.out.set);
    return status;
}

static OfxStatus act(const char *action, const void *handle, OfxPropertySetHandle in, OfxPropertySetHandle out,
                     int reach)
{
    OfxImageEffectHandle effect = (OfxImageEffectHandle)handle;
    if (strcmp(action, kOfxActionLoad) == 0)
        return load();
    if (strcmp(action, kOfxActionDescribe) == 0)
        return describe(effect);
    if (strcmp(action, kOfxImageEffectActionDescribeInContext) == 0)
        return describe_in(effect);
    if (strcmp(action, kOfxImageEffectActionRender) == 0)
        return render(effect, in, reach);
    if (strcmp(action, kOfxImageEffectActionGetFramesNeeded) == 0 && reach) {
        double time = 0;
        property->propGetDouble(in, kOfxPropTime, 0, &time);
        property->propSetDouble(out, "OfxImageClipPropFrameRange_Source", 0, time - reach);
        property->propSetDouble(out, "OfxImageClipPropFrameRange_Source", 1, time + reach);
        return kOfxStatOK;
    }
    return kOfxStatReplyDefault;
}

static OfxStatus invert(const char *action, const void *handle, OfxPropertySetHandle in, OfxPropertySetHandle out)
{
    return act(action, handle, in, out, 0);
}

static OfxStatus mean(const char *action, const void *handle, OfxPropertySetHandle in, OfxPropertySetHandle out)
{
    return act(action, handle, in, out, 1);
}

static void set_host(OfxHost *given)
{
    host = given;
}

static OfxPlugin PLUGINS[] = {
    {kOfxImageEffectPluginApi, 1, "org.reelmend.test.Invert", 1, 2, set_host, invert},
    {kOfxImageEffectPluginApi, 1, "org.reelmend.test.Mean", 1, 0, set_host, mean},
};

int OfxGetNumberOfPlugins(void)
{
    return sizeof PLUGINS / sizeof *PLUGINS;
}

OfxPlugin *OfxGetPlugin(int nth)
{
    return nth >= 0 && nth < OfxGetNumberOfPlugins() ? &PLUGINS[nth] : NULL;
}
