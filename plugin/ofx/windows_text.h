/* Text between the UTF-8 of all our files and the UTF-16 of Windows. */
#ifndef REELMEND_WINDOWS_TEXT_H
#define REELMEND_WINDOWS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

/* False where it does not fit, or is no text. */
bool widen(wchar_t *wide, size_t room, const char *narrow);
bool narrowed(char *narrow, size_t room, const wchar_t *wide);

#endif
