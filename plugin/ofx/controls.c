#include "controls.h"

#include "colour.h"
#include "host.h"
#include "parameters.h"

#include <string.h>

enum {
    PARAMETER_COUNT = sizeof PARAMETERS / sizeof *PARAMETERS,
    /* The detector looks one frame to each side, at a shot's end two to one side; one more tells a shot cut from
       a ruined frame. */
    LOOKAHEAD = 1,
    REACH_OF_DETECTION = 1 + LOOKAHEAD,
    FURTHEST_OF_DETECTION = 2 + LOOKAHEAD
};

static const char COLOUR[] = "colour_space";
static const char VIEW[] = "view";
static const char USE_MASK[] = "use_mask";
static const char MASK_HOLDS[] = "mask_holds";

typedef struct Group {
    const char *id;
    const char *label;
    bool of_detect;
} Group;

static const Group GROUPS[] = {
    {"detect", "Detection", true},
    {"matte", "Matte", true},
    {"infrared", "Infrared", false},
    {"repair", "Repair", false},
};

typedef struct View {
    const char *label;
    const char *want;
} View;

static const View REPAIR_VIEWS[] = {
    {"result", "result"}, {"matte", "matte"}, {"overlay", "overlay"}, {"difference", "difference"}};
static const View DETECT_VIEWS[] = {{"matte", "detected"}, {"overlay", "detected_overlay"}};
static const char *const MASK_WORDS[] = {"damage matte", "infrared", "hold-out"};

static bool belongs(Node node, const Parameter *parameter)
{
    if (node == NODE_REPAIR)
        return true;
    if (strcmp(parameter->id, "matte_mode") == 0)
        return false;
    for (size_t k = 0; k < sizeof GROUPS / sizeof *GROUPS; k++)
        if (strcmp(GROUPS[k].id, parameter->group) == 0)
            return GROUPS[k].of_detect;
    return false;
}

static OfxPropertySetHandle define(OfxParamSetHandle params, const char *kind, const char *id, const char *label,
                                   const char *hint)
{
    OfxPropertySetHandle properties = NULL;
    if (suites()->parameter->paramDefine(params, kind, id, &properties) != kOfxStatOK)
        return NULL;
    set_string(properties, kOfxPropLabel, 0, label);
    set_string(properties, kOfxPropShortLabel, 0, label);
    set_string(properties, kOfxPropLongLabel, 0, label);
    set_string(properties, kOfxParamPropScriptName, 0, id);
    set_string(properties, kOfxParamPropHint, 0, hint);
    return properties;
}

static void define_double(OfxParamSetHandle params, const Parameter *parameter)
{
    OfxPropertySetHandle made =
        define(params, kOfxParamTypeDouble, parameter->id, parameter->label, parameter->hint);
    double shown = parameter->shown_maximum - parameter->shown_minimum;
    set_string(made, kOfxParamPropParent, 0, parameter->group);
    set_string(made, kOfxParamPropDoubleType, 0, kOfxParamDoubleTypePlain);
    set_double(made, kOfxParamPropDefault, 0, parameter->initial);
    set_double(made, kOfxParamPropMin, 0, parameter->minimum);
    set_double(made, kOfxParamPropMax, 0, parameter->maximum);
    set_double(made, kOfxParamPropDisplayMin, 0, parameter->shown_minimum);
    set_double(made, kOfxParamPropDisplayMax, 0, parameter->shown_maximum);
    set_double(made, kOfxParamPropIncrement, 0, shown > 2.0 ? 0.1 : 0.01);
    set_int(made, kOfxParamPropDigits, 0, 2);
    set_int(made, kOfxParamPropAnimates, 0, 1);
}

static void define_integer(OfxParamSetHandle params, const Parameter *parameter)
{
    OfxPropertySetHandle made =
        define(params, kOfxParamTypeInteger, parameter->id, parameter->label, parameter->hint);
    set_string(made, kOfxParamPropParent, 0, parameter->group);
    set_int(made, kOfxParamPropDefault, 0, (int)parameter->initial);
    set_int(made, kOfxParamPropMin, 0, (int)parameter->minimum);
    set_int(made, kOfxParamPropMax, 0, (int)parameter->maximum);
    set_int(made, kOfxParamPropDisplayMin, 0, (int)parameter->shown_minimum);
    set_int(made, kOfxParamPropDisplayMax, 0, (int)parameter->shown_maximum);
    set_int(made, kOfxParamPropAnimates, 0, 1);
}

