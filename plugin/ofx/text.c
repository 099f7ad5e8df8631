#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_ROOM = 352, DECIMALS = 17 };

Text text_in(char *buffer, size_t room)
{
    buffer[0] = '\0';
    return (Text){.at = buffer, .room = room, .used = 0, .full = false};
}

static void add_bytes(Text *text, const char *bytes, size_t count)
{
    if (text->full || count >= text->room - text->used) {
        text->full = true;
        return;
    }
    memcpy(text->at + text->used, bytes, count);
    text->used += count;
    text->at[text->used] = '\0';
}

void text_add(Text *text, const char *words)
{
    add_bytes(text, words, strlen(words));
}

void text_add_integer(Text *text, int64_t number)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%" PRId64, number);
    text_add(text, digits);
}

/* The host may have set any locale, and the text of a number must not depend on it: what stands between the
 * digits before and after the decimal point is whatever that locale writes there. */
void text_add_number(Text *text, double number)
{
    char digits[NUMBER_ROOM];
    if (number - number != 0.0) {
        text_add(text, "nan");
        return;
    }
    snprintf(digits, sizeof digits, "%.*f", DECIMALS, number);
    size_t length = strlen(digits);
    size_t last = length - 1;
    while (last > length - DECIMALS && digits[last] == '0')
        last--;
    size_t whole = strspn(digits, "-0123456789");
    add_bytes(text, digits, whole);
    text_add(text, ".");
    add_bytes(text, digits + length - DECIMALS, last - (length - DECIMALS) + 1);
}

void text_add_value(Text *text, const char *words)
{
    for (; *words != '\0'; words++) {
        char letter = (unsigned char)*words < ' ' || *words == 127 ? ' ' : *words;
        add_bytes(text, &letter, 1);
    }
}

bool text_copy(char *target, size_t room, const char *source)
{
    size_t length = strlen(source);
    bool fits = length < room;
    if (!fits)
        length = room - 1;
    memcpy(target, source, length);
    target[length] = '\0';
    return fits;
}
