#include "colour.h"

#include "host.h"

#include <stddef.h>
#include <string.h>

enum { AS_THE_HOST_SAYS = 0 };

typedef struct Space {
    const char *label;
    const char *name; /* as in the ACES studio configuration of OpenColorIO, and ocio/configs/film-scan.ocio */
} Space;

static const Space SPACES[] = {
    {"As the host says", ""},
    {"sRGB", "sRGB - Texture"},
    {"Rec.709 gamma 2.4", "Gamma 2.4 Rec.709 - Texture"},
    {"Rec.709 gamma 2.2", "Gamma 2.2 Rec.709 - Texture"},
    {"Rec.2020 gamma 2.4", "Gamma 2.4 Rec.2020 - Texture"},
    {"Linear Rec.709", "Linear Rec.709 (sRGB)"},
    {"Linear Rec.2020", "Linear Rec.2020"},
    {"Linear P3-D65", "Linear P3-D65"},
    {"ACES2065-1", "ACES2065-1"},
    {"ACEScg", "ACEScg"},
    {"ACEScc", "ACEScc"},
    {"ACEScct", "ACEScct"},
    {"DaVinci Intermediate", "DaVinci Intermediate WideGamut"},
    {"ARRI LogC3", "ARRI LogC3 (EI800)"},
    {"ARRI LogC4", "ARRI LogC4"},
    {"Cineon Film Log", "Cineon Film Log"},
    {"ADX10", "ADX10"},
    {"ADX16", "ADX16"},
};
enum { SPACE_COUNT = sizeof SPACES / sizeof *SPACES };

static const char SRGB[] = "sRGB - Texture";
static const char REC_709[] = "Gamma 2.4 Rec.709 - Texture";
static const char LINEAR_REC_709[] = "Linear Rec.709 (sRGB)";

/* The display spaces and generic spaces that a host may name (include/ofx-native-v1.5_aces-v1.3_ocio-v2.3.h of
 * OpenFX), as the spaces of pictures that the engine takes. All other names there are its configuration's own. */
static const Space SAID[] = {
    {"srgb_display", SRGB},
    {"rec1886_rec709_display", REC_709},
    {"rec1886_rec2020_display", "Gamma 2.4 Rec.2020 - Texture"},
    {"ofx_display_sdr", REC_709},
    {"ofx_scene_linear", LINEAR_REC_709},
    {"ofx_scene_log", "ACEScct"},
};

const char *colour_label(int place)
{
    return place >= 0 && place < SPACE_COUNT ? SPACES[place].label : NULL;
}

/* Natron and Nuke work in scene-linear light of Rec.709 primaries, Resolve by default on a Rec.709 timeline of
 * gamma 2.4, and hosts that edit pictures and video on what a computer's display shows. */
static const char *usual_space(void)
{
    switch (host_kind()) {
    case HOST_NATRON:
    case HOST_NUKE:
        return LINEAR_REC_709;
    case HOST_RESOLVE:
        return REC_709;
    default:
        return SRGB;
    }
}

/* Resolve implements the colour properties of OpenFX 1.5; Nuke 17 has been seen to break on them. */
static int host_manages_colour(void)
{
    return host_kind() == HOST_RESOLVE;
}

int colour_initial(void)
{
    if (host_manages_colour())
        return AS_THE_HOST_SAYS;
    for (int place = 0; place < SPACE_COUNT; place++)
        if (strcmp(SPACES[place].name, usual_space()) == 0)
            return place;
    return AS_THE_HOST_SAYS;
}

static const char *said_by_host(OfxPropertySetHandle source_clip)
{
    const char *said = property_string(source_clip, kOfxImageClipPropColourspace, 0, "");
    for (size_t k = 0; k < sizeof SAID / sizeof *SAID; k++)
        if (strcmp(SAID[k].label, said) == 0)
            return SAID[k].name;
    int is_generic = strncmp(said, "ofx_", 4) == 0 || strncmp(said, "Ofx", 3) == 0;
    return is_generic || said[0] == '\0' ? usual_space() : said;
}

const char *colour_name(int place, OfxPropertySetHandle source_clip)
{
    if (place > AS_THE_HOST_SAYS && place < SPACE_COUNT)
        return SPACES[place].name;
    return host_manages_colour() ? said_by_host(source_clip) : usual_space();
}

void colour_describe(OfxPropertySetHandle effect)
{
    if (!host_manages_colour())
        return;
    set_string(effect, kOfxImageEffectPropColourManagementStyle, 0, kOfxImageEffectColourManagementFull);
    set_string(effect, kOfxImageEffectPropColourManagementAvailableConfigs, 0, kOfxColourManagementNativeConfig);
}
