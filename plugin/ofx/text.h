/* Text put together in a buffer of fixed size, the same in every locale. */
#ifndef REELMEND_TEXT_H
#define REELMEND_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Text {
    char *at;
    size_t room; /* of `at`, the closing zero included */
    size_t used;
    bool full; /* something did not fit, so the text must not be used */
} Text;

Text text_in(char *buffer, size_t room);
void text_add(Text *text, const char *words);
void text_add_integer(Text *text, int64_t number);
/* Decimal digits and a point, never an exponent; exact for every number of 0.01 and above; "nan" for
 * what is no number, which the engine refuses. */
void text_add_number(Text *text, double number);
/* `words` as one value of a message: control characters become blanks. */
void text_add_value(Text *text, const char *words);

/* A copy that always ends with a zero; false where it had to be cut. */
bool text_copy(char *target, size_t room, const char *source);

#endif
