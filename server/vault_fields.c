#include "server/vault_inside.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

static const struct field {
    const char *name;
    enum vault_part part;
    size_t most;
} fields_known[] = {
#define VAULT(field, part, most, help) {#field, PART_##part, most},
#include "server/vault_fields.def"
};

static const struct field *find_field(const char *name)
{
    for (size_t i = 0; i < sizeof fields_known / sizeof *fields_known; i++)
        if (strcmp(fields_known[i].name, name) == 0)
            return &fields_known[i];
    return NULL;
}

static bool refuse(struct error *error, const char *name, const char *why)
{
    (void)fail(error, ERROR_FIELD, "%s", why);
    (void)snprintf(error->pointer, sizeof error->pointer, "/%.64s", name);
    return false;
}

bool vault_check(const json_t *fields, struct error *error)
{
    json_t *bare = json_incref((json_t *)(uintptr_t)fields);
    const char *name;
    json_t *value;
    bool good = true;

    json_object_foreach(bare, name, value)
    {
        const struct field *field = find_field(name);
        const char *text = json_string_value(value);

        if (field == NULL)
            good = refuse(error, "", "there is no such field");
        else if (text == NULL)
            good = refuse(error, name, "it must be a text");
        else if (json_string_length(value) > field->most)
            good = refuse(error, name, "it is too long");
        for (size_t i = 0; good && text[i] != '\0'; i++)
            if ((uint8_t)text[i] < 0x20 || text[i] == 0x7f)
                good = refuse(error, name, "it has a control character");
        if (!good)
            break;
    }
    json_decref(bare);
    return good;
}

json_t *vault_fields_of(const json_t *fields, enum vault_part part)
{
    json_t *chosen = json_object();

    for (size_t i = 0; i < sizeof fields_known / sizeof *fields_known; i++) {
        json_t *value = json_object_get(fields, fields_known[i].name);

        if (value != NULL && fields_known[i].part == part)
            (void)json_object_set(chosen, fields_known[i].name, value);
    }
    return chosen;
}

void vault_merge(json_t *into, const json_t *fields)
{
    for (size_t i = 0; i < sizeof fields_known / sizeof *fields_known; i++) {
        const char *name = fields_known[i].name;
        json_t *value = json_object_get(fields, name);

        if (value == NULL)
            continue;
        if (json_string_length(value) == 0)
            (void)json_object_del(into, name);
        else
            (void)json_object_set(into, name, value);
    }
}

struct hash vault_commit(const char *origin, const json_t *fields,
                         const struct hash *opening)
{
    static const char tag[] = "terreau/commit/v1";
    char *text = json_dumps(fields, JSON_COMPACT | JSON_SORT_KEYS);
    crypto_generichash_state hash;
    struct hash commitment;
    bool first = true;

    assert(text != NULL);
    (void)crypto_generichash_init(&hash, opening->bytes, sizeof opening->bytes,
                                  sizeof commitment.bytes);
    (void)crypto_generichash_update(&hash, (const uint8_t *)tag,
                                    sizeof tag - 1);
    (void)crypto_generichash_update(&hash, (const uint8_t *)origin,
                                    strlen(origin));
    for (size_t i = 0; i < sizeof fields_known / sizeof *fields_known; i++) {
        const char *name = fields_known[i].name;

        if (json_object_get(fields, name) == NULL)
            continue;
        if (!first)
            (void)crypto_generichash_update(&hash, (const uint8_t *)",", 1);
        (void)crypto_generichash_update(&hash, (const uint8_t *)name,
                                        strlen(name));
        first = false;
    }
    (void)crypto_generichash_update(&hash, (const uint8_t *)text, strlen(text));
    (void)crypto_generichash_final(&hash, commitment.bytes,
                                   sizeof commitment.bytes);
    vault_forget(text);
    return commitment;
}
