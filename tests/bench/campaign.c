/*
 * campaign: a whole campaign through HTTP, from its pledges to its refunds.
 *
 *     campaign FOLDER REPETITION PLEDGES
 *
 * Everybody pledges 10.00 and pays by one statement; the cap keeps eight
 * tenths, so that each pledge both becomes a gift in part and is refunded in
 * part.  The clerk of a real node closes, settles and orders the payments in
 * steps; a second statement shows their one debit.  Prints lines "name
 * value": seconds of each part, by the clock on the wall.  That it ended to
 * the cent is verified.
 */
#include "ledger/rf.h"
#include "tests/load/cast.h"
#include "tests/load/drive.h"
#include "tests/load/stand.h"

#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PEOPLE = 1000, TOGETHER = 500, STILL_MS = 1500 };

static const char ledger_name[] = "load";

struct show {
    struct stand stand;
    struct cast cast;
    size_t pledges;
    double spent;   /* On all parts; waits for the log to be still excepted. */
    char clock[80]; /* The line of a request's head. */
    char note[LEAF_BYTES_MAX];
    size_t size; /* Of the note. */
};

static void say(const char *name, double value)
{
    (void)printf("%s %.6g\n", name, value);
    (void)fflush(stdout);
}

static void set_clock(struct show *show, const char *instant)
{
    (void)snprintf(show->clock, sizeof show->clock, "Terreau-Clock: %s\r\n",
                   instant);
}

static void say_part(struct show *show, const char *name, double seconds)
{
    say(name, seconds);
    show->spent += seconds;
}

/* The note that cast_say() made is accepted. */
static void post(const struct show *show)
{
    static char body[16384];
    struct text request = drive_request("/load/entries", "text/plain",
                                        show->clock, show->note, show->size);
    int status = drive_once(show->stand.address, request, body, sizeof body);

    free((void *)(uintptr_t)request.bytes);
    if (status != 201)
        give_up("an entry is accepted: %d %s", status, body);
}

#define SAY(show, by, ...)                                                     \
    ((show)->size =                                                            \
         cast_say(&(show)->cast, (show)->note, NULL, by, __VA_ARGS__))

/* ---- Many in one request ---- */

static void count_taken(void *context, const struct drive_answer *answer)
{
    size_t *taken = context;
    json_t *json = json_loadb(answer->body.bytes, answer->body.size, 0, NULL);
    json_t *list = json_object_get(json, "results");

    for (size_t i = 0; i < json_array_size(list); i++)
        *taken += json_integer_value(json_object_get(json_array_get(list, i),
                                                     "status")) == 201;
    json_decref(json);
}

static void say_person(struct show *show, size_t number)
{
    int person = (int)number + 2; /* The officers are known already. */

    SAY(show, BY(person), "party.register",
        "party=p%d type=person auth=key key=p%d commitment=p%d", person, person,
        person);
}

static void say_pledge(struct show *show, size_t number)
{
    int person = (int)(number % PEOPLE);

    SAY(show, BY(person), "pledge.make",
        "amount=10.00 campaign=k0 nature=gift on_failure=refund party=p%d"
        " pledge=g%zu",
        person, number);
}

/* The references are given in the order of the log. */
static void say_line(struct show *show, size_t number)
{
    char reference[RF_CHARS_MAX + 1];

    rf_from_number(reference, number + 1);
    SAY(show, BY(1), "bank.line",
        "statement=e1 line=y%zu source=y%zu amount=10.00 booked=2026-01-20"
        " reference=%s",
        number, number, reference);
}

static struct text together(struct show *show, size_t first, size_t end,
                            void (*say_one)(struct show *, size_t))
{
    char *body = must(malloc((size_t)TOGETHER * 2048));
    size_t used = 0;
    struct text request;

    for (size_t i = first; i < end; i++) {
        say_one(show, i);
        used += (size_t)snprintf(body + used, 16, "%zu\n", show->size);
        memcpy(body + used, show->note, show->size);
        used += show->size;
    }
    request = drive_request("/load/entries:batch", "text/plain", show->clock,
                            body, used);
    free(body);
    return request;
}

/* One connection, in order; signed ahead of time.  Seconds. */
static double post_all(struct show *show, size_t all,
                       void (*say_one)(struct show *, size_t))
{
    const char *address = show->stand.address;
    size_t count = (all + TOGETHER - 1) / TOGETHER, taken = 0;
    struct text *requests = must(calloc(count, sizeof requests[0]));
    struct drive drive = {.addresses = &address,
                          .address_count = 1,
                          .connections = 1,
                          .requests = requests,
                          .request_count = count,
                          .answered = count_taken,
                          .context = &taken};

    for (size_t i = 0; i < count; i++) {
        size_t first = i * TOGETHER, end = first + TOGETHER;

        requests[i] = together(show, first, end < all ? end : all, say_one);
    }
    drive_run(&drive);
    if (taken != all)
        give_up("all are accepted: %zu of %zu", taken, all);
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)requests[i].bytes);
    free(requests);
    return drive.seconds;
}

/* ---- The clerk's work ---- */

static int64_t log_size(const struct show *show)
{
    char body[4096], *line;

    if (stand_get(&show->stand, "/load/checkpoint", body, sizeof body) != 200)
        give_up("the log has a checkpoint");
    line = strchr(body, '\n');
    return line == NULL ? 0 : strtoll(line + 1, NULL, 10);
}

/* Post the note and wait until the clerk has done what follows from it: the
 * log is still for a while.  Seconds to its last entry. */
