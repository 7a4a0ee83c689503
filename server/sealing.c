#include "server/sealing.h"
#include "server/load.h"
#include "server/log.h"
#include "server/node.h"
#include "sql/probe.h"

#include <inttypes.h>
#include <time.h>

enum {
    TAKEOVER_MS = 2000, /* Without a checkpoint: this server signs. */
    PAUSE_MS = 500,     /* Before signing is tried again. */
    REFRESH_MS = 1000,  /* Between looks at another's checkpoints. */
};

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The log as committed, as far as this server knows. */
static void read_end(struct ledger_host *host, int64_t *size, struct hash *root)
{
    host_read(host);
    *size = host->at.size;
    *root = host->at.root;
    host_done(host);
}

/* The latest that another server signed and that this log reaches. */
static void refresh(struct sealing *sealing)
{
    struct ledger_host *host = sealing->host;
    struct store_checkpoint checkpoint;
    struct error error = {0};
    struct hash root;
    struct tree tree;
    POOL_LOAN(loan);

    sealing->refreshed_ms = now_ms();
    if (!pool_borrow(&host->node->pool, &loan, &error) ||
        !store_checkpoint_latest(loan.db, host->ledger_id, &checkpoint,
                                 &error) ||
        checkpoint.size > host_size(host))
        return;
    sealing->prover->size = 0;
    if (!prover_tree(sealing->prover, checkpoint.size, &tree, &error))
        return;
    root = tree_root(&tree);
    if (hash_equal(&root, &checkpoint.root))
        host_publish(host, &checkpoint);
    else
        host_doubt(host, ERROR_DOUBT,
                   "a checkpoint of size %" PRId64 " has another root",
                   checkpoint.size);
}

/* Become the signer, if what this host signed is where the log comes from. */
static void take_over(struct sealing *sealing)
{
    struct ledger_host *host = sealing->host;
    struct error error = {0};

    if (host->signing.keys.count == 0)
        return;
    if (signing_start(&host->signing, &error))
        log_event(LOG_INFO, "signer", "%s: signs here", host->name);
    else
        load_signer_failed(host, &error);
}

static void sign(struct sealing *sealing, int64_t size, const struct hash *root)
{
    struct ledger_host *host = sealing->host;
    struct store_checkpoint checkpoint;
    struct error error = {0};

    if (now_ms() < sealing->pause_ms || !host_is_writable(host, &error))
        return;
    if (signing_sign(&host->signing, size, root, &checkpoint, &error)) {
        PROBE(signed_known);
        host_publish(host, &checkpoint);
        PROBE(published);
    } else if (error.code == ERROR_TAKEN) /* For another server, and more. */
        refresh(sealing);
    else
        load_signer_failed(host, &error);
    if (error.code != ERROR_NONE)
        sealing->pause_ms = now_ms() + PAUSE_MS;
}

/* Is all signed that is committed? */
static bool is_covered(struct ledger_host *host, int64_t size)
{
    struct store_checkpoint latest;

    return host_checkpoint(host, &latest) && latest.size >= size;
}

void sealing_seek(struct sealing *sealing)
{
    struct ledger_host *host = sealing->host;
    struct error error = {0};
    struct hash root;
    int64_t size;

    read_end(host, &size, &root);
    if (signing_is_lost(&host->signing) && now_ms() >= sealing->pause_ms) {
        if (load_signer(host))
            take_over(sealing);
        else
            sealing->pause_ms = now_ms() + PAUSE_MS;
    }
    if (!atomic_load(&host->signing.active))
        refresh(sealing);
    else if (!is_covered(host, size))
        sign(sealing, size, &root);
    if (is_covered(host, size) || !host_is_writable(host, &error)) {
        sealing->wanted_ms = 0;
        return;
    }
    if (sealing->wanted_ms == 0)
        sealing->wanted_ms = now_ms();
    else if (now_ms() - sealing->wanted_ms > TAKEOVER_MS &&
             !atomic_load(&host->signing.active)) {
        take_over(sealing);
        sealing->wanted_ms = now_ms();
    }
}

bool sealing_is_stale(const struct sealing *sealing)
{
    const struct signing *signing = &sealing->host->signing;

    return signing_is_lost(signing) ||
           (!atomic_load(&signing->active) &&
            now_ms() - sealing->refreshed_ms >= REFRESH_MS);
}
