#include "server/outside.h"
#include "server/config.h"
#include "server/log.h"
#include "server/policy_file.h"
#include "server/teller.h"
#include "sql/store_guard.h"
#include "sql/store_witness.h"

#include <assert.h>
#include <curl/curl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    AGAIN_MS = 1000, /* Between rounds about those that are paused. */
    TICK_MS = 50,
    URL_CHARS = 1024,
    NAME_CHARS = 240,
    CONNECTIONS_MAX = 128,
    CONNECTIONS_HOST_MAX = 32,
};

/* One place to ask about one log. */
struct sight {
    struct ledger_host *host;
    bool counts; /* Not our own address, where we may hear ourselves. */
    char name[NAME_CHARS];
    char url[URL_CHARS];
    CURL *curl;
    char *answer;
    size_t size;
    bool vouches; /* It has seen this very log, or its beginning. */
    char failure[160];
};

struct round {
    struct node *node;
    struct sight *sights;
    size_t count, room;
    CURLM *multi;
};

struct outside {
    struct node *node;
    pthread_t thread;
    atomic_bool ending;
};

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

/* ---- Whom to ask ---- */

static void add_sight(struct round *round, struct ledger_host *host,
                      bool counts, const char *name, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
static void add_sight(struct round *round, struct ledger_host *host,
                      bool counts, const char *name, const char *format, ...)
{
    struct sight *sight;
    va_list args;

    if (round->count == round->room) {
        round->room = round->room * 2 + 16;
        round->sights =
            must(realloc(round->sights, round->room * sizeof round->sights[0]));
    }
    sight = &round->sights[round->count++];
    *sight = (struct sight){.host = host, .counts = counts};
    (void)snprintf(sight->name, sizeof sight->name, "%s", name);
    va_start(args, format);
    (void)vsnprintf(sight->url, sizeof sight->url, format, args);
    va_end(args);
}

static void add_witnesses(struct round *round, struct ledger_host *host,
                          const struct policy *policy)
{
    struct hash hash = store_witness_hash(host->origin);
    char name[HASH_CHARS + 1];

    hash_write(name, &hash);
    for (size_t i = 0; policy != NULL && i < policy->witness_count; i++) {
        const struct policy_witness *witness = &policy->witnesses[i];

        if (witness->url.size > 0)
            add_sight(round, host, true, witness->vkey.name,
                      "%.*s/%s/checkpoint", (int)witness->url.size,
                      witness->url.bytes, name);
    }
}

static void add_peers(struct round *round, struct ledger_host *host)
{
    const char *at = round->node->config->peers;

    while (*(at += strspn(at, " \t")) != '\0') {
        int size = (int)strcspn(at, " \t");
        char name[NAME_CHARS];

        (void)snprintf(name, sizeof name, "%.*s", size, at);
        add_sight(round, host, true, name, "%.*s/%s/checkpoint", size, at,
                  host->name);
        at += size;
    }
}

/* Where the public finds it: as the ledger itself says, else as we do. */
static void add_address(struct round *round, struct ledger_host *host)
{
    static const struct link self;
    const char *site = round->node->config->public_url;
    const struct record_ledger *ledger;
    char address[URL_CHARS - 16] = "";

    host_read(host);
    ledger = (const void *)state_find(host->at.base, RECORD_ledger, self.key);
    if (ledger != NULL && ledger->url.size > 0)
        (void)snprintf(address, sizeof address, "%.*s", (int)ledger->url.size,
                       ledger->url.bytes);
    host_done(host);
    if (address[0] == '\0' && site[0] != '\0')
        (void)snprintf(address, sizeof address, "%s/%s", site, host->name);
    if (address[0] != '\0')
        add_sight(round, host, false, address, "%s/checkpoint", address);
}

/* ---- The requests ---- */

static size_t take_answer(char *bytes, size_t size, size_t count, void *context)
{
    struct sight *sight = context;
    size_t all = size * count;

    if (sight->answer == NULL)
        sight->answer = must(malloc(CHECKPOINT_NOTE_MAX));
    if (all > CHECKPOINT_NOTE_MAX - sight->size)
        return 0;
    memcpy(sight->answer + sight->size, bytes, all);
    sight->size += all;
    return all;
}

static void get(struct round *round, struct sight *sight)
{
    CURL *curl = sight->curl = must(curl_easy_init());

    (void)curl_easy_setopt(curl, CURLOPT_URL, sight->url);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)OUTSIDE_MS);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, sight);
    (void)curl_easy_setopt(curl, CURLOPT_PRIVATE, sight);
    (void)curl_multi_add_handle(round->multi, curl);
}

