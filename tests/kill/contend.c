/*
 * contend: two servers on one database want the same thing at once.
 *
 *     contend FOLDER [freeze]
 */
#include "tests/load/book.h"
#include "tests/load/postgres.h"
#include "tests/load/stand.h"

#include <inttypes.h>
#include <jansson.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    PEOPLE = 24,
    TIMES = 50,        /* The same pledge. */
    RACES = 8,         /* Redemptions, each by another holder. */
    CLIENTS = 16,      /* Of each server, while one is frozen. */
    FROZEN_MS = 13000, /* Longer than the head is ever held. */
    PLEDGES = 60000,
};

static const char ledger_name[] = "load";

struct arena {
    struct stand stands[2];
    const char *addresses[2];
    struct cast cast;
    struct book book;
    struct db db;
    int failures;
};

static void judge(struct arena *arena, bool good, const char *what)
{
    (void)printf("%s %s\n", good ? "ok" : "not ok", what);
    arena->failures += !good;
}

static void post(struct arena *arena, const char *note, size_t size)
{
    static char body[16384];
    int status = stand_post(&arena->stands[0], ledger_name, note, size, body,
                            sizeof body);

    if (status != 201)
        give_up("an entry is taken: %d %s", status, body);
}

static void open_arena(struct arena *arena, const char *folder)
{
    static char note[LEAF_BYTES_MAX];
    struct timespec now;
    struct key clerk, log;
    struct store_ledger ledger;
    struct error error = {0};

    (void)clock_gettime(CLOCK_REALTIME, &now);
    stand_make(&arena->stands[0], folder, "a", "terreau", false);
    stand_make(&arena->stands[1], folder, "b", "terreau", false);
    stand_init(&arena->stands[0], ledger_name, "load.example/contend", &clerk,
               &log);
    stand_share_keys(&arena->stands[0], &arena->stands[1]);
    for (int i = 0; i < 2; i++) {
        stand_start(&arena->stands[i]);
        arena->addresses[i] = arena->stands[i].address;
    }
    cast_start(&arena->cast, "load.example/contend", &clerk, PEOPLE, 1);
    for (size_t i = 0; i < cast_overture_count(&arena->cast); i++)
        post(arena, note,
             cast_overture(&arena->cast, note, i,
                           (struct instant){(int64_t)now.tv_sec * 1000}));
    if (!db_open(&arena->db, arena->stands[0].database, &error) ||
        !store_ledger_find(&arena->db, ledger_name, &ledger, &error))
        give_up("the ledger is there: %s", error.text);
    book_start(&arena->book, &arena->cast, ledger_name, ledger.ledger_id, &log);
}

/* ---- The same pledge, many times ---- */

struct echoes {
    int first, again, other;
    json_t *answers[TIMES];
};

static void hear(void *context, const struct drive_answer *answer)
{
    struct echoes *echoes = context;

    echoes->first += answer->status == 201;
    echoes->again += answer->status == 200;
    echoes->other += answer->status != 200 && answer->status != 201;
    echoes->answers[answer->request] =
        json_loadb(answer->body.bytes, answer->body.size, 0, NULL);
}

