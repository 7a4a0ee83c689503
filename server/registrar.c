#include "server/registrar.h"
#include "server/door.h"
#include "server/http.h"
#include "server/log.h"
#include "server/node.h"
#include "server/notice.h"
#include "server/opening.h"
#include "server/rehearsal.h"
#include "server/vault.h"
#include "server/wire.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    LOOK_SECONDS = 5,  /* Between two looks for what was left behind. */
    LEFT_SECONDS = 10, /* Confirmed so long ago, and not recorded. */
    EXPIRE_SECONDS = 60,
    PAGE = 64,
    RETAIN_MONTHS = 120, /* Vouchers are kept for ten years. */
};

/* One confirmed pledge. */
struct job {
    struct job *next;
    struct ledger_host *host;
    struct draft draft;
    struct exchange *exchange; /* NULL: nobody waits. */
};

struct registrar {
    struct node *node;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool closed;
    struct job *first, **last;
};

static struct job *job_create(struct ledger_host *host, struct draft *draft,
                              struct exchange *exchange)
{
    struct job *job = calloc(1, sizeof *job);

    if (job == NULL)
        abort();
    *job = (struct job){.host = host, .draft = *draft, .exchange = exchange};
    *draft = (struct draft){0};
    return job;
}

static void job_free(struct job *job)
{
    draft_clear(&job->draft);
    free(job);
}

/* ---- Into the log ---- */

/* What the door says of one entry, for the thread that waits for it. */
struct hearing {
    pthread_mutex_t mutex;
    pthread_cond_t told;
    bool done;
    struct error error;
    int64_t index;
    char *receipt; /* Owned; NULL: none yet. */
    size_t receipt_size;
};

static void hear(void *context, const struct verdict *verdict)
{
    struct hearing *hearing = context;

    (void)pthread_mutex_lock(&hearing->mutex);
    hearing->error = verdict->error;
    hearing->index = verdict->index;
    if (verdict->receipt.size > 0) {
        hearing->receipt = malloc(verdict->receipt.size);
        if (hearing->receipt == NULL)
            abort();
        memcpy(hearing->receipt, verdict->receipt.bytes, verdict->receipt.size);
        hearing->receipt_size = verdict->receipt.size;
    }
    hearing->done = true;
    (void)pthread_cond_signal(&hearing->told);
    (void)pthread_mutex_unlock(&hearing->mutex);
}

/* Append one note and wait for what comes of it. */
static bool append(struct hearing *hearing, struct ledger_host *host,
                   const char *note, struct error *error)
{
    struct submission submission = {
        .bytes = note, .size = strlen(note), .done = hear, .context = hearing};

    free(hearing->receipt);
    *hearing = (struct hearing){.mutex = PTHREAD_MUTEX_INITIALIZER,
                                .told = PTHREAD_COND_INITIALIZER};
    if (!door_enter(host, &submission, error))
        return false;
    (void)pthread_mutex_lock(&hearing->mutex);
    while (!hearing->done)
        (void)pthread_cond_wait(&hearing->told, &hearing->mutex);
    (void)pthread_mutex_unlock(&hearing->mutex);
    *error = hearing->error;
    return error->code == ERROR_NONE;
}

/* Is the pledge in the log as this server knows it? */
static bool is_recorded(const struct job *job)
{
    bool there;

    host_read(job->host);
    there =
        state_find_id(job->host->at.base, draft_pledge(&job->draft)) != NULL;
    host_done(job->host);
    return there;
}

/* Both or, if the fold says so beforehand, neither. */
static bool append_both(struct job *job, struct hearing *hearing,
                        struct error *error)
{
    const char *notes[DRAFT_TEXTS];

    for (size_t i = 0; i < DRAFT_TEXTS; i++)
        notes[i] = draft_note(&job->draft, i);
    if (!is_recorded(job)) {
        struct error refused = {0};

        /* The first may be there already: then only the log can tell. */
        if (!rehearse_notes(job->host, notes, &refused) &&
            refused.code != ERROR_TAKEN) {
            *error = refused;
            return false;
        }
    }
    for (size_t i = 0; i < DRAFT_TEXTS; i++)
        if (!append(hearing, job->host, notes[i], error))
            return false;
    return true;
}

/* ---- What follows ---- */

static bool fill_vault(struct job *job, struct db *db, const json_t *fields,
                       const struct hash *opening, struct error *error)
{
    struct ledger_host *host = job->host;
    struct id party = draft_party(&job->draft);
    struct date until = date_plus_months(
        instant_day(node_now(host->node), ZONE_UTC), RETAIN_MONTHS);
    bool share = job->draft.pledge.pledge_make.nature == NATURE_SHARE;

    /* A register is kept for ten years after somebody has left: no day yet. */
    return vault_put(host->node, db, host->ledger_id, party, party, fields,
                     opening, share ? NULL : &until, error);
}

