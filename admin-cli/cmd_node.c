/* node: what whoever runs a node does on its own machine. */
#include "admin-cli/command.h"
#include "admin-cli/file.h"
#include "admin-cli/fsck.h"
#include "admin-cli/screen.h"
#include "sql/keyfile.h"
#include "sql/migrate.h"
#include "sql/store.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_CHARS = 1024, PAGE = 32 };

/* Where PostgreSQL is: the option, else the PG* environment. */
static const char *database(const struct call *call)
{
    const char *conninfo = call_option(call, "database");

    return conninfo != NULL ? conninfo : "";
}

static const char *migrations(const struct call *call)
{
    const char *directory = call_option(call, "migrations");

    return directory != NULL ? directory : "sql";
}

static bool migrate(struct db *db, const struct call *call, int *applied,
                    struct error *error)
{
    if (!migrate_apply(db, migrations(call), applied, error))
        return false;
    if (*applied == 0)
        screen_note("The database is up to date.");
    else
        screen_note("%d migrations were applied.", *applied);
    return true;
}

bool command_node_migrate(const struct call *call, struct error *error)
{
    struct db db = {0};
    int applied;
    bool good;

    if (!db_open(&db, database(call), error))
        return false;
    good = migrate(&db, call, &applied, error);
    db_close(&db);
    return good;
}

/* Make a key unless there is one; its public part is loaded either way. */
static bool have_key(const char *folder, const char *name, struct key *key,
                     struct error *error)
{
    char path[PATH_CHARS];
    struct secret_key secret;
    struct error why = {0};

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    if (!keyfile_load(path, &secret, key, &why)) {
        if (why.code != ERROR_ABSENT)
            return fail_again(error, why.code, &why);
        return keyfile_create(path, key, error);
    }
    sodium_memzero(&secret, sizeof secret);
    return true;
}

static json_t *describe(const struct store_ledger *ledger,
                        const struct key *log, const struct key *clerk)
{
    char vkey[VKEY_CHARS_MAX], text[KEY_CHARS + 1];

    vkey_write(vkey, ledger->origin, KEY_TYPE_ED25519, log);
    key_write(text, clerk);
    return json_pack("{s:s, s:s, s:s, s:s}", "ledger", ledger->name, "origin",
                     ledger->origin, "vkey", vkey, "clerk", text);
}

static bool init_ledger(struct db *db, const struct call *call,
                        const char *folder, struct error *error)
{
    const char *name = call_option(call, "name");
    const char *origin = call_option(call, "origin");
    struct store_ledger ledger;
    struct error why = {0};
    struct key log, clerk;
    char file[128];
    json_t *document;

    if (name == NULL)
        return true;
    if (!store_ledger_find(db, name, &ledger, &why)) {
        if (why.code != ERROR_ABSENT)
            return fail_again(error, why.code, &why);
        if (origin == NULL)
            return fail(error, ERROR_USAGE, "a new ledger needs --origin");
        if (!store_ledger_create(db, name, origin, &ledger, error))
            return false;
    } else if (origin != NULL && strcmp(origin, ledger.origin) != 0) {
        return fail(error, ERROR_TAKEN,
                    "%s has the origin %s, which never changes", name,
                    ledger.origin);
    }
    (void)snprintf(file, sizeof file, "%s.log.key", name);
    if (!have_key(folder, file, &log, error) ||
        !have_key(folder, "clerk.key", &clerk, error))
        return false;
    document = describe(&ledger, &log, &clerk);
    screen_document(stdout, document, call_has(call, SETTING_JSON));
    json_decref(document);
    return true;
}

bool command_node_init(const struct call *call, struct error *error)
{
    const char *folder = call_option(call, "state-dir");
    struct db db = {0};
    int applied;
    bool good;

    if (folder == NULL)
        folder = "var/state";
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return fail(error, ERROR_SYSTEM, "cannot make the folder %s: %s",
                    folder, strerror(errno));
    if (!db_open(&db, database(call), error))
        return false;
    good = migrate(&db, call, &applied, error) &&
           init_ledger(&db, call, folder, error);
    db_close(&db);
    return good;
}

