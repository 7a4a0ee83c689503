#include "admin-cli/desk.h"

#include "admin-cli/batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void desk_set_currency(struct desk *desk, const char *currency)
{
    const struct text word = {currency, (uint32_t)strlen(currency)};
    const uint8_t choice = choice_read(TYPE_currency, word);

    if (choice == 0)
        return;
    (void)snprintf(desk->currency, sizeof desk->currency, "%s", currency);
    desk->digits = currency_digits(choice);
}

static bool set_origin(struct desk *desk, const char *origin,
                       struct error *error)
{
    if (origin == NULL || strlen(origin) > ORIGIN_BYTES_MAX ||
        !origin_is_good(origin))
        return fail(error, ERROR_ORIGIN, "'%.100s' is no origin of a ledger",
                    origin == NULL ? "" : origin);
    (void)snprintf(desk->origin, sizeof desk->origin, "%s", origin);
    return true;
}

/* A ledger that nobody has opened yet is known to its node all the same. */
static bool ask_site(struct desk *desk, struct error *error)
{
    struct answer answer;
    json_t *row;
    size_t i;
    bool known = false;

    if (!client_get_json(&desk->client, "/", &answer, error))
        return false;
    json_array_foreach(json_object_get(answer.json, "ledgers"), i, row)
    {
        const char *name = json_string_value(json_object_get(row, "name"));

        if (name != NULL && strcmp(name, desk->client.ledger) == 0)
            known = set_origin(
                desk, json_string_value(json_object_get(row, "origin")), error);
    }
    answer_close(&answer);
    if (!known && error->code == ERROR_NONE)
        return fail(error, ERROR_ABSENT, "the node has no ledger %s",
                    desk->client.ledger);
    return known;
}

/* What the node says of the ledger. */
static bool ask_node(struct desk *desk, struct error *error)
{
    struct answer answer;
    const char *currency, *origin;
    bool known = true;

    if (!client_find_ledger(&desk->client, error))
        return false;
    if (!client_get_json(&desk->client, "~", &answer, error)) {
        if (error->code != ERROR_ABSENT)
            return false;
        *error = (struct error){0};
        return *desk->origin != '\0' || ask_site(desk, error);
    }
    currency = json_string_value(json_object_get(answer.json, "currency"));
    origin = json_string_value(
        json_object_get(json_object_get(answer.json, "ledger"), "origin"));
    if (currency != NULL)
        desk_set_currency(desk, currency);
    desk->rules = json_integer_value(json_object_get(answer.json, "rules"));
    if (*desk->origin == '\0')
        known = set_origin(desk, origin, error);
    answer_close(&answer);
    return known;
}

bool desk_open(struct desk *desk, const struct settings *settings,
               struct error *error)
{
    const bool told = settings_has(settings, SETTING_ORIGIN);

    *desk = (struct desk){.settings = settings, .digits = 2};
    if (told && !set_origin(desk, settings->values[SETTING_ORIGIN], error))
        return false;
    if (told && settings_has(settings, SETTING_OUT))
        return true;
    if (!client_open(&desk->client, settings, error))
        return false;
    desk->online = true;
    return ask_node(desk, error);
}

void desk_close(struct desk *desk)
{
    const bool lent = desk->settings != NULL && desk->settings->batch != NULL;

    for (size_t i = 0; i < desk->key_count && !lent; i++)
        key_close(desk->keys[i]);
    desk->key_count = 0;
    if (desk->online)
        client_close(&desk->client);
    desk->online = false;
}

bool desk_passphrase_fd(int *fd, const struct settings *settings,
                        struct error *error)
{
    const char *text = settings->values[SETTING_PASSPHRASE];
    char *end;
    long number;

    *fd = -1;
    if (text == NULL)
        return true;
    number = strtol(text, &end, 10);
    if (*text == '\0' || *end != '\0' || number < 0 || number > 1023)
        return fail(error, ERROR_USAGE, "'%s' is no file descriptor", text);
    *fd = (int)number;
    return true;
}

static bool unlock(struct desk *desk, const char *path,
                   struct passphrase *passphrase, int fd, struct error *error)
{
    struct batch *batch = desk->settings->batch;
    struct key_open *key = batch == NULL ? NULL : batch_key(batch, path);
    char question[600];

    if (key != NULL) {
        desk->keys[desk->key_count++] = key;
        return true;
    }
    key = key_allocate();
    (void)snprintf(question, sizeof question, "Passphrase of %.500s", path);
    if (!key_read_public(path, &key->is, error) ||
        !passphrase_read(passphrase, fd, question, false, error) ||
        !key_unlock(path, passphrase, key, error)) {
        key_close(key);
        return false;
    }
    if (batch != NULL)
        batch_keep(batch, path, key);
    desk->keys[desk->key_count++] = key;
    return true;
}

bool desk_unlock(struct desk *desk, struct error *error)
{
    struct batch *batch = desk->settings->batch;
    struct passphrase *passphrase;
    bool done = true;
    int fd;

    if (desk->settings->key_count == 0)
        return fail(error, ERROR_USAGE, "which key signs? say --key FILE");
    if (!desk_passphrase_fd(&fd, desk->settings, error))
        return false;
    passphrase = batch == NULL ? passphrase_allocate() : batch->passphrase;
    for (size_t i = 0; i < desk->settings->key_count && done; i++)
        done = unlock(desk, desk->settings->keys[i], passphrase, fd, error);
    if (batch == NULL)
        passphrase_close(passphrase);
    return done;
}

struct instant desk_now(const struct desk *desk)
{
    const char *clock = desk->settings->values[SETTING_CLOCK];
    struct instant now = {(int64_t)time(NULL) * 1000};

    if (clock == NULL || instant_read(&now, clock, strlen(clock)) ||
        !instant_read_ms(&now, clock, strlen(clock)))
        return now;
    now.ms -= now.ms % 1000; /* What is signed knows seconds alone. */
    return now;
}

bool desk_sign(const struct desk *desk, size_t i, char *text, size_t size,
               struct error *error)
{
    char name[NOTE_NAME_BYTES_MAX + 1], party[ID_CHARS + 1];

    id_write(party, desk->keys[i]->is.party);
    if ((size_t)snprintf(name, sizeof name, "%s/%s", desk->origin, party) >=
        sizeof name)
        return fail(error, ERROR_ORIGIN, "the origin is too long");
    text[size] = '\n';
    (void)note_sign(text + size + 1, name, text, size, &desk->keys[i]->secret);
    return true;
}
