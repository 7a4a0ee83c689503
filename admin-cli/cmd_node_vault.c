/* node: the keys of personal data: a new one, and the end of an old one. */
#include "admin-cli/command.h"
#include "admin-cli/screen.h"
#include "sql/rewrap.h"
#include "sql/store.h"

#include <assert.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

struct keys {
    struct db db;
    struct seal_ring *ring;
    const char *folder;
};

static const char *option_or(const struct call *call, const char *name,
                             const char *initial)
{
    const char *value = call_option(call, name);

    return value != NULL ? value : initial;
}

static void keys_close(struct keys *keys)
{
    seal_ring_free(keys->ring);
    db_close(&keys->db);
}

/* Are these the keys that the database was made with? */
static bool compare(struct keys *keys, struct error *error)
{
    uint32_t numbers[SEAL_KEYS_MAX];
    size_t count = seal_numbers(keys->ring, numbers);

    for (size_t i = 0; i < count; i++) {
        struct hash print;
        bool same;

        if (!seal_print(keys->ring, numbers[i], &print))
            continue;
        if (!store_vault_key(&keys->db, numbers[i], &print, &same, error))
            return false;
        if (!same)
            return fail(error, ERROR_MISMATCH,
                        "%s/kek-%" PRIu32 ".key is not the key of this"
                        " database",
                        keys->folder, numbers[i]);
    }
    return true;
}

static bool keys_open(struct keys *keys, const struct call *call,
                      struct error *error)
{
    *keys =
        (struct keys){.folder = option_or(call, "vault-keys-dir", "var/state")};
    if (!db_open(&keys->db, option_or(call, "database", ""), error))
        return false;
    if (seal_ring_load(&keys->ring, keys->folder, error) &&
        compare(keys, error))
        return true;
    keys_close(keys);
    return false;
}

static void tell(const struct call *call, uint32_t newest,
                 const struct rewrapped *count)
{
    json_t *document = json_pack(
        "{s:I, s:I, s:I, s:I}", "newest", (json_int_t)newest, "persons_keys",
        (json_int_t)count->keys, "addresses", (json_int_t)count->addresses,
        "waiting", (json_int_t)count->waiting);

    screen_document(stdout, document, call_has(call, SETTING_JSON));
    json_decref(document);
}

static bool rotate(struct keys *keys, const struct call *call,
                   struct error *error)
{
    uint32_t before = seal_newest(keys->ring);
    struct rewrapped count;

    if (!seal_key_create(keys->folder, before + 1, error) ||
        !compare(keys, error))
        return false;
    screen_note("Made %s/kek-%" PRIu32 ".key: keep a copy where the old one"
                " is, apart from backups of the database.",
                keys->folder, before + 1);
    if (!rewrap_all(&keys->db, keys->ring, &count, error))
        return false;
    tell(call, before + 1, &count);
    screen_note("Nothing here needs kek-%" PRIu32 ".key any more: when the"
                " last backup that may have to be restored with it is gone,"
                " terreau node vault destroy-key %" PRIu32 ".",
                before, before);
    return true;
}

bool command_node_vault_rotate(const struct call *call, struct error *error)
{
    struct keys keys;
    bool good;

    if (!keys_open(&keys, call, error))
        return false;
    good = rotate(&keys, call, error);
    keys_close(&keys);
    return good;
}

static bool destroy(struct keys *keys, const struct call *call, uint32_t number,
                    struct error *error)
{
    struct rewrapped count;

    if (number == seal_newest(keys->ring))
        return fail(error, ERROR_RULE,
                    "kek-%" PRIu32 ".key is the newest: rotate first", number);
    if (!rewrap_all(&keys->db, keys->ring, &count, error) ||
        !seal_key_destroy(keys->ring, number, error))
        return false;
    tell(call, seal_newest(keys->ring), &count);
    screen_note("kek-%" PRIu32 ".key is destroyed here: destroy its copies,"
                " and what was erased stays erased in old backups.",
                number);
    return true;
}

bool command_node_vault_destroy(const struct call *call, struct error *error)
{
    struct keys keys;
    uint64_t number;
    bool good;

    if (call->word_count != 1 ||
        !decimal_read(&number, call->words[0], strlen(call->words[0])) ||
        number == 0 || number > INT32_MAX)
        return fail(error, ERROR_USAGE, "say the number of one key");
    if (!keys_open(&keys, call, error))
        return false;
    good = destroy(&keys, call, (uint32_t)number, error);
    keys_close(&keys);
    return good;
}
