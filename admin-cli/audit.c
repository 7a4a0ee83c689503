#include "admin-cli/audit.h"

#include "admin-cli/totals.h"
#include "ledger/receipt.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CLAIM_TRIES = 10 };

/* ---- What the node shows ---- */

/* First of all: the log is read at least as far as these figures go. */
static bool find_claims(struct audit *audit, struct error *error)
{
    struct error why = {0};
    char *bytes;
    size_t size;

    if (!source_get(&audit->source, "audit.json", &bytes, &size, &why)) {
        if (why.code == ERROR_ABSENT)
            return true;
        *error = why;
        return false;
    }
    audit->claims = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, NULL);
    free(bytes);
    audit->claims_size = json_integer_value(
        json_object_get(json_object_get(audit->claims, "head"), "size"));
    if (audit->claims_size > 0)
        return true;
    return fail(error, ERROR_PROOF, "the node's figures are not readable");
}

static bool compare_claims(struct audit *audit, struct error *error)
{
    if (!totals_compare(audit->auditor.state, audit->claims, error))
        return false;
    audit->claims_agree = true;
    return true;
}

/* ---- The checkpoint ---- */

static bool judge_checkpoint(struct audit *audit, struct error *error)
{
    const struct policy *policy = &audit->trust.policy;
    const struct audit_options *options = &audit->options;
    struct error why = {0};

    if (!policy_check(policy, &audit->note, &audit->checkpoint, &why))
        return fail(error, ERROR_PROOF, "the checkpoint: %s", why.text);
    if (options->max_age == 0)
        return true;
    if (policy->quorum == POLICY_NOBODY)
        return fail(error, ERROR_USAGE,
                    "--max-age judges cosignatures; the policy asks for none");
    if (!policy_check_since(policy, &audit->note,
                            options->now > options->max_age
                                ? options->now - options->max_age
                                : 1,
                            &audit->checkpoint, &why))
        return fail(error, ERROR_PROOF, "the checkpoint is stale: %s",
                    why.text);
    return true;
}

/* A node signs just after it shows: its checkpoint may need a moment. */
static bool find_checkpoint(struct audit *audit, struct error *error)
{
    const struct timespec pause = {.tv_nsec = 200 * 1000 * 1000};

    for (int try = 0;; try++) {
        free(audit->bytes);
        audit->bytes = NULL;
        if (!published_checkpoint(&audit->source, &audit->bytes,
                                  &audit->bytes_size, &audit->note,
                                  &audit->checkpoint, error)) {
            if (error->code != ERROR_NOTE && error->code != ERROR_SIZE)
                return false;
            error->code = ERROR_PROOF;
            return false;
        }
        if ((int64_t)audit->checkpoint.size >= audit->claims_size)
            return judge_checkpoint(audit, error);
        if (try == CLAIM_TRIES || !audit->source.remote)
            return fail(error, ERROR_PROOF,
                        "figures of %" PRId64
                        " entries are shown, but only %" PRIu64 " are signed",
                        audit->claims_size, audit->checkpoint.size);
        (void)nanosleep(&pause, NULL);
    }
}

/* ---- What was seen before ---- */

static bool contradicts(struct audit *audit, const struct seen *seen,
                        const struct error *why, struct error *error)
{
    struct error ignored = {0};

    if (!seen_evidence(audit->evidence, audit->options.state_dir, seen,
                       audit->bytes, audit->bytes_size, &ignored))
        audit->evidence[0] = '\0';
    return fail(error, ERROR_PROOF, "%s; both signed checkpoints are in %s",
                why->text,
                audit->evidence[0] != '\0' ? audit->evidence : "no file");
}

static bool compare_one(struct audit *audit, const struct seen *seen,
                        struct error *error)
{
    const struct checkpoint *now = &audit->checkpoint;
    const struct checkpoint *then = &seen->checkpoint;
    struct error why = {0};

