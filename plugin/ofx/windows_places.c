/* Where things are on Windows. */
#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#include "platform.h"
#include "text.h"
#include "windows_text.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>

enum { FOLDERS_ABOVE_BINARY = 2 };

bool variable(const char *name, char *value, size_t room)
{
    wchar_t wide_name[NAME_ROOM], wide[PATH_ROOM];
    if (!widen(wide_name, NAME_ROOM, name))
        return false;
    DWORD length = GetEnvironmentVariableW(wide_name, wide, PATH_ROOM);
    return length > 0 && length < PATH_ROOM && narrowed(value, room, wide);
}

static bool within(const char *variable_name, const char *rest, char *path, size_t room)
{
    char base[PATH_ROOM];
    Text text = text_in(path, room);
    if (!variable(variable_name, base, sizeof base))
        return false;
    text_add(&text, base);
    text_add(&text, rest);
    return !text.full;
}

bool runtime_folder(char *path, size_t room)
{
    return variable("REELMEND_RUNTIME_DIR", path, room) || within("LOCALAPPDATA", "\\Reelmend", path, room);
}

/* It lies in the user's profile, which others cannot write to; and nobody is trusted without the token. */
bool folder_is_private(const char *path)
{
    (void)path;
    return true;
}

FILE *open_text(const char *path)
{
    wchar_t wide[PATH_ROOM];
    return widen(wide, PATH_ROOM, path) ? _wfopen(wide, L"rb") : NULL;
}

static bool read_address(FILE *note, Address *address)
{
    char line[TOKEN_ROOM + 16];
    while (fgets(line, sizeof line, note) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        if (strncmp(line, "port=", 5) == 0)
            address->port = atoi(line + 5);
        else if (strncmp(line, "token=", 6) == 0)
            text_copy(address->token, sizeof address->token, line + 6);
    }
    return address->port > 0;
}

bool known_address(const char *version, Address *address)
{
    char path[PATH_ROOM];
    *address = (Address){.port = 0};
    if (!runtime_folder(path, sizeof path))
        return false;
    Text text = {.at = path, .room = sizeof path, .used = strlen(path)};
    text_add(&text, "\\engine-");
    text_add(&text, version);
    text_add(&text, ".txt");
    FILE *note = text.full ? NULL : open_text(path);
    if (note == NULL)
        return false;
    bool found = read_address(note, address);
    fclose(note);
    return found;
}

/* The folder Contents\Resources of the bundle that this binary is in. */
static bool resources_folder(char *path, size_t room)
{
    static const char here = 0;
    wchar_t wide[PATH_ROOM];
    HMODULE module;
    DWORD how = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
    if (!GetModuleHandleExW(how, (LPCWSTR)(uintptr_t)&here, &module))
        return false;
    DWORD length = GetModuleFileNameW(module, wide, PATH_ROOM);
    if (length == 0 || length >= PATH_ROOM || !narrowed(path, room, wide))
        return false;
    for (int above = 0; above < FOLDERS_ABOVE_BINARY; above++) {
        char *slash = strrchr(path, '\\');
        if (slash == NULL)
            return false;
        *slash = '\0';
    }
    Text text = {.at = path, .room = room, .used = strlen(path)};
    text_add(&text, "\\Resources");
    return !text.full;
}

bool engine_note_path(int nth, char *path, size_t room)
{
    bool found = nth == 0 ? within("APPDATA", "\\Reelmend", path, room) : resources_folder(path, room);
    if (!found)
        return false;
    Text text = {.at = path, .room = room, .used = strlen(path)};
    text_add(&text, "\\engine.txt");
    return !text.full;
}

#endif
