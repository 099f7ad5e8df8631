/* Threads, time and chance on Linux and macOS. */
#if !defined(_WIN32)
#define _GNU_SOURCE
#include "platform.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { STACK_BYTES = 256 * 1024, MODEST = 10 };

void mutex_lock(Mutex *mutex)
{
    pthread_mutex_lock(mutex);
}

void mutex_unlock(Mutex *mutex)
{
    pthread_mutex_unlock(mutex);
}

int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void sleep_ms(int milliseconds)
{
    poll(NULL, 0, milliseconds);
}

static void *thread_main(void *argument)
{
    const Crew *crew = argument;
    crew->work(crew->with, false);
    return NULL;
}

static int helpers_wanted(int most)
{
    long others = sysconf(_SC_NPROCESSORS_ONLN) - 1;
    if (others > MOST_HELPERS)
        others = MOST_HELPERS;
    return others < most ? (int)others : most;
}

_Static_assert(sizeof(pthread_t) == sizeof(intptr_t), "a thread fits where a crew keeps it");

void crew_begin(Crew *crew, int most, void (*work)(void *with, bool is_caller), void *with)
{
    pthread_attr_t small;
    int wanted = helpers_wanted(most);
    *crew = (Crew){.work = work, .with = with};
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, STACK_BYTES);
    while (crew->count < wanted) {
        pthread_t made;
        if (pthread_create(&made, &small, thread_main, crew) != 0)
            break;
        crew->helpers[crew->count++] = (intptr_t)made;
    }
    pthread_attr_destroy(&small);
}

void crew_end(Crew *crew)
{
    while (crew->count > 0)
        pthread_join((pthread_t)crew->helpers[--crew->count], NULL);
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
#if defined(__linux__)
    /* Elsewhere it would be the whole process, the host. */
    setpriority(PRIO_PROCESS, 0, MODEST);
#endif
}

int64_t process_id(void)
{
    return getpid();
}

bool random_hex(char *digits, size_t count)
{
    int source = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    if (source < 0)
        return false;
    size_t done = 0;
    unsigned char byte;
    while (done < count && read(source, &byte, 1) == 1)
        digits[done++] = "0123456789abcdef"[byte & 15];
    digits[done] = '\0';
    close(source);
    return done == count;
}

#endif
