#include "server/naming.h"
#include "server/catalogue.h"
#include "server/prose.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char *language_of(const struct reading *reading)
{
    return reading->wire.french ? "fr" : "en";
}

/* A sentence with one value. */
static void put_with(struct buffer *out, const struct reading *reading,
                     const char *sentence, const char *name, const char *value)
{
    say_with(out, language_of(reading), sentence, name,
             value == NULL ? "" : value, NULL);
}

/* The value as it stands in documents. */
static void put(struct buffer *out, const struct reading *reading,
                const char *sentence, const char *name, enum field_type type,
                const void *value)
{
    json_auto_t *json = wire_value(&reading->wire, type, value);

    put_with(out, reading, sentence, name, json_string_value(json));
}

static void put_title(struct buffer *out, const struct title *title)
{
    buffer_add(out, title->bytes, title->size);
}

/* ---- Parties ---- */

static int64_t number_of(const struct reading *reading, struct id party)
{
    const struct record_member *member = (const void *)state_find(
        reading->state, RECORD_member, member_key(party).key);

    return member == NULL ? 0 : member->number;
}

/* Nobody but a few letters of the random id tells persons apart. */
static void put_stranger(struct buffer *out, const struct reading *reading,
                         const struct record_party *party)
{
    static const char *const sentences[] = {
        [PARTY_PERSON] = SENTENCE("Person {letters}"),
        [PARTY_ORGANISATION] = SENTENCE("Organisation {letters}"),
        [PARTY_PUBLIC_BODY] = SENTENCE("Public body {letters}"),
        [PARTY_COOPERATIVE] = SENTENCE("Cooperative {letters}"),
    };
    enum { LETTERS = 5 };
    char id[ID_CHARS + 1];

    assert(party->type < sizeof sentences / sizeof *sentences);
    id_write(id, record_id(&party->head));
    id[2 + LETTERS] = '\0';
    put_with(out, reading, sentences[party->type], "letters", id + 2);
}

static void put_party(struct buffer *out, const struct reading *reading,
                      const struct record *record)
{
    const struct record_party *party = (const void *)record;
    int64_t number = number_of(reading, record_id(record));

    if (party->public_name.size > 0)
        put_title(out, &party->public_name);
    else if (number > 0)
        put(out, reading, SENTENCE("Member no.\xc2\xa0{number}"), "number",
            TYPE_count, &number);
    else
        put_stranger(out, reading, party);
}

/* ---- Everything else ---- */

static void put_class(struct buffer *out, const struct reading *reading,
                      const struct record *record)
{
    const struct record_class *class = (const void *)record;

    (void)reading;
    buffer_add(out, class->code.bytes, class->code.size);
    if (class->name.size > 0) {
        buffer_text(out, " \xe2\x80\x93 ");
        put_title(out, &class->name);
    }
}

static void put_campaign(struct buffer *out, const struct reading *reading,
                         const struct record *record)
{
    (void)reading;
    put_title(out,
              &((const struct record_campaign *)(const void *)record)->title);
}

static void put_offer(struct buffer *out, const struct reading *reading,
                      const struct record *record)
{
    (void)reading;
    put_title(out, &((const struct record_offer *)(const void *)record)->title);
}

static void put_fund(struct buffer *out, const struct reading *reading,
                     const struct record *record)
{
    (void)reading;
    put_title(out, &((const struct record_fund *)(const void *)record)->title);
}

static void put_bank(struct buffer *out, const struct reading *reading,
                     const struct record *record)
{
    (void)reading;
    put_title(out, &((const struct record_bank *)(const void *)record)->name);
}

static void put_contract(struct buffer *out, const struct reading *reading,
                         const struct record *record)
{
    const struct record_contract *contract = (const void *)record;
    const struct record *party = state_find_id(reading->state, contract->party);

    put_offer(out, reading, state_find_id(reading->state, contract->offer));
    buffer_text(out, ", ");
    put_party(out, reading, party);
}

static void put_tranche(struct buffer *out, const struct reading *reading,
                        const struct record *record)
{
    put(out, reading, SENTENCE("Tranche due {date}"), "date", TYPE_date,
        &((const struct record_tranche *)(const void *)record)->due);
}

static void put_pledge(struct buffer *out, const struct reading *reading,
                       const struct record *record)
{
    put(out, reading, SENTENCE("Pledge of {amount}"), "amount", TYPE_amount,
        &((const struct record_pledge *)(const void *)record)->amount);
}

