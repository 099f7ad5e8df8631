/* The part of the OpenFX C interface that we use, declared by us.
 *
 * OpenFX is a public interface (BSD-3-Clause): https://github.com/AcademySoftwareFoundation/openfx, folder
 * include/. Each block names the header that defines it. Sizes and places are fixed by the binary interface of
 * every host that was ever shipped, so they are asserted here. Only what is called has its real signature; the
 * other places of a suite hold a pointer of any function.
 */
#ifndef REELMEND_ABI_H
#define REELMEND_ABI_H

#include <stdint.h>

/* ofxCore.h: handles, status codes, host, plug-in. */
typedef struct OfxPropertySetStruct *OfxPropertySetHandle;
typedef int OfxStatus;
typedef void (*OfxUnused)(void);

enum {
    kOfxStatOK = 0,
    kOfxStatFailed = 1,
    kOfxStatErrFatal = 2,
    kOfxStatErrUnknown = 3,
    kOfxStatErrMissingHostFeature = 4,
    kOfxStatErrUnsupported = 5,
    kOfxStatErrMemory = 8,
    kOfxStatErrBadHandle = 9,
    kOfxStatReplyDefault = 14
};

typedef struct OfxHost {
    OfxPropertySetHandle host;
    const void *(*fetchSuite)(OfxPropertySetHandle host, const char *name, int version);
} OfxHost;

typedef OfxStatus(OfxPluginEntryPoint)(const char *action, const void *handle, OfxPropertySetHandle in_args,
                                       OfxPropertySetHandle out_args);

typedef struct OfxPlugin {
    const char *pluginApi;
    int apiVersion;
    const char *pluginIdentifier;
    unsigned int pluginVersionMajor;
    unsigned int pluginVersionMinor;
    void (*setHost)(OfxHost *host);
    OfxPluginEntryPoint *mainEntry;
} OfxPlugin;

_Static_assert(sizeof(OfxHost) == 2 * sizeof(void *), "OfxHost has two words");
_Static_assert(sizeof(void *) != 8 || sizeof(OfxPlugin) == 48, "OfxPlugin has six words of 8 bytes");

#if defined(_WIN32)
#define OFX_EXPORT __declspec(dllexport)
#else
#define OFX_EXPORT __attribute__((visibility("default")))
#endif

OFX_EXPORT int OfxGetNumberOfPlugins(void);
OFX_EXPORT OfxPlugin *OfxGetPlugin(int nth);

typedef struct OfxRangeD {
    double min, max;
} OfxRangeD;

typedef struct OfxRectI {
    int x1, y1, x2, y2;
} OfxRectI;

typedef struct OfxRectD {
    double x1, y1, x2, y2;
} OfxRectD;

_Static_assert(sizeof(OfxRectI) == 16 && sizeof(OfxRectD) == 32, "rectangles are four numbers");

#define kOfxActionLoad "OfxActionLoad"
#define kOfxActionUnload "OfxActionUnload"
#define kOfxActionDescribe "OfxActionDescribe"
#define kOfxActionCreateInstance "OfxActionCreateInstance"
#define kOfxActionDestroyInstance "OfxActionDestroyInstance"
#define kOfxPropName "OfxPropName"
#define kOfxPropLabel "OfxPropLabel"
#define kOfxPropShortLabel "OfxPropShortLabel"
#define kOfxPropLongLabel "OfxPropLongLabel"
#define kOfxPropPluginDescription "OfxPropPluginDescription"
#define kOfxPropTime "OfxPropTime"

