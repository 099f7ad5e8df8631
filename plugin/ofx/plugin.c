/* The two symbols of the binary, and the way from an action's name to what does it. */
#include "client.h"
#include "colour.h"
#include "describe.h"
#include "gather.h"
#include "host.h"
#include "messages.h"
#include "render.h"

#include <string.h>

enum {
    VERSION_MAJOR = 1, /* goes up where a project made with an older one would look different */
    VERSION_MINOR = 0
};

static OfxImageEffectHandle effect_of(const void *handle)
{
    return (OfxImageEffectHandle)(uintptr_t)handle;
}

static OfxImageClipHandle source_clip(OfxImageEffectHandle effect)
{
    OfxImageClipHandle clip = NULL;
    OfxPropertySetHandle properties = NULL;
    suites()->effect->clipGetHandle(effect, kOfxImageEffectSimpleSourceClipName, &clip, &properties);
    return clip;
}

/* The source's: without saying so, a larger mask would make the result larger. */
static OfxStatus region_of_definition(OfxImageEffectHandle effect, OfxPropertySetHandle in, OfxPropertySetHandle out)
{
    OfxRectD bounds;
    double time = property_double(in, kOfxPropTime, 0, 0.0);
    OfxImageClipHandle clip = source_clip(effect);
    if (clip == NULL || suites()->effect->clipGetRegionOfDefinition(clip, time, &bounds) != kOfxStatOK)
        return kOfxStatReplyDefault;
    const double sides[4] = {bounds.x1, bounds.y1, bounds.x2, bounds.y2};
    OfxStatus set = suites()->property->propSetDoubleN(out, kOfxImageEffectPropRegionOfDefinition, 4, sides);
    return set == kOfxStatOK ? kOfxStatOK : kOfxStatReplyDefault;
}

/* Whole frames, whatever part of the result is wanted. */
static OfxStatus regions_of_interest(Node node, OfxImageEffectHandle effect, OfxPropertySetHandle in,
                                     OfxPropertySetHandle out)
{
    OfxRectD bounds;
    double time = property_double(in, kOfxPropTime, 0, 0.0);
    OfxImageClipHandle clip = source_clip(effect);
    if (clip == NULL || suites()->effect->clipGetRegionOfDefinition(clip, time, &bounds) != kOfxStatOK)
        return kOfxStatReplyDefault;
    const double sides[4] = {bounds.x1, bounds.y1, bounds.x2, bounds.y2};
    suites()->property->propSetDoubleN(out, kOfxImageClipPropRoI_ kOfxImageEffectSimpleSourceClipName, 4, sides);
    if (node == NODE_REPAIR)
        suites()->property->propSetDoubleN(out, kOfxImageClipPropRoI_ "Mask", 4, sides);
    return kOfxStatOK;
}

static OfxStatus frames_needed(Node node, OfxImageEffectHandle effect, OfxPropertySetHandle in,
                               OfxPropertySetHandle out)
{
    OfxParamSetHandle params = NULL;
    double time = property_double(in, kOfxPropTime, 0, 0.0);
    if (!is_time(time) || suites()->effect->getParamSet(effect, &params) != kOfxStatOK)
        return kOfxStatReplyDefault;
    OfxRangeD range = frames_wanted(effect, node, params, time);
    const double ends[2] = {range.min, range.max};
    suites()->property->propSetDoubleN(out, kOfxImageClipPropFrameRange_ kOfxImageEffectSimpleSourceClipName, 2,
                                       ends);
    if (control_mask(node, params, time) != MASK_UNUSED)
        suites()->property->propSetDoubleN(out, kOfxImageClipPropFrameRange_ "Mask", 2, ends);
    return kOfxStatOK;
}

static OfxStatus output_colourspace(OfxPropertySetHandle out)
{
    set_string(out, kOfxImageClipPropColourspace, 0, kOfxColourspaceOfSource);
    return kOfxStatOK;
}

static OfxStatus about_effect(Node node, const char *action, OfxImageEffectHandle effect, OfxPropertySetHandle in,
                              OfxPropertySetHandle out)
{
    if (strcmp(action, kOfxActionDescribe) == 0)
        return describe(node, effect);
    if (strcmp(action, kOfxImageEffectActionDescribeInContext) == 0)
        return describe_in_context(node, effect);
    if (strcmp(action, kOfxImageEffectActionRender) == 0)
        return render(node, effect, in);
    if (strcmp(action, kOfxImageEffectActionGetRegionOfDefinition) == 0)
        return region_of_definition(effect, in, out);
    if (strcmp(action, kOfxImageEffectActionGetRegionsOfInterest) == 0)
        return regions_of_interest(node, effect, in, out);
    if (strcmp(action, kOfxImageEffectActionGetFramesNeeded) == 0)
        return frames_needed(node, effect, in, out);
    if (strcmp(action, kOfxImageEffectActionGetOutputColourspace) == 0)
        return output_colourspace(out);
    if (strcmp(action, kOfxActionCreateInstance) == 0)
        return kOfxStatOK; /* an instance holds nothing: all there is to know is asked for at each render */
    if (strcmp(action, kOfxActionDestroyInstance) == 0) {
        forget_effect(effect);
        return kOfxStatOK;
    }
    return kOfxStatReplyDefault;
}

static OfxStatus act(Node node, const char *action, const void *handle, OfxPropertySetHandle in,
                     OfxPropertySetHandle out)
{
    if (action == NULL)
        return kOfxStatErrBadHandle;
    if (strcmp(action, kOfxActionLoad) == 0)
        return host_load() ? kOfxStatOK : kOfxStatErrMissingHostFeature;
    if (strcmp(action, kOfxActionUnload) == 0) {
        client_rest();
        return kOfxStatOK;
    }
    if (!host_is_loaded() && !host_load())
        return kOfxStatErrMissingHostFeature;
    return handle == NULL ? kOfxStatReplyDefault : about_effect(node, action, effect_of(handle), in, out);
}

static OfxStatus act_detect(const char *action, const void *handle, OfxPropertySetHandle in, OfxPropertySetHandle out)
{
    return act(NODE_DETECT, action, handle, in, out);
}

static OfxStatus act_repair(const char *action, const void *handle, OfxPropertySetHandle in, OfxPropertySetHandle out)
{
    return act(NODE_REPAIR, action, handle, in, out);
}

static OfxPlugin PLUGINS[] = {
    {kOfxImageEffectPluginApi, 1, "org.reelmend.DetectDamage", VERSION_MAJOR, VERSION_MINOR, host_set, act_detect},
    {kOfxImageEffectPluginApi, 1, "org.reelmend.RepairDamage", VERSION_MAJOR, VERSION_MINOR, host_set, act_repair},
};
enum { PLUGIN_COUNT = sizeof PLUGINS / sizeof *PLUGINS };

OFX_EXPORT int OfxGetNumberOfPlugins(void)
{
    return PLUGIN_COUNT;
}

OFX_EXPORT OfxPlugin *OfxGetPlugin(int nth)
{
    return nth >= 0 && nth < PLUGIN_COUNT ? &PLUGINS[nth] : NULL;
}
