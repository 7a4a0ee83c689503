#define _GNU_SOURCE /* memmem, strcasestr */
#include "tests/load/drive.h"

#include "tests/load/cast.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 128 };

struct connection {
    int socket; /* -1: closed. */
    bool busy;
    size_t request, sent;
    int64_t began_ns;
    size_t received;
    char *bytes; /* DRIVE_ANSWER_MAX of the answer. */
};

struct runner {
    struct drive *drive;
    int epoll;
    int open, busy;
    int64_t began_ns, last_ns;
    struct connection connections[DRIVE_CONNECTIONS_MAX];
};

int64_t now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int compare_values(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

    return (left > right) - (left < right);
}

void sort_values(uint32_t *values, size_t count)
{
    qsort(values, count, sizeof values[0], compare_values);
}

uint32_t quantile(const uint32_t *sorted, size_t count, double part)
{
    size_t at = (size_t)((double)count * part);

    if (count == 0)
        return 0;
    return sorted[at < count ? at : count - 1];
}

struct text drive_request(const char *path, const char *type, const char *head,
                          const char *body, size_t size)
{
    size_t room = strlen(path) + strlen(head) + size + 512;
    char *bytes = must(malloc(room));
    int used;

    if (body == NULL)
        used = snprintf(bytes, room,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                        "Accept: %s\r\n%s\r\n",
                        path, type, head);
    else
        used = snprintf(bytes, room,
                        "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                        "Content-Type: %s\r\nAccept: application/json\r\n"
                        "Content-Length: %zu\r\n%s\r\n",
                        path, type, size, head);
    if (body != NULL)
        memcpy(bytes + used, body, size);
    return (struct text){bytes,
                         (uint32_t)used + (body == NULL ? 0 : (uint32_t)size)};
}

