"""Which properties a plug-in may set where, and of what kind (ofxImageEffect.h, ofxParam.h)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from plugin.host.properties import Kind

_LABELS = ("OfxPropLabel", "OfxPropShortLabel", "OfxPropLongLabel")


def _kinds(**names: tuple[str, ...]) -> Mapping[str, Kind]:
    return MappingProxyType({name: Kind[kind.upper()] for kind, each in names.items() for name in each})


EFFECT = _kinds(
    string=(
        *_LABELS,
        "OfxPropVersionLabel",
        "OfxPropPluginDescription",
        "OfxImageEffectPropSupportedContexts",
        "OfxImageEffectPropSupportedPixelDepths",
        "OfxImageEffectPluginPropGrouping",
        "OfxImageEffectPluginRenderThreadSafety",
        "OfxImageEffectPropClipPreferencesSlaveParam",
        "OfxImageEffectPropOpenGLRenderSupported",
        "OfxImageEffectPropCudaRenderSupported",
        "OfxImageEffectPropCudaStreamSupported",
        "OfxImageEffectPropMetalRenderSupported",
        "OfxImageEffectPropOpenCLRenderSupported",
        "OfxImageEffectPropOpenCLSupported",
        "OfxImageEffectPropColourManagementAvailableConfigs",
        "OfxImageEffectPropColourManagementStyle",
        "OfxOpenGLPropPixelDepth",
        "OfxPropIcon",
    ),
    int=(
        "OfxPropVersion",
        "OfxImageEffectPluginPropSingleInstance",
        "OfxImageEffectPluginPropHostFrameThreading",
        "OfxImageEffectPropSupportsMultiResolution",
        "OfxImageEffectPropSupportsTiles",
        "OfxImageEffectPropTemporalClipAccess",
        "OfxImageEffectPluginPropFieldRenderTwiceAlways",
        "OfxImageEffectPropMultipleClipDepths",
        "OfxImageEffectPropSupportsMultipleClipPARs",
        "OfxImageEffectInstancePropSequentialRender",
    ),
    pointer=(
        "OfxImageEffectPluginPropOverlayInteractV1",
        "OfxImageEffectPluginPropOverlayInteractV2",
        "OfxPropInstanceData",
    ),
)
"""What an effect describes itself by."""

CLIP = _kinds(
    string=(
        *_LABELS,
        "OfxImageEffectPropSupportedComponents",
        "OfxImageClipPropFieldExtraction",
        "OfxImageClipPropPreferredColourspaces",
    ),
    int=(
        "OfxImageEffectPropTemporalClipAccess",
        "OfxImageClipPropOptional",
        "OfxImageClipPropIsMask",
        "OfxImageEffectPropSupportsTiles",
    ),
)
"""What an effect describes a clip by."""

PARAMETER_SET = _kinds(string=("OfxPluginPropParamPageOrder",), int=("OfxPropParamSetNeedsSyncing",))

_EVERY_PARAMETER = _kinds(
    string=(*_LABELS, "OfxParamPropHint", "OfxParamPropScriptName", "OfxParamPropParent", "OfxPropIcon"),
    int=("OfxParamPropSecret", "OfxParamPropEnabled"),
    pointer=("OfxParamPropDataPtr",),
)

_WITH_VALUE = _kinds(
    string=("OfxParamPropCacheInvalidation",),
    int=(
        "OfxParamPropAnimates",
        "OfxParamPropPersistant",
        "OfxParamPropEvaluateOnChange",
        "OfxParamPropPluginMayWrite",
        "OfxParamPropCanUndo",
        "OfxParamPropUseHostOverlayHandle",
    ),
)

_RANGE = ("OfxParamPropMin", "OfxParamPropMax", "OfxParamPropDisplayMin", "OfxParamPropDisplayMax")
_DOUBLE = {
    **_kinds(double=(*_RANGE, "OfxParamPropDefault", "OfxParamPropIncrement")),
    **_kinds(
        int=("OfxParamPropDigits", "OfxParamPropShowTimeMarker"),
        string=(
            "OfxParamPropDoubleType",
            "OfxParamPropDimensionLabel",
            "OfxParamPropDefaultCoordinateSystem",
        ),
    ),
}
_INTEGER = {
    **_kinds(int=(*_RANGE, "OfxParamPropDefault")),
    **_kinds(string=("OfxParamPropDimensionLabel",)),
}
_STRING = _kinds(
    string=("OfxParamPropDefault", "OfxParamPropStringMode"), int=("OfxParamPropStringFilePathExists",)
)
_OWN: Mapping[str, Mapping[str, Kind]] = {
    "Integer": _INTEGER,
    "Integer2D": _INTEGER,
    "Integer3D": _INTEGER,
    "Double": _DOUBLE,
    "Double2D": _DOUBLE,
    "Double3D": _DOUBLE,
    "RGB": _DOUBLE,
    "RGBA": _DOUBLE,
    "Boolean": _kinds(int=("OfxParamPropDefault",)),
    "Choice": _kinds(
        int=("OfxParamPropDefault", "OfxParamPropChoiceOrder"), string=("OfxParamPropChoiceOption",)
    ),
    "StrChoice": _kinds(string=("OfxParamPropDefault", "OfxParamPropChoiceOption", "OfxParamPropChoiceEnum")),
    "String": _STRING,
    "Custom": {**_STRING, **_kinds(pointer=("OfxParamPropCustomInterpCallbackV1",))},
}
_WITHOUT_VALUE: Mapping[str, Mapping[str, Kind]] = {
    "Group": _kinds(int=("OfxParamPropGroupOpen",)),
    "Page": _kinds(string=("OfxParamPropPageChild",)),
    "PushButton": _kinds(),
}


def parameter_properties(kind: str) -> Mapping[str, Kind]:
    """What a parameter of `kind` ("Double", "Choice", "Group", ...) is described by."""
    if kind in _WITHOUT_VALUE:
        return {**_EVERY_PARAMETER, **_WITHOUT_VALUE[kind]}
    return {**_EVERY_PARAMETER, **_WITH_VALUE, **_OWN[kind]}