/* ---- The judgement ---- */

static void failed(struct sight *sight, const char *why)
{
    (void)snprintf(sight->failure, sizeof sight->failure, "%.*s",
                   (int)sizeof sight->failure - 1, why);
}

/* Is it signed with a key that the log has or had? */
static bool is_ours(const struct ledger_host *host, const struct log_keys *keys,
                    const struct note *note)
{
    const struct key *key;

    for (size_t i = 0; (key = log_keys_at(keys, i)) != NULL; i++)
        for (size_t j = 0; j < note->line_count; j++)
            if (text_is(note->lines[j].name, host->origin) &&
                note_verify(note, j, key))
                return true;
    return false;
}

/* Theirs must be the beginning of ours, or equal. */
static void compare(struct sight *sight, const struct checkpoint *theirs)
{
    struct ledger_host *host = sight->host;
    struct error why = {0};
    struct prover *prover;
    struct hash root;
    struct tree tree;
    bool read;

    if (theirs->size > (uint64_t)host_size(host)) {
        host_doubt(host, ERROR_DOUBT,
                   "%s has seen %" PRIu64 " entries, but here are only %" PRId64
                   ": bring the rest of the log back before anything is signed",
                   sight->name, theirs->size, host_size(host));
        return;
    }
    prover = prover_create(host);
    read = prover_tree(prover, (int64_t)theirs->size, &tree, &why);
    free(prover);
    if (!read) {
        failed(sight, why.text);
        return;
    }
    root = tree_root(&tree);
    sight->vouches = hash_equal(&root, &theirs->root);
    if (!sight->vouches)
        host_doubt(host, ERROR_DOUBT,
                   "%s has seen another root at size %" PRIu64
                   ": there are two histories, keep both",
                   sight->name, theirs->size);
}

static void judge(struct sight *sight)
{
    struct note *note = must(malloc(sizeof *note));
    struct checkpoint checkpoint;
    struct error why = {0};
    struct log_keys keys;

    host_keys(sight->host, &keys);
    if (!note_parse(note, sight->answer, sight->size, &why) ||
        !checkpoint_read(&checkpoint, note->text, &why))
        failed(sight, why.text);
    else if (strcmp(checkpoint.origin, sight->host->origin) != 0)
        failed(sight, "it shows another log");
    else if (!is_ours(sight->host, &keys, note))
        failed(sight, "what it shows is not signed by the log");
    else
        compare(sight, &checkpoint);
    free(note);
}