static double post_and_wait(const struct show *show)
{
    int64_t began = now_ns(), changed, size;

    post(show);
    size = log_size(show);
    changed = now_ns();
    while (now_ns() - changed < INT64_C(1000000) * STILL_MS) {
        int64_t now = log_size(show);

        if (now != size)
            changed = now_ns();
        size = now;
        nap_us(5000);
    }
    return (double)(changed - began) / 1e9;
}

/* ---- The story ---- */

static void begin(struct show *show, const char *folder, int repetition)
{
    char database[40];
    struct key clerk, log;

    (void)snprintf(database, sizeof database, "bench_campaign_%d", repetition);
    stand_make(&show->stand, folder, database, database, true);
    stand_init(&show->stand, ledger_name, "load.example/campaign", &clerk,
               &log);
    stand_start(&show->stand);
    cast_start(&show->cast, "load.example/campaign", &clerk, PEOPLE, 1);
    set_clock(show, "2026-01-02T09:00:00Z");
    SAY(show, BY(0, 1), "ledger.open",
        "name=\"Load\" profile=other currency=EUR clerk=clerk rules=2"
        " statutes={reflection_days=0} trial=true"
        " founders=[{party=p0 type=person commitment=p0 key=p0}"
        " {party=p1 type=person commitment=p1 key=p1}]"
        " officers=[{party=p0 role=chair key=p0}"
        " {party=p1 role=treasurer key=p1}]");
    post(show);
    (void)post_all(show, PEOPLE - 2, say_person);
}

static void open_campaign(struct show *show)
{
    SAY(show, BY(0, 1), "bank.account", "account=main name=\"Load\"");
    post(show);
    SAY(show, BY(0, 1), "campaign.open",
        "campaign=k0 title=\"Load\" minimum=1.00 mode=all_or_nothing"
        " cap=%zu.00 oversubscription=pro_rata opens=2026-01-10T00:00:00Z"
        " closes=2026-01-25T00:00:00Z settles=2026-01-30T00:00:00Z"
        " budget=[{amount=1.00 code=all required=true title=\"All\"}]"
        " natures=[{nature=gift}]"
        " decision={body=board date=2026-01-02 sha256=minutes}",
        show->pledges * 8);
    post(show);
}

/* A statement; its lines follow. */
static void say_statement(struct show *show, int number, const char *from,
                          const char *to, size_t opening, size_t closing,
                          size_t lines)
{
    SAY(show, BY(1), "bank.statement",
        "statement=e%d account=main number=%d from=%s to=%s opening=%zu.00"
        " closing=%zu.00 lines=%zu sha256=e%d",
        number, number, from, to, opening, closing, lines, number);
}

static void collect(struct show *show)
{
    set_clock(show, "2026-01-20T18:00:00Z");
    say_statement(show, 1, "2026-01-20", "2026-01-20", 0, show->pledges * 10,
                  show->pledges);
    post(show);
    say_part(show, "campaign_statement_s",
             post_all(show, show->pledges, say_line));
    set_clock(show, "2026-01-30T18:00:00Z");
    say_statement(show, 2, "2026-01-21", "2026-01-30", show->pledges * 10,
                  show->pledges * 10, 0);
    say_part(show, "campaign_close_s", post_and_wait(show));
    set_clock(show, "2026-02-02T09:00:00Z");
    SAY(show, BY(0, 1), "campaign.settle",
        "campaign=k0 job=j1 count=%zu total=%zu.00", show->pledges,
        show->pledges * 8);
    say_part(show, "campaign_settle_s", post_and_wait(show));
}

static void refund(struct show *show)
{
    char reference[RF_CHARS_MAX + 1];

    SAY(show, BY(0, 1), "payout.prepare",
        "payout=w1 account=main all_of=k0 count=%zu total=%zu.00",
        show->pledges, show->pledges * 2);
    say_part(show, "campaign_payout_s", post_and_wait(show));
    set_clock(show, "2026-02-03T18:00:00Z");
    say_statement(show, 3, "2026-01-31", "2026-02-03", show->pledges * 10,
                  show->pledges * 8, 1);
    post(show);
    rf_from_number(reference, show->pledges + 1);
    SAY(show, BY(1), "bank.line",
        "statement=e3 line=d1 source=d1 amount=-%zu.00 booked=2026-02-03"
        " reference=%s",
        show->pledges * 2, reference);
    say_part(show, "campaign_debit_s", post_and_wait(show));
}

static void check(const struct show *show)
{
    static char body[65536];
    json_t *json, *payout;

    if (stand_get(&show->stand, "/load/payouts", body, sizeof body) != 200)
        give_up("the batch is shown: %s", body);
    json = json_loads(body, 0, NULL);
    payout = json_array_get(json_object_get(json, "payouts"), 0);
    if ((size_t)json_integer_value(json_object_get(payout, "settled")) !=
            show->pledges * 200 ||
        json_integer_value(json_object_get(payout, "open")) != 0)
        give_up("every refund is settled: %s", body);
    json_decref(json);
}

int main(int argc, char **argv)
{
    static struct show show;

    if (argc != 4 || sodium_init() < 0)
        return EXIT_FAILURE;
    ledger_start();
    show.pledges = strtoul(argv[3], NULL, 10);
    begin(&show, argv[1], (int)strtol(argv[2], NULL, 10));
    open_campaign(&show);
    set_clock(&show, "2026-01-12T09:00:00Z");
    say("campaign_pledges_s", post_all(&show, show.pledges, say_pledge));
    collect(&show);
    refund(&show);
    say("campaign_all_s", show.spent);
    check(&show);
    say("campaign_entries", (double)log_size(&show));
    (void)stand_end(&show.stand, SIGTERM);
    cast_end(&show.cast);
    return EXIT_SUCCESS;
}
