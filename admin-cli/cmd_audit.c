/*
 * audit: a stranger reads a node's published log and believes nothing of it.
 *
 * Every bundle, tile, leaf hash and signature, the fold of every entry, the
 * checkpoint, a receipt, and the totals that the node shows.
 */
#include "admin-cli/auditor.h"
#include "admin-cli/client.h"
#include "admin-cli/command.h"
#include "admin-cli/published.h"
#include "admin-cli/screen.h"
#include "admin-cli/totals.h"
#include "ledger/policy.h"
#include "ledger/receipt.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct audit {
    const struct call *call;
    struct client client;
    struct auditor auditor;
    struct tile_edge *edge;
    struct policy *policy;
    char *policy_text;
    struct checkpoint checkpoint;
    struct note *note;
    char *note_text;
    int64_t tiles;
    bool trusted; /* The log key came from the user, not from the node. */
    struct error *error;
    bool failed; /* In a callback. */
};

/* ---- Where to, and which key ---- */

static bool read_file(char **text, size_t *size, const char *path,
                      struct error *error)
{
    FILE *file = fopen(path, "re");

    if (file == NULL)
        return fail(error, ERROR_SYSTEM, "cannot read %s", path);
    *text = calloc(1, POLICY_BYTES_MAX + 1);
    assert(*text != NULL);
    *size = fread(*text, 1, POLICY_BYTES_MAX, file);
    (void)fclose(file);
    return true;
}

static bool find_policy(struct audit *audit, struct error *error)
{
    const char *path = call_option(audit->call, "policy");
    const char *vkey = call_option(audit->call, "vkey");
    struct answer answer = {0};
    size_t size;

    audit->trusted = path != NULL || vkey != NULL;
    if (path != NULL) {
        if (!read_file(&audit->policy_text, &size, path, error))
            return false;
    } else if (vkey != NULL) {
        size = strlen(vkey) + sizeof "log \nquorum none\n";
        audit->policy_text = malloc(size);
        assert(audit->policy_text != NULL);
        size = (size_t)snprintf(audit->policy_text, size,
                                "log %s\nquorum none\n", vkey);
    } else {
        if (!client_get(&audit->client, "~/policy", &answer, error))
            return false;
        audit->policy_text = answer_keep(&answer);
        size = answer.size;
        answer_close(&answer);
    }
    return policy_read(audit->policy, audit->policy_text, size, error);
}

static bool find_checkpoint(struct audit *audit, struct error *error)
{
    struct answer answer = {0};
    struct error why = {0};

    if (!client_get(&audit->client, "~/checkpoint", &answer, error))
        return false;
    audit->note_text = answer_keep(&answer);
    if (note_parse(audit->note, audit->note_text, answer.size, &why) &&
        policy_check(audit->policy, audit->note, &audit->checkpoint, &why)) {
        answer_close(&answer);
        return true;
    }
    answer_close(&answer);
    return fail(error, ERROR_PROOF, "the checkpoint: %s", why.text);
}

/* ---- Tiles and bundles ---- */

static bool compare_tile(struct audit *audit, int level, uint64_t number,
                         unsigned width, const struct hash *hashes,
                         struct error *error)
{
    struct tile_path path = {level, number, width};
    struct answer answer = {0};
    char name[TILE_PATH_CHARS];
    bool same;

    if (!published_fetch(&audit->client, &path, &answer, error))
        return false;
    same = answer.size == width * sizeof hashes[0] &&
           memcmp(answer.body, hashes, answer.size) == 0;
    answer_close(&answer);
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
                                       audit->edge->hashes[level], error))
            return false;
    }
    return true;
}

/* After each leaf: the tiles that it completes. */
static bool after_leaf(void *context, const struct auditor *auditor,
                       struct error *error)
{
    struct audit *audit = context;

    audit->error = error;
    tile_edge_append(audit->edge, (uint64_t)auditor->state->size - 1,
                     &auditor->leaf_hash, full_tile, audit);
    return !audit->failed;
}

static bool read_log(struct audit *audit, struct error *error)
{
    return published_read(&audit->client, &audit->auditor,
                          audit->checkpoint.size, after_leaf, audit, error) &&
           partial_tiles(audit, error);
}

