#include "gather.h"

#include "host.h"

#include <stdlib.h>
#include <string.h>

static const double FARTHEST = 1e9;

/* The largest whole number not above `value`. Not floor(), which would make us depend on libm. */
static double whole_below(double value)
{
    double whole = (double)(int64_t)value;
    return whole > value ? whole - 1.0 : whole;
}

static double smaller(double one, double other)
{
    return one < other ? one : other;
}

static double larger(double one, double other)
{
    return one > other ? one : other;
}

bool is_time(double time)
{
    return time >= -FARTHEST && time <= FARTHEST;
}

static int64_t frame_number(double time)
{
    return (int64_t)whole_below(time + 0.5);
}

static OfxImageClipHandle find_clip(OfxImageEffectHandle effect, const char *name, OfxPropertySetHandle *properties)
{
    OfxImageClipHandle clip = NULL;
    *properties = NULL;
    if (suites()->effect->clipGetHandle(effect, name, &clip, properties) != kOfxStatOK)
        return NULL;
    return clip;
}

/* A host may give no range, or one that does not hold the frame it asks for; neither is believed. */
static OfxRangeD clip_range(OfxImageEffectHandle effect, double time)
{
    OfxPropertySetHandle clip;
    OfxRangeD all = {-FARTHEST, FARTHEST};
    find_clip(effect, kOfxImageEffectSimpleSourceClipName, &clip);
    OfxRangeD range = {property_double(clip, kOfxImageEffectPropFrameRange, 0, all.min),
                       property_double(clip, kOfxImageEffectPropFrameRange, 1, all.max)};
    bool holds = range.min < range.max && range.min <= time && time <= range.max;
    return holds ? (OfxRangeD){larger(range.min, all.min), smaller(range.max, all.max)} : all;
}

OfxRangeD frames_wanted(OfxImageEffectHandle effect, Node node, OfxParamSetHandle params, double time)
{
    if (!host_gives_neighbours())
        return (OfxRangeD){time, time};
    int reach = control_reach(node, params, time);
    OfxRangeD range = clip_range(effect, time);
    return (OfxRangeD){time - smaller(reach, whole_below(time - range.min)),
                       time + smaller(reach, whole_below(range.max - time))};
}

static Plane *add_plane(Request *request, const char *role, int64_t number)
{
    Plane *plane = &request->planes[request->plane_count++];
    *plane = (Plane){.role = role, .number = number};
    return plane;
}

static Outcome add_centre(const Gathering *gathering, OfxImageClipHandle source, Request *request, Failure *failure)
{
    const char *problem;
    Plane *plane = add_plane(request, "frame", frame_number(gathering->time));
    if (!plate_fetch(source, gathering->time, &plane->plate, &problem)) {
        request->plane_count--;
        text_copy(failure->text, sizeof failure->text,
                  problem != NULL ? problem : "The host gives no picture of Source for this frame.");
        return OUTCOME_REFUSED;
    }
    plane->rows = plane->plate.rows;
    request->frame = plane->number;
    request->width = plane->plate.width;
    request->height = plane->plate.height;
    request->depth = plane->plate.depth;
    request->channels = plate_sent_channels(&plane->plate);
    return OUTCOME_DONE;
}

/* A neighbour that the host has not, or has in another shape, is absent. */
static void add_neighbour(OfxImageClipHandle source, double time, Request *request)
{
    const char *problem;
    Plane *plane = add_plane(request, "frame", frame_number(time));
    bool fetched = plate_fetch(source, time, &plane->plate, &problem);
    if (fetched && plate_same_shape(&plane->plate, &request->planes[0].plate)) {
        plane->rows = plane->plate.rows;
        return;
    }
    plate_release(&plane->plate);
    request->plane_count--;
}