/* -1: nobody listens there. */
static int connect_to(const char *address)
{
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    struct sockaddr_in loopback = {.sin_family = AF_INET};
    const struct sockaddr *to = (const struct sockaddr *)&loopback;
    socklen_t size = sizeof loopback;
    int one = 1, fd;

    if (strncmp(address, "unix:", 5) == 0) {
        if (strlen(address + 5) >= sizeof local.sun_path)
            give_up("the socket's path is short enough: %s", address);
        memcpy(local.sun_path, address + 5, strlen(address + 5) + 1);
        to = (const struct sockaddr *)&local;
        size = sizeof local;
    } else {
        loopback.sin_port = htons((uint16_t)strtoul(address, NULL, 10));
        loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    fd = socket(to->sa_family, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, to, size) != 0) {
        if (fd >= 0)
            (void)close(fd);
        return -1;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

/* ---- One answer ---- */

/* Length of the head with its empty line; 0: not there yet. */
static size_t head_size(const char *bytes, size_t size)
{
    const char *end = memmem(bytes, size, "\r\n\r\n", 4);

    return end == NULL ? 0 : (size_t)(end - bytes) + 4;
}

/* A whole answer is there: its status; 0: not yet; -1: it makes no sense. */
static int read_answer(char *bytes, size_t size, struct text *body)
{
    size_t head = head_size(bytes, size), length;
    const char *field;
    int status;

    if (head == 0)
        return 0;
    bytes[head - 1] = '\0';
    field = strcasestr(bytes, "\r\nContent-Length: ");
    if (sscanf(bytes, "HTTP/1.1 %3d", &status) != 1 ||
        (field == NULL && status != 304 && status != 204))
        return -1;
    length = field == NULL ? 0 : strtoul(field + 18, NULL, 10);
    bytes[head - 1] = '\n';
    if (length > DRIVE_ANSWER_MAX - head)
        return -1;
    if (size < head + length)
        return 0;
    *body = (struct text){bytes + head, (uint32_t)length};
    return size == head + length ? status : -1;
}

int drive_once(const char *address, struct text request, char *body,
               size_t room)
{
    char *bytes = must(malloc(DRIVE_ANSWER_MAX));
    int fd = connect_to(address), status = 0;
    struct timeval patience = {.tv_sec = 15};
    size_t received = 0;
    struct text text = {0};

    if (fd >= 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
                         sizeof patience);
    if (fd >= 0 && send(fd, request.bytes, request.size, MSG_NOSIGNAL) ==
                       (ssize_t)request.size)
        while (status == 0) {
            ssize_t got =
                recv(fd, bytes + received, DRIVE_ANSWER_MAX - received, 0);

            if (got <= 0)
                break;
            received += (size_t)got;
            status = read_answer(bytes, received, &text);
        }
    if (fd >= 0)
        (void)close(fd);
    if (status > 0 && room > 0) {
        size_t size = text.size < room ? text.size : room - 1;

        memcpy(body, text.bytes, size);
        body[size] = '\0';
    }
    free(bytes);
    return status > 0 ? status : 0;
}

/* ---- The loop ---- */

static void drop(struct runner *runner, struct connection *connection)
{
    struct drive *drive = runner->drive;

    (void)close(connection->socket);
    connection->socket = -1;
    runner->open--;
    if (!connection->busy)
        return;
    connection->busy = false;
    runner->busy--;
    drive->losses++;
    if (drive->lost != NULL)
        drive->lost(drive->context, connection->request,
                    (int)(connection - runner->connections));
}

static void watch(struct runner *runner, struct connection *connection,
                  bool writing)
{
    struct epoll_event event = {.events = EPOLLIN | (writing ? EPOLLOUT : 0),
                                .data.ptr = connection};

    (void)epoll_ctl(runner->epoll, EPOLL_CTL_MOD, connection->socket, &event);
}

static void send_on(struct runner *runner, struct connection *connection)
{
    const struct text *request = &runner->drive->requests[connection->request];
    bool was_cut = connection->sent > 0;

    while (connection->sent < request->size) {
        ssize_t sent =
            send(connection->socket, request->bytes + connection->sent,
                 request->size - connection->sent, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            watch(runner, connection, true);
            return;
        }
        if (sent < 0) {
            drop(runner, connection);
            return;
        }
        connection->sent += (size_t)sent;
    }
    if (was_cut)
        watch(runner, connection, false);
}

static void send_next(struct runner *runner, struct connection *connection)
{
    struct drive *drive = runner->drive;
    int64_t now = now_ns();

    if (drive->sent == drive->request_count ||
        (drive->most_ms > 0 &&
         now - runner->began_ns > drive->most_ms * 1000000))
        return;
    connection->request = drive->sent++;
    connection->sent = connection->received = 0;
    connection->began_ns = now;
    connection->busy = true;
    runner->busy++;
    send_on(runner, connection);
}

static void receive(struct runner *runner, struct connection *connection)
{
    struct drive *drive = runner->drive;
    struct drive_answer answer = {.request = connection->request};
    ssize_t got =
        recv(connection->socket, connection->bytes + connection->received,
             DRIVE_ANSWER_MAX - connection->received, MSG_DONTWAIT);

    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return;
    if (got <= 0 || !connection->busy) {
        drop(runner, connection);
        return;
    }
    connection->received += (size_t)got;
    answer.status =
        read_answer(connection->bytes, connection->received, &answer.body);
    if (answer.status == 0)
        return;
    if (answer.status < 0) {
        drop(runner, connection);
        return;
    }
    runner->last_ns = now_ns();
    answer.micros = (runner->last_ns - connection->began_ns) / 1000;
    answer.connection = (int)(connection - runner->connections);
    connection->busy = false;
    runner->busy--;
    drive->answers++;
    drive->answered(drive->context, &answer);
    send_next(runner, connection);
}

static void open_all(struct runner *runner)
{
    struct drive *drive = runner->drive;

    for (int i = 0; i < drive->connections; i++) {
        struct connection *connection = &runner->connections[i];
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};

        connection->bytes = must(malloc(DRIVE_ANSWER_MAX));
        connection->socket =
            connect_to(drive->addresses[(size_t)i % drive->address_count]);
        if (connection->socket < 0) {
            drive->unconnected++;
            continue;
        }
        runner->open++;
        (void)epoll_ctl(runner->epoll, EPOLL_CTL_ADD, connection->socket,
                        &event);
    }
}

/* Is there anything left to wait for? */
static bool goes_on(const struct runner *runner)
{
    const struct drive *drive = runner->drive;
    int64_t patience = drive->patience_ms > 0 ? drive->patience_ms : 10000;
    int64_t most = drive->most_ms > 0 ? drive->most_ms : 600000;

    return runner->open > 0 && runner->busy > 0 &&
           now_ns() - runner->began_ns < (most + patience) * 1000000;
}

static void serve(struct runner *runner)
{
    struct epoll_event events[EVENTS];

    while (goes_on(runner)) {
        int count = epoll_wait(runner->epoll, events, EVENTS, 100);

        for (int i = 0; i < count; i++) {
            struct connection *connection = events[i].data.ptr;

            if (connection->socket >= 0 && (events[i].events & EPOLLOUT) != 0)
                send_on(runner, connection);
            if (connection->socket >= 0 &&
                (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
                receive(runner, connection);
        }
    }
}

void drive_run(struct drive *drive)
{
    struct runner *runner = must(calloc(1, sizeof *runner));

    if (drive->connections > DRIVE_CONNECTIONS_MAX)
        give_up("at most %d connections", DRIVE_CONNECTIONS_MAX);
    runner->drive = drive;
    runner->epoll = epoll_create1(0);
    drive->sent = drive->answers = drive->losses = 0;
    drive->unconnected = 0;
    open_all(runner);
    runner->began_ns = runner->last_ns = now_ns();
    for (int i = 0; i < drive->connections; i++)
        if (runner->connections[i].socket >= 0)
            send_next(runner, &runner->connections[i]);
    serve(runner);
    for (int i = 0; i < drive->connections; i++) {
        if (runner->connections[i].socket >= 0)
            drop(runner, &runner->connections[i]);
        free(runner->connections[i].bytes);
    }
    drive->seconds = (double)(runner->last_ns - runner->began_ns) / 1e9;
    (void)close(runner->epoll);
    free(runner);
}
