#include "render.h"

#include "beside.h"
#include "client.h"
#include "colour.h"
#include "gather.h"
#include "host.h"
#include "load.h"
#include "messages.h"

static const char NO_MASK[] = "Use mask is on and no mask comes in; the damage is detected instead.";

static bool host_stopped(void *effect)
{
    return suites()->effect->abort != NULL && suites()->effect->abort(effect) != 0;
}

typedef struct Rendering {
    Gathering gathering;
    OfxRectI window;
    Request request;
    Naming naming;
    Reply reply;
    Plate output;
    Failure failure;
} Rendering;

static Outcome fail(Rendering *rendering, const char *text)
{
    text_copy(rendering->failure.text, sizeof rendering->failure.text, text);
    return OUTCOME_REFUSED;
}

static Outcome fetch_output(Rendering *rendering)
{
    OfxImageClipHandle clip = NULL;
    OfxPropertySetHandle properties;
    const char *problem = NULL;
    bool found = suites()->effect->clipGetHandle(rendering->gathering.effect, kOfxImageEffectOutputClipName, &clip,
                                                 &properties) == kOfxStatOK &&
                 plate_fetch(clip, rendering->gathering.time, &rendering->output, &problem);
    if (!found)
        return fail(rendering, problem != NULL ? problem : "The host gives no memory for the result.");
    return OUTCOME_DONE;
}

static Outcome write_request(Rendering *rendering)
{
    Gathering *gathering = &rendering->gathering;
    Request *request = &rendering->request;
    OfxImageClipHandle clip = NULL;
    OfxPropertySetHandle source = NULL;
    suites()->effect->clipGetHandle(gathering->effect, kOfxImageEffectSimpleSourceClipName, &clip, &source);
    MaskUse mask = gathering->mask_missing ? MASK_UNUSED
                                           : control_mask(gathering->node, gathering->params, gathering->time);
    Text lines = text_in(request->settings, sizeof request->settings);
    control_settings(gathering->node, gathering->params, gathering->time, mask, &lines);
    request->want = control_view(gathering->node, gathering->params, gathering->time);
    request->colour_space = colour_name(control_colour(gathering->params, gathering->time), source);
    if (lines.full)
        return fail(rendering, "The settings are longer than a request may be.");
    return naming_begin(&rendering->naming, request, &rendering->failure);
}

static Outcome prepare(Rendering *rendering)
{
    Outcome outcome = fetch_output(rendering);
    if (outcome == OUTCOME_DONE)
        outcome = gather(&rendering->gathering, &rendering->request, &rendering->failure);
    if (outcome == OUTCOME_DONE && rendering->output.depth != rendering->request.depth)
        outcome = fail(rendering, "The host wants the result in another depth than the source has.");
    if (outcome == OUTCOME_DONE)
        outcome = write_request(rendering);
    return outcome;
}

/* A link, and every plane with a name: what is new is on the link already. */
static Outcome load(Rendering *rendering, Link **link)
{
    Outcome outcome = client_take(rendering->gathering.watch, link, &rendering->failure);
    if (outcome != OUTCOME_DONE)
        return outcome;
    outcome = load_new(*link, &rendering->naming, rendering->gathering.watch);
    if (outcome == OUTCOME_BROKEN)
        (*link)->usable = false;
    if (outcome == OUTCOME_DONE)
        return outcome;
    client_give(*link);
    *link = NULL;
    return outcome == OUTCOME_BROKEN ? OUTCOME_DONE : outcome;
}

static Outcome ask_engine(Rendering *rendering, Link **link)
{
    return client_render(&rendering->request, rendering->gathering.watch, link, &rendering->reply,
                         &rendering->failure);
}

/* The engine's reply to other names than those it was asked by. */
static Outcome ask_again(Rendering *rendering, Link **link)
{
    if (*link != NULL)
        client_give(*link);
    request_unload(&rendering->request);
    Outcome outcome = client_take(rendering->gathering.watch, link, &rendering->failure);
    return outcome == OUTCOME_DONE ? ask_engine(rendering, link) : outcome;
}

