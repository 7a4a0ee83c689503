#include "server/load.h"
#include "server/config.h"
#include "server/log.h"
#include "server/node.h"
#include "server/snapshot.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { PATH_CHARS = 1024 };

static void snapshot_path(const struct ledger_host *host,
                          char path[static PATH_CHARS])
{
    (void)snprintf(path, PATH_CHARS, "%s/%s.snapshot",
                   host->node->config->state_dir, host->name);
}

/* The fold of the last snapshot, or of nothing. */
static void start_point(const struct ledger_host *host, struct point *point)
{
    char path[PATH_CHARS];
    struct error why = {0};

    snapshot_path(host, path);
    if (snapshot_read(path, host->origin, point, &why))
        return;
    if (why.code != ERROR_ABSENT)
        log_event(LOG_WARNING, "snapshot", "%s: ignored: %s", host->name,
                  why.text);
    point_start(point);
}

static bool read_log(struct ledger_host *host, struct db *db,
                     const struct store_head *head, struct error *error)
{
    struct error why = {0};

    point_free(&host->at);
    start_point(host, &host->at);
    host->snapshot_size = host->at.size;
    if (follow(&host->at, host->origin, db, host->ledger_id, head, NULL,
               &why) &&
        host->at.stuck.code == ERROR_NONE)
        return true;
    if (why.code != ERROR_NONE && why.code != ERROR_DOUBT)
        return fail_again(error, why.code, &why);
    if (host->snapshot_size > 0) { /* Perhaps it misled. */
        log_event(LOG_WARNING, "snapshot", "%s: ignored: %s", host->name,
                  why.text);
        why = (struct error){0};
        point_free(&host->at);
        point_start(&host->at);
        host->snapshot_size = 0;
        if (!follow(&host->at, host->origin, db, host->ledger_id, head, NULL,
                    &why) &&
            why.code != ERROR_DOUBT)
            return fail_again(error, why.code, &why);
    }
    if (why.code != ERROR_NONE)
        host_doubt(host, ERROR_DOUBT, "%s", why.text);
    else if (host->at.stuck.code != ERROR_NONE)
        host_doubt(host, ERROR_READ_ONLY, "%s", host->at.stuck.text);
    return true;
}

/* A root the log had: at the size of a checkpoint or of the file. */
static bool tree_at(struct prover *prover, int64_t size, struct tree *tree,
                    struct error *error)
{
    *tree = (struct tree){0};
    return size > prover->host->at.size ||
           prover_tree(prover, size, tree, error);
}

/* What the database itself says was signed. */
static bool compare_checkpoint(struct ledger_host *host, struct prover *prover,
                               struct db *db, struct error *error)
{
    struct store_checkpoint latest;
    struct error why = {0};
    struct hash root;
    struct tree tree;

    if (!store_checkpoint_latest(db, host->ledger_id, &latest, &why))
        return why.code == ERROR_ABSENT || fail_again(error, why.code, &why);
    if (!tree_at(prover, latest.size, &tree, error))
        return false;
    root = tree_root(&tree);
    if (latest.size > host->at.size)
        host_doubt(host, ERROR_DOUBT,
                   "a checkpoint of size %" PRId64 " was signed, but the log"
                   " has %" PRId64 " entries",
                   latest.size, host->at.size);
    else if (!hash_equal(&root, &latest.root))
        host_doubt(host, ERROR_DOUBT,
                   "at size %" PRId64 " another root was signed", latest.size);
    else
        host_publish(host, &latest);
    return true;
}

bool load_signer(struct ledger_host *host)
{
    struct error why = {0};

    if (signing_open(&host->signing, &why)) {
        host_set_keys(host, &host->signing.keys);
        host_pause(host, PAUSE_SIGNER, NULL);
        return true;
    }
    load_signer_failed(host, &why);
    return false;
}

void load_signer_failed(struct ledger_host *host, const struct error *why)
{
    bool here = host->signing.socket[0] == '\0';

    if (why->code == ERROR_ABSENT)
        host_pause(host, PAUSE_SIGNER,
                   here ? "its log key is not in the state folder"
                        : "its log key is not in the signer's state folder");
    else if (why->code == ERROR_DOUBT ||
             (here && host->signing.keys.count == 0))
        host_doubt(host, why->code, "%s", why->text);
    else if (host->signing.keys.count == 0)
        host_pause(host, PAUSE_SIGNER, why->text);
    else /* Another one signs, or the database is away: it is tried again. */
        log_event(LOG_WARNING, "signer", "%s: %s", host->name, why->text);
}

static bool compare_signed(struct ledger_host *host, struct db *db,
                           struct error *error)
{
    struct prover *prover = prover_create(host);
    struct error why = {0};
    bool good = compare_checkpoint(host, prover, db, error);

    free(prover);
    if (good && load_signer(host) && host->trouble.code == ERROR_NONE &&
        !signing_start(&host->signing, &why))
        load_signer_failed(host, &why);
    return good;
}

bool load_host(struct ledger_host *host, struct error *error)
{
    struct store_head head;
    POOL_LOAN(loan);

    if (!pool_borrow(&host->node->pool, &loan, error) ||
        !store_head(loan.db, host->ledger_id, &head, error) ||
        !read_log(host, loan.db, &head, error) ||
        !compare_signed(host, loan.db, error))
        return false;
    log_event(LOG_INFO, "ledger",
              "%s: %" PRId64 " entries, %" PRId64 " from the snapshot",
              host->name, host->at.size, host->snapshot_size);
    return true;
}

void load_save(struct ledger_host *host, const struct point *point)
{
    char path[PATH_CHARS];
    struct error error = {0};

    if (point->base->size != point->size || point->size == host->snapshot_size)
        return;
    snapshot_path(host, path);
    if (snapshot_write(path, host->origin, point, &error))
        host->snapshot_size = point->size;
    else
        log_event(LOG_WARNING, "snapshot", "%s: %s", host->name, error.text);
}

void load_refresh(struct ledger_host *host)
{
    struct store_head head;
    struct error error = {0};
    struct point point;
    POOL_LOAN(loan);

    start_point(host, &point);
    if (pool_borrow(&host->node->pool, &loan, &error) &&
        store_head(loan.db, host->ledger_id, &head, &error) &&
        follow(&point, host->origin, loan.db, host->ledger_id, &head, NULL,
               &error))
        load_save(host, &point);
    else
        log_event(LOG_WARNING, "snapshot", "%s: %s", host->name, error.text);
    point_free(&point);
}
