#include "server/mine.h"
#include "ledger/affairs.h"
#include "server/catalogue.h"
#include "server/email.h"
#include "server/prose.h"
#include "server/reading.h"
#include "server/reason.h"
#include "server/receipts.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SUBJECTS_MAX = 256, ENTRIES_MAX = 1000, PAGE = 100 };

/* One party's part of the document, in the making. */
struct person {
    const struct request *request;
    struct ledger_host *host;
    struct vault_party who;
    json_t *body;
    struct id subjects[SUBJECTS_MAX]; /* Records whose entries are theirs. */
    size_t subject_count;
    int64_t entries[ENTRIES_MAX];
    size_t entry_count;
};

static const struct {
    enum record_type type;
    const char *list;
} lists[] = {
    {RECORD_holding, "holdings"},       {RECORD_subscription, "subscriptions"},
    {RECORD_redemption, "redemptions"}, {RECORD_pledge, "pledges"},
    {RECORD_contract, "contracts"},
};

static json_t *describe(const struct reading *reading,
                        const struct record *record)
{
    json_t *body = wire_record(&reading->wire, record);

    if (record->type == RECORD_pledge) {
        const struct record_pledge *pledge = (const void *)record;
        const struct record_campaign *campaign =
            (const void *)state_find_id(reading->state, pledge->campaign);

        wire_set(body, "url",
                 reading_url(reading, "pledges/%s",
                             json_string_value(json_object_get(body, "id"))));
        wire_set(body, "campaign_title",
                 wire_text(campaign->title.bytes, campaign->title.size));
    }
    return body;
}

static void add_lists(struct person *person, const struct reading *reading,
                      const struct record_party *party)
{
    struct view view = {.state = person->host->at.base};

    assert(view.state == reading->state);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        json_t *list = json_array();
        const struct record *record =
            affairs_newest(&view, party, lists[i].type);

        for (; record != NULL; record = affairs_older(&view, record)) {
            wire_append(list, describe(reading, record));
            if (record_spec(record->type)->letter != 0 &&
                person->subject_count < SUBJECTS_MAX)
                person->subjects[person->subject_count++] = record_id(record);
        }
        wire_set(person->body, lists[i].list, list);
    }
}

/* A membership's key is made from the party's: among few, it is looked for. */
static json_t *memberships(const struct reading *reading, struct id party)
{
    json_t *list = json_array();

    for (size_t i = 0; i < state_count(reading->state, RECORD_member); i++) {
        const struct record *record =
            state_at(reading->state, RECORD_member, i);

        if (id_equal(
                ((const struct record_member *)(const void *)record)->party,
                party))
            wire_append(list, wire_record(&reading->wire, record));
    }
    return list;
}

static bool read_fold(struct person *person)
{
    const struct record_party *party;
    struct view view = {0};
    struct date until;
    READING(reading);

    reading_hold(&reading, person->request, person->host);
    if (reading.ledger == NULL)
        return false;
    party = (const void *)state_find_id(reading.state, person->who.party);
    if (party == NULL)
        return false;
    view.state = person->host->at.base;
    person->body = json_pack(
        "{s:o, s:o, s:s, s:o, s:s, s:s, s:o}", "party",
        wire_id(person->who.party), "title",
        wire_text(reading.ledger->name.bytes, reading.ledger->name.size),
        "ledger", person->host->name, "url", reading_home(&reading), "state",
        state_word(party->head.state), "auth",
        choice_word(TYPE_auth, party->auth), "kept_until",
        affairs_kept_until(&until, &view, party)
            ? wire_date(&reading.wire, until)
            : json_null());
    assert(person->body != NULL);
    person->subjects[person->subject_count++] = person->who.party;
    add_lists(person, &reading, party);
    wire_set(person->body, "memberships",
             memberships(&reading, person->who.party));
    return true;
}

/* Why it cannot be erased now; null: it can. */
static json_t *refusal(struct person *person, bool all)
{
    const char *language = person->request->language;
    char note[MINE_NOTE_BYTES];
    struct error why = {0};
    BUFFER(text);
    size_t size;

    if (!person->host->node->has_clerk)
        return json_string(say(language, "this node has no clerk"));
    size = mine_erase_note(person->host, person->who.party, all, note);
    if (mine_try(person->host, note, size, &why))
        return json_null();
    (void)reason_say(&text, language, &why);
    return json_string(text.bytes);
}

static bool add_entry(void *context, const struct store_entry *entry,
                      struct error *error)
{
    struct person *person = context;

    (void)error;
    if (person->entry_count < ENTRIES_MAX)
        person->entries[person->entry_count++] = entry->idx;
    return true;
}

static int by_index(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;

    return (one > other) - (one < other);
}

static bool find_entries(struct person *person, struct db *db,
                         struct error *error)
{
    for (size_t i = 0; i < person->subject_count; i++)
        if (!store_entries_of_subject(
                db, person->host->ledger_id, person->subjects[i].bytes, -1,
                PAGE,
                (struct store_each){.context = person, .entry = add_entry},
                error))
            return false;
    qsort(person->entries, person->entry_count, sizeof *person->entries,
          by_index);
    return true;
}