/* ---- What the node says besides ---- */

static bool compare_root(struct audit *audit, struct error *error)
{
    struct hash root = tree_root(&audit->auditor.tree);

    if (hash_equal(&root, &audit->checkpoint.root))
        return true;
    return fail(error, ERROR_PROOF,
                "the entries hash to another root than the checkpoint's");
}

/* One receipt, of the last entry, as a giver would hold it. */
static bool check_receipt(struct audit *audit, struct error *error)
{
    struct answer answer = {0};
    struct receipt receipt;
    struct checkpoint checkpoint;
    struct error why = {0};
    char url[64];
    bool good;

    if (audit->checkpoint.size == 0)
        return true;
    (void)snprintf(url, sizeof url, "~/receipt/%" PRIu64,
                   audit->checkpoint.size - 1);
    if (!client_get(&audit->client, url, &answer, error))
        return false;
    good = receipt_read(&receipt, answer.body, answer.size, &why) &&
           receipt_verify(&receipt, &audit->policy->logs[0].vkey, &checkpoint,
                          &why);
    answer_close(&answer);
    return good ||
           fail(error, ERROR_PROOF, "the receipt of entry %" PRIu64 ": %s",
                audit->checkpoint.size - 1, why.text);
}

static bool compare_totals(struct audit *audit, struct error *error)
{
    struct answer answer = {0};
    char url[64];
    bool same;

    (void)snprintf(url, sizeof url, "~/audit.json?size=%" PRIu64,
                   audit->checkpoint.size);
    if (!client_get(&audit->client, url, &answer, error))
        return false;
    if (answer.json == NULL) {
        answer_close(&answer);
        return fail(error, ERROR_PROOF, "the node's totals are no JSON");
    }
    same = totals_compare(audit->auditor.state, answer.json, error);
    answer_close(&answer);
    return same;
}

static void report(struct audit *audit)
{
    json_t *document = totals_document(audit->auditor.state);
    char root[HASH_CHARS + 1];

    hash_write(root, &audit->checkpoint.root);
    (void)json_object_set_new(document, "origin",
                              json_string(audit->checkpoint.origin));
    (void)json_object_set_new(document, "size",
                              json_integer((json_int_t)audit->checkpoint.size));
    (void)json_object_set_new(document, "root", json_string(root));
    (void)json_object_set_new(
        document, "signatures",
        json_integer(verifier_checked(audit->auditor.verifier)));
    (void)json_object_set_new(document, "tiles", json_integer(audit->tiles));
    (void)json_object_set_new(document, "verdict",
                              json_string("everything agrees"));
    screen_document(stdout, document, call_has(audit->call, SETTING_JSON));
    json_decref(document);
    if (!audit->trusted)
        screen_note("The log key was taken from the node itself. Ask the "
                    "cooperative for its key by another way and give it with "
                    "--vkey or --policy.");
}

static bool run(struct audit *audit, struct error *error)
{
    if (!published_open(&audit->client, audit->call, error) ||
        !find_policy(audit, error) || !find_checkpoint(audit, error))
        return false;
    auditor_start(&audit->auditor, audit->checkpoint.origin, 2);
    return read_log(audit, error) && auditor_finish(&audit->auditor, error) &&
           compare_root(audit, error) && check_receipt(audit, error) &&
           compare_totals(audit, error);
}

bool command_audit(const struct call *call, struct error *error)
{
    struct audit audit = {.call = call};
    bool good;

    audit.edge = calloc(1, sizeof *audit.edge);
    audit.policy = calloc(1, sizeof *audit.policy);
    audit.note = calloc(1, sizeof *audit.note);
    assert(audit.edge != NULL && audit.policy != NULL && audit.note != NULL);
    good = run(&audit, error);
    if (good)
        report(&audit);
    if (audit.auditor.state != NULL)
        auditor_end(&audit.auditor);
    client_close(&audit.client);
    free(audit.note_text);
    free(audit.policy_text);
    free(audit.note);
    free(audit.policy);
    free(audit.edge);
    return good;
}
