#include "server/postman.h"
#include "server/config.h"
#include "server/log.h"
#include "server/mail.h"
#include "server/maildir.h"
#include "server/nap.h"
#include "server/public.h"
#include "server/smtp.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    LOOK_MS = 500,
    CLAIM = 8, /* Letters at once; at worst each takes half a minute. */
    LEASE_SECONDS = 600,
    LEDGERS = 64,
    ATTEMPTS_MAX = 24,
    WAIT_SECONDS_MAX = 2 * 3600,
    PARK_DAYS = 7,
    SENT_HOURS = 24,
    PURGE_MS = 3600 * 1000,
};

struct postman {
    struct node *node;
    struct smtp *smtp; /* NULL: into mail_dir. */
    pthread_t thread;
    struct nap nap;
    int64_t purged_ms;
    atomic_llong sent, retried, parked;
};

/* Letters of one claim, with bytes of their own. */
struct bundle {
    size_t count;
    struct store_mail mails[CLAIM];
    bool away; /* The server cannot be spoken to: the rest waits as well. */
};

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- One letter ---- */

/* Twice as long after each attempt, give or take a quarter. */
static int64_t wait_seconds(const struct postman *postman, int attempts)
{
    int64_t wait = postman->node->config->mail_retry_seconds;

    for (int i = 1; i < attempts && wait < WAIT_SECONDS_MAX; i++)
        wait *= 2;
    if (wait > WAIT_SECONDS_MAX)
        wait = WAIT_SECONDS_MAX;
    return wait * 3 / 4 + randombytes_uniform((uint32_t)(wait / 2 + 1));
}

static enum smtp_outcome hand_over(struct postman *postman,
                                   const struct letter *letter,
                                   struct error *why)
{
    BUFFER(message);

    mime_write(&message, letter);
    if (postman->smtp != NULL)
        return smtp_send(postman->smtp, letter->to, message.bytes, message.size,
                         why);
    return maildir_write(postman->node->config->mail_dir, letter, &message, why)
               ? SMTP_SENT
               : SMTP_LATER;
}

static void tell(enum log_level level, const struct store_mail *mail,
                 const char *what, const struct error *why)
{
    char id[2 * MAIL_ID_BYTES + 1];

    (void)sodium_bin2hex(id, sizeof id, mail->mail_id, MAIL_ID_BYTES);
    log_event(level, "mail", "%s %s, attempt %d%s%s", id, what, mail->attempts,
              why->text[0] == '\0' ? "" : ": ", why->text);
}

static bool note_sent(struct postman *postman, struct db *db,
                      const struct store_mail *mail, struct error *error)
{
    (void)atomic_fetch_add(&postman->sent, 1);
    return store_outbox_sent(db, mail, error);
}

static bool note_later(struct postman *postman, struct db *db,
                       const struct store_mail *mail, const struct error *why,
                       struct error *error)
{
    tell(LOG_WARNING, mail, "later", why);
    (void)atomic_fetch_add(&postman->retried, 1);
    return store_outbox_retry(db, mail, wait_seconds(postman, mail->attempts),
                              error);
}

static bool note_refused(struct postman *postman, struct db *db,
                         const struct store_mail *mail, const struct error *why,
                         struct error *error)
{
    tell(LOG_WARNING, mail, "refused", why);
    (void)atomic_fetch_add(&postman->parked, 1);
    return store_outbox_park(db, mail, PARK_DAYS, error);
}

static bool deliver(struct postman *postman, struct db *db,
                    const struct store_mail *mail, bool *away,
                    struct error *error)
{
    json_auto_t *document = NULL;
    struct letter letter;
    struct error why = {0};
    bool expired = false;
    enum smtp_outcome outcome;

    if (*away) {
        (void)fail(&why, ERROR_STORE, "the mail server is away");
        return note_later(postman, db, mail, &why, error);
    }
    if (!mail_open(postman->node, mail, &document, &letter, &expired, &why))
        return note_refused(postman, db, mail, &why, error);
    if (expired || mail->attempts > ATTEMPTS_MAX) {
        letter_clear(&letter);
        tell(LOG_WARNING, mail, "too late", &why);
        return store_outbox_drop(db, mail, error);
    }
    outcome = hand_over(postman, &letter, &why);
    letter_clear(&letter);
    switch (outcome) {
    case SMTP_SENT:
        return note_sent(postman, db, mail, error);
    case SMTP_AWAY:
        *away = true;
        return note_later(postman, db, mail, &why, error);
    case SMTP_LATER:
        return note_later(postman, db, mail, &why, error);
    case SMTP_REFUSED:
        return note_refused(postman, db, mail, &why, error);
    }
    impossible();
}

