/* Key files: made, shown, and given another passphrase. */
#include "admin-cli/batch.h"
#include "admin-cli/command.h"
#include "admin-cli/desk.h"
#include "admin-cli/screen.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

static bool read_cost(enum key_cost *cost, const struct call *call,
                      struct error *error)
{
    const char *word = call_option(call, "kdf");

    *cost = KEY_COST_MODERATE;
    if (word == NULL || strcmp(word, "moderate") == 0)
        return true;
    *cost = KEY_COST_INTERACTIVE;
    return strcmp(word, "interactive") == 0 ||
           fail(error, ERROR_USAGE, "--kdf is moderate or interactive");
}

static bool read_party(struct id *party, const struct call *call,
                       struct error *error)
{
    const char *text = call_option(call, "party");

    if (text == NULL) {
        party->letter = 'p';
        randombytes_buf(party->bytes, sizeof party->bytes);
        return true;
    }
    if (!id_read(party, text, strlen(text)) || party->letter != 'p')
        return fail(error, ERROR_USAGE, "'%.60s' is no id of a party", text);
    return true;
}

/* With a known origin also the name and key as verifiers take them. */
static json_t *describe(const char *path, const struct key_public *is,
                        const struct call *call)
{
    const char *origin = call->settings.values[SETTING_ORIGIN];
    char party[ID_CHARS + 1], key[KEY_CHARS + 1], vkey[VKEY_CHARS_MAX];
    char name[NOTE_NAME_BYTES_MAX + 1];
    json_t *object;

    id_write(party, is->party);
    key_write(key, &is->key);
    object =
        json_pack("{s:s, s:s, s:s}", "file", path, "party", party, "key", key);
    if (origin != NULL && strlen(origin) + 1 + ID_CHARS < sizeof name) {
        (void)snprintf(name, sizeof name, "%s/%s", origin, party);
        vkey_write(vkey, name, KEY_TYPE_ED25519, &is->key);
        (void)json_object_set_new(object, "vkey", json_string(vkey));
    }
    return object;
}

static void print(json_t *object, const struct call *call)
{
    screen_document(stdout, object, call_has(call, SETTING_JSON));
    json_decref(object);
}

bool command_key_new(const struct call *call, struct error *error)
{
    struct batch *batch = call->settings.batch;
    struct passphrase *passphrase;
    struct key_public made;
    struct id party;
    enum key_cost cost;
    bool done;
    int fd;

    if (!read_cost(&cost, call, error) || !read_party(&party, call, error) ||
        !desk_passphrase_fd(&fd, &call->settings, error))
        return false;
    passphrase = batch == NULL ? passphrase_allocate() : batch->passphrase;
    done = passphrase_read(passphrase, fd, "New passphrase", true, error) &&
           key_create(call->words[0], party, passphrase, cost, &made, error);
    if (batch == NULL)
        passphrase_close(passphrase);
    if (done)
        print(describe(call->words[0], &made, call), call);
    return done;
}

bool command_key_show(const struct call *call, struct error *error)
{
    struct key_public is;

    for (size_t i = 0; i < call->word_count; i++) {
        if (!key_read_public(call->words[i], &is, error))
            return false;
        if (i > 0 && !call_has(call, SETTING_JSON))
            (void)printf("\n");
        print(describe(call->words[i], &is, call), call);
    }
    return true;
}

bool command_key_export_public(const struct call *call, struct error *error)
{
    char party[ID_CHARS + 1], key[KEY_CHARS + 1];
    struct key_public is;

    if (!key_read_public(call->words[0], &is, error))
        return false;
    if (call_has(call, SETTING_JSON) || call_has(call, SETTING_ORIGIN)) {
        print(describe(call->words[0], &is, call), call);
        return true;
    }
    id_write(party, is.party);
    key_write(key, &is.key);
    (void)printf("%s %s\n", party, key);
    return true;
}

bool command_key_change_passphrase(const struct call *call, struct error *error)
{
    struct passphrase *old, *fresh;
    enum key_cost cost;
    bool done;
    int fd;

    if (!read_cost(&cost, call, error) ||
        !desk_passphrase_fd(&fd, &call->settings, error))
        return false;
    old = passphrase_allocate();
    fresh = passphrase_allocate();
    done = passphrase_read(old, fd, "Passphrase", false, error) &&
           passphrase_read(fresh, fd, "New passphrase", true, error) &&
           key_relock(call->words[0], old, fresh, cost, error);
    passphrase_close(old);
    passphrase_close(fresh);
    if (done)
        screen_note("%s has a new passphrase.", call->words[0]);
    return done;
}
