#include "render.h"

#include "client.h"
#include "colour.h"
#include "gather.h"
#include "host.h"
#include "messages.h"

#include <stdatomic.h>
#include <string.h>

enum { MOST_THREADS = 8, ROWS_AT_ONCE = 64 };

static const char NO_MASK[] = "Use mask is on and no mask comes in; the damage is detected instead.";

static bool host_stopped(void *effect)
{
    return suites()->effect->abort != NULL && suites()->effect->abort(effect) != 0;
}

/* The output's rows that are to be filled, and from what. */
typedef struct Filling {
    const Plate *source;
    const Plate *output;
    const Reply *reply;
    OfxRectI window; /* of the host's plane, within the output */
    atomic_int next;
} Filling;

static int at_most(int one, int other)
{
    return one < other ? one : other;
}

static int at_least(int one, int other)
{
    return one > other ? one : other;
}

static uint8_t *pixel_at(const Plate *plate, int x, int y)
{
    return rows_at(&plate->rows, plate->bounds.y2 - 1 - y) +
           (size_t)(x - plate->bounds.x1) * plate_pixel_bytes(plate);
}

static void fill_from_source(const Filling *filling, int y)
{
    const Plate *source = filling->source, *output = filling->output;
    int left = at_least(filling->window.x1, source->bounds.x1);
    int right = at_most(filling->window.x2, source->bounds.x2);
    bool partly = left > filling->window.x1 || right < filling->window.x2;
    bool inside = y >= source->bounds.y1 && y < source->bounds.y2 && left < right;
    if (partly || !inside)
        memset(pixel_at(output, filling->window.x1, y), 0,
               (size_t)(filling->window.x2 - filling->window.x1) * plate_pixel_bytes(output));
    if (inside)
        pixels_convert(pixel_at(output, left, y), output->channels, pixel_at(source, left, y), source->channels,
                       output->depth, right - left);
}

/* The part of box `box` that lies in row `y` of the host's plane. */
static void fill_from_box(const Filling *filling, const Box *box, int y)
{
    const Plate *source = filling->source;
    int row = source->bounds.y2 - 1 - y;
    int left = at_least(filling->window.x1, source->bounds.x1 + box->left);
    int right = at_most(filling->window.x2, source->bounds.x1 + box->right);
    if (row < box->top || row >= box->bottom || left >= right)
        return;
    size_t place = (size_t)row * (size_t)source->width + (size_t)(left - source->bounds.x1);
    pixels_convert(pixel_at(filling->output, left, y), filling->output->channels,
                   filling->reply->pixels + place * plate_pixel_bytes(source), source->channels,
                   source->depth, right - left);
}

static void fill_rows(void *given, bool is_caller)
{
    (void)is_caller;
    Filling *filling = given;
    for (;;) {
        int first = filling->window.y1 + atomic_fetch_add(&filling->next, 1) * ROWS_AT_ONCE;
        if (first >= filling->window.y2)
            return;
        int end = at_most(first + ROWS_AT_ONCE, filling->window.y2);
        for (int y = first; y < end; y++) {
            fill_from_source(filling, y);
            for (int k = 0; k < filling->reply->box_count; k++)
                fill_from_box(filling, &filling->reply->boxes[k], y);
        }
    }
}

static void fill_output(const Plate *source, const Plate *output, const Reply *reply, OfxRectI window)
{
    Filling filling = {
        .source = source,
        .output = output,
        .reply = reply,
        .window = {at_least(window.x1, output->bounds.x1), at_least(window.y1, output->bounds.y1),
                   at_most(window.x2, output->bounds.x2), at_most(window.y2, output->bounds.y2)},
    };
    atomic_init(&filling.next, 0);
    if (filling.window.x1 < filling.window.x2)
        on_threads(MOST_THREADS, fill_rows, &filling);
}

typedef struct Rendering {
    Gathering gathering;
    OfxRectI window;
    Request request;
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
    return request_name_planes(request, gathering->watch, &rendering->failure);
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

static Outcome carry_out(Rendering *rendering)
{
    Link *link = NULL;
    Outcome outcome = prepare(rendering);
    if (outcome == OUTCOME_DONE)
        outcome = client_render(&rendering->request, rendering->gathering.watch, &link, &rendering->reply,
                                &rendering->failure);
    if (outcome == OUTCOME_DONE) {
        fill_output(&rendering->request.planes[0].plate, &rendering->output, &rendering->reply, rendering->window);
        client_give(link);
    }
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
