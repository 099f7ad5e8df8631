/* All that differs between the systems: time, threads, shared memory, sockets, processes, places.
 *
 * Implemented once for POSIX (Linux and macOS) and once for Windows, in files of one subject each. Nothing here
 * waits without a limit, and nothing here is started when the binary is loaded.
 */
#ifndef REELMEND_PLATFORM_H
#define REELMEND_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#if defined(_WIN32)
typedef struct Mutex {
    void *lock; /* an SRWLOCK, which is one pointer and starts as zero */
} Mutex;
#define MUTEX_START {0}
#else
#include <pthread.h>
typedef pthread_mutex_t Mutex;
#define MUTEX_START PTHREAD_MUTEX_INITIALIZER
#endif

enum { PATH_ROOM = 4096, NAME_ROOM = 64, TOKEN_ROOM = 160 };

/* Threads and time. */
void mutex_lock(Mutex *mutex);
void mutex_unlock(Mutex *mutex);
int64_t clock_ms(void); /* since some moment in the past; never goes back */
void sleep_ms(int milliseconds);
/* Threads that do one piece of work together; they are begun, joined by their caller or not, and ended. */
enum { MOST_HELPERS = 15 };
typedef struct Crew {
    void (*work)(void *with, bool is_caller);
    void *with;
    intptr_t helpers[MOST_HELPERS];
    int count;
} Crew;
/* Calls `work` on up to `most` other threads, as many as there are other processors. `crew` must stay where it is. */
void crew_begin(Crew *crew, int most, void (*work)(void *with, bool is_caller), void *with);
void crew_end(Crew *crew); /* waits for all of them */
/* From now on the calling thread leaves the processors to others that want them, where the system can do that. */
void thread_yields(void);
/* The same on this thread too, and returns when all are done. `is_caller` is true on this one, the only one that
 * may ask the host something. */
void on_threads(int most, void (*work)(void *with, bool is_caller), void *with);
int64_t process_id(void);
bool random_hex(char *digits, size_t count); /* `count` digits and a zero */

/* Shared memory, filled with zeros. */
typedef struct Segment {
    char name[NAME_ROOM];
    uint8_t *bytes; /* NULL: there is none */
    uint64_t size;
    void *handle; /* Windows */
} Segment;

bool segment_create(Segment *segment, uint64_t size);
void segment_unlink(Segment *segment); /* takes its name away; the memory stays */
void segment_close(Segment *segment);  /* gives the memory back */

/* Local sockets that never block. */
typedef intptr_t Socket;
#define NO_SOCKET ((Socket)-1)

typedef struct Address {
    char path[PATH_ROOM]; /* POSIX: of the socket */
    int port;             /* Windows: on 127.0.0.1 */
    char token[TOKEN_ROOM];
} Address;

Socket socket_open(const Address *address); /* NO_SOCKET where nobody listens */
void socket_close(Socket socket);
/* How many bytes went, 0 where it would have to wait, -1 where the connection is broken or ended. */
int64_t socket_send(Socket socket, const void *bytes, size_t count);
int64_t socket_receive(Socket socket, void *bytes, size_t count);
void socket_wait(Socket socket, bool to_send, int milliseconds);

/* A process that prints one line. */
typedef struct Launch {
    intptr_t process;
    intptr_t output;
} Launch;

bool launch_start(Launch *launch, const char *python, const char *python_path);
/* As `socket_receive`, from its standard output; waits up to `milliseconds` for something to come. */
int64_t launch_read(Launch *launch, void *bytes, size_t count, int milliseconds);
/* Closes the output. With `now` the process is ended where it does not by itself; else it may go on. */
void launch_end(Launch *launch, bool now);

/* Places. All text is UTF-8; false where it does not fit or is not there. */
bool variable(const char *name, char *value, size_t room);
bool runtime_folder(char *path, size_t room);
/* False where it is there and not a private folder of this user, which then must not be used. */
bool folder_is_private(const char *path);
/* Where a socket of the engine `version` is or will be, if one can be told without starting it. */
bool known_address(const char *version, Address *address);
/* `engine.txt` of the user, then that of the bundle; false beyond these. */
bool engine_note_path(int nth, char *path, size_t room);
FILE *open_text(const char *path);

#endif
