/* Entries, proposals and the log as HTTP says them, without a socket. */
#include "tests/store/coop.h"

#include "ledger/receipt.h"
#include "server/http.h"

static struct coop coop;
static struct site site;

static int start(void **state)
{
    (void)state;
    coop_open(&coop, "entries");
    coop_found(&coop);
    site = (struct site){
        .config = &coop.config, .node = coop.node, .hold = node_hold};
    return 0;
}

static int stop(void **state)
{
    (void)state;
    coop_close(&coop);
    return 0;
}

/* ---- A request and its reply ---- */

struct talk {
    struct exchange exchange;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool woken;
};

static void wake(struct exchange *exchange)
{
    struct talk *talk = (struct talk *)exchange; /* Its first member. */

    (void)pthread_mutex_lock(&talk->mutex);
    talk->woken = true;
    (void)pthread_cond_signal(&talk->changed);
    (void)pthread_mutex_unlock(&talk->mutex);
}

static struct talk *talk_begin(const char *method, const char *path,
                               const char *body, size_t size, const char *clock)
{
    struct talk *talk = calloc(1, sizeof *talk);
    char length[24];

    assert_non_null(talk);
    (void)pthread_mutex_init(&talk->mutex, NULL);
    (void)pthread_cond_init(&talk->changed, NULL);
    exchange_begin(&talk->exchange, &site, path);
    talk->exchange.wake = wake;
    (void)snprintf(length, sizeof length, "%zu", size);
    exchange_header(&talk->exchange, "Host", "test.example");
    exchange_header(&talk->exchange, "Accept", "application/json");
    if (clock != NULL)
        exchange_header(&talk->exchange, "Terreau-Clock", clock);
    if (strcmp(method, "POST") == 0) {
        exchange_header(&talk->exchange, "Content-Length", length);
        exchange_header(&talk->exchange, "Content-Type",
                        "text/plain; charset=utf-8");
    }
    if (exchange_open(&talk->exchange, method, "HTTP/1.1")) {
        exchange_body(&talk->exchange, body, size);
        if (!http_dispatch(&talk->exchange) && !exchange_park(&talk->exchange))
            talk->woken = true;
        else if (atomic_load(&talk->exchange.state) == EXCHANGE_FINISHED)
            talk->woken = true;
    } else {
        talk->woken = true;
    }
    return talk;
}

static const struct reply *talk_end(struct talk *talk)
{
    (void)pthread_mutex_lock(&talk->mutex);
    while (!talk->woken)
        (void)pthread_cond_wait(&talk->changed, &talk->mutex);
    (void)pthread_mutex_unlock(&talk->mutex);
    return &talk->exchange.reply;
}

static void talk_free(struct talk *talk)
{
    exchange_clear(&talk->exchange);
    (void)pthread_cond_destroy(&talk->changed);
    (void)pthread_mutex_destroy(&talk->mutex);
    free(talk);
}

static struct talk *post(const char *path, const char *body, size_t size)
{
    struct talk *talk = talk_begin("POST", path, body, size, NULL);

    (void)talk_end(talk);
    return talk;
}

static struct talk *post_said(const char *path, const char *said)
{
    char note[LEAF_BYTES_MAX];
    size_t size = coop_note(&coop, said, note, sizeof note);

    return post(path, note, size);
}

static struct talk *get(const char *path)
{
    struct talk *talk = talk_begin("GET", path, "", 0, NULL);

    (void)talk_end(talk);
    return talk;
}

static void assert_status(const struct talk *talk, int status)
{
    const struct reply *reply = &talk->exchange.reply;
    char *text;

    if (reply->status == status)
        return;
    text = json_dumps(reply->body, 0);
    FAIL("%s: %d: %s", talk->exchange.address, reply->status,
         text == NULL ? "no JSON" : text);
}

static const char *member(const struct talk *talk, const char *name)
{
    const char *value =
        json_string_value(json_object_get(talk->exchange.reply.body, name));

    if (value == NULL)
        FAIL("%s: no %s", talk->exchange.address, name);
    return value;
}