static bool mail_receipt(struct job *job, struct db *db, const json_t *fields,
                         const struct hearing *hearing, struct error *error)
{
    char name[LEDGER_NAME_CHARS_MAX + 40];
    struct mail_file file = {.name = name,
                             .type = "application/octet-stream",
                             .bytes = hearing->receipt,
                             .size = hearing->receipt_size};
    struct notice notice = {
        .name = "receipt",
        .pledge = draft_pledge(&job->draft),
        .language = draft_language(&job->draft),
        .to = json_string_value(json_object_get(fields, "email")),
        .file = hearing->receipt == NULL ? NULL : &file};

    (void)snprintf(name, sizeof name, "%s-%" PRId64 ".terreau", job->host->name,
                   hearing->index);
    return notice_queue(job->host, db, &notice, error);
}

/* One transaction: vault, receipt, and the row is empty. */
static bool conclude(struct job *job, const struct hearing *hearing,
                     struct error *error)
{
    struct ledger_host *host = job->host;
    json_auto_t *fields = json_incref(draft_fields(&job->draft));
    struct hash opening = job->draft.opening;
    bool mine;
    POOL_LOAN(loan);
    DB_TRANSACTION(transaction);

    return pool_borrow(&host->node->pool, &loan, error) &&
           db_begin(loan.db, &transaction, error) &&
           draft_done(&job->draft, host, loan.db, &mine, error) &&
           (!mine || (fill_vault(job, loan.db, fields, &opening, error) &&
                      mail_receipt(job, loan.db, fields, hearing, error))) &&
           db_commit(&transaction, error);
}

/* The ledger will never take it: forget it. */
static void forget(struct job *job, const struct error *why)
{
    struct error error = {0};
    POOL_LOAN(loan);

    log_event(LOG_INFO, "pledge", "%s: a confirmed one was refused: %s",
              job->host->name, error_spec(why->code)->name);
    if (pool_borrow(&job->host->node->pool, &loan, &error) &&
        store_intake_delete(loan.db, job->host->ledger_id,
                            &job->draft.token_hash, &error))
        return;
    log_event(LOG_WARNING, "pledge", "%s: %s", job->host->name, error.text);
}

static bool is_final(const struct error *error)
{
    int status = error_spec(error->code)->http;

    return status >= 400 && status < 500 && status != 429;
}

/* ---- Who waits ---- */

static void answer(struct job *job, const struct hash *opening)
{
    const struct request *request = &job->exchange->request;
    struct ledger_host *host = job->host;
    struct reply reply = {.status = 200, .cache = CACHE_PRIVATE};
    char id[ID_CHARS + 1], path[LEDGER_NAME_CHARS_MAX + 128];

    id_write(id, draft_pledge(&job->draft));
    (void)snprintf(path, sizeof path, "/%s/pledges/%s?size=%" PRId64 "&lang=%s",
                   host->name, id, host_size(host), request->language);
    if (request->face == FACE_HTML) {
        reply_redirect(&reply, path);
        opening_give(&reply, host, draft_pledge(&job->draft), opening);
    } else {
        reply.body = json_pack("{s:s, s:o, s:o, s:o}", "pledge", id, "url",
                               json_sprintf("/%s/pledges/%s", host->name, id),
                               "party", wire_id(draft_party(&job->draft)),
                               "opening", wire_hash(opening));
    }
    exchange_finish(job->exchange, &reply);
}

static void refuse(struct job *job, const struct error *why)
{
    struct error told = {0};

    if (job->exchange == NULL)
        return;
    if (is_final(why) && why->code == ERROR_STATE)
        (void)fail(&told, why->code,
                   "The campaign takes no pledges any more. Nothing was"
                   " recorded.");
    else
        told = *why;
    exchange_refuse(job->exchange, &told);
}

/* Takes the job. */
static void work_off(struct job *job)
{
    struct hearing hearing = {.receipt = NULL};
    struct hash opening = job->draft.opening;
    struct error error = {0};
    bool good = append_both(job, &hearing, &error);

    if (!good && is_final(&error))
        forget(job, &error);
    good = good && conclude(job, &hearing, &error);
    if (!good && !is_final(&error))
        log_event(LOG_WARNING, "pledge", "%s: put off: %s", job->host->name,
                  error.text);
    if (good && job->exchange != NULL)
        answer(job, &opening);
    else if (!good)
        refuse(job, &error);
    free(hearing.receipt);
    job_free(job);
}

/* ---- What was left behind ---- */

struct gathering {
    struct ledger_host *host;
    struct job *first;
};

