/* Threads, time, chance and text on Windows. */
#if defined(_WIN32)
#define _CRT_RAND_S
#define WIN32_LEAN_AND_MEAN
#include "platform.h"
#include "windows_text.h"

#include <stdlib.h>
#include <windows.h>

enum { STACK_BYTES = 256 * 1024 };

_Static_assert(sizeof(SRWLOCK) == sizeof(Mutex), "a Mutex is an SRWLOCK");

void mutex_lock(Mutex *mutex)
{
    AcquireSRWLockExclusive((SRWLOCK *)mutex);
}

void mutex_unlock(Mutex *mutex)
{
    ReleaseSRWLockExclusive((SRWLOCK *)mutex);
}

int64_t clock_ms(void)
{
    return (int64_t)GetTickCount64();
}

void sleep_ms(int milliseconds)
{
    Sleep((DWORD)milliseconds);
}

static DWORD WINAPI thread_main(void *argument)
{
    const Crew *crew = argument;
    crew->work(crew->with, false);
    return 0;
}

static int helpers_wanted(int most)
{
    SYSTEM_INFO system;
    GetSystemInfo(&system);
    int others = system.dwNumberOfProcessors > MOST_HELPERS ? MOST_HELPERS : (int)system.dwNumberOfProcessors - 1;
    return others < most ? others : most;
}

void crew_begin(Crew *crew, int most, void (*work)(void *with, bool is_caller), void *with)
{
    int wanted = helpers_wanted(most);
    *crew = (Crew){.work = work, .with = with};
    while (crew->count < wanted) {
        HANDLE made = CreateThread(NULL, STACK_BYTES, thread_main, crew, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
        if (made == NULL)
            break;
        crew->helpers[crew->count++] = (intptr_t)made;
    }
}

void crew_end(Crew *crew)
{
    while (crew->count > 0) {
        HANDLE helper = (HANDLE)crew->helpers[--crew->count];
        WaitForSingleObject(helper, INFINITE);
        CloseHandle(helper);
    }
}

void on_threads(int most, void (*work)(void *with, bool is_caller), void *with)
{
    Crew crew;
    crew_begin(&crew, most - 1, work, with);
    work(with, true);
    crew_end(&crew);
}

void thread_yields(void)
{
    SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_BELOW_NORMAL);
}

int64_t process_id(void)
{
    return (int64_t)GetCurrentProcessId();
}

bool random_hex(char *digits, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        unsigned int number;
        if (rand_s(&number) != 0)
            return false;
        digits[k] = "0123456789abcdef"[number & 15];
    }
    digits[count] = '\0';
    return true;
}

bool widen(wchar_t *wide, size_t room, const char *narrow)
{
    return MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, narrow, -1, wide, (int)room) > 0;
}

bool narrowed(char *narrow, size_t room, const wchar_t *wide)
{
    return WideCharToMultiByte(CP_UTF8, 0, wide, -1, narrow, (int)room, NULL, NULL) > 0;
}

#endif
