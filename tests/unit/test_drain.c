/* Requests that wait for another thread, and the end of the daemon. */
#include "tests/unit/wire.h"

enum { CLIENTS = 8, THREADS = 6, ROUNDS = 60 };

/* The queue that a sequencer would have. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
static struct exchange *waiting;
static int waiting_count;
static bool ending;

static bool wait_post(const struct request *request, struct reply *reply,
                      struct error *error)
{
    (void)error;
    reply->later = true;
    (void)pthread_mutex_lock(&lock);
    request->exchange->next = waiting;
    waiting = request->exchange;
    waiting_count++;
    (void)pthread_cond_signal(&more);
    (void)pthread_mutex_unlock(&lock);
    return true;
}

static bool now_get(const struct request *request, struct reply *reply,
                    struct error *error)
{
    (void)request;
    (void)error;
    reply->body = json_pack("{s:s}", "now", "yes");
    return true;
}

static const struct route routes[] = {
    {"POST", "/wait", wait_post, "text/plain", 1, "", "wait_post"},
    {"GET", "/now", now_get, "", 0, "", "now_get"},
    {0},
};

static struct exchange *take_all(void)
{
    struct exchange *taken;

    (void)pthread_mutex_lock(&lock);
    taken = waiting;
    waiting = NULL;
    waiting_count = 0;
    (void)pthread_mutex_unlock(&lock);
    return taken;
}

static int count_waiting(void)
{
    int count;

    (void)pthread_mutex_lock(&lock);
    count = waiting_count;
    (void)pthread_mutex_unlock(&lock);
    return count;
}

/* Answer each with its own body. */
static int answer(struct exchange *list)
{
    int count = 0;

    while (list != NULL) {
        struct exchange *next = list->next;
        const struct request *request = &list->request;
        struct reply reply = {0};

        reply.body =
            json_pack("{s:s%}", "answer", request->body, request->body_size);
        exchange_finish(list, &reply);
        list = next;
        count++;
    }
    return count;
}

static void *answer_until_the_end(void *nothing)
{
    (void)nothing;
    for (bool over = false; !over;) {
        (void)pthread_mutex_lock(&lock);
        while (waiting == NULL && !ending)
            (void)pthread_cond_wait(&more, &lock);
        over = ending && waiting == NULL;
        (void)pthread_mutex_unlock(&lock);
        (void)answer(take_all());
    }
    return NULL;
}

static void start_answering(pthread_t *thread)
{
    ending = false;
    assert_int_equal(pthread_create(thread, NULL, answer_until_the_end, NULL),
                     0);
}

static void stop_answering(pthread_t thread)
{
    (void)pthread_mutex_lock(&lock);
    ending = true;
    (void)pthread_cond_signal(&more);
    (void)pthread_mutex_unlock(&lock);
    (void)pthread_join(thread, NULL);
}

static void ask(int fd, int number)
{
    char request[128];

    (void)snprintf(request, sizeof request,
                   "POST /wait HTTP/1.1\r\nHost: a\r\nContent-Type: "
                   "text/plain\r\nContent-Length: 4\r\n\r\n%04d",
                   number);
    wire_say(fd, request);
}

static void wait_for(int count)
{
    for (int i = 0; i < 1000 && count_waiting() < count; i++)
        wire_pause(5);
    assert_int_equal(count_waiting(), count);
}

static void waiting_requests_are_answered_before_the_end(void **state)
{
    static struct heard heard;
    struct wire wire;
    struct error error = {0};
    int fds[CLIENTS];
    int idle;

    (void)state;
    wire_start(&wire, routes);
    idle = wire_connect(&wire);
    wire_say(idle, "GET /now HTTP/1.1\r\nHost: a\r\n\r\n");
    wire_hear(idle, &heard, 200);
    assert_int_equal(heard_status(&heard), 200);
    assert_false(heard.closed);
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = wire_connect(&wire);
        ask(fds[i], i);
    }
    wait_for(CLIENTS);

    daemon_quiesce(wire.daemon);
    assert_int_equal(wire_connect(&wire), -1);
    wire_say(idle, "GET /now HTTP/1.1\r\nHost: a\r\n\r\n");
    wire_hear(idle, &heard, WIRE_WAIT_MS);
    assert_int_equal(heard_status(&heard), 503);
    assert_non_null(strstr(heard.bytes, "Retry-After: 1\r\n"));
    assert_true(heard.closed);

    assert_int_equal(answer(take_all()), CLIENTS);
    assert_true(daemon_stop(wire.daemon, &error));
    for (int i = 0; i < CLIENTS; i++) {
        char expected[32];

        wire_hear(fds[i], &heard, WIRE_WAIT_MS);
        assert_int_equal(heard_status(&heard), 200);
        (void)snprintf(expected, sizeof expected, "{\"answer\":\"%04d\"}\n", i);
        assert_non_null(strstr(heard.bytes, expected));
        (void)close(fds[i]);
    }
    (void)close(idle);
}