/* ofxProperty.h: 18 functions. */
typedef struct OfxPropertySuiteV1 {
    OfxUnused propSetPointer;
    OfxStatus (*propSetString)(OfxPropertySetHandle set, const char *name, int index, const char *value);
    OfxStatus (*propSetDouble)(OfxPropertySetHandle set, const char *name, int index, double value);
    OfxStatus (*propSetInt)(OfxPropertySetHandle set, const char *name, int index, int value);
    OfxUnused propSetPointerN;
    OfxUnused propSetStringN;
    OfxStatus (*propSetDoubleN)(OfxPropertySetHandle set, const char *name, int count, const double *values);
    OfxUnused propSetIntN;
    OfxStatus (*propGetPointer)(OfxPropertySetHandle set, const char *name, int index, void **value);
    OfxStatus (*propGetString)(OfxPropertySetHandle set, const char *name, int index, char **value);
    OfxStatus (*propGetDouble)(OfxPropertySetHandle set, const char *name, int index, double *value);
    OfxStatus (*propGetInt)(OfxPropertySetHandle set, const char *name, int index, int *value);
    OfxUnused propGetPointerN;
    OfxUnused propGetStringN;
    OfxUnused propGetDoubleN;
    OfxUnused propGetIntN;
    OfxUnused propReset;
    OfxUnused propGetDimension;
} OfxPropertySuiteV1;

_Static_assert(sizeof(OfxPropertySuiteV1) == 18 * sizeof(void *), "the property suite has 18 functions");

#define kOfxPropertySuite "OfxPropertySuite"

/* ofxParam.h: 18 functions, kinds of parameters, their properties. */
typedef struct OfxParamStruct *OfxParamHandle;
typedef struct OfxParamSetStruct *OfxParamSetHandle;

typedef struct OfxParameterSuiteV1 {
    OfxStatus (*paramDefine)(OfxParamSetHandle set, const char *kind, const char *name,
                             OfxPropertySetHandle *properties);
    OfxStatus (*paramGetHandle)(OfxParamSetHandle set, const char *name, OfxParamHandle *param,
                                OfxPropertySetHandle *properties);
    OfxUnused paramSetGetPropertySet;
    OfxUnused paramGetPropertySet;
    OfxStatus (*paramGetValue)(OfxParamHandle param, ...);
    OfxStatus (*paramGetValueAtTime)(OfxParamHandle param, double time, ...);
    OfxUnused paramGetDerivative;
    OfxUnused paramGetIntegral;
    OfxUnused paramSetValue;
    OfxUnused paramSetValueAtTime;
    OfxUnused paramGetNumKeys;
    OfxUnused paramGetKeyTime;
    OfxUnused paramGetKeyIndex;
    OfxUnused paramDeleteKey;
    OfxUnused paramDeleteAllKeys;
    OfxUnused paramCopy;
    OfxUnused paramEditBegin;
    OfxUnused paramEditEnd;
} OfxParameterSuiteV1;

_Static_assert(sizeof(OfxParameterSuiteV1) == 18 * sizeof(void *), "the parameter suite has 18 functions");

#define kOfxParameterSuite "OfxParameterSuite"
#define kOfxParamTypeInteger "OfxParamTypeInteger"
#define kOfxParamTypeDouble "OfxParamTypeDouble"
#define kOfxParamTypeBoolean "OfxParamTypeBoolean"
#define kOfxParamTypeChoice "OfxParamTypeChoice"
#define kOfxParamTypeGroup "OfxParamTypeGroup"
#define kOfxParamTypePage "OfxParamTypePage"
#define kOfxParamPropDefault "OfxParamPropDefault"
#define kOfxParamPropMin "OfxParamPropMin"
#define kOfxParamPropMax "OfxParamPropMax"
#define kOfxParamPropDisplayMin "OfxParamPropDisplayMin"
#define kOfxParamPropDisplayMax "OfxParamPropDisplayMax"
#define kOfxParamPropIncrement "OfxParamPropIncrement"
#define kOfxParamPropDigits "OfxParamPropDigits"
#define kOfxParamPropDoubleType "OfxParamPropDoubleType"
#define kOfxParamDoubleTypePlain "OfxParamDoubleTypePlain"
#define kOfxParamPropAnimates "OfxParamPropAnimates"
#define kOfxParamPropHint "OfxParamPropHint"
#define kOfxParamPropScriptName "OfxParamPropScriptName"
#define kOfxParamPropParent "OfxParamPropParent"
#define kOfxParamPropGroupOpen "OfxParamPropGroupOpen"
#define kOfxParamPropChoiceOption "OfxParamPropChoiceOption"
#define kOfxParamPropPageChild "OfxParamPropPageChild"