static Outcome add_neighbours(const Gathering *gathering, OfxImageClipHandle source, Request *request)
{
    OfxRangeD wanted = frames_wanted(gathering->effect, gathering->node, gathering->params, gathering->time);
    for (int away = 1; away <= MOST_REACH; away++)
        for (int side = -1; side <= 1; side += 2) {
            double time = gathering->time + side * away;
            if (time < wanted.min || time > wanted.max)
                continue;
            if (watch_stopped(gathering->watch))
                return OUTCOME_STOPPED;
            add_neighbour(source, time, request);
        }
    return OUTCOME_DONE;
}

/* The mask over the frame's own pixels; where the mask has none it is 0. */
static void fill_matte(float *matte, const Plate *frame, const Plate *mask)
{
    int left = mask->bounds.x1 > frame->bounds.x1 ? mask->bounds.x1 : frame->bounds.x1;
    int right = mask->bounds.x2 < frame->bounds.x2 ? mask->bounds.x2 : frame->bounds.x2;
    for (int row = 0; row < frame->height && left < right; row++) {
        int y = frame->bounds.y2 - 1 - row;
        if (y < mask->bounds.y1 || y >= mask->bounds.y2)
            continue;
        const uint8_t *source = rows_at(&mask->rows, mask->bounds.y2 - 1 - y) +
                                (size_t)(left - mask->bounds.x1) * plate_pixel_bytes(mask);
        float *target = matte + (size_t)row * (size_t)frame->width + (left - frame->bounds.x1);
        pixels_to_matte(target, source, mask->channels, mask->depth, right - left);
    }
}

static bool add_mask(OfxImageClipHandle clip, const char *role, double time, Request *request)
{
    const Plate *frame = &request->planes[0].plate;
    const char *problem;
    Plate mask;
    if (!plate_fetch(clip, time, &mask, &problem))
        return false;
    float *matte = calloc((size_t)frame->width * (size_t)frame->height, sizeof *matte);
    if (matte != NULL) {
        fill_matte(matte, frame, &mask);
        Plane *plane = add_plane(request, role, frame_number(time));
        plane->matte = matte;
        plane->rows = (Rows){
            .top = (uint8_t *)matte,
            .step = (ptrdiff_t)((size_t)frame->width * sizeof *matte),
            .count = frame->height,
            .pixels = frame->width,
            .apart = sizeof *matte,
            .taken = sizeof *matte,
        };
    }
    plate_release(&mask);
    return matte != NULL;
}

static const char *role_of(MaskUse use)
{
    return use == MASK_INFRARED ? "infrared" : use == MASK_HOLD_OUT ? "hold_out" : "imported";
}

/* The masks of the frame and of every neighbour that is there: repairing a frame asks for their damage too. */
static Outcome add_masks(Gathering *gathering, MaskUse use, Request *request)
{
    OfxPropertySetHandle properties;
    OfxImageClipHandle clip = find_clip(gathering->effect, "Mask", &properties);
    int frames = request->plane_count;
    bool connected = clip != NULL && property_int(properties, kOfxImageClipPropConnected, 0, 1) != 0;
    gathering->mask_missing = !connected || !add_mask(clip, role_of(use), gathering->time, request);
    for (int k = 1; k < frames && !gathering->mask_missing; k++) {
        if (watch_stopped(gathering->watch))
            return OUTCOME_STOPPED;
        double away = (double)(request->planes[k].number - request->planes[0].number);
        add_mask(clip, role_of(use), gathering->time + away, request);
    }
    return OUTCOME_DONE;
}

Outcome gather(Gathering *gathering, Request *request, Failure *failure)
{
    OfxPropertySetHandle properties;
    OfxImageClipHandle source =
        find_clip(gathering->effect, kOfxImageEffectSimpleSourceClipName, &properties);
    MaskUse use = control_mask(gathering->node, gathering->params, gathering->time);
    Outcome outcome = add_centre(gathering, source, request, failure);
    if (outcome == OUTCOME_DONE)
        outcome = add_neighbours(gathering, source, request);
    if (outcome == OUTCOME_DONE && use != MASK_UNUSED)
        outcome = add_masks(gathering, use, request);
    return outcome;
}
