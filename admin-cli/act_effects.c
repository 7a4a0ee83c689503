/* What the node says an act would do, in words. */
#include "admin-cli/act.h"

#include "admin-cli/screen.h"

#include <stdio.h>
#include <string.h>

static const char *string_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text == NULL ? "" : text;
}

/* "" for null and what is nested; amounts are text by now. */
static const char *plain(char out[static 200], const json_t *value)
{
    out[0] = '\0';
    if (json_is_string(value))
        return screen_clean(out, 200, json_string_value(value));
    if (json_is_integer(value))
        (void)snprintf(out, 200, "%lld", (long long)json_integer_value(value));
    else if (json_is_boolean(value))
        (void)snprintf(out, 200, "%s", json_is_true(value) ? "yes" : "no");
    return out;
}

/* Members that say where a record stands, not what it is. */
static bool is_housekeeping(const char *name)
{
    static const char *const names[] = {"id", "made", "record", "shown",
                                        "touched"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool says_nothing(const char *value)
{
    return *value == '\0' || strspn(value, "0.") == strlen(value) ||
           strcmp(value, "no") == 0;
}

static void print_record(json_t *change)
{
    json_t *before = json_object_get(change, "before");
    json_t *after = json_object_get(change, "after"), *value;
    const char *name;
    char old[200], fresh[200];

    (void)fprintf(stderr, "  %s %s%s\n", string_of(change, "record"),
                  string_of(change, "id"),
                  json_is_object(before) ? "" : " (new)");
    json_object_foreach(after, name, value)
    {
        json_t *was = json_object_get(before, name);

        if (is_housekeeping(name) || json_equal(was, value))
            continue;
        (void)plain(fresh, value);
        (void)plain(old, was);
        if (*old == '\0' && says_nothing(fresh))
            continue;
        if (json_is_object(before))
            (void)fprintf(stderr, "    %-16s %s -> %s\n", name, old, fresh);
        else
            (void)fprintf(stderr, "    %-16s %s\n", name, fresh);
    }
}

static void print_postings(const json_t *postings)
{
    for (size_t i = 0; i < json_array_size(postings); i++) {
        const json_t *posting = json_array_get(postings, i);
        const char *amount = string_of(posting, "amount");
        const bool credit = *amount == '-';

        if (i == 0)
            (void)fprintf(stderr, "  postings\n");
        (void)fprintf(stderr, "    %s %-22s %12s  %s\n", credit ? "Cr" : "Dr",
                      string_of(posting, "account"), amount + credit,
                      string_of(posting, "owner"));
    }
}

/* Capital after the act, if it changes; -1: it does not. */
static json_int_t capital_after(const json_t *document)
{
    const json_t *records = json_object_get(document, "records");

    for (size_t i = 0; i < json_array_size(records); i++) {
        const json_t *change = json_array_get(records, i);
        const json_t *after = json_object_get(change, "after");
        const json_t *capital = json_object_get(after, "capital");

        if (strcmp(string_of(change, "record"), "ledger") == 0 &&
            json_is_integer(capital) &&
            !json_equal(
                capital,
                json_object_get(json_object_get(change, "before"), "capital")))
            return json_integer_value(capital);
    }
    return -1;
}

/* Capital and its floor, where the act moves it towards one or the other. */
static void print_limits(struct desk *desk, json_int_t after)
{
    struct error ignored = {0};
    struct answer answer;
    const json_t *capital;
    json_int_t before, floor;
    char text[3][AMOUNT_CHARS];

    if (after < 0 || after > AMOUNT_MAX ||
        !client_get_json(&desk->client, "~", &answer, &ignored))
        return;
    capital = json_object_get(answer.json, "capital");
    before = json_integer_value(json_object_get(capital, "subscribed"));
    floor = json_integer_value(json_object_get(capital, "floor"));
    amount_write(text[0], amount_from_minor(before), desk->digits);
    amount_write(text[1], amount_from_minor(after), desk->digits);
    amount_write(text[2], amount_from_minor(floor), desk->digits);
    (void)fprintf(stderr, "  capital %s -> %s, its floor is %s", text[0],
                  text[1], text[2]);
    amount_write(text[2], amount_from_minor(after - floor), desk->digits);
    (void)fprintf(stderr, ": %s above it\n", text[2]);
    answer_close(&answer);
}

/* Records that postings and others say better. */
static bool is_inner(const json_t *change)
{
    static const char *const names[] = {"balance", "range"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(string_of(change, "record"), names[i]) == 0)
            return true;
    return false;
}

/* So that screen_for_people() knows what its members are. */
static void name_record(json_t *change)
{
    static const char *const sides[] = {"before", "after"};

    for (size_t i = 0; i < 2; i++) {
        json_t *side = json_object_get(change, sides[i]);

        if (json_is_object(side))
            (void)json_object_set(side, "record",
                                  json_object_get(change, "record"));
    }
}

void act_show_effects(const json_t *document, struct desk *desk)
{
    json_t *copy = json_deep_copy(document);
    const json_t *records;
    const char *missing;

    records = json_object_get(copy, "records");
    for (size_t i = 0; i < json_array_size(records); i++)
        name_record(json_array_get(records, i));
    (void)json_object_set_new(copy, "currency", json_string(desk->currency));
    screen_for_people(copy);
    screen_heading("\nWhat it would do");
    for (size_t i = 0; i < json_array_size(records); i++)
        if (!is_inner(json_array_get(records, i)))
            print_record(json_array_get(records, i));
    print_postings(json_object_get(copy, "postings"));
    print_limits(desk, capital_after(document));
    missing = string_of(copy, "missing");
    if (*missing != '\0')
        (void)fprintf(stderr, "  signatures: %s\n", missing);
    json_decref(copy);
}