/* ---- The outbox ---- */

static bool keep(void *context, const struct store_mail *row,
                 struct error *error)
{
    struct bundle *bundle = context;
    struct store_mail *mail = &bundle->mails[bundle->count];
    char *copy = malloc(row->box.size + 1);

    (void)error;
    assert(copy != NULL && bundle->count < CLAIM);
    memcpy(copy, row->box.bytes, row->box.size);
    *mail = *row;
    mail->box.bytes = copy;
    bundle->count++;
    return true;
}

static bool send_some(struct postman *postman, struct db *db, int32_t ledger_id,
                      struct bundle *bundle, struct error *error)
{
    bool good = store_outbox_claim(db, ledger_id, CLAIM, LEASE_SECONDS, keep,
                                   bundle, error);

    for (size_t i = 0; i < bundle->count; i++) {
        if (good && !nap_is_over(&postman->nap))
            good =
                deliver(postman, db, &bundle->mails[i], &bundle->away, error);
        else if (good) /* Somebody else may have it at once. */
            good = store_outbox_retry(db, &bundle->mails[i], 0, error);
        free((void *)(uintptr_t)bundle->mails[i].box.bytes);
    }
    return good;
}

static bool send_due(struct postman *postman, struct db *db,
                     struct error *error)
{
    int32_t ledgers[LEDGERS];
    size_t count = 0;
    bool away = false;

    if (!store_outbox_due(db, ledgers, LEDGERS, &count, error))
        return false;
    for (size_t i = 0; i < count && !nap_is_over(&postman->nap); i++) {
        struct bundle bundle = {.away = away};

        if (!send_some(postman, db, ledgers[i], &bundle, error))
            return false;
        away = bundle.away;
    }
    return true;
}

static void look(struct postman *postman)
{
    struct error error = {0};
    POOL_LOAN(loan);

    if (!pool_borrow(&postman->node->pool, &loan, &error))
        return; /* The keeper says that the database is down. */
    if (now_ms() - postman->purged_ms >= PURGE_MS) {
        if (!store_outbox_purge(loan.db, SENT_HOURS, &error))
            return;
        postman->purged_ms = now_ms();
    }
    if (!send_due(postman, loan.db, &error))
        log_event(LOG_WARNING, "mail", "outbox: %s", error.text);
}

static void *work(void *context)
{
    struct postman *postman = context;

    while (!nap_for(&postman->nap, LOOK_MS))
        look(postman);
    return NULL;
}

/* ---- Start and end ---- */

bool postman_start(struct postman **out, struct node *node, struct error *error)
{
    const struct config *config = node->config;
    struct postman *postman;

    *out = NULL;
    if (config->mail_dir[0] == '\0' && config->smtp_url[0] == '\0') {
        log_event(LOG_INFO, "mail", "no mail server is set: mails wait");
        return true;
    }
    if (config->mail_dir[0] == '\0' && config->public_url[0] == '\0')
        return fail(error, ERROR_USAGE,
                    "mails need public_url for their links");
    postman = calloc(1, sizeof *postman);
    assert(postman != NULL);
    if (!(config->mail_dir[0] != '\0'
              ? maildir_make(config->mail_dir, error)
              : smtp_open(&postman->smtp, config, error))) {
        free(postman);
        return false;
    }
    postman->node = node;
    postman->purged_ms = now_ms() - PURGE_MS;
    nap_open(&postman->nap);
    if (pthread_create(&postman->thread, NULL, work, postman) != 0)
        abort();
    *out = postman;
    return true;
}

void postman_stop(struct postman *postman)
{
    if (postman == NULL)
        return;
    nap_end(&postman->nap);
    (void)pthread_join(postman->thread, NULL);
    nap_close(&postman->nap);
    smtp_close(postman->smtp);
    free(postman);
}

struct postman_counts postman_count(const struct postman *postman)
{
    return (struct postman_counts){
        .sent = atomic_load(&postman->sent),
        .retried = atomic_load(&postman->retried),
        .parked = atomic_load(&postman->parked),
    };
}
