/* Where things are on Linux and macOS. */
#if !defined(_WIN32)
#define _GNU_SOURCE
#include "platform.h"
#include "text.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDERS_ABOVE_BINARY = 2 };

bool variable(const char *name, char *value, size_t room)
{
    const char *set = getenv(name);
    return set != NULL && set[0] != '\0' && text_copy(value, room, set);
}

bool runtime_folder(char *path, size_t room)
{
    char base[PATH_ROOM];
    if (variable("REELMEND_RUNTIME_DIR", path, room))
        return true;
    Text text = text_in(path, room);
    if (variable("XDG_RUNTIME_DIR", base, sizeof base) && base[0] == '/') {
        text_add(&text, base);
        text_add(&text, "/reelmend");
    } else {
        text_add(&text, "/tmp/reelmend-");
        text_add_integer(&text, (int64_t)getuid());
    }
    return !text.full;
}

/* Anybody may make a folder of our name in /tmp and answer there in the engine's place. */
bool folder_is_private(const char *path)
{
    struct stat found;
    if (lstat(path, &found) != 0)
        return true;
    return S_ISDIR(found.st_mode) && found.st_uid == getuid() && (found.st_mode & 0777) == 0700;
}

bool known_address(const char *version, Address *address)
{
    *address = (Address){.port = 0};
    char folder[PATH_ROOM];
    if (!runtime_folder(folder, sizeof folder))
        return false;
    Text text = text_in(address->path, sizeof address->path);
    text_add(&text, folder);
    text_add(&text, "/engine-");
    text_add(&text, version);
    text_add(&text, ".sock");
    return !text.full;
}

static bool user_folder(char *path, size_t room)
{
    char base[PATH_ROOM];
    Text text = text_in(path, room);
#if !defined(__APPLE__)
    if (variable("XDG_CONFIG_HOME", base, sizeof base)) {
        text_add(&text, base);
        text_add(&text, "/reelmend");
        return !text.full;
    }
#endif
    if (!variable("HOME", base, sizeof base))
        return false;
    text_add(&text, base);
#if defined(__APPLE__)
    text_add(&text, "/Library/Application Support/Reelmend");
#else
    text_add(&text, "/.config/reelmend");
#endif
    return !text.full;
}

/* The folder Contents/Resources of the bundle that this binary is in. */
static bool resources_folder(char *path, size_t room)
{
    static const char here = 0;
    Dl_info found;
    char binary[PATH_ROOM];
    if (dladdr(&here, &found) == 0 || found.dli_fname == NULL || realpath(found.dli_fname, binary) == NULL)
        return false;
    for (int above = 0; above < FOLDERS_ABOVE_BINARY; above++) {
        char *slash = strrchr(binary, '/');
        if (slash == NULL)
            return false;
        *slash = '\0';
    }
    Text text = text_in(path, room);
    text_add(&text, binary);
    text_add(&text, "/Resources");
    return !text.full;
}

bool engine_note_path(int nth, char *path, size_t room)
{
    char folder[PATH_ROOM];
    bool found = nth == 0 ? user_folder(folder, sizeof folder) : resources_folder(folder, sizeof folder);
    Text text = text_in(path, room);
    if (found) {
        text_add(&text, folder);
        text_add(&text, "/engine.txt");
    }
    return found && !text.full;
}

FILE *open_text(const char *path)
{
    return fopen(path, "rbe");
}

#endif