static void put_subscription(struct buffer *out, const struct reading *reading,
                             const struct record *record)
{
    put(out, reading, SENTENCE("Subscription to {quantity} shares"), "quantity",
        TYPE_quantity,
        &((const struct record_subscription *)(const void *)record)->quantity);
}

static void put_redemption(struct buffer *out, const struct reading *reading,
                           const struct record *record)
{
    put(out, reading, SENTENCE("Redemption of {quantity} shares"), "quantity",
        TYPE_quantity,
        &((const struct record_redemption *)(const void *)record)->quantity);
}

static void put_statement(struct buffer *out, const struct reading *reading,
                          const struct record *record)
{
    put(out, reading, SENTENCE("Statement {number}"), "number", TYPE_title,
        &((const struct record_statement *)(const void *)record)->number);
}

static void put_line(struct buffer *out, const struct reading *reading,
                     const struct record *record)
{
    put(out, reading, SENTENCE("Bank line of {date}"), "date", TYPE_date,
        &((const struct record_line *)(const void *)record)->booked);
}

static void put_payout(struct buffer *out, const struct reading *reading,
                       const struct record *record)
{
    put(out, reading, SENTENCE("Batch of {amount}"), "amount", TYPE_amount,
        &((const struct record_payout *)(const void *)record)->total);
}

static void put_payment(struct buffer *out, const struct reading *reading,
                        const struct record *record)
{
    put(out, reading, SENTENCE("Payment of {amount}"), "amount", TYPE_amount,
        &((const struct record_payment *)(const void *)record)->amount);
}

static void put_call(struct buffer *out, const struct reading *reading,
                     const struct record *record)
{
    put(out, reading, SENTENCE("Matching called: {amount}"), "amount",
        TYPE_amount,
        &((const struct record_match_call *)(const void *)record)->amount);
}

static void put_job(struct buffer *out, const struct reading *reading,
                    const struct record *record)
{
    (void)record;
    buffer_text(out, say(language_of(reading), "An act done in steps"));
}

/* join: what stands between the page and the id; 0: the page has no id. */
static const struct {
    enum record_type type;
    void (*put)(struct buffer *out, const struct reading *reading,
                const struct record *record);
    const char *page;
    char join;
} names[] = {
    {RECORD_party, put_party, "entries?subject", '='},
    {RECORD_class, put_class, "classes", 0},
    {RECORD_campaign, put_campaign, "campaigns", '/'},
    {RECORD_pledge, put_pledge, "entries?subject", '='},
    {RECORD_subscription, put_subscription, "entries?subject", '='},
    {RECORD_redemption, put_redemption, "entries?subject", '='},
    {RECORD_offer, put_offer, "offers", 0},
    {RECORD_contract, put_contract, "contracts", '/'},
    {RECORD_tranche, put_tranche, "entries?subject", '='},
    {RECORD_bank, put_bank, "banks", 0},
    {RECORD_statement, put_statement, "lines?statement", '='},
    {RECORD_line, put_line, "entries?subject", '='},
    {RECORD_fund, put_fund, "funds", 0},
    {RECORD_match_call, put_call, "entries?subject", '='},
    {RECORD_payout, put_payout, "payouts", '/'},
    {RECORD_payment, put_payment, "entries?subject", '='},
    {RECORD_job, put_job, "entries?subject", '='},
};

json_t *name_record(const struct reading *reading, struct id id)
{
    const struct record *record;
    char text[ID_CHARS + 1];
    BUFFER(name);

    if (id_is_none(id))
        return json_null();
    id_write(text, id);
    record = state_find_id(reading->state, id);
    for (size_t i = 0; record != NULL && i < sizeof names / sizeof *names;
         i++) {
        if (names[i].type != record->type)
            continue;
        names[i].put(&name, reading, record);
        return json_pack(
            "{s:s%, s:o}", "text", name.bytes == NULL ? text : name.bytes,
            name.bytes == NULL ? strlen(text) : name.size, "url",
            names[i].join == 0 ? reading_url(reading, "%s", names[i].page)
                               : reading_url(reading, "%s%c%s", names[i].page,
                                             names[i].join, text));
    }
    return json_pack("{s:s, s:n}", "text", text, "url");
}

json_t *name_text(const struct reading *reading, const char *id)
{
    struct id known;

    if (id == NULL || !id_read(&known, id, strlen(id)))
        return json_null();
    return name_record(reading, known);
}

json_t *name_owner(const struct reading *reading, json_t *document)
{
    if (reading->wire.people)
        wire_set(document, "of",
                 name_text(reading, json_string_value(
                                        json_object_get(document, "owner"))));
    return document;
}
