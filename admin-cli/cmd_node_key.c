/* node key: the log key's life: shown, followed by another, let go. */
#include "admin-cli/command.h"
#include "admin-cli/screen.h"
#include "ledger/note.h"
#include "sql/logkeys.h"
#include "sql/store.h"

#include <assert.h>
#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static const char *folder_of(const struct call *call)
{
    const char *folder = call_option(call, "state-dir");

    return folder != NULL ? folder : "var/state";
}

static bool open_ledger(const struct call *call, struct db *db,
                        struct store_ledger *ledger, struct error *error)
{
    const char *conninfo = call_option(call, "database");

    if (call->word_count != 1)
        return fail(error, ERROR_USAGE, "say the name of one ledger");
    if (!db_open(db, conninfo != NULL ? conninfo : "", error))
        return false;
    if (store_ledger_find(db, call->words[0], ledger, error))
        return true;
    db_close(db);
    return false;
}

static json_t *list_keys(const struct log_keys *keys, const char *origin,
                         size_t from, size_t until)
{
    json_t *list = json_array();
    char vkey[VKEY_CHARS_MAX];

    for (size_t i = from; i < until; i++) {
        vkey_write(vkey, origin, KEY_TYPE_ED25519, log_keys_at(keys, i));
        (void)json_array_append_new(list, json_string(vkey));
    }
    return list;
}

static void show(const struct call *call, const struct store_ledger *ledger,
                 const struct log_keys *keys)
{
    json_t *document =
        json_pack("{s:s, s:s, s:o, s:o}", "ledger", ledger->name, "origin",
                  ledger->origin, "signing",
                  list_keys(keys, ledger->origin, 0, keys->count), "retired",
                  list_keys(keys, ledger->origin, keys->count,
                            keys->count + keys->retired_count));

    screen_document(stdout, document, call_has(call, SETTING_JSON));
    json_decref(document);
}

/* Has the new key signed the log's end?  Else those who trust only it would
 * find nothing signed when the old one is gone. */
static bool check_signed(struct db *db, const struct store_ledger *ledger,
                         const struct key *key, struct error *error)
{
    struct store_checkpoint *latest = malloc(sizeof *latest);
    struct note *note = malloc(sizeof *note);
    struct vkey vkey = {.type = KEY_TYPE_ED25519, .key = *key};
    struct error why = {0};
    bool good;

    assert(latest != NULL && note != NULL);
    memcpy(vkey.name, ledger->origin, strlen(ledger->origin) + 1);
    vkey.key_id =
        note_key_id(vkey.name, strlen(vkey.name), KEY_TYPE_ED25519, key);
    good = store_checkpoint_latest(db, ledger->ledger_id, latest, &why) &&
           note_parse(note, latest->note, latest->note_size, &why) &&
           note_opens(note, &vkey, NULL, &why);
    free(note);
    free(latest);
    return good ||
           fail(error, why.code == ERROR_STORE ? ERROR_STORE : ERROR_STATE,
                "the new key has not signed the log's end yet (%s): start the "
                "signer again, and wait for the next entry",
                why.text);
}

static bool retire(const struct call *call, struct db *db,
                   const struct store_ledger *ledger, struct log_keys *keys,
                   struct error *error)
{
    struct log_secrets secrets;
    bool loaded =
        log_keys_load(keys, &secrets, folder_of(call), ledger->name, error);

    sodium_memzero(&secrets, sizeof secrets);
    if (!loaded)
        return false;
    if (keys->count == LOG_KEYS_MAX &&
        !check_signed(db, ledger, &keys->keys[1], error))
        return false;
    return log_keys_finish(folder_of(call), ledger->name, ledger->origin, keys,
                           error);
}

bool command_node_key_rotate(const struct call *call, struct error *error)
{
    bool over = call_option(call, "retire") != NULL;
    struct store_ledger ledger;
    struct log_keys keys;
    struct db db = {0};
    bool good;

    if (!open_ledger(call, &db, &ledger, error))
        return false;
    good = over ? retire(call, &db, &ledger, &keys, error)
                : log_keys_begin(folder_of(call), ledger.name, &keys, error);
    db_close(&db);
    if (!good)
        return false;
    show(call, &ledger, &keys);
    screen_note("Start terreau-signer again, or terreaud where it signs "
                "itself; from then on %s.",
                over ? "the new key signs alone" : "both keys sign");
    return true;
}

bool command_node_key_show(const struct call *call, struct error *error)
{
    struct store_ledger ledger;
    struct log_secrets secrets;
    struct log_keys keys;
    struct db db = {0};
    bool good;

    if (!open_ledger(call, &db, &ledger, error))
        return false;
    db_close(&db);
    good = log_keys_load(&keys, &secrets, folder_of(call), ledger.name, error);
    sodium_memzero(&secrets, sizeof secrets);
    if (good)
        show(call, &ledger, &keys);
    return good;
}