static bool gather(void *context, const struct store_intake *row,
                   struct error *error)
{
    struct gathering *gathering = context;
    struct draft draft;
    struct job *job;

    if (!draft_open(&draft, gathering->host, row, error)) {
        log_event(LOG_WARNING, "pledge", "%s: a confirmed form is lost: %s",
                  gathering->host->name, error->text);
        *error = (struct error){0};
        return true;
    }
    job = job_create(gathering->host, &draft, NULL);
    job->next = gathering->first;
    gathering->first = job;
    return true;
}

static bool look_at(struct ledger_host *host, struct error *error)
{
    struct gathering gathering = {.host = host};
    bool good;
    POOL_LOAN(loan);

    good = pool_borrow(&host->node->pool, &loan, error) &&
           store_intakes_used(loan.db, host->ledger_id, LEFT_SECONDS, PAGE,
                              gather, &gathering, error);
    pool_loan_end(&loan);
    while (gathering.first != NULL) {
        struct job *job = gathering.first;

        gathering.first = job->next;
        work_off(job);
    }
    return good;
}

static void expire(struct ledger_host *host)
{
    struct error error = {0};
    int64_t count = 0;
    POOL_LOAN(loan);

    if (!pool_borrow(&host->node->pool, &loan, &error) ||
        !store_intakes_expire(loan.db, host->ledger_id, &count, &error))
        return; /* The next time, then. */
    if (count > 0)
        log_event(LOG_INFO, "pledge", "%s: %" PRId64 " forms have expired",
                  host->name, count);
}

static void look(struct registrar *registrar, bool expiring)
{
    struct node *node = registrar->node;

    for (size_t i = 0; i < atomic_load(&node->count); i++) {
        struct error error = {0};

        if (host_is_writable(node->hosts[i], &error) &&
            !look_at(node->hosts[i], &error))
            return; /* The database is away. */
        if (expiring)
            expire(node->hosts[i]);
    }
}

/* ---- The thread ---- */

static int64_t now_seconds(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

/* The next job, or NULL after LOOK_SECONDS or at the end. */
static struct job *next(struct registrar *registrar, bool *closed)
{
    struct timespec until;
    struct job *job;
    int late = 0;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += LOOK_SECONDS;
    (void)pthread_mutex_lock(&registrar->mutex);
    while (registrar->first == NULL && !registrar->closed && late == 0)
        late = pthread_cond_timedwait(&registrar->changed, &registrar->mutex,
                                      &until);
    job = registrar->first;
    if (job != NULL) {
        registrar->first = job->next;
        if (job->next == NULL)
            registrar->last = &registrar->first;
    }
    *closed = registrar->closed;
    (void)pthread_mutex_unlock(&registrar->mutex);
    return job;
}

static void *work_on(void *context)
{
    struct registrar *registrar = context;
    int64_t looked = 0, expired = 0;
    bool closed = false;

    while (!closed) {
        struct job *job = next(registrar, &closed);
        int64_t now = now_seconds();

        if (job != NULL) {
            closed = false; /* Once all are worked off. */
            work_off(job);
        } else if (!closed && (looked == 0 || now - looked >= LOOK_SECONDS)) {
            looked = now;
            look(registrar, expired == 0 || now - expired >= EXPIRE_SECONDS);
            if (expired == 0 || now - expired >= EXPIRE_SECONDS)
                expired = now;
        }
    }
    return NULL;
}

struct registrar *registrar_start(struct node *node)
{
    struct registrar *registrar = calloc(1, sizeof *registrar);
    pthread_condattr_t attributes;

    if (registrar == NULL)
        abort();
    registrar->node = node;
    registrar->last = &registrar->first;
    (void)pthread_mutex_init(&registrar->mutex, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&registrar->changed, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    if (pthread_create(&registrar->thread, NULL, work_on, registrar) != 0)
        abort();
    return registrar;
}

void registrar_stop(struct registrar *registrar)
{
    if (registrar == NULL)
        return;
    (void)pthread_mutex_lock(&registrar->mutex);
    registrar->closed = true;
    (void)pthread_cond_broadcast(&registrar->changed);
    (void)pthread_mutex_unlock(&registrar->mutex);
    (void)pthread_join(registrar->thread, NULL);
    (void)pthread_cond_destroy(&registrar->changed);
    (void)pthread_mutex_destroy(&registrar->mutex);
    free(registrar);
}

void registrar_enter(struct registrar *registrar, struct ledger_host *host,
                     struct draft *draft, struct exchange *exchange)
{
    struct job *job = job_create(host, draft, exchange);

    (void)pthread_mutex_lock(&registrar->mutex);
    *registrar->last = job;
    registrar->last = &job->next;
    (void)pthread_cond_signal(&registrar->changed);
    (void)pthread_mutex_unlock(&registrar->mutex);
}
