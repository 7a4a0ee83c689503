/* node witness status: who has cosigned what, and when. */
#include "admin-cli/command.h"
#include "admin-cli/file.h"
#include "admin-cli/screen.h"
#include "ledger/policy.h"
#include "sql/store.h"
#include "sql/store_witness.h"

#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    PAGE = 32,
    STALE_SECONDS = 30 * 60, /* Witnesses are asked every ten minutes. */
};

/* One witness and one ledger, whose last checkpoint has that size. */
static bool add_witness(struct db *db, const struct store_ledger *ledger,
                        int64_t size, const char *witness, json_t *list,
                        struct error *error)
{
    struct store_cosignature last = {.size = -1};
    char at[INSTANT_CHARS + 1] = "";
    const char *state = "never";
    struct error why = {0};
    json_t *item;

    if (store_cosignature_last(db, ledger->ledger_id, witness, &last, &why)) {
        instant_write(at, (struct instant){last.stamp * 1000});
        state = last.size < size                                   ? "behind"
                : (int64_t)time(NULL) - last.stamp > STALE_SECONDS ? "stale"
                                                                   : "fresh";
    } else if (why.code != ERROR_ABSENT) {
        return fail_again(error, why.code, &why);
    }
    item = json_pack("{s:s, s:s, s:s}", "ledger", ledger->name, "witness",
                     witness, "state", state);
    if (last.size >= 0)
        (void)json_object_update_new(
            item,
            json_pack("{s:I, s:s}", "size", (json_int_t)last.size, "at", at));
    (void)json_array_append_new(list, item);
    return true;
}

static bool add_ledger(struct db *db, const struct store_ledger *ledger,
                       const struct policy *policy, json_t *list,
                       struct error *error)
{
    static struct store_checkpoint checkpoint;
    struct error why = {0};

    if (!store_checkpoint_latest(db, ledger->ledger_id, &checkpoint, &why)) {
        if (why.code == ERROR_ABSENT)
            return true; /* Nothing to cosign yet. */
        return fail_again(error, why.code, &why);
    }
    for (size_t i = 0; i < policy->witness_count; i++)
        if (!add_witness(db, ledger, checkpoint.size,
                         policy->witnesses[i].vkey.name, list, error))
            return false;
    return true;
}

static bool add_ledgers(struct db *db, const struct policy *policy,
                        json_t *list, struct error *error)
{
    struct store_ledger page[PAGE];
    int32_t after = 0;
    size_t count;

    do {
        if (!store_ledger_list(db, after, page, PAGE, &count, error))
            return false;
        for (size_t i = 0; i < count; i++) {
            if (!add_ledger(db, &page[i], policy, list, error))
                return false;
            after = page[i].ledger_id;
        }
    } while (count == PAGE);
    return true;
}

static bool add_seen(void *context, const struct store_witness *seen,
                     struct error *error)
{
    (void)error;
    (void)json_array_append_new(context,
                                json_pack("{s:s, s:I}", "origin", seen->origin,
                                          "size", (json_int_t)seen->size));
    return true;
}

/* Without the file there are no witnesses.  *text: what it points into. */
static bool read_policy(struct policy *policy, char **text,
                        const struct call *call, struct error *error)
{
    const char *folder = call_option(call, "state-dir");
    struct error why = {0};
    char path[1024];
    size_t size;

    (void)snprintf(path, sizeof path, "%s/witness.policy",
                   folder != NULL ? folder : "var/state");
    if (file_read(path, POLICY_BYTES_MAX, text, &size, &why))
        return policy_read(policy, *text, size, error);
    return why.code == ERROR_ABSENT || fail_again(error, why.code, &why);
}

static bool fill(struct db *db, const struct policy *policy, json_t *document,
                 struct error *error)
{
    json_t *asked = json_array(), *cosigned = json_array();

    (void)json_object_set_new(document, "witnesses", asked);
    (void)json_object_set_new(document, "cosigned_here", cosigned);
    return add_ledgers(db, policy, asked, error) &&
           store_witness_all(db, add_seen, cosigned, error);
}

bool command_witness_status(const struct call *call, struct error *error)
{
    const char *conninfo = call_option(call, "database");
    struct policy *policy = calloc(1, sizeof *policy);
    json_t *document = json_object();
    struct db db = {0};
    char *text = NULL;
    bool good;

    assert(policy != NULL);
    good = read_policy(policy, &text, call, error) &&
           db_open(&db, conninfo != NULL ? conninfo : "", error);
    if (good) {
        good = fill(&db, policy, document, error);
        db_close(&db);
    }
    if (good)
        screen_document(stdout, document, call_has(call, SETTING_JSON));
    json_decref(document);
    free(text);
    free(policy);
    return good;
}
