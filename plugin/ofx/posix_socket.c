/* Local sockets on Linux and macOS. */
#if !defined(_WIN32)
#define _GNU_SOURCE
#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A host must not die of SIGPIPE because the engine did: Linux says so by the call, macOS by the socket. */
#if defined(MSG_NOSIGNAL)
enum { QUIETLY = MSG_NOSIGNAL };
#else
enum { QUIETLY = 0 };
#endif

static bool prepare(int made)
{
#if defined(SO_NOSIGPIPE)
    int yes = 1;
    if (setsockopt(made, SOL_SOCKET, SO_NOSIGPIPE, &yes, sizeof yes) != 0)
        return false;
#endif
    int flags = fcntl(made, F_GETFL);
    return flags >= 0 && fcntl(made, F_SETFD, FD_CLOEXEC) == 0 && fcntl(made, F_SETFL, flags | O_NONBLOCK) == 0;
}

Socket socket_open(const Address *address)
{
    struct sockaddr_un place = {.sun_family = AF_UNIX};
    if (strlen(address->path) >= sizeof place.sun_path)
        return NO_SOCKET;
    memcpy(place.sun_path, address->path, strlen(address->path));
    int made = socket(AF_UNIX, SOCK_STREAM, 0);
    if (made < 0)
        return NO_SOCKET;
    if (!prepare(made) || connect(made, (struct sockaddr *)&place, sizeof place) != 0) {
        close(made);
        return NO_SOCKET;
    }
    return made;
}

void socket_close(Socket socket)
{
    if (socket != NO_SOCKET)
        close((int)socket);
}

static int64_t judged(int64_t count)
{
    if (count > 0)
        return count;
    bool waits = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    return waits ? 0 : -1;
}

int64_t socket_send(Socket socket, const void *bytes, size_t count)
{
    return judged(send((int)socket, bytes, count, QUIETLY));
}

int64_t socket_receive(Socket socket, void *bytes, size_t count)
{
    return judged(recv((int)socket, bytes, count, 0));
}

void socket_wait(Socket socket, bool to_send, int milliseconds)
{
    struct pollfd wanted = {.fd = (int)socket, .events = to_send ? POLLOUT : POLLIN};
    poll(&wanted, 1, milliseconds);
}

#endif