static OfxPropertySetHandle define_choice(OfxParamSetHandle params, const char *id, const char *label,
                                          const char *hint, int initial)
{
    OfxPropertySetHandle made = define(params, kOfxParamTypeChoice, id, label, hint);
    set_int(made, kOfxParamPropAnimates, 0, 0);
    set_int(made, kOfxParamPropDefault, 0, initial);
    return made;
}

static void define_parameter(OfxParamSetHandle params, const Parameter *parameter)
{
    OfxPropertySetHandle made;
    switch (parameter->kind) {
    case PARAMETER_DOUBLE:
        define_double(params, parameter);
        break;
    case PARAMETER_INTEGER:
        define_integer(params, parameter);
        break;
    case PARAMETER_CHOICE:
        made = define_choice(params, parameter->id, parameter->label, parameter->hint, (int)parameter->initial);
        set_string(made, kOfxParamPropParent, 0, parameter->group);
        for (int k = 0; k < MOST_CHOICES && parameter->choices[k] != NULL; k++)
            set_string(made, kOfxParamPropChoiceOption, k, parameter->choices[k]);
        break;
    }
}

static const View *views_of(Node node, int *count)
{
    if (node == NODE_DETECT) {
        *count = sizeof DETECT_VIEWS / sizeof *DETECT_VIEWS;
        return DETECT_VIEWS;
    }
    *count = sizeof REPAIR_VIEWS / sizeof *REPAIR_VIEWS;
    return REPAIR_VIEWS;
}

static void define_view(Node node, OfxParamSetHandle params)
{
    int count;
    const View *views = views_of(node, &count);
    const char *hint = node == NODE_DETECT
                           ? "The matte in red, green and blue, white where there is damage, or the picture with "
                             "the damage in red."
                           : "The repaired picture, the matte of what is repaired, the picture with that matte in "
                             "red, or how far result and source are apart.";
    OfxPropertySetHandle made = define_choice(params, VIEW, "View", hint, 0);
    for (int k = 0; k < count; k++)
        set_string(made, kOfxParamPropChoiceOption, k, views[k].label);
}

static void define_colour(OfxParamSetHandle params)
{
    OfxPropertySetHandle made = define_choice(
        params, COLOUR, "Colour space",
        "How the picture's values are encoded. Only what is repaired is ever converted; the rest keeps its values.",
        colour_initial());
    for (int k = 0; colour_label(k) != NULL; k++)
        set_string(made, kOfxParamPropChoiceOption, k, colour_label(k));
}

static void define_mask(OfxParamSetHandle params)
{
    OfxPropertySetHandle tick = define(
        params, kOfxParamTypeBoolean, USE_MASK, "Use mask",
        "Take the clip connected as Mask. A tick, since some hosts show every clip as connected and give black.");
    set_int(tick, kOfxParamPropDefault, 0, 0);
    set_int(tick, kOfxParamPropAnimates, 0, 0);
    OfxPropertySetHandle made =
        define_choice(params, MASK_HOLDS, "Mask holds",
                      "What the mask is: damage in white (from Detect Damage or painted), the scanner's infrared "
                      "pass, or in white what must not be touched.",
                      0);
    for (int k = 0; k < (int)(sizeof MASK_WORDS / sizeof *MASK_WORDS); k++)
        set_string(made, kOfxParamPropChoiceOption, k, MASK_WORDS[k]);
}

void controls_describe(Node node, OfxParamSetHandle params)
{
    define_view(node, params);
    define_colour(params);
    if (node == NODE_REPAIR)
        define_mask(params);
    for (size_t k = 0; k < sizeof GROUPS / sizeof *GROUPS; k++) {
        if (node == NODE_DETECT && !GROUPS[k].of_detect)
            continue;
        OfxPropertySetHandle group = define(params, kOfxParamTypeGroup, GROUPS[k].id, GROUPS[k].label, "");
        set_int(group, kOfxParamPropGroupOpen, 0, 1);
        for (int p = 0; p < PARAMETER_COUNT; p++)
            if (strcmp(PARAMETERS[p].group, GROUPS[k].id) == 0 && belongs(node, &PARAMETERS[p]))
                define_parameter(params, &PARAMETERS[p]);
    }
}

