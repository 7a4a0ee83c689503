#include "server/daemon.h"
#include "server/config.h"
#include "server/face.h"
#include "server/http.h"
#include "server/listen.h"
#include "server/log.h"

#include <arpa/inet.h>
#include <assert.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    MEMORY_BYTES = 32 * 1024, /* Per connection; bounds the headers (431). */
    BACKLOG = 1024,
    POLL_MS = 5,
};

struct daemon {
    struct MHD_Daemon *mhd;
    const struct site *site;
    struct listener listener;
    atomic_bool draining;
    atomic_int open;   /* Requests whose end was not reported yet. */
    atomic_int parked; /* Of these, the ones that wait for another thread. */
};

/* One request; made with its first line, freed by completed(). */
struct call {
    struct exchange exchange; /* First, so that wake() finds the call. */
    struct daemon *daemon;
    struct MHD_Connection *connection;
    bool opened; /* The headers have been judged. */
    bool parked; /* Counted in daemon->parked; its own thread's. */
    int status;  /* Sent; 0: nothing was. */
};

static int64_t now_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* From the thread that finished it.  The call may be gone afterwards. */
static void wake(struct exchange *exchange)
{
    struct call *call = (struct call *)exchange;

    MHD_resume_connection(call->connection);
}

static void *begin(void *context, const char *address,
                   struct MHD_Connection *connection)
{
    struct daemon *daemon = context;
    struct call *call = calloc(1, sizeof *call);

    assert(call != NULL);
    call->daemon = daemon;
    call->connection = connection;
    exchange_begin(&call->exchange, daemon->site, address);
    call->exchange.wake = wake;
    atomic_fetch_add(&daemon->open, 1);
    return call;
}

static enum MHD_Result take_header(void *context, enum MHD_ValueKind kind,
                                   const char *name, const char *value)
{
    (void)kind;
    exchange_header(context, name, value == NULL ? "" : value);
    return MHD_YES;
}

