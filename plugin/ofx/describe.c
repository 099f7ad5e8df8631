#include "describe.h"

#include "colour.h"
#include "host.h"

typedef struct Wording {
    const char *label;
    const char *description;
} Wording;

static const Wording WORDINGS[] = {
    [NODE_DETECT] = {"Detect Damage",
                     "Finds dirt, dust, hairs and scratches of scanned film and shows them as a matte."},
    [NODE_REPAIR] = {"Repair Damage",
                     "Finds dirt, dust, hairs and scratches of scanned film, or takes a mask of them, and fills them "
                     "from the frames before and after. Every pixel outside the damage keeps its value."},
};

static void set_list(OfxPropertySetHandle set, const char *name, const char *const *values)
{
    for (int k = 0; values[k] != NULL; k++)
        set_string(set, name, k, values[k]);
}

OfxStatus describe(Node node, OfxImageEffectHandle effect)
{
    static const char *const contexts[] = {kOfxImageEffectContextFilter, kOfxImageEffectContextGeneral, NULL};
    static const char *const depths[] = {kOfxBitDepthFloat, kOfxBitDepthHalf, kOfxBitDepthShort, kOfxBitDepthByte,
                                         NULL};
    OfxPropertySetHandle set = NULL;
    if (suites()->effect->getPropertySet(effect, &set) != kOfxStatOK)
        return kOfxStatErrBadHandle;
    set_string(set, kOfxPropLabel, 0, WORDINGS[node].label);
    set_string(set, kOfxPropShortLabel, 0, WORDINGS[node].label);
    set_string(set, kOfxPropLongLabel, 0, WORDINGS[node].label);
    set_string(set, kOfxPropPluginDescription, 0, WORDINGS[node].description);
    set_string(set, kOfxImageEffectPluginPropGrouping, 0, "Reelmend");
    set_list(set, kOfxImageEffectPropSupportedContexts, contexts);
    set_list(set, kOfxImageEffectPropSupportedPixelDepths, depths);
    set_int(set, kOfxImageEffectPluginPropSingleInstance, 0, 0);
    set_int(set, kOfxImageEffectPluginPropHostFrameThreading, 0, 0);
    set_string(set, kOfxImageEffectPluginRenderThreadSafety, 0, kOfxImageEffectRenderFullySafe);
    set_int(set, kOfxImageEffectPropTemporalClipAccess, 0, 1);
    /* A repair looks at the whole frame: what is damage depends on all of it. */
    set_int(set, kOfxImageEffectPropSupportsTiles, 0, 0);
    set_int(set, kOfxImageEffectPropSupportsMultiResolution, 0, 1);
    set_int(set, kOfxImageEffectPropSupportsMultipleClipDepths, 0, 0);
    set_int(set, kOfxImageEffectPropSupportsMultipleClipPARs, 0, 0);
    colour_describe(set);
    return kOfxStatOK;
}

/* `names` in the order of preference; a host without optional clips refuses the mask, which then stays away. */
static bool define_clip(OfxImageEffectHandle effect, const char *name, const char *const *components,
                        bool is_mask, bool in_time)
{
    OfxPropertySetHandle set = NULL;
    if (suites()->effect->clipDefine(effect, name, &set) != kOfxStatOK)
        return false;
    set_list(set, kOfxImageEffectPropSupportedComponents, components);
    set_int(set, kOfxImageEffectPropSupportsTiles, 0, 0);
    set_int(set, kOfxImageEffectPropTemporalClipAccess, 0, in_time);
    set_int(set, kOfxImageClipPropOptional, 0, is_mask);
    set_int(set, kOfxImageClipPropIsMask, 0, is_mask);
    return true;
}

OfxStatus describe_in_context(Node node, OfxImageEffectHandle effect)
{
    static const char *const pictures[] = {kOfxImageComponentRGBA, kOfxImageComponentRGB, kOfxImageComponentAlpha,
                                           NULL};
    static const char *const masks[] = {kOfxImageComponentAlpha, kOfxImageComponentRGBA, kOfxImageComponentRGB,
                                        NULL};
    OfxParamSetHandle params = NULL;
    if (!define_clip(effect, kOfxImageEffectSimpleSourceClipName, pictures, false, true) ||
        !define_clip(effect, kOfxImageEffectOutputClipName, pictures, false, false))
        return kOfxStatFailed;
    if (node == NODE_REPAIR)
        define_clip(effect, "Mask", masks, true, true);
    if (suites()->effect->getParamSet(effect, &params) != kOfxStatOK)
        return kOfxStatErrBadHandle;
    controls_describe(node, params);
    return kOfxStatOK;
}