/* The keys of the log, to judge checkpoints by: false without them. */
static bool log_keys(struct log_keys *keys, const char *folder,
                     const struct store_ledger *ledger)
{
    struct log_secrets secrets;
    struct error why = {0};
    bool loaded = log_keys_load(keys, &secrets, folder, ledger->name, &why);

    sodium_memzero(&secrets, sizeof secrets);
    return loaded;
}

/* What the state folder knows about a log, and holds it against. */
struct known {
    struct fsck_trust trust;
    struct log_keys keys;
    struct highwater highwater;
    struct policy policy;
    char *policy_bytes;
};

static bool know(struct known *known, const char *folder,
                 const struct store_ledger *ledger, struct error *error)
{
    char path[PATH_CHARS];
    struct error why = {0};
    size_t size;

    if (log_keys(&known->keys, folder, ledger))
        known->trust.keys = &known->keys;
    (void)snprintf(path, sizeof path, "%s/%s.highwater", folder, ledger->name);
    if (highwater_read(&known->highwater, path, ledger->origin, &why))
        known->trust.signed_last = &known->highwater;
    else if (why.code == ERROR_DOUBT)
        return fail(error, ERROR_PROOF,
                    "table ledger, row %" PRId32 ", or the file: %s",
                    ledger->ledger_id, why.text);
    else if (why.code != ERROR_ABSENT)
        return fail_again(error, why.code, &why);
    (void)snprintf(path, sizeof path, "%s/witness.policy", folder);
    if (!file_read(path, POLICY_BYTES_MAX, &known->policy_bytes, &size, &why)) {
        known->policy_bytes = NULL;
        return why.code == ERROR_ABSENT || fail_again(error, why.code, &why);
    }
    if (!policy_read(&known->policy, known->policy_bytes, size, error))
        return false;
    known->trust.policy = &known->policy;
    return true;
}

static json_t *count_rows(const struct store_ledger *ledger,
                          const struct fsck_report *report)
{
    return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "ledger",
                     ledger->name, "entries", (json_int_t)report->entries,
                     "signatures", (json_int_t)report->signatures, "postings",
                     (json_int_t)report->postings, "subjects",
                     (json_int_t)report->subjects, "tiles",
                     (json_int_t)report->tiles, "checkpoints",
                     (json_int_t)report->checkpoints, "cosignatures",
                     (json_int_t)report->cosignatures);
}

static bool check_one(struct db *db, const struct call *call,
                      const struct store_ledger *ledger, json_t *list,
                      struct error *error)
{
    const char *folder = call_option(call, "state-dir");
    struct known *known = calloc(1, sizeof *known);
    struct fsck_report report;
    struct error why = {0};
    bool good;

    assert(known != NULL);
    screen_heading(ledger->name);
    good = folder == NULL || know(known, folder, ledger, &why);
    if (good && known->trust.keys == NULL)
        screen_note("Without --state-dir and the log's key there the "
                    "signatures of checkpoints are not judged.");
    good = good && fsck_ledger(db, ledger, &known->trust, &report, &why);
    free(known->policy_bytes);
    free(known);
    if (!good)
        return fail(error, why.code, "ledger %s: %s", ledger->name, why.text);
    (void)json_array_append_new(list, count_rows(ledger, &report));
    return true;
}

static bool check_ledgers(struct db *db, const struct call *call, json_t *list,
                          struct error *error)
{
    struct store_ledger page[PAGE];
    int32_t after = 0;
    size_t count;

    do {
        if (!store_ledger_list(db, after, page, PAGE, &count, error))
            return false;
        for (size_t i = 0; i < count; i++) {
            if (!check_one(db, call, &page[i], list, error))
                return false;
            after = page[i].ledger_id;
        }
    } while (count == PAGE);
    return true;
}

bool command_node_fsck(const struct call *call, struct error *error)
{
    json_t *list = json_array();
    struct db db = {0};
    bool good;

    if (!db_open(&db, database(call), error)) {
        json_decref(list);
        return false;
    }
    good = check_ledgers(&db, call, list, error) && fsck_strays(&db, error);
    if (good)
        screen_document(stdout, list, call_has(call, SETTING_JSON));
    json_decref(list);
    db_close(&db);
    return good;
}