static json_int_t number(const struct talk *talk, const char *name)
{
    return json_integer_value(json_object_get(talk->exchange.reply.body, name));
}

/* ---- Tests ---- */

static void an_entry_is_answered_with_its_receipt(void **state)
{
    struct receipt receipt;
    struct talk *talk;
    char said[512], path[64];
    const char *text;
    json_int_t index;

    (void)state;
    coop_pledge(said, sizeof said, "leo", 1);
    talk = post_said("/entries/entries", said);
    assert_status(talk, 201);
    index = number(talk, "index");
    assert_int_equal(index, host_size(coop.host) - 1);
    (void)snprintf(path, sizeof path, "/entries/entries/%d", (int)index);
    assert_string_equal(reply_header_value(&talk->exchange.reply, "Location"),
                        path);
    text = member(talk, "receipt");
    GOOD(receipt_read(&receipt, text, strlen(text), &error));
    assert_int_equal(receipt.index, index);
    talk_free(talk);
    talk = post_said("/entries/entries", said);
    assert_status(talk, 200);
    assert_int_equal(number(talk, "index"), index);
    talk_free(talk);
}

static void a_refusal_is_a_problem_with_a_code(void **state)
{
    struct talk *talk;

    (void)state;
    talk = post("/entries/entries", "nonsense", 8);
    assert_status(talk, 400);
    assert_string_equal(member(talk, "code"), "bad-note");
    talk_free(talk);
    talk = post_said("/entries/entries",
                     "party.update party=nobody commitment=x nonce=a by leo");
    assert_status(talk, 404);
    assert_string_equal(member(talk, "code"), "not-found");
    talk_free(talk);
    talk = post_said("/nowhere/entries",
                     "party.update party=leo commitment=x nonce=b by leo");
    assert_status(talk, 404);
    talk_free(talk);
}

#define CLASS                                                                  \
    "class.adopt class=B code=B name=Part_B nominal=10.00 called_ppm=0 "       \
    "paid_ppm=0 call_days=21 nonce=B "                                         \
    "decision={body=board date=2026-01-02 sha256=m} "

static void a_dry_run_says_what_would_happen_and_stores_nothing(void **state)
{
    int64_t size = host_size(coop.host);
    char note[LEAF_BYTES_MAX], said[512], *end;
    json_t *records, *postings;
    struct talk *talk;

    (void)state;
    coop_pledge(said, sizeof said, "leo", 2);
    talk = post_said("/entries/entries:check", said);
    assert_status(talk, 200);
    assert_true(
        json_is_null(json_object_get(talk->exchange.reply.body, "missing")));
    records = json_object_get(talk->exchange.reply.body, "records");
    postings = json_object_get(talk->exchange.reply.body, "postings");
    assert_int_equal(json_array_size(postings), 2);
    assert_true(json_array_size(records) >= 3); /* Pledge, campaign, sums. */
    talk_free(talk);
    /* Nobody has signed yet: the text alone. */
    (void)coop_note(&coop, CLASS "by ana", note, sizeof note);
    end = strstr(note, "\n\n");
    talk = post("/entries/entries:check", note, (size_t)(end + 1 - note));
    assert_status(talk, 200);
    assert_non_null(strstr(member(talk, "missing"), "2 more of 2"));
    talk_free(talk);
    talk = post_said("/entries/entries:check",
                     "party.update party=nobody commitment=x nonce=c by leo");
    assert_status(talk, 404);
    talk_free(talk);
    talk = post_said("/entries/entries:check",
                     "party.update party=leo commitment=x nonce=d by leo!");
    assert_status(talk, 403);
    talk_free(talk);
    assert_int_equal(host_size(coop.host), size);
}

