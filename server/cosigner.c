#include "server/cosigner.h"

#include "server/config.h"
#include "server/log.h"
#include "server/node.h"
#include "server/outside.h"
#include "server/policy_file.h"

#include <assert.h>
#include <curl/curl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    LOOK_MS = 250, /* Between looks at the logs. */
    REFRESH_MS = 10 * 60 * 1000,
    WITNESS_MS = 1000,   /* A witness has so long to answer. */
    REST_MS = 10 * 1000, /* After a failure. */
    TRIES_MAX = 3,
    BODY_MAX = 64 * 1024,
    ANSWER_MAX = 8 * 1024,
    PATH_CHARS = 1024,
};

/* What one witness and one log have between them. */
struct pair {
    const struct policy_witness *witness;
    struct ledger_host *host;
    int64_t known;   /* Size that it cosigned last; -1: not known. */
    int64_t done;    /* Size that it cosigned for us; -1: none. */
    int64_t done_ms; /* When. */
    int64_t rest_ms; /* After a failure it is left alone until then. */
    bool wanted;     /* In this round. */
    /* The request under way. */
    CURL *curl;
    char url[PATH_CHARS];
    char *body;
    size_t body_size;
    char answer[ANSWER_MAX];
    size_t answer_size;
    struct store_checkpoint checkpoint;
    int tries;
};

struct cosigner {
    struct node *node;
    pthread_t thread;
    atomic_bool ending;
    atomic_bool asks; /* There is somebody to ask. */
    struct policy_file file;
    CURLM *multi;
    struct curl_slist *headers;
    struct pair *pairs;
    size_t count;
};

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

/* A witness that was added is asked from the next round on; what is known of
 * the others is asked again, which costs one 409 each. */
static void read_policy(struct cosigner *cosigner)
{
    if (!policy_file_refresh(&cosigner->file,
                             cosigner->node->config->state_dir))
        return;
    free(cosigner->pairs);
    cosigner->pairs = NULL;
    cosigner->count = 0;
    atomic_store(&cosigner->asks, cosigner->file.policy->witness_count > 0);
}

/* A pair for each log and witness; logs appear while we run. */
static struct pair *pair_of(struct cosigner *cosigner, struct ledger_host *host,
                            const struct policy_witness *witness)
{
    struct pair *pair;

    for (size_t i = 0; i < cosigner->count; i++)
        if (cosigner->pairs[i].host == host &&
            cosigner->pairs[i].witness == witness)
            return &cosigner->pairs[i];
    cosigner->pairs = must(realloc(
        cosigner->pairs, (cosigner->count + 1) * sizeof cosigner->pairs[0]));
    pair = &cosigner->pairs[cosigner->count++];
    memset(pair, 0, sizeof *pair);
    pair->host = host;
    pair->witness = witness;
    pair->known = pair->done = -1;
    return pair;
}

/* ---- The request ---- */

static size_t take_answer(char *bytes, size_t size, size_t count, void *context)
{
    struct pair *pair = context;
    size_t all = size * count;

    if (all > sizeof pair->answer - 1 - pair->answer_size)
        return 0;
    memcpy(pair->answer + pair->answer_size, bytes, all);
    pair->answer_size += all;
    pair->answer[pair->answer_size] = '\0';
    return all;
}

static bool make_proof(struct pair *pair, struct proof *proof)
{
    struct prover *prover = prover_create(pair->host);
    struct error why = {0};
    bool good = true;

    proof->count = 0;
    if (pair->known > 0 && pair->known < pair->checkpoint.size)
        good = proof_make_consistency(proof, (uint64_t)pair->known,
                                      (uint64_t)pair->checkpoint.size,
                                      prover_node, prover, &why);
    free(prover);
    if (!good)
        log_event(LOG_WARNING, "cosigner", "%s: %s", pair->host->name,
                  why.text);
    return good;
}

static bool write_body(struct pair *pair)
{
    struct proof proof;
    size_t used;

    if (!make_proof(pair, &proof))
        return false;
    pair->body = must(malloc(BODY_MAX));
    used = (size_t)snprintf(pair->body, BODY_MAX, "old %" PRId64 "\n",
                            pair->known);
    for (size_t i = 0; i < proof.count; i++) {
        base64_write(pair->body + used, proof.hashes[i].bytes,
                     sizeof proof.hashes[i].bytes);
        used += BASE64_CHARS(sizeof proof.hashes[i].bytes);
        pair->body[used++] = '\n';
    }
    pair->body[used++] = '\n';
    memcpy(pair->body + used, pair->checkpoint.note,
           pair->checkpoint.note_size);
    pair->body_size = used + pair->checkpoint.note_size;
    return true;
}

