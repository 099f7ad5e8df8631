/* Starting the engine on Windows, without a window. */
#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#include "platform.h"
#include "windows_text.h"

#include <stdlib.h>
#include <windows.h>

enum { COMMAND_ROOM = PATH_ROOM + 64, PATIENCE_MS = 500, HANDLES = 2 };

/* Hosts set these for their own Python. */
static bool is_foreign(const wchar_t *setting)
{
    return _wcsnicmp(setting, L"PYTHONHOME=", 11) == 0 || _wcsnicmp(setting, L"PYTHONPATH=", 11) == 0;
}

/* The host's environment without what is foreign, and with PYTHONPATH where there is one. Free it. */
static wchar_t *environment_with(const wchar_t *python_path)
{
    wchar_t *theirs = GetEnvironmentStringsW();
    size_t length = 0, used = 0;
    if (theirs == NULL)
        return NULL;
    while (theirs[length] != L'\0')
        length += wcslen(theirs + length) + 1;
    wchar_t *settings = calloc(length + wcslen(python_path) + 16, sizeof *settings);
    for (const wchar_t *at = theirs; settings != NULL && *at != L'\0'; at += wcslen(at) + 1)
        if (!is_foreign(at)) {
            wcscpy(settings + used, at);
            used += wcslen(at) + 1;
        }
    if (settings != NULL && python_path[0] != L'\0') {
        wcscpy(settings + used, L"PYTHONPATH=");
        wcscat(settings + used, python_path);
    }
    FreeEnvironmentStringsW(theirs);
    return settings;
}

static HANDLE inheritable(HANDLE handle)
{
    SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    return handle;
}

/* Only the two handles named are inherited: any other of the host's would stay open as long as the engine. */
static bool spawn(Launch *launch, wchar_t *command, wchar_t *settings, HANDLE output, HANDLE nothing)
{
    HANDLE kept[HANDLES] = {inheritable(output), inheritable(nothing)};
    STARTUPINFOEXW start = {.StartupInfo = {.cb = sizeof start, .dwFlags = STARTF_USESTDHANDLES}};
    PROCESS_INFORMATION made;
    SIZE_T size = 0;
    InitializeProcThreadAttributeList(NULL, 1, 0, &size);
    start.lpAttributeList = malloc(size);
    start.StartupInfo.hStdInput = nothing;
    start.StartupInfo.hStdOutput = output;
    start.StartupInfo.hStdError = nothing;
    bool ready = start.lpAttributeList != NULL &&
                 InitializeProcThreadAttributeList(start.lpAttributeList, 1, 0, &size) &&
                 UpdateProcThreadAttribute(start.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, kept,
                                           sizeof kept, NULL, NULL);
    DWORD flags = CREATE_NO_WINDOW | CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT;
    ready = ready &&
            CreateProcessW(NULL, command, NULL, NULL, TRUE, flags, settings, NULL, &start.StartupInfo, &made);
    free(start.lpAttributeList);
    if (!ready)
        return false;
    CloseHandle(made.hThread);
    launch->process = (intptr_t)made.hProcess;
    return true;
}

static bool write_command(wchar_t *command, const char *python)
{
    wchar_t program[PATH_ROOM];
    if (!widen(program, PATH_ROOM, python) || wcschr(program, L'"') != NULL)
        return false;
    wcscpy(command, L"\"");
    wcscat(command, program);
    wcscat(command, L"\" -P -m engine.server");
    return true;
}

bool launch_start(Launch *launch, const char *python, const char *python_path)
{
    wchar_t command[COMMAND_ROOM], path[PATH_ROOM];
    HANDLE ours, theirs;
    if (!write_command(command, python) || !widen(path, PATH_ROOM, python_path) ||
        !CreatePipe(&ours, &theirs, NULL, 0))
        return false;
    HANDLE nothing = CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                                 OPEN_EXISTING, 0, NULL);
    wchar_t *settings = environment_with(path);
    bool started = settings != NULL && nothing != INVALID_HANDLE_VALUE &&
                   spawn(launch, command, settings, theirs, nothing);
    free(settings);
    CloseHandle(theirs);
    if (nothing != INVALID_HANDLE_VALUE)
        CloseHandle(nothing);
    launch->output = (intptr_t)ours;
    if (!started)
        CloseHandle(ours);
    return started;
}

int64_t launch_read(Launch *launch, void *bytes, size_t count, int milliseconds)
{
    HANDLE output = (HANDLE)launch->output;
    DWORD there = 0, got = 0;
    if (!PeekNamedPipe(output, NULL, 0, NULL, &there, NULL))
        return -1;
    if (there == 0) {
        sleep_ms(milliseconds);
        return 0;
    }
    DWORD wanted = there < count ? there : (DWORD)count;
    return ReadFile(output, bytes, wanted, &got, NULL) && got > 0 ? (int64_t)got : -1;
}

void launch_end(Launch *launch, bool now)
{
    HANDLE process = (HANDLE)launch->process;
    CloseHandle((HANDLE)launch->output);
    if (now && WaitForSingleObject(process, PATIENCE_MS) != WAIT_OBJECT_0)
        TerminateProcess(process, 1);
    CloseHandle(process);
}

#endif