static void finish(struct round *round, struct sight *sight, CURLcode code)
{
    long status = 0;

    (void)curl_easy_getinfo(sight->curl, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_multi_remove_handle(round->multi, sight->curl);
    curl_easy_cleanup(sight->curl);
    sight->curl = NULL;
    if (code != CURLE_OK)
        failed(sight, curl_easy_strerror(code));
    else if (status == 200 && sight->answer != NULL)
        judge(sight);
    else
        (void)snprintf(sight->failure, sizeof sight->failure, "it answers %ld",
                       status);
}

static void perform(struct round *round)
{
    int running = 1, left;
    CURLMsg *message;

    while (running > 0) {
        if (curl_multi_perform(round->multi, &running) != CURLM_OK)
            return;
        while ((message = curl_multi_info_read(round->multi, &left)) != NULL) {
            CURLcode code = message->data.result;
            struct sight *sight;

            (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
                                    &sight);
            finish(round, sight, code);
        }
        if (running > 0)
            (void)curl_multi_wait(round->multi, NULL, 0, 100, NULL);
    }
}

/* ---- The verdict ---- */

/* Nobody vouches: may it go on all the same? */
static bool may_go_on(struct ledger_host *host, struct error *error)
{
    struct store_cosigned cosigned;
    bool accepted = false;
    struct hash root;
    int64_t size;
    POOL_LOAN(loan);

    host_read(host);
    size = host->at.size;
    root = host->at.root;
    host_done(host);
    if (!pool_borrow(&host->node->pool, &loan, error) ||
        !store_cosigned(loan.db, host->ledger_id, &cosigned, error))
        return false;
    if (cosigned.size < 0)
        return true;
    if (!store_acceptance_find(loan.db, host->ledger_id, size, &root, &accepted,
                               error))
        return false;
    if (accepted)
        log_event(LOG_WARNING, "accepted", "%s: %" PRId64 " entries",
                  host->name, size);
    return accepted;
}

static void decide(const struct round *round, struct ledger_host *host)
{
    char who[200] = "nobody is named in witness.policy or peers";
    struct trouble why = {0};
    struct error error = {0};
    struct log_keys keys;
    bool vouched = false;

    host_keys(host, &keys);
    if (keys.count == 0)
        return; /* Nothing can be judged, and nothing signed. */
    for (size_t i = 0; i < round->count; i++) {
        const struct sight *sight = &round->sights[i];

        if (sight->host != host || !sight->counts)
            continue;
        vouched |= sight->vouches;
        if (!sight->vouches)
            (void)snprintf(who, sizeof who, "%.90s: %.100s", sight->name,
                           sight->failure);
    }
    if (vouched || may_go_on(host, &error)) {
        outside_vouched(host);
        return;
    }
    (void)snprintf(
        why.text, sizeof why.text,
        "it was cosigned before, and nobody outside shows what they "
        "have seen of it (%.180s): it goes on when one does, or with "
        "terreau node sign %s --accept",
        error.code == ERROR_NONE ? who : error.text, host->name);
    host_pause(host, PAUSE_OUTSIDE, why.text);
}

void outside_hold(struct ledger_host *host)
{
    host->pauses[PAUSE_OUTSIDE] = (struct trouble){
        ERROR_READ_ONLY, "it is being compared with what others have seen"};
}

void outside_vouched(struct ledger_host *host)
{
    host_pause(host, PAUSE_OUTSIDE, NULL);
    if (host->teller != NULL)
        teller_moved(host->teller); /* What was committed may be unsigned. */
}

void outside_ask(struct node *node, struct ledger_host *const *hosts,
                 size_t count)
{
    struct round round = {.node = node, .multi = must(curl_multi_init())};
    struct policy_file file = {0};

    (void)curl_multi_setopt(round.multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
                            (long)CONNECTIONS_MAX);
    (void)curl_multi_setopt(round.multi, CURLMOPT_MAX_HOST_CONNECTIONS,
                            (long)CONNECTIONS_HOST_MAX);
    (void)policy_file_refresh(&file, node->config->state_dir);
    for (size_t i = 0; i < count; i++) {
        add_witnesses(&round, hosts[i], file.policy);
        add_peers(&round, hosts[i]);
        add_address(&round, hosts[i]);
    }
    for (size_t i = 0; i < round.count; i++)
        get(&round, &round.sights[i]);
    perform(&round);
    for (size_t i = 0; i < count; i++)
        decide(&round, hosts[i]);
    for (size_t i = 0; i < round.count; i++)
        free(round.sights[i].answer);
    free(round.sights);
    policy_file_free(&file);
    (void)curl_multi_cleanup(round.multi);
}

/* ---- The thread ---- */

static void ask_again(struct node *node)
{
    size_t count = atomic_load(&node->count), paused = 0;
    struct ledger_host **hosts = must(calloc(count + 1, sizeof hosts[0]));

    for (size_t i = 0; i < count; i++)
        if (host_is_paused(node->hosts[i], PAUSE_OUTSIDE))
            hosts[paused++] = node->hosts[i];
    if (paused > 0)
        outside_ask(node, hosts, paused);
    free(hosts);
}

static void *work(void *context)
{
    struct outside *outside = context;
    const struct timespec tick = {0, TICK_MS * 1000000L};

    for (int64_t waited = 0; !atomic_load(&outside->ending);) {
        (void)nanosleep(&tick, NULL);
        waited += TICK_MS;
        if (waited >= AGAIN_MS) {
            ask_again(outside->node);
            waited = 0;
        }
    }
    return NULL;
}

struct outside *outside_start(struct node *node)
{
    struct outside *outside = must(calloc(1, sizeof *outside));

    outside->node = node;
    ask_again(node);
    if (pthread_create(&outside->thread, NULL, work, outside) != 0)
        abort();
    return outside;
}

void outside_stop(struct outside *outside)
{
    if (outside == NULL)
        return;
    atomic_store(&outside->ending, true);
    (void)pthread_join(outside->thread, NULL);
    free(outside);
}