    if (then->size > now->size)
        (void)fail(&why, ERROR_PROOF,
                   "a rollback: %" PRIu64 " entries were signed before, now "
                   "only %" PRIu64 " are",
                   then->size, now->size);
    else if (then->size == now->size && !hash_equal(&then->root, &now->root))
        (void)fail(&why, ERROR_PROOF,
                   "a fork: another root was signed for %" PRIu64 " entries",
                   then->size);
    else if (source_extends(&audit->source, then->size, &then->root, now->size,
                            &now->root, &why))
        return true;
    else if (why.code != ERROR_PROOF) {
        *error = why;
        return false;
    }
    return contradicts(audit, seen, &why, error);
}

static bool is_known(const struct audit *audit)
{
    const struct policy *policy = &audit->trust.policy;

    for (size_t i = 0; i < audit->seen.count; i++)
        for (size_t j = 0; j < policy->log_count; j++)
            if (key_equal(&audit->seen.seen[i].key, &policy->logs[j].vkey.key))
                return true;
    return audit->seen.count == 0;
}

static bool compare_seen(struct audit *audit, struct error *error)
{
    if (audit->options.state_dir == NULL)
        return true;
    if (!seen_load(&audit->seen, audit->options.state_dir,
                   audit->checkpoint.origin, error))
        return false;
    if (audit->trust.from == TRUST_SOURCE && !is_known(audit))
        return fail(error, ERROR_PROOF,
                    "the log is signed by another key than before; if the "
                    "cooperative has announced it, give it with --vkey");
    for (size_t i = 0; i < audit->seen.count; i++) {
        const struct seen *seen = &audit->seen.seen[i];

        if (!compare_one(audit, seen, error))
            return false;
        if (audit->last == NULL ||
            seen->checkpoint.size > audit->last->checkpoint.size)
            audit->last = seen;
    }
    return true;
}

/* ---- Tiles and entries ---- */

static bool compare_tile(struct audit *audit, int level, uint64_t number,
                         unsigned width, const struct hash *hashes,
                         struct error *error)
{
    const struct tile_path path = {level, number, width};
    char name[TILE_PATH_CHARS], *bytes;
    size_t size;
    bool same;

    if (!source_tile(&audit->source, &path, &bytes, &size, error))
        return false;
    same = size == width * sizeof hashes[0] && memcmp(bytes, hashes, size) == 0;
    free(bytes);
    audit->tiles++;
    if (same)
        return true;
    (void)tile_path_write(name, &path);
    return fail(error, ERROR_PROOF,
                "%s is not what its entries hash to, from entry %" PRIu64 " on",
                name, number << (8 * level + 8));
}

static void full_tile(void *context, int level, uint64_t number,
                      const struct hash *hashes)
{
    struct audit *audit = context;

    if (!audit->failed)
        audit->failed = !compare_tile(audit, level, number, TILE_HASHES, hashes,
                                      audit->error);
}

/* The partial tiles of this size; a bundle before them is complete. */
static bool partial_tiles(struct audit *audit, struct error *error)
{
    for (int level = 0; level < TILE_LEVELS; level++) {
        uint64_t size = tile_level_size(audit->checkpoint.size, level);
        unsigned width = (unsigned)(size % TILE_HASHES);

        if (width > 0 && !compare_tile(audit, level, size / TILE_HASHES, width,
                                       audit->edge.hashes[level], error))
            return false;
    }
    return true;
}

/* The entries of a former audit, once all of them are read again. */
static bool compare_last(struct audit *audit, struct error *error)
{
    const struct hash root = tree_root(&audit->auditor.tree);
    struct error why = {0};

    if (hash_equal(&root, &audit->last->checkpoint.root))
        return true;
    (void)fail(&why, ERROR_PROOF,
               "the first %" PRIu64 " entries are not those seen before",
               audit->last->checkpoint.size);
    return contradicts(audit, audit->last, &why, error);
}

/* After each leaf: the tiles that it completes. */
static bool after_leaf(void *context, const struct auditor *auditor,
                       struct error *error)
{
    struct audit *audit = context;
    const int64_t size = auditor->state->size;

    audit->error = error;
    audit_policy_note(audit);
    if (size == 1)
        audit->first_accepted = auditor->state->accepted;
    tile_edge_append(&audit->edge, (uint64_t)size - 1, &auditor->leaf_hash,
                     full_tile, audit);
    if (audit->failed)
        return false;
    if (audit->last != NULL && (uint64_t)size == audit->last->checkpoint.size &&
        !compare_last(audit, error))
        return false;
    return audit->claims == NULL || size != audit->claims_size ||
           compare_claims(audit, error);
}

