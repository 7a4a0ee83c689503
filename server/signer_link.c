#include "server/signer_link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static bool lost(struct signer_link *link, const char *why, struct error *error)
{
    signer_link_close(link);
    return fail(error, ERROR_SYSTEM,
                "the signer does not answer at %s (%s): start terreau-signer",
                link->path, why);
}

static bool connect_link(struct signer_link *link, struct error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval limit = {.tv_sec = LINK_SECONDS};

    if (link->fd >= 0)
        return true;
    if (strlen(link->path) >= sizeof address.sun_path)
        return fail(error, ERROR_USAGE, "a socket path is that long: %s",
                    link->path);
    memcpy(address.sun_path, link->path, strlen(link->path) + 1);
    link->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (link->fd < 0 ||
        setsockopt(link->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) !=
            0 ||
        setsockopt(link->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) !=
            0 ||
        connect(link->fd, (const struct sockaddr *)&address, sizeof address) !=
            0)
        return lost(link, strerror(errno), error);
    return true;
}

static bool is_whole(const struct signer_link *link)
{
    return link->size >= 2 &&
           memcmp(link->answer + link->size - 2, "\n\n", 2) == 0;
}

static bool receive(struct signer_link *link, struct error *error)
{
    link->size = 0;
    while (!is_whole(link)) {
        ssize_t got;

        if (link->size == sizeof link->answer)
            return lost(link, "too long an answer", error);
        got = recv(link->fd, link->answer + link->size,
                   sizeof link->answer - link->size, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return lost(link, got == 0 ? "it hung up" : strerror(errno), error);
        link->size += (size_t)got;
    }
    return true;
}

bool signer_link_ask(struct signer_link *link,
                     const struct signer_request *request, struct text *answer,
                     struct error *error)
{
    char line[SIGNER_REQUEST_MAX];
    size_t size = signer_request_write(line, request);

    if (!connect_link(link, error))
        return false;
    if (send(link->fd, line, size, MSG_NOSIGNAL) != (ssize_t)size)
        return lost(link, strerror(errno), error);
    if (!receive(link, error))
        return false;
    *answer = (struct text){link->answer, (uint32_t)link->size};
    return true;
}

bool signer_link_is_lost(const struct signer_link *link)
{
    char byte;

    return link->fd < 0 ||
           recv(link->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

void signer_link_close(struct signer_link *link)
{
    if (link->fd >= 0)
        (void)close(link->fd);
    link->fd = -1;
}