static void post(struct cosigner *cosigner, struct pair *pair)
{
    CURL *curl = pair->curl = must(curl_easy_init());

    pair->answer_size = 0;
    (void)snprintf(pair->url, sizeof pair->url, "%.*s/add-checkpoint",
                   (int)pair->witness->url.size, pair->witness->url.bytes);
    (void)curl_easy_setopt(curl, CURLOPT_URL, pair->url);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)WITNESS_MS);
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, cosigner->headers);
    (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, pair->body);
    (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)pair->body_size);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, pair);
    (void)curl_easy_setopt(curl, CURLOPT_PRIVATE, pair);
    (void)curl_multi_add_handle(cosigner->multi, curl);
}

static void begin(struct cosigner *cosigner, struct pair *pair)
{
    if (pair->known < 0)
        pair->known = 0; /* 409 tells what it really is. */
    if (pair->known > pair->checkpoint.size) {
        log_event(LOG_ERROR, "cosigner",
                  "%.*s has seen size %" PRId64 " of %s, which has %" PRId64,
                  (int)pair->witness->url.size, pair->witness->url.bytes,
                  pair->known, pair->host->name, pair->checkpoint.size);
        host_doubt(pair->host, ERROR_DOUBT,
                   "a witness has seen %" PRId64 " entries, here are %" PRId64,
                   pair->known, pair->checkpoint.size);
        return;
    }
    if (write_body(pair))
        post(cosigner, pair);
}

static void end(struct cosigner *cosigner, struct pair *pair)
{
    (void)curl_multi_remove_handle(cosigner->multi, pair->curl);
    curl_easy_cleanup(pair->curl);
    pair->curl = NULL;
    free(pair->body);
    pair->body = NULL;
}

/* ---- The answer ---- */

/* A line counts once it verifies with the key that the policy has. */
static bool verify_line(const struct pair *pair, struct note *note, char *bytes,
                        struct store_cosignature *line)
{
    const struct vkey *vkey = &pair->witness->vkey;
    const struct store_checkpoint *checkpoint = &pair->checkpoint;
    struct error why = {0};
    uint64_t stamp;
    size_t size;

    memcpy(bytes, checkpoint->note, checkpoint->note_size);
    memcpy(bytes + checkpoint->note_size, pair->answer, pair->answer_size);
    size = checkpoint->note_size + pair->answer_size;
    if (!note_parse(note, bytes, size, &why) ||
        !note_opens(note, vkey, &stamp, &why)) {
        log_event(LOG_WARNING, "cosigner", "%s: %s", vkey->name, why.text);
        return false;
    }
    *line = (struct store_cosignature){
        .size = checkpoint->size,
        .witness = {vkey->name, (uint32_t)strlen(vkey->name)},
        .stamp = (int64_t)stamp,
        .line = {pair->answer, (uint32_t)pair->answer_size}};
    return true;
}

static void keep_line(struct cosigner *cosigner, struct pair *pair)
{
    struct note *note = must(calloc(1, sizeof *note));
    char *bytes = must(malloc(STORE_NOTE_BYTES_MAX + ANSWER_MAX));
    struct store_cosignature line;
    struct error why = {0};
    POOL_LOAN(loan);

    if (verify_line(pair, note, bytes, &line)) {
        if (pool_borrow(&cosigner->node->pool, &loan, &why) &&
            store_cosignature_insert(loan.db, pair->host->ledger_id, &line,
                                     &why)) {
            pair->known = pair->done = pair->checkpoint.size;
            pair->done_ms = node_now(cosigner->node).ms;
            outside_vouched(pair->host);
        } else {
            log_event(LOG_WARNING, "cosigner", "%s", why.text);
        }
    }
    free(bytes);
    free(note);
}

/* Learn what it has cosigned, and try again from there. */
static void try_again(struct cosigner *cosigner, struct pair *pair)
{
    size_t digits = strspn(pair->answer, "0123456789");
    uint64_t size;

    if (++pair->tries >= TRIES_MAX ||
        !decimal_read(&size, pair->answer, digits) || size > LOG_SIZE_MAX)
        return;
    pair->known = (int64_t)size;
    begin(cosigner, pair);
}