static void a_proposal_is_listed_shown_and_completed(void **state)
{
    char path[200], note[LEAF_BYTES_MAX], *lines;
    struct talk *talk;
    size_t size;

    (void)state;
    talk = post_said("/entries/entries", CLASS "by ana");
    assert_status(talk, 202);
    (void)snprintf(path, sizeof path, "%s",
                   reply_header_value(&talk->exchange.reply, "Location"));
    assert_non_null(strstr(member(talk, "missing"), "1 more of 2"));
    talk_free(talk);
    talk = get("/entries/proposals");
    assert_status(talk, 200);
    assert_int_equal(json_array_size(json_object_get(talk->exchange.reply.body,
                                                     "proposals")),
                     1);
    talk_free(talk);
    talk = get(path);
    assert_status(talk, 200);
    assert_non_null(strstr(member(talk, "text"), "class.adopt"));
    assert_non_null(strstr(member(talk, "missing"), "1 more of 2"));
    talk_free(talk);
    /* Signature lines alone, as they come from elsewhere. */
    size = coop_note(&coop, CLASS "by bob", note, sizeof note);
    lines = strstr(note, "\n\n") + 2;
    (void)snprintf(path + strlen(path), sizeof path - strlen(path),
                   "/signatures");
    talk = post(path, lines, size - (size_t)(lines - note));
    assert_status(talk, 201);
    talk_free(talk);
    path[strlen(path) - strlen("/signatures")] = '\0';
    talk = get(path);
    assert_status(talk, 404);
    talk_free(talk);
}

static void many_entries_come_in_one_request(void **state)
{
    char *body = calloc(64, LEAF_BYTES_MAX);
    json_t *results, *result;
    size_t size = 0, i;
    struct talk *talk;

    (void)state;
    for (int number = 0; number < 40; number++) {
        char said[512], note[LEAF_BYTES_MAX];
        size_t length;

        coop_pledge(said, sizeof said, number == 7 ? "nobody" : "mia",
                    100 + number % 39); /* The last is the first again. */
        length = coop_note(&coop, said, note, sizeof note);
        size += (size_t)snprintf(body + size, 16, "%zu\n", length);
        memcpy(body + size, note, length);
        size += length;
    }
    talk = post("/entries/entries:batch", body, size);
    assert_status(talk, 200);
    results = json_object_get(talk->exchange.reply.body, "results");
    assert_int_equal(json_array_size(results), 40);
    json_array_foreach(results, i, result)
    {
        json_int_t status =
            json_integer_value(json_object_get(result, "status"));

        assert_int_equal(status, i == 7 ? 404 : i == 39 ? 200 : 201);
    }
    talk_free(talk);
    talk = post("/entries/entries:batch", body, size - 1);
    assert_status(talk, 400);
    talk_free(talk);
    talk = post("/entries/entries:batch", "x", 1);
    assert_status(talk, 400);
    talk_free(talk);
    free(body);
}

static void the_log_is_served(void **state)
{
    struct store_checkpoint checkpoint;
    struct receipt receipt;
    struct talk *talk;
    char path[100];

    (void)state;
    assert_true(host_checkpoint(coop.host, &checkpoint));
    talk = get("/entries/checkpoint");
    assert_status(talk, 200);
    assert_int_equal(talk->exchange.reply.size, checkpoint.note_size);
    assert_memory_equal(talk->exchange.reply.bytes, checkpoint.note,
                        checkpoint.note_size);
    talk_free(talk);
    (void)snprintf(path, sizeof path, "/entries/tile/0/000.p/%d",
                   (int)checkpoint.size);
    talk = get(path);
    assert_status(talk, 200);
    assert_int_equal(talk->exchange.reply.size,
                     (size_t)checkpoint.size * sizeof(struct hash));
    talk_free(talk);
    (void)snprintf(path, sizeof path, "/entries/tile/0/000.p/%d",
                   (int)checkpoint.size + 1);
    talk = get(path);
    assert_status(talk, 404);
    talk_free(talk);
    talk = get("/entries/tile/entries/000.p/1");
    assert_status(talk, 200);
    talk_free(talk);
    talk = get("/entries/receipt/3");
    assert_status(talk, 200);
    GOOD(receipt_read(&receipt, talk->exchange.reply.bytes,
                      talk->exchange.reply.size, &error));
    assert_true(receipt.leaf.size > 0);
    talk_free(talk);
    talk = get("/entries/receipt/3?format=tlog-proof");
    assert_status(talk, 200);
    talk_free(talk);
    talk = get("/entries/receipt/100000");
    assert_status(talk, 404);
    talk_free(talk);
    talk = get("/entries/policy");
    assert_status(talk, 200);
    assert_non_null(strstr(talk->exchange.reply.bytes, "quorum none\n"));
    talk_free(talk);
    talk = get("/readyz");
    assert_status(talk, 200);
    talk_free(talk);
}

