#include "messages.h"

#include "host.h"
#include "platform.h"
#include "xxh64.h"

#include <string.h>

enum { MOST_TEXTS = 32, MOST_EFFECTS = 32, FORGET_MS = 60 * 1000 };

typedef struct Told {
    uint64_t text;
    int64_t at;
} Told;

static Mutex guard = MUTEX_START;
static Told told[MOST_TEXTS];
static OfxImageEffectHandle failing[MOST_EFFECTS]; /* those that show a persistent message */

static uint64_t hash_of(const char *kind, const char *text)
{
    Xxh64 hash = xxh64_start();
    xxh64_add(&hash, kind, strlen(kind));
    xxh64_add(&hash, text, strlen(text));
    return xxh64_end(&hash);
}

/* Whether the text was not told within the last minute; from now on it was. */
static bool is_news(const char *kind, const char *text, int64_t forget_ms)
{
    uint64_t hash = hash_of(kind, text);
    int64_t now = clock_ms();
    Told *place = &told[0];
    for (int k = 0; k < MOST_TEXTS; k++) {
        if (told[k].text == hash && (forget_ms == 0 || now - told[k].at < forget_ms))
            return false;
        if (told[k].at < place->at)
            place = &told[k];
    }
    *place = (Told){hash, now};
    return true;
}

static bool mark_failing(OfxImageEffectHandle effect)
{
    for (int k = 0; k < MOST_EFFECTS; k++)
        if (failing[k] == effect || failing[k] == NULL) {
            failing[k] = effect;
            return true;
        }
    return false;
}

static bool unmark_failing(OfxImageEffectHandle effect)
{
    bool found = false;
    for (int k = 0; k < MOST_EFFECTS; k++)
        if (failing[k] == effect) {
            failing[k] = NULL;
            found = true;
        }
    return found;
}

void tell_failure(OfxImageEffectHandle effect, const char *text)
{
    mutex_lock(&guard);
    bool news = is_news(kOfxMessageError, text, FORGET_MS);
    bool persistent = suites()->has_persistent_messages && mark_failing(effect);
    mutex_unlock(&guard);
    if (persistent)
        suites()->message->setPersistentMessage(effect, kOfxMessageError, "reelmend", "%s", text);
    else if (news && suites()->message != NULL && suites()->message->message != NULL)
        suites()->message->message(effect, kOfxMessageError, "reelmend", "%s", text);
}

void tell_note(OfxImageEffectHandle effect, const char *text)
{
    mutex_lock(&guard);
    bool news = is_news(kOfxMessageMessage, text, 0);
    mutex_unlock(&guard);
    if (news && suites()->message != NULL && suites()->message->message != NULL)
        suites()->message->message(effect, kOfxMessageMessage, "reelmend", "%s", text);
}

void tell_success(OfxImageEffectHandle effect)
{
    mutex_lock(&guard);
    bool clear = unmark_failing(effect);
    mutex_unlock(&guard);
    if (clear && suites()->has_persistent_messages)
        suites()->message->clearPersistentMessage(effect);
}

void forget_effect(OfxImageEffectHandle effect)
{
    mutex_lock(&guard);
    unmark_failing(effect);
    mutex_unlock(&guard);
}