/* ofxImageEffect.h: 13 functions, actions, clips, pictures. */
typedef struct OfxImageEffectStruct *OfxImageEffectHandle;
typedef struct OfxImageClipStruct *OfxImageClipHandle;

typedef struct OfxImageEffectSuiteV1 {
    OfxStatus (*getPropertySet)(OfxImageEffectHandle effect, OfxPropertySetHandle *properties);
    OfxStatus (*getParamSet)(OfxImageEffectHandle effect, OfxParamSetHandle *params);
    OfxStatus (*clipDefine)(OfxImageEffectHandle effect, const char *name, OfxPropertySetHandle *properties);
    OfxStatus (*clipGetHandle)(OfxImageEffectHandle effect, const char *name, OfxImageClipHandle *clip,
                               OfxPropertySetHandle *properties);
    OfxUnused clipGetPropertySet;
    OfxStatus (*clipGetImage)(OfxImageClipHandle clip, double time, const OfxRectD *region,
                              OfxPropertySetHandle *picture);
    OfxStatus (*clipReleaseImage)(OfxPropertySetHandle picture);
    OfxStatus (*clipGetRegionOfDefinition)(OfxImageClipHandle clip, double time, OfxRectD *bounds);
    int (*abort)(OfxImageEffectHandle effect);
    OfxUnused imageMemoryAlloc;
    OfxUnused imageMemoryFree;
    OfxUnused imageMemoryLock;
    OfxUnused imageMemoryUnlock;
} OfxImageEffectSuiteV1;

_Static_assert(sizeof(OfxImageEffectSuiteV1) == 13 * sizeof(void *), "the effect suite has 13 functions");

#define kOfxImageEffectSuite "OfxImageEffectSuite"
#define kOfxImageEffectPluginApi "OfxImageEffectPluginAPI"
#define kOfxImageEffectActionDescribeInContext "OfxImageEffectActionDescribeInContext"
#define kOfxImageEffectActionGetRegionOfDefinition "OfxImageEffectActionGetRegionOfDefinition"
#define kOfxImageEffectActionGetRegionsOfInterest "OfxImageEffectActionGetRegionsOfInterest"
#define kOfxImageEffectActionGetFramesNeeded "OfxImageEffectActionGetFramesNeeded"
#define kOfxImageEffectActionGetClipPreferences "OfxImageEffectActionGetClipPreferences"
#define kOfxImageEffectActionIsIdentity "OfxImageEffectActionIsIdentity"
#define kOfxImageEffectActionRender "OfxImageEffectActionRender"
#define kOfxImageEffectActionBeginSequenceRender "OfxImageEffectActionBeginSequenceRender"
#define kOfxImageEffectActionEndSequenceRender "OfxImageEffectActionEndSequenceRender"
#define kOfxImageEffectContextFilter "OfxImageEffectContextFilter"
#define kOfxImageEffectContextGeneral "OfxImageEffectContextGeneral"
#define kOfxImageEffectPropSupportedContexts "OfxImageEffectPropSupportedContexts"
#define kOfxImageEffectPropSupportedPixelDepths "OfxImageEffectPropSupportedPixelDepths"
#define kOfxImageEffectPropSupportedComponents "OfxImageEffectPropSupportedComponents"
#define kOfxImageEffectPropSupportsMultiResolution "OfxImageEffectPropSupportsMultiResolution"
#define kOfxImageEffectPropSupportsMultipleClipDepths "OfxImageEffectPropMultipleClipDepths"
#define kOfxImageEffectPropSupportsMultipleClipPARs "OfxImageEffectPropSupportsMultipleClipPARs"
#define kOfxImageEffectPropSupportsTiles "OfxImageEffectPropSupportsTiles"
#define kOfxImageEffectPropTemporalClipAccess "OfxImageEffectPropTemporalClipAccess"
#define kOfxImageEffectPluginPropGrouping "OfxImageEffectPluginPropGrouping"
#define kOfxImageEffectPluginPropSingleInstance "OfxImageEffectPluginPropSingleInstance"
#define kOfxImageEffectPluginPropHostFrameThreading "OfxImageEffectPluginPropHostFrameThreading"
#define kOfxImageEffectPluginRenderThreadSafety "OfxImageEffectPluginRenderThreadSafety"
#define kOfxImageEffectRenderFullySafe "OfxImageEffectRenderFullySafe"
#define kOfxImageEffectPropRenderWindow "OfxImageEffectPropRenderWindow"
#define kOfxImageEffectPropRenderScale "OfxImageEffectPropRenderScale"
#define kOfxImageEffectPropRegionOfDefinition "OfxImageEffectPropRegionOfDefinition"
#define kOfxImageEffectPropRegionOfInterest "OfxImageEffectPropRegionOfInterest"
#define kOfxImageEffectPropFrameRange "OfxImageEffectPropFrameRange"
#define kOfxImageEffectPropComponents "OfxImageEffectPropComponents"
#define kOfxImageEffectPropPixelDepth "OfxImageEffectPropPixelDepth"
#define kOfxImageClipPropConnected "OfxImageClipPropConnected"
#define kOfxImageClipPropOptional "OfxImageClipPropOptional"
#define kOfxImageClipPropIsMask "OfxImageClipPropIsMask"
/* Followed by the clip's name: the out arguments of GetFramesNeeded and GetRegionsOfInterest. */
#define kOfxImageClipPropFrameRange_ "OfxImageClipPropFrameRange_"
#define kOfxImageClipPropRoI_ "OfxImageClipPropRoI_"
#define kOfxImagePropData "OfxImagePropData"
#define kOfxImagePropBounds "OfxImagePropBounds"
#define kOfxImagePropRowBytes "OfxImagePropRowBytes"
#define kOfxImagePropPixelAspectRatio "OfxImagePropPixelAspectRatio"
#define kOfxImageEffectSimpleSourceClipName "Source"
#define kOfxImageEffectOutputClipName "Output"
#define kOfxImageComponentNone "OfxImageComponentNone"
#define kOfxImageComponentRGBA "OfxImageComponentRGBA"
#define kOfxImageComponentRGB "OfxImageComponentRGB"
#define kOfxImageComponentAlpha "OfxImageComponentAlpha"