/* Another server would be behind for a moment; here the entry comes later. */
static void a_request_waits_for_the_size_it_names(void **state)
{
    char said[512], path[100];
    struct talk *waiting, *talk;

    (void)state;
    (void)snprintf(path, sizeof path, "/entries/checkpoint?size=%d",
                   (int)host_size(coop.host) + 1);
    waiting = talk_begin("GET", path, "", 0, NULL);
    wait_ms(300);
    assert_false(waiting->woken);
    coop_pledge(said, sizeof said, "leo", 3);
    talk = post_said("/entries/entries", said);
    assert_status(talk, 201);
    talk_free(talk);
    (void)talk_end(waiting);
    assert_status(waiting, 200);
    talk_free(waiting);
}

static void a_name_that_is_free_is_opened_by_the_clerks_word(void **state)
{
    struct coop fresh = coop;
    char note[LEAF_BYTES_MAX];
    struct talk *talk;
    size_t size;

    (void)state;
    (void)snprintf(coop.config.origin_base, sizeof coop.config.origin_base,
                   "coop.example");
    (void)snprintf(fresh.ledger.origin, sizeof fresh.ledger.origin,
                   "coop.example/fresh");
    size = coop_note(&fresh, COOP_OPEN "by ana bob cy", note, sizeof note);
    talk = post("/fresh/entries", note, size);
    assert_status(talk, 404); /* The clerk has not signed. */
    talk_free(talk);
    size =
        coop_note(&fresh, COOP_OPEN "by ana bob cy clerk", note, sizeof note);
    talk = post("/fresh/entries", note, size);
    assert_status(talk, 201);
    assert_int_equal(number(talk, "index"), 0);
    talk_free(talk);
    assert_non_null(node_ledger(coop.node, "fresh"));
}

/* An operator made the row: the node's clerk adds its line. */
static void an_empty_ledger_is_opened_by_its_officers(void **state)
{
    struct coop fresh = coop;
    char note[LEAF_BYTES_MAX];
    struct talk *talk = NULL;
    struct db db = {0};
    size_t size;

    (void)state;
    GOOD(db_open(&db, "", &error));
    GOOD(store_ledger_create(&db, "made", "coop.example/made", &fresh.ledger,
                             &error));
    db_close(&db);
    for (int i = 0; i < 250 && node_ledger(coop.node, "made") == NULL; i++)
        wait_ms(20);
    size = coop_note(&fresh, COOP_OPEN "by ana bob cy", note, sizeof note);
    talk = post("/made/entries", note, size);
    assert_status(talk, 201);
    assert_int_equal(number(talk, "index"), 0);
    talk_free(talk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_is_answered_with_its_receipt),
        cmocka_unit_test(a_refusal_is_a_problem_with_a_code),
        cmocka_unit_test(a_dry_run_says_what_would_happen_and_stores_nothing),
        cmocka_unit_test(a_proposal_is_listed_shown_and_completed),
        cmocka_unit_test(many_entries_come_in_one_request),
        cmocka_unit_test(the_log_is_served),
        cmocka_unit_test(a_request_waits_for_the_size_it_names),
        cmocka_unit_test(a_name_that_is_free_is_opened_by_the_clerks_word),
        cmocka_unit_test(an_empty_ledger_is_opened_by_its_officers),
    };

    if (sodium_init() < 0)
        return EXIT_FAILURE;
    return cmocka_run_group_tests(tests, start, stop);
}
