/* Shared memory on Linux and macOS. */
#if !defined(_WIN32)
#define _GNU_SOURCE
#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/* macOS takes names of up to 30 characters. */
enum { RANDOM_DIGITS = 8 };

static bool choose_name(Segment *segment)
{
    char digits[RANDOM_DIGITS + 1];
    if (!random_hex(digits, RANDOM_DIGITS))
        return false;
    snprintf(segment->name, sizeof segment->name, "/reelmend-%lld-%s", (long long)process_id(), digits);
    return true;
}

/* On Linux a file in /dev/shm can be longer than the memory there is, and writing to it then ends the whole
 * process with SIGBUS: the memory has to be reserved first. */
static bool reserve(int file, uint64_t size)
{
    if (ftruncate(file, (off_t)size) != 0)
        return false;
#if defined(__linux__)
    int failure;
    do
        failure = posix_fallocate(file, 0, (off_t)size);
    while (failure == EINTR);
    return failure == 0;
#else
    return true;
#endif
}

bool segment_create(Segment *segment, uint64_t size)
{
    *segment = (Segment){.size = size};
    if (!choose_name(segment))
        return false;
    int file = shm_open(segment->name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (file < 0)
        return false;
    fcntl(file, F_SETFD, FD_CLOEXEC);
    void *bytes = MAP_FAILED;
    if (reserve(file, size))
        bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (bytes == MAP_FAILED) {
        shm_unlink(segment->name);
        return false;
    }
    segment->bytes = bytes;
    return true;
}

void segment_unlink(Segment *segment)
{
    if (segment->bytes != NULL)
        shm_unlink(segment->name);
}

void segment_close(Segment *segment)
{
    if (segment->bytes != NULL)
        munmap(segment->bytes, segment->size);
    segment->bytes = NULL;
    segment->size = 0;
}

#endif