static void a_request_nobody_answers_stops_the_stop(void **state)
{
    struct wire wire;
    struct error error = {0};
    int fd;

    (void)state;
    wire_start(&wire, routes);
    wire.config.drain_seconds = 1;
    fd = wire_connect(&wire);
    ask(fd, 1);
    wait_for(1);
    daemon_quiesce(wire.daemon);
    assert_false(daemon_stop(wire.daemon, &error));
    assert_int_equal(error.code, ERROR_BUG);
    /* It is whole still: once answered, it can be stopped. */
    assert_int_equal(answer(take_all()), 1);
    error = (struct error){0};
    assert_true(daemon_stop(wire.daemon, &error));
    (void)close(fd);
}

static void clients_that_leave_harm_nobody(void **state)
{
    static struct heard heard;
    struct wire wire;
    int fd;

    (void)state;
    wire_start(&wire, routes);
    for (int i = 0; i < CLIENTS; i++) {
        fd = wire_connect(&wire);
        ask(fd, i);
        wait_for(i + 1);
        (void)close(fd);
    }
    wire_pause(50);
    assert_int_equal(answer(take_all()), CLIENTS);
    fd = wire_connect(&wire);
    wire_say(fd, "GET /now HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    wire_hear(fd, &heard, WIRE_WAIT_MS);
    assert_int_equal(heard_status(&heard), 200);
    (void)close(fd);
    wire_stop(&wire);
}

static void a_half_sent_body_is_waited_for(void **state)
{
    static struct heard heard;
    struct wire wire;
    struct error error = {0};
    int fd;

    (void)state;
    wire_start(&wire, routes);
    fd = wire_connect(&wire);
    wire_say(fd, "POST /wait HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain"
                 "\r\nContent-Length: 4\r\n\r\nab");
    wire_pause(100);
    daemon_quiesce(wire.daemon);
    wire_say(fd, "cd");
    wire_hear(fd, &heard, WIRE_WAIT_MS);
    assert_int_equal(heard_status(&heard), 503);
    assert_true(daemon_stop(wire.daemon, &error));
    assert_int_equal(count_waiting(), 0);
    (void)close(fd);
}

static struct wire busy;

/* Read one whole reply of a kept connection. */
static bool hear_reply(int fd, const char *expected)
{
    char bytes[4096];
    size_t size = 0;

    while (size < sizeof bytes - 1) {
        ssize_t got = recv(fd, bytes + size, sizeof bytes - 1 - size, 0);

        if (got <= 0)
            return false;
        size += (size_t)got;
        bytes[size] = '\0';
        if (strstr(bytes, "}\n") != NULL)
            return strstr(bytes, expected) != NULL;
    }
    return false;
}

static void *ask_often(void *number)
{
    int first = *(int *)number * ROUNDS;
    int fd = wire_connect(&busy);
    char expected[32];
    intptr_t right = 0;

    for (int i = 0; i < ROUNDS; i++) {
        ask(fd, first + i);
        (void)snprintf(expected, sizeof expected, "{\"answer\":\"%04d\"}",
                       first + i);
        right += hear_reply(fd, expected);
    }
    (void)close(fd);
    return (void *)right;
}

static void many_at_once_get_their_own_answers(void **state)
{
    pthread_t worker, clients[THREADS];
    int numbers[THREADS];

    (void)state;
    wire_start(&busy, routes);
    start_answering(&worker);
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        assert_int_equal(
            pthread_create(&clients[i], NULL, ask_often, &numbers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *right = NULL;

        (void)pthread_join(clients[i], &right);
        assert_int_equal((intptr_t)right, ROUNDS);
    }
    daemon_quiesce(busy.daemon);
    stop_answering(worker);
    assert_true(daemon_stop(busy.daemon, &(struct error){0}));
}

static void one_thread_is_a_pool_too(void **state)
{
    static struct heard heard;
    struct wire wire;
    struct error error = {0};
    int fd;

    (void)state;
    wire_start(&wire, routes);
    wire_stop(&wire);
    wire.config.threads = 1;
    assert_true(daemon_start(&wire.daemon, &wire.site, &error));
    fd = wire_connect(&wire);
    wire_say(fd, "GET /now HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    wire_hear(fd, &heard, WIRE_WAIT_MS);
    assert_int_equal(heard_status(&heard), 200);
    (void)close(fd);
    wire_stop(&wire);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waiting_requests_are_answered_before_the_end),
        cmocka_unit_test(a_request_nobody_answers_stops_the_stop),
        cmocka_unit_test(clients_that_leave_harm_nobody),
        cmocka_unit_test(a_half_sent_body_is_waited_for),
        cmocka_unit_test(many_at_once_get_their_own_answers),
        cmocka_unit_test(one_thread_is_a_pool_too),
    };

    return cmocka_run_group_tests_name("drain", tests, NULL, NULL);
}