/* The value at `time`, or the present one where a host does not tell it of a time. */
static bool read_int(OfxParamSetHandle params, const char *id, double time, int *value)
{
    const OfxParameterSuiteV1 *suite = suites()->parameter;
    OfxParamHandle param = NULL;
    if (suite->paramGetHandle(params, id, &param, NULL) != kOfxStatOK || param == NULL)
        return false;
    return suite->paramGetValueAtTime(param, time, value) == kOfxStatOK ||
           suite->paramGetValue(param, value) == kOfxStatOK;
}

static bool read_double(OfxParamSetHandle params, const char *id, double time, double *value)
{
    const OfxParameterSuiteV1 *suite = suites()->parameter;
    OfxParamHandle param = NULL;
    if (suite->paramGetHandle(params, id, &param, NULL) != kOfxStatOK || param == NULL)
        return false;
    return suite->paramGetValueAtTime(param, time, value) == kOfxStatOK ||
           suite->paramGetValue(param, value) == kOfxStatOK;
}

static int int_or(OfxParamSetHandle params, const char *id, double time, int fallback)
{
    int value = fallback;
    return read_int(params, id, time, &value) ? value : fallback;
}

const char *control_view(Node node, OfxParamSetHandle params, double time)
{
    int count;
    const View *views = views_of(node, &count);
    int place = int_or(params, VIEW, time, 0);
    return views[place >= 0 && place < count ? place : 0].want;
}

MaskUse control_mask(Node node, OfxParamSetHandle params, double time)
{
    if (node == NODE_DETECT || int_or(params, USE_MASK, time, 0) == 0)
        return MASK_UNUSED;
    switch (int_or(params, MASK_HOLDS, time, 0)) {
    case 1:
        return MASK_INFRARED;
    case 2:
        return MASK_HOLD_OUT;
    default:
        return MASK_MATTE;
    }
}

int control_colour(OfxParamSetHandle params, double time)
{
    return int_or(params, COLOUR, time, colour_initial());
}

int control_reach(Node node, OfxParamSetHandle params, double time)
{
    if (node == NODE_DETECT)
        return FURTHEST_OF_DETECTION;
    for (int p = 0; p < PARAMETER_COUNT; p++)
        if (strcmp(PARAMETERS[p].id, "radius") == 0) {
            int radius = int_or(params, "radius", time, (int)PARAMETERS[p].initial);
            int most = (int)PARAMETERS[p].maximum;
            int reach = REACH_OF_DETECTION + (radius < 0 ? 0 : radius > most ? most : radius);
            return reach > FURTHEST_OF_DETECTION ? reach : FURTHEST_OF_DETECTION;
        }
    return FURTHEST_OF_DETECTION;
}

static void add_value(const Parameter *parameter, OfxParamSetHandle params, double time, Text *lines)
{
    int whole = (int)parameter->initial;
    double number = parameter->initial;
    switch (parameter->kind) {
    case PARAMETER_DOUBLE:
        read_double(params, parameter->id, time, &number);
        text_add_number(lines, number);
        break;
    case PARAMETER_INTEGER:
        read_int(params, parameter->id, time, &whole);
        text_add_integer(lines, whole);
        break;
    case PARAMETER_CHOICE:
        read_int(params, parameter->id, time, &whole);
        if (whole < 0 || whole >= MOST_CHOICES || parameter->choices[whole] == NULL)
            whole = (int)parameter->initial;
        text_add(lines, parameter->choices[whole]);
        break;
    }
}

void control_settings(Node node, OfxParamSetHandle params, double time, MaskUse mask, Text *lines)
{
    bool has_matte = mask == MASK_MATTE || mask == MASK_INFRARED;
    for (int p = 0; p < PARAMETER_COUNT; p++) {
        const Parameter *parameter = &PARAMETERS[p];
        if (!belongs(node, parameter) || (strcmp(parameter->id, "matte_mode") == 0 && !has_matte))
            continue;
        text_add(lines, "set.");
        text_add(lines, parameter->id);
        text_add(lines, "=");
        add_value(parameter, params, time, lines);
        text_add(lines, "\n");
    }
}