static bool describe_entry(struct person *person, int64_t index, bool receipts,
                           json_t *list, struct error *error)
{
    json_t *entry = json_pack(
        "{s:I, s:o, s:o}", "index", (json_int_t)index, "url",
        json_sprintf("/%s/entries/%" PRId64, person->host->name, index),
        "receipt_url",
        json_sprintf("/%s/receipt/%" PRId64, person->host->name, index));
    char *bytes;
    size_t size;

    wire_append(list, entry);
    if (!receipts)
        return true;
    if (!receipt_bytes(&bytes, &size, person->host,
                       &(struct receipt_wanted){.index = index}, error))
        return false;
    wire_set(entry, "receipt", json_stringn(bytes, size));
    free(bytes);
    return true;
}

static bool add_entries(struct person *person, bool receipts,
                        struct error *error)
{
    json_t *list = json_array();

    wire_set(person->body, "entries", list);
    for (size_t i = 0; i < person->entry_count; i++) {
        if (i > 0 && person->entries[i] == person->entries[i - 1])
            continue;
        if (!describe_entry(person, person->entries[i], receipts, list, error))
            return false;
    }
    return true;
}

/* For people: days and addresses as they read them. */
static void show_fields(json_t *data, bool french)
{
    json_t *record;
    size_t i;

    json_array_foreach(data, i, record)
    {
        json_t *fields = json_object_get(record, "fields");
        const char *birth = json_string_value(json_object_get(fields, "birth"));
        const char *email = json_string_value(json_object_get(fields, "email"));
        char day[PROSE_CHARS], shown[EMAIL_SHOWN_BYTES];
        struct date date;

        if (email != NULL) {
            email_show(shown, email);
            wire_set(fields, "email", json_string(shown));
        }
        if (birth == NULL)
            continue;
        (void)snprintf(day, sizeof day, "%s", birth);
        if (date_read(&date, birth, strlen(birth)))
            prose_date(day, date, french);
        wire_set(fields, "birth_shown", json_string(day));
    }
}

static bool read_tables(struct person *person, struct error *error)
{
    struct node *node = person->host->node;
    json_t *data;
    POOL_LOAN(loan);

    if (!pool_borrow(&node->pool, &loan, error) ||
        !vault_list(node, loan.db, person->who.ledger_id, person->who.party,
                    &data, error))
        return false;
    if (person->request->face == FACE_HTML)
        show_fields(data, strcmp(person->request->language, "fr") == 0);
    wire_set(person->body, "data", data);
    return find_entries(person, loan.db, error);
}

static bool add_person(const struct request *request,
                       const struct vault_party *who, bool receipts,
                       json_t *parties, struct error *error)
{
    struct person *person = calloc(1, sizeof *person);
    bool done = true;

    assert(person != NULL);
    person->request = request;
    person->who = *who;
    person->host = node_ledger_of(request->node, who->ledger_id);
    if (person->host != NULL && read_fold(person)) {
        wire_append(parties, person->body);
        wire_set(person->body, "erase",
                 json_pack("{s:o, s:o}", "contact", refusal(person, false),
                           "all", refusal(person, true)));
        done =
            read_tables(person, error) && add_entries(person, receipts, error);
    }
    free(person);
    return done;
}

static bool find_parties(const struct request *request, const char *email,
                         struct vault_party parties[VAULT_PARTIES_MAX],
                         size_t *count, struct error *error)
{
    POOL_LOAN(loan);

    return pool_borrow(&request->node->pool, &loan, error) &&
           vault_parties_of_email(request->node, loan.db, email, parties, count,
                                  error);
}

bool mine_document(const struct request *request, const char *email,
                   bool receipts, json_t **document, struct error *error)
{
    struct vault_party parties[VAULT_PARTIES_MAX];
    json_auto_t *list = json_array();
    char shown[EMAIL_SHOWN_BYTES];
    size_t count = 0;

    if (!find_parties(request, email, parties, &count, error))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!add_person(request, &parties[i], receipts, list, error))
            return false;
    email_show(shown, email);
    *document =
        json_pack("{s:s, s:O}", "email",
                  request->face == FACE_HTML ? shown : email, "parties", list);
    assert(*document != NULL);
    return true;
}

bool mine_party(const struct request *request, const char *email,
                const char *ledger, const char *party,
                struct ledger_host **host, struct id *id, struct error *error)
{
    struct vault_party parties[VAULT_PARTIES_MAX];
    size_t count = 0;

    if (!find_parties(request, email, parties, &count, error))
        return false;
    *host = ledger != NULL ? node_ledger(request->node, ledger) : NULL;
    if (*host != NULL && party != NULL && id_read(id, party, strlen(party)))
        for (size_t i = 0; i < count; i++)
            if (parties[i].ledger_id == (*host)->ledger_id &&
                id_equal(parties[i].party, *id))
                return true;
    return fail(error, ERROR_ABSENT, "that is not yours, or not here");
}
