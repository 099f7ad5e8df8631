#include "engine.h"

#include <stdlib.h>
#include <string.h>

enum { START_MS = 65 * 1000, STEP_MS = 20, LINE_ROOM = 8192 };

typedef struct Engine {
    char python[PATH_ROOM];
    char python_path[PATH_ROOM];
} Engine;

/* `name=value` of a line, its end cut off. */
static void take_setting(char *line, Engine *engine)
{
    line[strcspn(line, "\r\n")] = '\0';
    if (strncmp(line, "python=", 7) == 0)
        text_copy(engine->python, sizeof engine->python, line + 7);
    else if (strncmp(line, "pythonpath=", 11) == 0)
        text_copy(engine->python_path, sizeof engine->python_path, line + 11);
}

static bool read_note(int nth, Engine *engine)
{
    char path[PATH_ROOM], line[PATH_ROOM + 16];
    if (!engine_note_path(nth, path, sizeof path))
        return false;
    FILE *note = open_text(path);
    if (note == NULL)
        return false;
    *engine = (Engine){.python = ""};
    while (fgets(line, sizeof line, note) != NULL)
        take_setting(line, engine);
    fclose(note);
    return engine->python[0] != '\0';
}

static bool find_engine(Engine *engine)
{
    *engine = (Engine){.python = ""};
    if (variable("REELMEND_PYTHON", engine->python, sizeof engine->python))
        return true;
    return read_note(0, engine) || read_note(1, engine);
}

/* The text of a member of the one-line JSON object that the starter prints. Of the escapes only those of a
 * letter by itself are undone; paths and tokens have none at all. */
static bool member(const char *line, const char *name, char *value, size_t room)
{
    char quoted[64];
    size_t used = 0;
    snprintf(quoted, sizeof quoted, "\"%s\"", name);
    const char *at = strstr(line, quoted);
    if (at == NULL)
        return false;
    at += strlen(quoted);
    at += strspn(at, " :");
    const char *ends = *at == '"' ? "\"" : ",} \r\n";
    if (*at == '"')
        at++;
    for (; *at != '\0' && strchr(ends, *at) == NULL; at++) {
        if (*at == '\\' && at[1] != '\0')
            at++;
        if (used + 1 == room)
            return false;
        value[used++] = *at;
    }
    value[used] = '\0';
    return true;
}

static bool read_address(const char *line, Address *address)
{
    char kind[16], port[16];
    *address = (Address){.port = 0};
    if (!member(line, "type", kind, sizeof kind) || strcmp(kind, "ready") != 0)
        return false;
    if (member(line, "socket", address->path, sizeof address->path))
        return true;
    if (!member(line, "port", port, sizeof port))
        return false;
    address->port = atoi(port);
    return address->port > 0 && member(line, "token", address->token, sizeof address->token);
}

/* Everything the starter prints, up to its end of line or its end. */
static Outcome read_line(Launch *launch, Watch watch, char *line, size_t room)
{
    int64_t end = clock_ms() + START_MS;
    size_t used = 0;
    line[0] = '\0';
    while (used + 1 < room && strchr(line, '\n') == NULL) {
        int64_t got = launch_read(launch, line + used, room - 1 - used, STEP_MS);
        if (got < 0)
            return used > 0 ? OUTCOME_DONE : OUTCOME_BROKEN;
        used += (size_t)got;
        line[used] = '\0';
        if (got == 0 && watch_stopped(watch))
            return OUTCOME_STOPPED;
        if (got == 0 && clock_ms() > end)
            return OUTCOME_BROKEN;
    }
    return OUTCOME_DONE;
}

static Outcome not_found(Failure *failure)
{
    text_copy(failure->text, sizeof failure->text,
              "The Reelmend engine is not known to this plug-in; run `python3 install host` in the Reelmend folder, "
              "or set REELMEND_PYTHON to the Python that has it.");
    return OUTCOME_REFUSED;
}

static Outcome not_started(const Engine *engine, const char *line, Failure *failure)
{
    char said[FAILURE_ROOM / 2];
    Text text = text_in(failure->text, sizeof failure->text);
    if (member(line, "message", said, sizeof said)) {
        text_add_value(&text, said);
        return OUTCOME_REFUSED;
    }
    text_add(&text, "The Reelmend engine does not start; what is wrong is told by: ");
    text_add_value(&text, engine->python);
    text_add(&text, " -m engine.server");
    return OUTCOME_REFUSED;
}

Outcome engine_start(Watch watch, Address *address, Failure *failure)
{
    Engine engine;
    Launch launch;
    char line[LINE_ROOM];
    if (!find_engine(&engine))
        return not_found(failure);
    if (!launch_start(&launch, engine.python, engine.python_path))
        return not_started(&engine, "", failure);
    Outcome outcome = read_line(&launch, watch, line, sizeof line);
    launch_end(&launch, outcome != OUTCOME_STOPPED);
    if (outcome == OUTCOME_STOPPED)
        return outcome;
    return read_address(line, address) ? OUTCOME_DONE : not_started(&engine, line, failure);
}
