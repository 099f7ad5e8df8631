/* Local sockets on Windows: TCP on the loopback address. */
#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#include "platform.h"

#include <winsock2.h>

enum { CONNECT_MS = 500, HIGHEST_PORT = 65535 };

static bool sockets_are_there(void)
{
    static Mutex guard = MUTEX_START;
    static bool started;
    WSADATA facts;
    mutex_lock(&guard);
    if (!started)
        started = WSAStartup(MAKEWORD(2, 2), &facts) == 0;
    mutex_unlock(&guard);
    return started;
}

static bool connected(SOCKET made, int port)
{
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons((u_short)port)};
    u_long yes = 1;
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (ioctlsocket(made, FIONBIO, &yes) != 0)
        return false;
    if (connect(made, (struct sockaddr *)&place, sizeof place) == 0)
        return true;
    if (WSAGetLastError() != WSAEWOULDBLOCK)
        return false;
    WSAPOLLFD wanted = {.fd = made, .events = POLLOUT};
    return WSAPoll(&wanted, 1, CONNECT_MS) == 1 && (wanted.revents & (POLLERR | POLLHUP)) == 0;
}

Socket socket_open(const Address *address)
{
    if (address->port <= 0 || address->port > HIGHEST_PORT || !sockets_are_there())
        return NO_SOCKET;
    SOCKET made = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    if (made == INVALID_SOCKET)
        return NO_SOCKET;
    if (!connected(made, address->port)) {
        closesocket(made);
        return NO_SOCKET;
    }
    BOOL yes = TRUE;
    setsockopt(made, IPPROTO_TCP, TCP_NODELAY, (const char *)&yes, sizeof yes);
    return (Socket)made;
}

void socket_close(Socket socket)
{
    if (socket != NO_SOCKET)
        closesocket((SOCKET)socket);
}

static int64_t judged(int count)
{
    if (count > 0)
        return count;
    return count < 0 && WSAGetLastError() == WSAEWOULDBLOCK ? 0 : -1;
}

int64_t socket_send(Socket socket, const void *bytes, size_t count)
{
    return judged(send((SOCKET)socket, bytes, (int)count, 0));
}

int64_t socket_receive(Socket socket, void *bytes, size_t count)
{
    return judged(recv((SOCKET)socket, bytes, (int)count, 0));
}

void socket_wait(Socket socket, bool to_send, int milliseconds)
{
    WSAPOLLFD wanted = {.fd = (SOCKET)socket, .events = to_send ? POLLOUT : POLLIN};
    WSAPoll(&wanted, 1, milliseconds);
}

#endif