/* The engine's reply to true names, with the output filled from the source meanwhile. */
static Outcome compute(Rendering *rendering, const Filling *filling, Link **link)
{
    Beside beside;
    Outcome asked = load(rendering, link);
    if (asked != OUTCOME_DONE)
        return asked;
    beside_begin(&beside, &rendering->naming, filling, rendering->gathering.watch);
    asked = ask_engine(rendering, link);
    /* It may have been refused for a name that was guessed wrong. */
    bool settled = asked == OUTCOME_STOPPED || (asked != OUTCOME_DONE && naming_left(&rendering->naming) == 0);
    Outcome checked = beside_end(&beside, settled);
    if (settled || (checked == OUTCOME_DONE && naming_end(&rendering->naming)))
        return asked;
    if (checked == OUTCOME_DONE)
        return ask_again(rendering, link);
    if (*link != NULL)
        client_give(*link);
    *link = NULL;
    return checked;
}

static Outcome fill(Rendering *rendering)
{
    Link *link = NULL;
    Filling filling = filling_of(&rendering->request.planes[0].plate, &rendering->output, rendering->window);
    Outcome outcome = compute(rendering, &filling, &link);
    /* Where this fails, a host that ignores it (MLT) shows the source. */
    if (outcome != OUTCOME_DONE)
        return outcome;
    filling_boxes(&filling, &rendering->reply);
    client_give(link);
    return outcome;
}

static Outcome carry_out(Rendering *rendering)
{
    Outcome outcome = prepare(rendering);
    if (outcome == OUTCOME_DONE)
        outcome = fill(rendering);
    naming_free(&rendering->naming);
    request_release(&rendering->request);
    plate_release(&rendering->output);
    return outcome;
}

static void tell(const Rendering *rendering)
{
    OfxImageEffectHandle effect = rendering->gathering.effect;
    tell_success(effect);
    if (rendering->gathering.mask_missing)
        tell_note(effect, NO_MASK);
    /* Among others, that the host gives one frame only. */
    if (rendering->reply.note[0] != '\0')
        tell_note(effect, rendering->reply.note);
}

/* By Newton's method, from above. Not sqrt(), which would make us depend on libm. */
static double square_root(double square)
{
    double root = square > 1.0 ? square : 1.0;
    for (double next = (root + square / root) / 2.0; next < root; next = (root + square / root) / 2.0)
        root = next;
    return root;
}

static bool read_arguments(Rendering *rendering, OfxPropertySetHandle arguments)
{
    double wide = property_double(arguments, kOfxImageEffectPropRenderScale, 0, 1.0);
    double high = property_double(arguments, kOfxImageEffectPropRenderScale, 1, wide);
    rendering->gathering.time = property_double(arguments, kOfxPropTime, 0, 0.0);
    rendering->request.render_scale = wide > 0.0 && high > 0.0 ? square_root(wide * high) : 1.0;
    return is_time(rendering->gathering.time) &&
           property_rect(arguments, kOfxImageEffectPropRenderWindow, &rendering->window) &&
           suites()->effect->getParamSet(rendering->gathering.effect, &rendering->gathering.params) == kOfxStatOK;
}

OfxStatus render(Node node, OfxImageEffectHandle effect, OfxPropertySetHandle arguments)
{
    Rendering rendering = {
        .gathering = {.effect = effect, .node = node, .watch = {host_stopped, effect}},
        .output = {.picture = NULL},
    };
    if (!read_arguments(&rendering, arguments))
        return kOfxStatErrBadHandle;
    switch (carry_out(&rendering)) {
    case OUTCOME_DONE:
        tell(&rendering);
        return kOfxStatOK;
    case OUTCOME_STOPPED:
        /* The host has dropped the frame itself and needs no word about it. */
        return host_stopped(effect) ? kOfxStatOK : kOfxStatFailed;
    default:
        tell_failure(effect, rendering.failure.text);
        return kOfxStatFailed;
    }
}