/* ofxPixels.h, ofxCore.h: what one component of a pixel is kept in. */
#define kOfxBitDepthByte "OfxBitDepthByte"
#define kOfxBitDepthShort "OfxBitDepthShort"
#define kOfxBitDepthHalf "OfxBitDepthHalf"
#define kOfxBitDepthFloat "OfxBitDepthFloat"

/* ofxMessage.h: version 1 has the first function, version 2 all three. */
typedef struct OfxMessageSuiteV2 {
    OfxStatus (*message)(void *handle, const char *kind, const char *id, const char *format, ...);
    OfxStatus (*setPersistentMessage)(void *handle, const char *kind, const char *id, const char *format, ...);
    OfxStatus (*clearPersistentMessage)(void *handle);
} OfxMessageSuiteV2;

_Static_assert(sizeof(OfxMessageSuiteV2) == 3 * sizeof(void *), "the message suite has 3 functions");

#define kOfxMessageSuite "OfxMessageSuite"
#define kOfxMessageError "OfxMessageError"
#define kOfxMessageWarning "OfxMessageWarning"
#define kOfxMessageMessage "OfxMessageMessage"
#define kOfxMessageLog "OfxMessageLog"

/* ofxColour.h (OpenFX 1.5): which colour space a clip is in, where host and plug-in agree to say so. */
#define kOfxImageEffectPropColourManagementStyle "OfxImageEffectPropColourManagementStyle"
#define kOfxImageEffectColourManagementFull "OfxImageEffectColourManagementFull"
#define kOfxImageEffectPropColourManagementAvailableConfigs "OfxImageEffectPropColourManagementAvailableConfigs"
#define kOfxColourManagementNativeConfig "ofx-native-v1.5_aces-v1.3_ocio-v2.3"
#define kOfxImageClipPropColourspace "OfxImageClipPropColourspace"
#define kOfxImageEffectActionGetOutputColourspace "OfxImageEffectActionGetOutputColourspace"
#define kOfxColourspaceOfSource "OfxColourspace_Source"

#endif