/* A signature before the entry that was refused may be wrong, too. */
static void name_first(struct audit *audit, struct error *error)
{
    struct error first = {0};

    if (error->code == ERROR_PROOF && !auditor_finish(&audit->auditor, &first))
        *error = first;
}

static bool read_log(struct audit *audit, struct error *error)
{
    const uint64_t size = audit->checkpoint.size;
    const uint64_t most = UINT64_C(1) << 24;
    struct hash root;

    auditor_start(&audit->auditor, audit->checkpoint.origin,
                  audit->options.threads);
    auditor_expect(&audit->auditor, size < most ? size : most);
    audit->auditor.punctual = &audit->punctual;
    source_ahead(&audit->source, 0, size, true);
    if (audit->last != NULL)
        audit->auditor.trusted_size = (int64_t)audit->last->checkpoint.size;
    if (!published_read(&audit->source, &audit->auditor, size, after_leaf,
                        audit, error)) {
        name_first(audit, error);
        return false;
    }
    if (!partial_tiles(audit, error))
        return false;
    root = tree_root(&audit->auditor.tree);
    if (!hash_equal(&root, &audit->checkpoint.root))
        return fail(error, ERROR_PROOF,
                    "the entries hash to another root than the checkpoint's");
    punctual_end(&audit->punctual, audit->auditor.state);
    return auditor_finish(&audit->auditor, error) &&
           laws_hold(audit->auditor.state, error) &&
           audit_policy_check(audit, error);
}

/* ---- One receipt, of the last entry, as a giver would hold it ---- */

static bool check_receipt(struct audit *audit, struct error *error)
{
    struct receipt receipt;
    struct checkpoint checkpoint;
    struct error why = {0};
    char path[64], *bytes;
    const uint64_t index = audit->checkpoint.size - 1;
    size_t size;
    bool good;

    if (audit->checkpoint.size == 0)
        return true;
    (void)snprintf(path, sizeof path, "receipt/%" PRIu64, index);
    if (!source_get(&audit->source, path, &bytes, &size, &why)) {
        if (why.code == ERROR_ABSENT)
            return true;
        *error = why;
        return false;
    }
    good = receipt_read(&receipt, bytes, size, &why);
    if (good && receipt.leaf.size == 0)
        good = fail(&why, ERROR_PROOF, "it has no leaf");
    good = good && receipt_verify_policy(&receipt, &audit->trust.policy,
                                         &checkpoint, &why);
    if (good && receipt.index != index)
        good =
            fail(&why, ERROR_PROOF, "it is of entry %" PRIu64, receipt.index);
    free(bytes);
    audit->receipt_agrees = good;
    return good ||
           fail(error, ERROR_PROOF, "the receipt of entry %" PRIu64 ": %s",
                index, why.text);
}

static bool remember(struct audit *audit, struct error *error)
{
    if (audit->options.state_dir == NULL)
        return true;
    return seen_save(&audit->seen, &audit->trust.policy, &audit->note,
                     audit->checkpoint.origin, audit->bytes, audit->bytes_size,
                     error);
}

bool audit_run(struct audit *audit, const struct audit_options *options,
               struct error *error)
{
    memset(audit, 0, sizeof *audit);
    audit->options = *options;
    if (!source_open(&audit->source, options->where, options->settings,
                     error) ||
        !trust_open(&audit->trust, options->policy, options->vkey,
                    &audit->source, error))
        return false;
    return find_claims(audit, error) && find_checkpoint(audit, error) &&
           compare_seen(audit, error) && read_log(audit, error) &&
           check_receipt(audit, error) && remember(audit, error);
}

void audit_close(struct audit *audit)
{
    if (audit->auditor.state != NULL)
        auditor_end(&audit->auditor);
    punctual_free(&audit->punctual);
    seen_free(&audit->seen);
    json_decref(audit->claims);
    free(audit->bytes);
    free(audit->policy.text);
    trust_close(&audit->trust);
    source_close(&audit->source);
}
