/* Payees from the vault: which of the accounts known of a party is paid. */
#include "admin-cli/payees.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_ROOM = 512 };

/* One account, as somebody known by that id would be paid. */
struct known {
    const char *id, *iban, *booked; /* booked "": told by themselves. */
    char name[NAME_ROOM];
};

struct known_list {
    struct known *list;
    size_t count;
};

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text == NULL ? "" : text;
}

static void put(struct known_list *all, const char *id, const json_t *fields,
                const char *booked)
{
    struct known *known;

    if (all->count % 256 == 0) {
        all->list = realloc(all->list, (all->count + 256) * sizeof *all->list);
        assert(all->list != NULL);
    }
    known = &all->list[all->count++];
    *known = (struct known){
        .id = id, .iban = text_of(fields, "iban"), .booked = booked};
    if (*text_of(fields, "name") != '\0')
        (void)snprintf(known->name, sizeof known->name, "%s",
                       text_of(fields, "name"));
    else
        (void)snprintf(known->name, sizeof known->name, "%s%s%s",
                       text_of(fields, "given"),
                       *text_of(fields, "given") == '\0' ? "" : " ",
                       text_of(fields, "family"));
}

/* A bank line's payer serves what the line paid, and their whole party; what
 * the party told of itself serves the party alone. */
static void put_party(struct known_list *all, const json_t *party)
{
    const json_t *data = json_object_get(party, "data");

    for (size_t i = 0; i < json_array_size(data); i++) {
        const json_t *datum = json_array_get(data, i);
        const json_t *fields = json_object_get(datum, "fields");
        const char *target = text_of(datum, "target");

        if (*text_of(fields, "iban") == '\0')
            continue;
        if (*target != '\0')
            put(all, target, fields, text_of(datum, "booked"));
        if (strcmp(target, text_of(party, "party")) != 0)
            put(all, text_of(party, "party"), fields, text_of(datum, "booked"));
    }
}

/* Whoever names nobody, as the bank asks, comes last; then the party's own
 * word first, then the newest. */
static int compare(const void *a, const void *b)
{
    const struct known *one = a, *other = b;
    const int order = strcmp(one->id, other->id);

    if (order != 0)
        return order;
    if ((*one->name == '\0') != (*other->name == '\0'))
        return *one->name == '\0' ? 1 : -1;
    if ((*one->booked == '\0') != (*other->booked == '\0'))
        return *one->booked == '\0' ? -1 : 1;
    if (strcmp(one->booked, other->booked) != 0)
        return strcmp(other->booked, one->booked);
    return strcmp(one->iban, other->iban);
}

static json_t *choose(const struct payees *payees, struct known_list *all)
{
    json_t *chosen = json_array();

    qsort(all->list, all->count, sizeof *all->list, compare);
    for (size_t i = 0; i < all->count; i++) {
        const struct known *known = &all->list[i];

        if (*known->name == '\0' || payees_find(payees, known->id) != NULL ||
            (i > 0 && strcmp(all->list[i - 1].id, known->id) == 0))
            continue;
        (void)json_array_append_new(
            chosen, json_pack("{s:s, s:s, s:s}", "id", known->id, "name",
                              known->name, "iban", known->iban));
    }
    return chosen;
}

bool payees_from_vault(struct payees *payees, const json_t *parties,
                       struct error *error)
{
    struct known_list all = {0};
    json_t *chosen;
    bool done;

    for (size_t i = 0; i < json_array_size(parties); i++)
        put_party(&all, json_array_get(parties, i));
    if (all.count == 0)
        return true;
    chosen = choose(payees, &all);
    done = json_array_size(chosen) == 0 || payees_add(payees, chosen, error);
    json_decref(chosen);
    free(all.list);
    return done;
}
