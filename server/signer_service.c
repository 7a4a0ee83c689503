#define _GNU_SOURCE /* struct ucred */
#include "server/signer_service.h"
#include "server/listen.h"
#include "server/log.h"
#include "server/signer.h"
#include "server/signer_protocol.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ACCEPT_MS = 200, NAME_BYTES = 4096 };

/* One log's signer; opened by whoever asks first, under its lock. */
struct desk {
    struct desk *next;
    int32_t ledger_id;
    pthread_mutex_t lock;
    struct log_signer signer;
};

struct caller {
    struct caller *next, **link;
    struct signer_service *service;
    int fd;
    size_t size;
    char bytes[SIGNER_REQUEST_MAX];
    char answer[SIGNER_ANSWER_MAX];
};

struct signer_service {
    const struct config *config;
    const char *conninfo;
    char host[256];
    struct listener listener;
    pthread_t thread;
    atomic_bool ending;
    pthread_mutex_t lock; /* Guards what follows. */
    pthread_cond_t left;  /* A caller has gone. */
    struct desk *desks;   /* Only ever added to. */
    struct caller *callers;
    size_t caller_count;
};

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

/* ---- The logs ---- */

static struct desk *desk_of(struct signer_service *service, int32_t ledger_id)
{
    struct desk *desk;

    (void)pthread_mutex_lock(&service->lock);
    for (desk = service->desks; desk != NULL; desk = desk->next)
        if (desk->ledger_id == ledger_id)
            break;
    if (desk == NULL) {
        desk = must(calloc(1, sizeof *desk));
        desk->ledger_id = ledger_id;
        desk->signer.highwater.file = -1;
        (void)pthread_mutex_init(&desk->lock, NULL);
        desk->next = service->desks;
        service->desks = desk;
    }
    (void)pthread_mutex_unlock(&service->lock);
    return desk;
}

/* The row names the log; that its files are of that log is checked. */
static bool find_ledger(const struct signer_service *service, int32_t ledger_id,
                        struct store_ledger *ledger, struct error *error)
{
    struct db db = {0};
    size_t count = 0;
    bool good;

    if (!db_open(&db, service->conninfo, error))
        return false;
    good =
        store_ledger_list(&db, ledger_id - 1, ledger, 1, &count, error) &&
        ((count == 1 && ledger->ledger_id == ledger_id) ||
         fail(error, ERROR_ABSENT, "there is no ledger %" PRId32, ledger_id));
    db_close(&db);
    return good;
}

/* Its lock is held. */
static bool open_desk(struct signer_service *service, struct desk *desk,
                      struct error *error)
{
    struct store_ledger ledger;

    if (desk->signer.keys.count > 0)
        return true;
    if (!find_ledger(service, desk->ledger_id, &ledger, error))
        return false;
    if (signer_open(&desk->signer, service->config->state_dir, &ledger,
                    service->conninfo, error)) {
        log_event(LOG_INFO, "log", "%s: %zu keys, %" PRId64 " entries signed",
                  ledger.origin, desk->signer.keys.count,
                  desk->signer.highwater.size);
        return true;
    }
    signer_close(&desk->signer);
    return false;
}

/* ---- Requests ---- */

static bool sign(struct log_signer *signer,
                 const struct signer_request *request,
                 char answer[static SIGNER_ANSWER_MAX], size_t *size,
                 struct error *error)
{
    struct store_checkpoint checkpoint, bare;
    size_t begin;

    if (!signer_sign(signer, request->size, &request->root, &checkpoint, error))
        return false;
    (void)checkpoint_note(&bare, signer->origin, request->size, &request->root);
    begin = bare.note_size;
    *size = signer_write_lines(
        answer, (struct text){checkpoint.note + begin,
                              (uint32_t)(checkpoint.note_size - begin)});
    return true;
}

static bool serve(struct signer_service *service, struct desk *desk,
                  const struct signer_request *request,
                  char answer[static SIGNER_ANSWER_MAX], size_t *size,
                  struct error *error)
{
    struct log_signer *signer = &desk->signer;

    if (!open_desk(service, desk, error))
        return false;
    switch (request->verb) {
    case SIGNER_KEYS:
        *size = signer_write_keys(answer, &signer->keys, signer->origin);
        return true;
    case SIGNER_START:
        if (!signer_start(signer, service->host, error))
            return false;
        *size = signer_write_epoch(answer, signer->epoch);
        return true;
    case SIGNER_SIGN:
        return sign(signer, request, answer, size, error);
    }
    impossible();
}

/* The size of the answer to a line. */
static size_t answer_line(struct caller *caller, struct text line)
{
    struct signer_service *service = caller->service;
    struct signer_request request;
    struct error why = {0};
    size_t size = 0;
    bool good = signer_request_read(&request, line, &why);

    if (good) {
        struct desk *desk = desk_of(service, request.ledger_id);

        (void)pthread_mutex_lock(&desk->lock);
        good = serve(service, desk, &request, caller->answer, &size, &why);
        (void)pthread_mutex_unlock(&desk->lock);
    }
    if (good)
        return size;
    log_event(why.code == ERROR_DOUBT ? LOG_ERROR : LOG_WARNING, "refused",
              "%s", why.text);
    return signer_write_refusal(caller->answer, &why);
}

static bool send_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);

        if (sent <= 0)
            return false;
        bytes += sent;
        size -= (size_t)sent;
    }
    return true;
}

