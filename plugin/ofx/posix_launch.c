/* Starting the engine on Linux and macOS. */
#if !defined(_WIN32)
#define _GNU_SOURCE
#include "platform.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__APPLE__)
#include <crt_externs.h>
#define environ (*_NSGetEnviron())
#else
extern char **environ;
#endif

enum { PATIENCE_MS = 500, PATIENCE_STEP_MS = 10 };

/* Hosts set these for their own libraries and their own Python; the engine's Python would break on them. */
static bool is_foreign(const char *setting)
{
    static const char *const names[] = {"PYTHONHOME=", "PYTHONPATH=", "LD_LIBRARY_PATH=", "LD_PRELOAD=", "DYLD_"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if (strncmp(setting, names[k], strlen(names[k])) == 0)
            return true;
    return false;
}

/* The host's environment without what is foreign; `extra` (NULL: none) is put at its end. Free the array. */
static char **environment_with(char *extra)
{
    size_t count = 0, kept = 0;
    while (environ[count] != NULL)
        count++;
    char **settings = calloc(count + 2, sizeof *settings);
    if (settings == NULL)
        return NULL;
    for (size_t k = 0; k < count; k++)
        if (!is_foreign(environ[k]))
            settings[kept++] = environ[k];
    settings[kept] = extra;
    return settings;
}

/* A descriptor that the host left open to its children would keep its files and pipes open for as long as the
 * engine lives. macOS closes them by a flag of its own. */
static void close_others(posix_spawn_file_actions_t *actions)
{
#if defined(__linux__)
    DIR *open_ones = opendir("/proc/self/fd");
    if (open_ones == NULL)
        return;
    for (struct dirent *entry = readdir(open_ones); entry != NULL; entry = readdir(open_ones)) {
        int descriptor = atoi(entry->d_name);
        int flags = descriptor > 2 ? fcntl(descriptor, F_GETFD) : -1;
        if (flags >= 0 && (flags & FD_CLOEXEC) == 0)
            posix_spawn_file_actions_addclose(actions, descriptor);
    }
    closedir(open_ones);
#else
    (void)actions;
#endif
}

static short spawn_flags(void)
{
    int flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
#if defined(POSIX_SPAWN_CLOEXEC_DEFAULT)
    flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
#endif
    return (short)flags;
}

/* Its own process group: Ctrl-C in the host's terminal is not meant for the engine; and no signal that the host
 * ignores or blocks is ignored there. */
static void set_attributes(posix_spawnattr_t *attributes)
{
    static const int theirs[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD, SIGUSR1, SIGUSR2};
    sigset_t none, usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    for (size_t k = 0; k < sizeof theirs / sizeof *theirs; k++)
        sigaddset(&usual, theirs[k]);
    posix_spawnattr_setflags(attributes, spawn_flags());
    posix_spawnattr_setpgroup(attributes, 0);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &usual);
}

static bool spawn(Launch *launch, char *const *words, char *const *settings, int output)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    pid_t process;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    close_others(&actions);
    set_attributes(&attributes);
    int failure = posix_spawn(&process, words[0], &actions, &attributes, words, settings);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    launch->process = process;
    return failure == 0;
}

/* Pipe ends above 2, closed in children, so that no other process started meanwhile holds them open. */
static bool make_pipe(int ends[2])
{
    int raw[2];
    if (pipe(raw) != 0)
        return false;
    for (int k = 0; k < 2; k++) {
        ends[k] = fcntl(raw[k], F_DUPFD_CLOEXEC, 3);
        close(raw[k]);
    }
    return ends[0] >= 0 && ends[1] >= 0;
}

/* A starter that was left to itself; asked about when the next one is started, so that none stays a zombie. */
static _Atomic intptr_t left_process;

static void forget_left(void)
{
    intptr_t process = atomic_exchange(&left_process, 0);
    if (process > 0 && waitpid((pid_t)process, NULL, WNOHANG) == 0)
        atomic_store(&left_process, process);
}

bool launch_start(Launch *launch, const char *python, const char *python_path)
{
    char setting[PATH_ROOM + 16];
    int ends[2];
    forget_left();
    if (!make_pipe(ends))
        return false;
    snprintf(setting, sizeof setting, "PYTHONPATH=%s", python_path);
    char **settings = environment_with(python_path[0] == '\0' ? NULL : setting);
    char *const words[] = {(char *)(uintptr_t)python, "-P", "-m", "engine.server", NULL};
    bool started = settings != NULL && spawn(launch, words, settings, ends[1]);
    free(settings);
    close(ends[1]);
    launch->output = ends[0];
    if (!started)
        close(ends[0]);
    return started;
}

int64_t launch_read(Launch *launch, void *bytes, size_t count, int milliseconds)
{
    struct pollfd wanted = {.fd = (int)launch->output, .events = POLLIN};
    if (poll(&wanted, 1, milliseconds) <= 0)
        return 0;
    ssize_t got = read((int)launch->output, bytes, count);
    if (got > 0)
        return got;
    return got < 0 && errno == EINTR ? 0 : -1;
}

void launch_end(Launch *launch, bool now)
{
    close((int)launch->output);
    if (!now) {
        atomic_store(&left_process, launch->process);
        return;
    }
    for (int waited = 0; waited < PATIENCE_MS; waited += PATIENCE_STEP_MS) {
        if (waitpid((pid_t)launch->process, NULL, WNOHANG) != 0)
            return;
        sleep_ms(PATIENCE_STEP_MS);
    }
    kill((pid_t)launch->process, SIGKILL);
    waitpid((pid_t)launch->process, NULL, 0);
}

#endif
