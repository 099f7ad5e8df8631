"""What a host tells of itself (ofxImageEffect.h, ofxParam.h)."""

from __future__ import annotations

from plugin.host.profiles import HostProfile
from plugin.host.properties import PropertySet


def host_properties(profile: HostProfile) -> PropertySet:
    properties = PropertySet(title="the host")
    properties.put("OfxPropName", profile.name)
    properties.put(
        "OfxImageEffectPropSupportedComponents", *(f"OfxImageComponent{c}" for c in profile.components)
    )
    properties.put(
        "OfxImageEffectPropSupportedContexts", *(f"OfxImageEffectContext{c}" for c in profile.contexts)
    )
    properties.put("OfxImageEffectPropSupportedPixelDepths", *(f"OfxBitDepth{d}" for d in profile.depths))
    properties.put("OfxImageEffectPropMultipleClipDepths", int(profile.multiple_depths))
    if profile.bare:
        return properties
    properties.put("OfxPropType", "OfxTypeImageEffectHost")
    properties.put("OfxPropAPIVersion", *profile.api)
    properties.put("OfxPropLabel", profile.label)
    properties.put("OfxPropVersion", 1, 0, 0)
    properties.put("OfxPropVersionLabel", "1.0.0")
    properties.put("OfxImageEffectHostPropIsBackground", 1)
    properties.put("OfxImageEffectPropSupportsOverlays", 0)
    properties.put("OfxImageEffectPropSupportsMultiResolution", 1)
    properties.put("OfxImageEffectPropSupportsTiles", int(profile.tiles))
    properties.put("OfxImageEffectPropTemporalClipAccess", int(profile.temporal))
    properties.put("OfxImageEffectPropSupportsMultipleClipPARs", 0)
    properties.put("OfxImageEffectPropSetableFrameRate", 0)
    properties.put("OfxImageEffectPropSetableFielding", 0)
    properties.put("OfxImageEffectInstancePropSequentialRender", 0)
    for animated in ("String", "Choice", "Boolean", "Custom"):
        properties.put(f"OfxParamHostPropSupports{animated}Animation", int(animated != "Custom"))
    properties.put("OfxParamHostPropSupportsCustomInteract", 0)
    properties.put("OfxParamHostPropMaxParameters", -1)
    properties.put("OfxParamHostPropMaxPages", 0)
    properties.put("OfxParamHostPropPageRowColumnCount", 0, 0)
    if profile.colour_style:
        properties.put("OfxImageEffectPropColourManagementStyle", profile.colour_style)
        properties.put(
            "OfxImageEffectPropColourManagementAvailableConfigs", "ofx-native-v1.5_aces-v1.3_ocio-v2.3"
        )
    return properties
