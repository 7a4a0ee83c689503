#include "server/listen.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 1024, SYSTEMD_FD = 3, HOST_CHARS = 63 };

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un local;
};

static bool system_failed(const char *what, const char *address,
                          struct error *error)
{
    return fail(error, ERROR_SYSTEM, "cannot %s %s: %s", what, address,
                strerror(errno));
}

/* Split "[host]:port" or "host:port". */
static bool split(const char *text, char host[HOST_CHARS + 1], uint16_t *port)
{
    const char *colon = strrchr(text, ':');
    bool bracket = text[0] == '[';
    size_t size = colon == NULL ? 0 : (size_t)(colon - text);
    long number;

    if (colon == NULL || strlen(colon) > 6 || colon[1] == '\0' ||
        strspn(colon + 1, "0123456789") != strlen(colon + 1))
        return false;
    if (bracket && (size < 3 || text[size - 1] != ']'))
        return false;
    text += bracket;
    size -= bracket ? 2 : 0;
    number = strtol(colon + 1, NULL, 10);
    if (size == 0 || size > HOST_CHARS || number > UINT16_MAX)
        return false;
    memcpy(host, text, size);
    host[size] = '\0';
    *port = (uint16_t)number;
    return true;
}

static bool read_address(union address *address, socklen_t *size,
                         const char *text)
{
    char host[HOST_CHARS + 1];
    uint16_t port;

    memset(address, 0, sizeof *address);
    if (!split(text, host, &port))
        return false;
    if (inet_pton(AF_INET, host, &address->v4.sin_addr) == 1) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = htons(port);
        *size = sizeof address->v4;
        return true;
    }
    if (inet_pton(AF_INET6, host, &address->v6.sin6_addr) == 1) {
        address->v6.sin6_family = AF_INET6;
        address->v6.sin6_port = htons(port);
        *size = sizeof address->v6;
        return true;
    }
    return false;
}

static bool bind_and_listen(int fd, const union address *address,
                            socklen_t size, const char *text,
                            struct error *error)
{
    int on = 1;

    if (address->any.sa_family != AF_UNIX &&
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0)
        return system_failed("prepare", text, error);
    if (bind(fd, &address->any, size) != 0)
        return system_failed("bind", text, error);
    if (listen(fd, BACKLOG) != 0)
        return system_failed("listen at", text, error);
    return true;
}

static bool open_at(struct listener *listener, const union address *address,
                    socklen_t size, const char *text, struct error *error)
{
    int fd = socket(address->any.sa_family,
                    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return system_failed("open", text, error);
    if (!bind_and_listen(fd, address, size, text, error)) {
        (void)close(fd);
        return false;
    }
    listener->fd = fd;
    return true;
}

/* Does some server answer at the socket file? */
static bool is_served(const union address *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool served =
        fd >= 0 && connect(fd, &address->any, sizeof address->local) == 0;

    if (fd >= 0)
        (void)close(fd);
    return served;
}

static bool open_unix(struct listener *listener, const char *path,
                      struct error *error)
{
    union address address = {.local = {.sun_family = AF_UNIX}};
    struct stat stat;

    if (strlen(path) >= sizeof address.local.sun_path)
        return fail(error, ERROR_USAGE, "a socket path is that long: %s", path);
    (void)snprintf(address.local.sun_path, sizeof address.local.sun_path, "%s",
                   path);
    if (is_served(&address))
        return fail(error, ERROR_SYSTEM, "another server is at %s", path);
    if (lstat(path, &stat) == 0 && S_ISSOCK(stat.st_mode))
        (void)unlink(path);
    if (!open_at(listener, &address, sizeof address.local, path, error))
        return false;
    /* The front server runs as another user of the socket's group. */
    (void)chmod(path, 0660);
    (void)snprintf(listener->path, sizeof listener->path, "%s", path);
    return true;
}

/* sd_listen_fds(3): exactly one socket, meant for this process. */
static bool is_handed_over(void)
{
    const char *count = getenv("LISTEN_FDS");
    const char *pid = getenv("LISTEN_PID");

    return count != NULL && strcmp(count, "1") == 0 && pid != NULL &&
           strtol(pid, NULL, 10) == (long)getpid();
}

static void describe(struct listener *listener)
{
    union address address;
    socklen_t size = sizeof address;

    memset(&address, 0, sizeof address);
    if (getsockname(listener->fd, &address.any, &size) != 0)
        return;
    listener->is_unix = address.any.sa_family == AF_UNIX;
    if (address.any.sa_family == AF_INET)
        listener->port = ntohs(address.v4.sin_port);
    if (address.any.sa_family == AF_INET6)
        listener->port = ntohs(address.v6.sin6_port);
}

bool listen_open(struct listener *listener, const char *address,
                 struct error *error)
{
    struct listener opened = {.fd = SYSTEMD_FD};
    union address socket_address;
    socklen_t size = 0;

    if (is_handed_over()) {
        /* The daemon needs it non-blocking; systemd may not have made it so. */
        (void)fcntl(SYSTEMD_FD, F_SETFL, O_NONBLOCK);
        (void)fcntl(SYSTEMD_FD, F_SETFD, FD_CLOEXEC);
    } else if (strncmp(address, "unix:", 5) == 0) {
        if (!open_unix(&opened, address + 5, error))
            return false;
    } else if (!read_address(&socket_address, &size, address)) {
        return fail(error, ERROR_USAGE, "not an address to listen at: %s",
                    address);
    } else if (!open_at(&opened, &socket_address, size, address, error)) {
        return false;
    }
    opened.is_ours = !is_handed_over();
    describe(&opened);
    *listener = opened;
    return true;
}

void listen_refuse(struct listener *listener)
{
    if (listener->is_ours)
        (void)shutdown(listener->fd, SHUT_RDWR);
    if (listener->path[0] != '\0')
        (void)unlink(listener->path);
    listener->path[0] = '\0';
}

void listen_close(struct listener *listener)
{
    if (listener->fd >= 0)
        (void)close(listener->fd);
    if (listener->path[0] != '\0')
        (void)unlink(listener->path);
    listener->fd = -1;
    listener->path[0] = '\0';
}
