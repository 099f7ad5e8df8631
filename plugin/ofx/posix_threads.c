/* Threads, time and chance on Linux and macOS. */
#if !defined(_WIN32)
#define _GNU_SOURCE
#include "platform.h"

#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

enum { MOST_THREADS = 16, STACK_BYTES = 256 * 1024 };

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

typedef struct Work {
    void (*work)(void *with, bool is_caller);
    void *with;
} Work;

static void *thread_main(void *argument)
{
    const Work *job = argument;
    job->work(job->with, false);
    return NULL;
}

static int helpers_wanted(int most)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    int threads = processors > MOST_THREADS ? MOST_THREADS : (int)processors;
    return (threads < most ? threads : most) - 1;
}

void on_threads(int most, void (*work)(void *with, bool is_caller), void *with)
{
    Work job = {work, with};
    pthread_t helpers[MOST_THREADS];
    pthread_attr_t small;
    int started = 0, wanted = helpers_wanted(most);
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, STACK_BYTES);
    while (started < wanted && pthread_create(&helpers[started], &small, thread_main, &job) == 0)
        started++;
    pthread_attr_destroy(&small);
    work(with, true);
    while (started > 0)
        pthread_join(helpers[--started], NULL);
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