static void finish(struct cosigner *cosigner, struct pair *pair, CURLcode code)
{
    long status = 0;

    (void)curl_easy_getinfo(pair->curl, CURLINFO_RESPONSE_CODE, &status);
    end(cosigner, pair);
    if (code != CURLE_OK)
        log_event(LOG_INFO, "cosigner", "%s: %s", pair->witness->vkey.name,
                  curl_easy_strerror(code));
    else if (status == 200)
        keep_line(cosigner, pair);
    else if (status == 409)
        try_again(cosigner, pair);
    else if (status == 422 && pair->known > 0)
        host_doubt(pair->host, ERROR_DOUBT,
                   "%s has seen a log of %" PRId64
                   " entries that this one of %" PRId64 " does not extend",
                   pair->witness->vkey.name, pair->known,
                   pair->checkpoint.size);
    else
        log_event(LOG_WARNING, "cosigner", "%s answers %ld to %s",
                  pair->witness->vkey.name, status, pair->host->name);
}

static void perform(struct cosigner *cosigner)
{
    int running = 1, left;
    CURLMsg *message;

    while (running > 0) {
        if (curl_multi_perform(cosigner->multi, &running) != CURLM_OK)
            return;
        while ((message = curl_multi_info_read(cosigner->multi, &left)) !=
               NULL) {
            CURLcode code = message->data.result;
            struct pair *pair;

            (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
                                    &pair);
            finish(cosigner, pair, code);
            running = 1; /* It may have begun another. */
        }
        if (running > 0)
            (void)curl_multi_wait(cosigner->multi, NULL, 0, 100, NULL);
    }
}

/* ---- The rounds ---- */

/* Is it time to ask this witness for this log? */
static bool is_wanted(struct pair *pair, int64_t now)
{
    if (now < pair->rest_ms || !host_checkpoint(pair->host, &pair->checkpoint))
        return false;
    return pair->done != pair->checkpoint.size ||
           now - pair->done_ms >= REFRESH_MS;
}

static void look(struct cosigner *cosigner)
{
    const struct policy *policy = cosigner->file.policy;
    struct node *node = cosigner->node;
    int64_t now = node_now(node).ms;

    for (size_t i = 0; i < atomic_load(&node->count); i++)
        for (size_t j = 0; j < policy->witness_count; j++)
            if (policy->witnesses[j].url.size > 0)
                (void)pair_of(cosigner, node->hosts[i], &policy->witnesses[j]);
    for (size_t i = 0; i < cosigner->count; i++) {
        struct pair *pair = &cosigner->pairs[i];

        pair->wanted = is_wanted(pair, now);
        pair->tries = 0;
        if (pair->wanted)
            begin(cosigner, pair);
    }
    perform(cosigner);
    for (size_t i = 0; i < cosigner->count; i++) {
        struct pair *pair = &cosigner->pairs[i];

        if (pair->wanted && pair->done != pair->checkpoint.size)
            pair->rest_ms = now + REST_MS;
    }
}

static void *work(void *context)
{
    struct cosigner *cosigner = context;

    while (!atomic_load(&cosigner->ending)) {
        struct timespec pause = {0, LOOK_MS * 1000000L};

        read_policy(cosigner);
        if (atomic_load(&cosigner->asks))
            look(cosigner);
        (void)nanosleep(&pause, NULL);
    }
    return NULL;
}

static void release(struct cosigner *cosigner)
{
    curl_slist_free_all(cosigner->headers);
    if (cosigner->multi != NULL)
        (void)curl_multi_cleanup(cosigner->multi);
    free(cosigner->pairs);
    policy_file_free(&cosigner->file);
    free(cosigner);
}

void cosigner_publish(struct ledger_host *host,
                      struct store_checkpoint *checkpoint)
{
    struct error why = {0};
    POOL_LOAN(loan);

    if (host->node->cosigner == NULL ||
        !atomic_load(&host->node->cosigner->asks))
        return;
    if (!pool_borrow(&host->node->pool, &loan, &why) ||
        !store_checkpoint_cosigned(loan.db, host->ledger_id, checkpoint, &why))
        log_event(LOG_WARNING, "cosigner", "%s", why.text);
}

struct cosigner *cosigner_start(struct node *node)
{
    struct cosigner *cosigner = must(calloc(1, sizeof *cosigner));

    cosigner->node = node;
    read_policy(cosigner);
    cosigner->multi = must(curl_multi_init());
    cosigner->headers =
        must(curl_slist_append(NULL, "Content-Type: text/plain"));
    if (pthread_create(&cosigner->thread, NULL, work, cosigner) != 0)
        abort();
    return cosigner;
}

void cosigner_stop(struct cosigner *cosigner)
{
    if (cosigner == NULL)
        return;
    atomic_store(&cosigner->ending, true);
    (void)pthread_join(cosigner->thread, NULL);
    release(cosigner);
}