static bool agree(const json_t *one, const json_t *two)
{
    static const char *const names[] = {"index", "leaf_hash", "accepted"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (!json_equal(json_object_get(one, names[i]),
                        json_object_get(two, names[i])))
            return false;
    return json_object_get(one, "index") != NULL;
}

static void same_pledge_many_times(struct arena *arena)
{
    static char note[LEAF_BYTES_MAX];
    struct text requests[TIMES];
    struct echoes echoes = {0};
    struct drive drive = {
        .addresses = arena->addresses,
        .address_count = 2,
        .connections = TIMES,
        .requests = requests,
        .request_count = TIMES,
        .answered = hear,
        .context = &echoes,
    };
    size_t size = cast_pledge(&arena->cast, note, NULL, 1000000);
    bool equal = true;

    for (int i = 0; i < TIMES; i++)
        requests[i] =
            drive_request("/load/entries", "text/plain", "", note, size);
    drive_run(&drive);
    for (int i = 0; i < TIMES; i++) {
        equal = equal && agree(echoes.answers[0], echoes.answers[i]);
        free((void *)(uintptr_t)requests[i].bytes);
    }
    for (int i = 0; i < TIMES; i++)
        json_decref(echoes.answers[i]);
    (void)printf("   %d answers 201, %d answers 200, %d others, %zu lost\n",
                 echoes.first, echoes.again, echoes.other, drive.losses);
    judge(arena, echoes.first == 1 && echoes.again == TIMES - 1,
          "a pledge posted 50 times over two servers enters once");
    judge(arena, equal, "all 50 answers have its index, leaf and accepted");
}

/* ---- The same shares, redeemed twice ---- */

static void issue_shares(struct arena *arena, int holder)
{
    static char note[LEAF_BYTES_MAX];
    const struct cast *cast = &arena->cast;

    post(arena, note,
         cast_say(cast, note, NULL, BY(0), "member.admit",
                  "party=p%d decision={body=board date=2026-01-02"
                  " sha256=minutes}",
                  holder));
    post(arena, note,
         cast_say(cast, note, NULL, BY(holder), "share.subscribe",
                  "subscription=s%d party=p%d class=A quantity=10"
                  " nature=founding",
                  holder, holder));
    post(arena, note,
         cast_say(cast, note, NULL, BY(0, 1), "share.accept",
                  "subscription=s%d", holder));
    post(arena, note,
         cast_say(cast, note, NULL, BY(0, 1), "share.issue", "subscription=s%d",
                  holder));
}

struct race {
    int won, lost, other;
};

static void see(void *context, const struct drive_answer *answer)
{
    struct race *race = context;
    json_t *json = json_loadb(answer->body.bytes, answer->body.size, 0, NULL);
    const char *code = json_string_value(json_object_get(json, "code"));

    if (answer->status == 201)
        race->won++;
    else if (answer->status == 409 && code != NULL &&
             strcmp(code, "not-enough") == 0)
        race->lost++;
    else
        race->other++;
    json_decref(json);
}

/* Two redemptions of seven of ten shares; which server gets which varies. */
static struct race redeem(struct arena *arena, int holder)
{
    static char note[LEAF_BYTES_MAX];
    struct race race = {0};
    struct text requests[2];
    struct drive drive = {
        .addresses = arena->addresses,
        .address_count = 2,
        .connections = 2,
        .requests = requests,
        .request_count = 2,
        .answered = see,
        .context = &race,
    };

    for (int i = 0; i < 2; i++) {
        size_t size =
            cast_say(&arena->cast, note, NULL, BY(holder), "redeem.request",
                     "redemption=r%d-%d party=p%d class=A quantity=7"
                     " cause=notice",
                     holder, (holder + i) % 2, holder);

        requests[i] =
            drive_request("/load/entries", "text/plain", "", note, size);
    }
    drive_run(&drive);
    for (int i = 0; i < 2; i++)
        free((void *)(uintptr_t)requests[i].bytes);
    return race;
}

static void same_shares_twice(struct arena *arena)
{
    static char note[LEAF_BYTES_MAX];
    bool good = true;

    post(arena, note,
         cast_say(&arena->cast, note, NULL, BY(0, 1), "class.adopt",
                  "class=A code=A name=\"A\" nominal=20.00 called_ppm=1000000"
                  " paid_ppm=0 decision={body=board date=2026-01-02"
                  " sha256=minutes}"));
    for (int i = 0; i < RACES; i++) {
        struct race race;

        issue_shares(arena, 2 + i);
        race = redeem(arena, 2 + i);
        if (race.won != 1 || race.lost != 1)
            (void)printf("   race %d: %d won, %d lost, %d otherwise\n", i,
                         race.won, race.lost, race.other);
        good = good && race.won == 1 && race.lost == 1;
    }
    judge(arena, good,
          "of two redemptions of the same shares exactly one wins");
}

/* ---- One of two servers freezes ---- */

struct crowd {
    struct arena *arena;
    struct drive drive;
    size_t first;
    pthread_t thread;
    int64_t slowest_us;
    size_t good, bad;
};

static pthread_mutex_t book_lock = PTHREAD_MUTEX_INITIALIZER;

static void crowd_answered(void *context, const struct drive_answer *answer)
{
    struct crowd *crowd = context;

    (void)pthread_mutex_lock(&book_lock);
    if (book_answer(&crowd->arena->book, crowd->first + answer->request,
                    answer))
        crowd->good++;
    else
        crowd->bad++;
    if (answer->micros > crowd->slowest_us)
        crowd->slowest_us = answer->micros;
    (void)pthread_mutex_unlock(&book_lock);
}

static void *crowd_run(void *context)
{
    struct crowd *crowd = context;

    drive_run(&crowd->drive);
    return NULL;
}

static size_t crowd_good(struct crowd *crowd)
{
    size_t good;

    (void)pthread_mutex_lock(&book_lock);
    good = crowd->good;
    (void)pthread_mutex_unlock(&book_lock);
    return good;
}

static void crowd_start(struct crowd *crowd, struct arena *arena, int server,
                        size_t first, int64_t most_ms)
{
    *crowd = (struct crowd){.arena = arena, .first = first};
    crowd->drive = (struct drive){
        .addresses = &arena->addresses[server],
        .address_count = 1,
        .connections = CLIENTS,
        .requests = arena->book.requests + first,
        .request_count = PLEDGES / 2,
        .most_ms = most_ms,
        .patience_ms = 25000,
        .answered = crowd_answered,
        .context = crowd,
    };
    if (pthread_create(&crowd->thread, NULL, crowd_run, crowd) != 0)
        give_up("a thread starts");
}

static size_t crowd_join(struct crowd *crowd)
{
    struct book *book = &crowd->arena->book;

    (void)pthread_join(crowd->thread, NULL);
    for (size_t i = 0; i < crowd->drive.sent; i++)
        if (book->pledges[crowd->first + i].fate == FATE_NEW)
            book->pledges[crowd->first + i].fate = FATE_SENT;
    return crowd->drive.sent;
}

/* Stop the server while its batch is open. */
static bool freeze(struct arena *arena)
{
    for (int tries = 0; tries < 400; tries++) {
        (void)kill(arena->stands[0].pid, SIGSTOP);
        nap_us(20000);
        if (postgres_in_batch(&arena->db, arena->stands[0].name) > 0) {
            postgres_show(&arena->db, arena->stands[0].name);
            return true;
        }
        (void)kill(arena->stands[0].pid, SIGCONT);
        nap_us(3000 + (int64_t)randombytes_uniform(8000));
    }
    return false;
}

static void check_frozen(struct arena *arena, struct crowd *frozen,
                         struct crowd *free_one, size_t before)
{
    size_t landed;

    (void)printf("   slowest answer of the other server: %.1f s; it took %zu"
                 " pledges meanwhile\n",
                 (double)free_one->slowest_us / 1e6, free_one->good - before);
    (void)printf("   of the frozen one's clients %zu were answered well,"
                 " %zu with 5xx, %zu not\n",
                 frozen->good, frozen->bad, frozen->drive.losses);
    judge(arena, free_one->good > before && free_one->bad == 0,
          "the other server goes on while one is frozen in its batch");
    judge(arena, free_one->slowest_us < 10000000,
          "it waits less than 10 s for the head");
    book_compare(&arena->book, &arena->db, 0, &landed);
    judge(arena, arena->book.violations == 0,
          "what either answered is in the log, once, and no other");
}

static void one_server_freezes(struct arena *arena)
{
    struct crowd frozen, free_one;
    struct text text;
    char body[8192];
    size_t before;
    int status;

    book_prepare(&arena->book, 0, PLEDGES);
    crowd_start(&frozen, arena, 0, 0, FROZEN_MS + 6000);
    crowd_start(&free_one, arena, 1, PLEDGES / 2, FROZEN_MS + 3000);
    nap_us(300000);
    judge(arena, freeze(arena), "a server can be frozen inside a batch");
    before = crowd_good(&free_one);
    nap_us(FROZEN_MS * 1000);
    (void)kill(arena->stands[0].pid, SIGCONT);
    (void)crowd_join(&free_one);
    (void)crowd_join(&frozen);
    check_frozen(arena, &frozen, &free_one, before);
    text = arena->book.requests[PLEDGES / 2 - 1];
    status = drive_once(arena->addresses[0], text, body, sizeof body);
    judge(arena, status == 201 || status == 200,
          "the frozen one takes entries again");
    status =
        stand_get(&arena->stands[0], "/load/checkpoint", body, sizeof body);
    arena->book.pledges[PLEDGES / 2 - 1].fate = FATE_SENT;
    book_compare(&arena->book, &arena->db, 0, &before);
    book_checkpoint(&arena->book, body, strlen(body));
    judge(arena, status == 200 && arena->book.violations == 0,
          "and publishes the same log");
}

static bool fsck_passes(const struct arena *arena)
{
    char program[STAND_CHARS];
    const char *const arguments[] = {program_path(program, "terreau"),
                                     "node",
                                     "fsck",
                                     "--database",
                                     arena->stands[0].database,
                                     "--state-dir",
                                     arena->stands[0].state,
                                     NULL};

    return program_run(arguments, arena->stands[0].log) == 0;
}

int main(int argc, char **argv)
{
    static struct arena arena;

    if (sodium_init() < 0 || argc < 2)
        return 2;
    ledger_start();
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    open_arena(&arena, argv[1]);
    if (argc == 2) {
        same_pledge_many_times(&arena);
        same_shares_twice(&arena);
    }
    one_server_freezes(&arena);
    for (int i = 0; i < 2; i++)
        judge(&arena, stand_end(&arena.stands[i], SIGTERM) == 0,
              "a server stops when it is told");
    judge(&arena, fsck_passes(&arena), "fsck passes");
    db_close(&arena.db);
    book_end(&arena.book);
    cast_end(&arena.cast);
    return arena.failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
