/* Shared memory on Windows: it goes with the last process that holds it, so there is no name to take away. */
#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#include "platform.h"

#include <stdio.h>
#include <windows.h>

enum { RANDOM_DIGITS = 16 };

static bool choose_name(Segment *segment)
{
    char digits[RANDOM_DIGITS + 1];
    if (!random_hex(digits, RANDOM_DIGITS))
        return false;
    snprintf(segment->name, sizeof segment->name, "Local\\reelmend-%lu-%s", GetCurrentProcessId(), digits);
    return true;
}

bool segment_create(Segment *segment, uint64_t size)
{
    *segment = (Segment){.size = size};
    if (!choose_name(segment))
        return false;
    HANDLE made = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, (DWORD)(size >> 32), (DWORD)size,
                                     segment->name);
    if (made == NULL)
        return false;
    if (GetLastError() != ERROR_ALREADY_EXISTS)
        segment->bytes = MapViewOfFile(made, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, (SIZE_T)size);
    if (segment->bytes == NULL) {
        CloseHandle(made);
        return false;
    }
    segment->handle = made;
    return true;
}

void segment_unlink(Segment *segment)
{
    (void)segment;
}

void segment_close(Segment *segment)
{
    if (segment->bytes != NULL) {
        UnmapViewOfFile(segment->bytes);
        CloseHandle(segment->handle);
    }
    segment->bytes = NULL;
    segment->handle = NULL;
    segment->size = 0;
}

#endif