/* Answers the lines that have come; false: hang up. */
static bool answer_all(struct caller *caller)
{
    char *end;

    while ((end = memchr(caller->bytes, '\n', caller->size)) != NULL) {
        size_t line = (size_t)(end - caller->bytes);
        size_t size =
            answer_line(caller, (struct text){caller->bytes, (uint32_t)line});

        if (!send_all(caller->fd, caller->answer, size))
            return false;
        caller->size -= line + 1;
        memmove(caller->bytes, end + 1, caller->size);
    }
    return caller->size < sizeof caller->bytes;
}

/* ---- Callers ---- */

/* Only the user that was named, or our own, may ask. */
static bool is_welcome(const struct signer_service *service, int fd)
{
    const char *name = service->config->signer_peer;
    uid_t wanted = geteuid();
    struct ucred peer;
    socklen_t size = sizeof peer;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return false;
    if (name[0] != '\0') {
        char bytes[NAME_BYTES];
        struct passwd user, *found = NULL;

        if (getpwnam_r(name, &user, bytes, sizeof bytes, &found) != 0 ||
            found == NULL) {
            log_event(LOG_WARNING, "peer", "there is no user %s", name);
            return false;
        }
        wanted = found->pw_uid;
    }
    if (peer.uid == wanted)
        return true;
    log_event(LOG_WARNING, "peer", "user %u may not ask", (unsigned)peer.uid);
    return false;
}

static void leave(struct caller *caller)
{
    struct signer_service *service = caller->service;

    (void)pthread_mutex_lock(&service->lock);
    *caller->link = caller->next;
    if (caller->next != NULL)
        caller->next->link = caller->link;
    (void)close(caller->fd);
    free(caller);
    service->caller_count--;
    (void)pthread_cond_signal(&service->left);
    (void)pthread_mutex_unlock(&service->lock);
}

static void *listen_to(void *context)
{
    struct caller *caller = context;

    for (;;) {
        ssize_t got = recv(caller->fd, caller->bytes + caller->size,
                           sizeof caller->bytes - caller->size, 0);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        caller->size += (size_t)got;
        if (!answer_all(caller))
            break;
    }
    leave(caller);
    return NULL;
}

static void take_caller(struct signer_service *service, int fd)
{
    struct caller *caller = must(calloc(1, sizeof *caller));
    pthread_t thread;

    caller->service = service;
    caller->fd = fd;
    (void)pthread_mutex_lock(&service->lock);
    caller->next = service->callers;
    caller->link = &service->callers;
    if (caller->next != NULL)
        caller->next->link = &caller->next;
    service->callers = caller;
    service->caller_count++;
    (void)pthread_mutex_unlock(&service->lock);
    if (pthread_create(&thread, NULL, listen_to, caller) == 0)
        (void)pthread_detach(thread);
    else
        leave(caller);
}

static bool has_room(struct signer_service *service)
{
    bool room;

    (void)pthread_mutex_lock(&service->lock);
    room = service->caller_count < SERVICE_CONNECTIONS_MAX;
    (void)pthread_mutex_unlock(&service->lock);
    return room;
}

static void *accept_all(void *context)
{
    struct signer_service *service = context;
    struct pollfd wait = {.fd = service->listener.fd, .events = POLLIN};

    while (!atomic_load(&service->ending)) {
        int fd;

        if (poll(&wait, 1, ACCEPT_MS) <= 0)
            continue;
        fd = accept4(service->listener.fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            continue;
        if (has_room(service) && is_welcome(service, fd))
            take_caller(service, fd);
        else
            (void)close(fd);
    }
    return NULL;
}

/* ---- Start and end ---- */

static void release(struct signer_service *service)
{
    while (service->desks != NULL) {
        struct desk *desk = service->desks;

        service->desks = desk->next;
        signer_close(&desk->signer);
        (void)pthread_mutex_destroy(&desk->lock);
        free(desk);
    }
    listen_close(&service->listener);
    (void)pthread_cond_destroy(&service->left);
    (void)pthread_mutex_destroy(&service->lock);
    free(service);
}

bool signer_service_start(struct signer_service **out,
                          const struct config *config, struct error *error)
{
    struct signer_service *service = must(calloc(1, sizeof *service));
    char address[CONFIG_TEXT_MAX + 8];

    service->config = config;
    service->conninfo = config->signer_database[0] != '\0'
                            ? config->signer_database
                            : config->database;
    service->listener.fd = -1;
    if (gethostname(service->host, sizeof service->host - 1) != 0)
        (void)snprintf(service->host, sizeof service->host, "unknown");
    (void)pthread_mutex_init(&service->lock, NULL);
    (void)pthread_cond_init(&service->left, NULL);
    (void)snprintf(address, sizeof address, "unix:%s", config->signer_socket);
    if (!listen_open(&service->listener, address, error)) {
        release(service);
        return false;
    }
    if (pthread_create(&service->thread, NULL, accept_all, service) != 0)
        abort();
    *out = service;
    return true;
}

void signer_service_stop(struct signer_service *service)
{
    atomic_store(&service->ending, true);
    (void)pthread_join(service->thread, NULL);
    (void)pthread_mutex_lock(&service->lock);
    for (struct caller *at = service->callers; at != NULL; at = at->next)
        (void)shutdown(at->fd, SHUT_RD);
    while (service->caller_count > 0)
        (void)pthread_cond_wait(&service->left, &service->lock);
    (void)pthread_mutex_unlock(&service->lock);
    release(service);
}
