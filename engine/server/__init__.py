"""The engine as a process of its own, for host plug-ins: see `plugin/PROTOCOL.md`.

    places, transport, messages    where it is found, how bytes come and go
    limits, asked, keys            what may be asked, and how pictures are named
    segments, orphans              shared memory
    pictures, planes, mattes       pixels in and out of the engine's types
    engines, renderer, views       one request, through `Pipeline.process`
    jobs, connection, server       many requests of many clients
    launch, __main__               find the running process, or start one

`places`, `messages`, `transport` and `launch` need the standard library alone, so that a host which only
looks for the process waits for no library to load.
"""