static void write_peer(struct MHD_Connection *connection, char *out,
                       size_t room)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *peer = info == NULL ? NULL : info->client_addr;

    out[0] = '\0';
    if (peer != NULL && peer->sa_family == AF_INET)
        (void)inet_ntop(
            AF_INET,
            &((const struct sockaddr_in *)(const void *)peer)->sin_addr, out,
            (socklen_t)room);
    if (peer != NULL && peer->sa_family == AF_INET6)
        (void)inet_ntop(
            AF_INET6,
            &((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr, out,
            (socklen_t)room);
}

/* The peer, or whom a trusted proxy says it speaks for (its own last word). */
static void find_client(struct call *call)
{
    struct request *request = &call->exchange.request;
    const char *trusted = call->daemon->site->config->trusted_proxy;
    const char *list = request->headers.forwarded_for;
    const char *last;
    size_t size;

    write_peer(call->connection, request->client, sizeof request->client);
    if (list == NULL ||
        !(call->daemon->listener.is_unix ||
          (trusted[0] != '\0' && strcmp(trusted, request->client) == 0)))
        return;
    last = strrchr(list, ',');
    last = last == NULL ? list : last + 1;
    last += strspn(last, " ");
    size = strspn(last, "0123456789abcdefABCDEF.:");
    if (size > 0 && size <= CLIENT_CHARS && last[size] == '\0')
        (void)snprintf(request->client, sizeof request->client, "%s", last);
}

static enum MHD_Result send_reply(struct call *call)
{
    struct exchange *exchange = &call->exchange;
    struct MHD_Response *response;
    struct answer answer;
    enum MHD_Result result;

    face_render(&exchange->request, &exchange->reply, &answer);
    call->status = answer.status;
    response = MHD_create_response_from_buffer(
        answer.size, (void *)(uintptr_t)answer.bytes,
        answer.owned ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
    assert(response != NULL);
    answer.owned = false;
    for (size_t i = 0; i < answer.header_count; i++)
        (void)MHD_add_response_header(response, answer.headers[i].name,
                                      answer.headers[i].value);
    if (exchange->must_close)
        (void)MHD_add_response_header(response, "Connection", "close");
    result = MHD_queue_response(call->connection, (unsigned int)answer.status,
                                response);
    MHD_destroy_response(response);
    answer_clear(&answer);
    return result;
}

static void refuse_to_start(struct exchange *exchange)
{
    struct error error = {0};

    (void)fail(&error, ERROR_BUSY, "the server is stopping");
    exchange_fail(exchange, &error);
    exchange->must_close = true;
}

/* With the headers, before the body. */
static enum MHD_Result open_call(struct call *call, const char *method,
                                 const char *version)
{
    struct exchange *exchange = &call->exchange;

    call->opened = true;
    (void)MHD_get_connection_values(call->connection, MHD_HEADER_KIND,
                                    take_header, exchange);
    find_client(call);
    if (!exchange_open(exchange, method, version)) {
        /* Answered with the body unread, the library closes; else later. */
        return exchange->must_close ? send_reply(call) : MHD_YES;
    }
    if (atomic_load(&call->daemon->draining)) {
        refuse_to_start(exchange);
        return send_reply(call);
    }
    return MHD_YES;
}

static enum MHD_Result run(struct call *call)
{
    struct MHD_Connection *connection = call->connection;
    struct daemon *daemon = call->daemon;

    if (http_dispatch(&call->exchange))
        return send_reply(call);
    /*
     * Suspended first: from the moment it is parked somebody may resume it.
     * The call still lives below, as only this thread reports its end.
     */
    call->parked = true;
    atomic_fetch_add(&daemon->parked, 1);
    MHD_suspend_connection(connection);
    if (!exchange_park(&call->exchange))
        MHD_resume_connection(connection);
    return MHD_YES;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection,
                              const char *url, const char *method,
                              const char *version, const char *bytes,
                              size_t *size, void **state)
{
    struct call *call = *state;
    bool is_finished;

    (void)context;
    (void)connection;
    (void)url;
    assert(call != NULL);
    if (!call->opened)
        return open_call(call, method, version);
    if (*size > 0) {
        exchange_body(&call->exchange, bytes, *size);
        *size = 0;
        return MHD_YES;
    }
    is_finished = atomic_load(&call->exchange.state) == EXCHANGE_FINISHED;
    if (is_finished && call->parked)
        atomic_fetch_sub(&call->daemon->parked, 1);
    call->parked = call->parked && !is_finished;
    if (is_finished)
        return send_reply(call);
    if (call->parked)
        return MHD_YES; /* Called for no reason. */
    if (atomic_load(&call->daemon->draining)) {
        refuse_to_start(&call->exchange);
        return send_reply(call);
    }
    return run(call);
}

static void write_log(const struct call *call)
{
    const struct exchange *exchange = &call->exchange;
    const struct request *request = &exchange->request;
    enum error_code code = exchange->reply.code;
    char path[512];

    route_public_path(request, path, sizeof path);
    log_request(&(struct log_request){
        .id = request->id,
        .trace = request->trace,
        .method = request->is_head ? "HEAD" : request->method,
        .path = path,
        .error = code == ERROR_NONE ? "" : error_spec(code)->name,
        .status = call->status,
        .micros = now_us() - exchange->started_us,
    });
}

static void completed(void *context, struct MHD_Connection *connection,
                      void **state, enum MHD_RequestTerminationCode why)
{
    struct daemon *daemon = context;
    struct call *call = *state;

    (void)connection;
    (void)why;
    if (call == NULL)
        return;
    if (call->parked) /* Resumed, but its client had left. */
        atomic_fetch_sub(&daemon->parked, 1);
    write_log(call);
    exchange_clear(&call->exchange);
    free(call);
    *state = NULL;
    atomic_fetch_sub(&daemon->open, 1);
}

/* Addresses are decoded by route.c, strictly; the library leaves them. */
static size_t leave_escaped(void *context, struct MHD_Connection *connection,
                            char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

static void log_library(void *context, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static void log_library(void *context, const char *format, va_list args)
{
    char text[400];

    (void)context;
    (void)vsnprintf(text, sizeof text, format, args);
    log_event(LOG_DEBUG, "library", "%s", text);
}

static void panic(void *context, const char *file, unsigned int line,
                  const char *reason)
{
    (void)context;
    log_event(LOG_ERROR, "panic", "%s:%u: %s", file, line,
              reason == NULL ? "" : reason);
    abort();
}

static struct MHD_Daemon *start_library(struct daemon *daemon)
{
    const struct config *config = daemon->site->config;
    /* The library takes a pool of two and more only. */
    struct MHD_OptionItem pool[] = {
        {config->threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END,
         (intptr_t)config->threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };

    /* Strictness towards clients is ours: the library's own answer to a
     * missing Host goes out twice. */
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
            MHD_USE_ERROR_LOG,
        0, NULL, NULL, handle, daemon, MHD_OPTION_EXTERNAL_LOGGER, log_library,
        NULL, MHD_OPTION_LISTEN_SOCKET, daemon->listener.fd,
        MHD_OPTION_URI_LOG_CALLBACK, begin, daemon, MHD_OPTION_NOTIFY_COMPLETED,
        completed, daemon, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned int)config->connections,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)config->idle_seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_BYTES,
        MHD_OPTION_LISTEN_BACKLOG_SIZE, (unsigned int)BACKLOG,
        MHD_OPTION_STRICT_FOR_CLIENT, 0, MHD_OPTION_ARRAY, pool,
        MHD_OPTION_END);
}

bool daemon_start(struct daemon **daemon, const struct site *site,
                  struct error *error)
{
    struct daemon *started = calloc(1, sizeof *started);

    assert(started != NULL);
    started->site = site;
    MHD_set_panic_func(panic, NULL);
    if (!listen_open(&started->listener, site->config->listen, error)) {
        free(started);
        return false;
    }
    started->mhd = start_library(started);
    if (started->mhd == NULL) {
        listen_close(&started->listener);
        free(started);
        return fail(error, ERROR_SYSTEM, "libmicrohttpd did not start");
    }
    *daemon = started;
    return true;
}

int daemon_port(const struct daemon *daemon)
{
    return daemon->listener.port;
}

void daemon_quiesce(struct daemon *daemon)
{
    atomic_store(&daemon->draining, true);
    (void)MHD_quiesce_daemon(daemon->mhd);
    listen_refuse(&daemon->listener);
}

/* Milliseconds that are left of the time to drain, after one short sleep. */
static int64_t wait_a_little(int64_t deadline_us)
{
    struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};

    (void)nanosleep(&pause, NULL);
    return (deadline_us - now_us()) / 1000;
}

bool daemon_stop(struct daemon *daemon, struct error *error)
{
    int64_t deadline_us =
        now_us() + daemon->site->config->drain_seconds * 1000000;
    int parked;

    while (atomic_load(&daemon->open) > 0 && wait_a_little(deadline_us) > 0)
        ;
    parked = atomic_load(&daemon->parked);
    if (parked > 0) /* The library would abort. */
        return fail(error, ERROR_BUG, "%d requests were never answered",
                    parked);
    MHD_stop_daemon(daemon->mhd);
    listen_close(&daemon->listener);
    assert(atomic_load(&daemon->open) == 0);
    free(daemon);
    return true;
}
