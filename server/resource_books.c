/* Double entry: the chart of accounts, balances, the journal. */
#include "server/leaves.h"
#include "server/list.h"
#include "server/naming.h"
#include "server/telling.h"
#include "server/trial.h"
#include "sql/store_balance.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

enum { JOURNAL_WINDOW = 256 };

static bool is_from_2026(struct date day)
{
    return !date_less(day, date_from_civil(2026, 1, 1));
}

static json_t *describe_account(const struct wire *wire, enum account account)
{
    static const char *const sides[] = {[SIDE_DEBIT] = "debit",
                                        [SIDE_CREDIT] = "credit",
                                        [SIDE_EITHER] = "either",
                                        [SIDE_MEMO] = "memo"};
    const struct account_spec *spec = account_spec(account);

    return json_pack("{s:s, s:s, s:s, s:s, s:b, s:o}", "account", spec->name,
                     "code_to_2025", spec->code, "code_from_2026",
                     spec->code_2026, "side", sides[spec->side], "control",
                     spec->control, "help",
                     wire->people ? tell_account(wire, (int)account)
                                  : json_string(spec->help));
}

bool accounts_get(const struct request *request, struct reply *reply,
                  struct error *error)
{
    json_t *list;
    READING(reading);

    if (!reading_open(&reading, request, error))
        return false;
    list = json_array();
    for (int i = 1; i < ACCOUNT_COUNT; i++)
        wire_append(list, describe_account(&reading.wire, (enum account)i));
    reply->body = reading_document(&reading);
    reply->cache = CACHE_CHECK;
    wire_set(reply->body, "accounts", list);
    reading_page(&reading, reply, "accounts",
                 word(WORD_accounts, reading.wire.french));
    return true;
}

/* One balance of one owner, wherever it came from. */
struct sheet {
    struct store_balance *items;
    size_t count, room;
};

static bool keep_balance(void *context, const struct store_balance *balance,
                         struct error *error)
{
    struct sheet *sheet = context;

    (void)error;
    if (sheet->count == sheet->room) {
        sheet->room = sheet->room == 0 ? 256 : 2 * sheet->room;
        sheet->items =
            realloc(sheet->items, sheet->room * sizeof *sheet->items);
        if (sheet->items == NULL)
            abort();
    }
    sheet->items[sheet->count++] = *balance;
    return true;
}

static struct store_balance balance_of(const struct record_balance *record)
{
    struct store_balance balance = {
        .account = (int16_t)record->account,
        .owned = !link_is_none(record->owner),
        .amount = record->amount,
    };

    memcpy(balance.owner, record->owner.key, sizeof balance.owner);
    return balance;
}

static json_t *describe_balance(const struct reading *reading,
                                const struct store_balance *balance,
                                bool from_2026)
{
    enum account account = (enum account)balance->account;
    const struct wire *wire = &reading->wire;
    json_t *json = json_pack(
        "{s:o, s:s, s:o, s:o}", "account",
        wire->people ? tell_account(wire, (int)account)
                     : json_string(account_spec(account)->name),
        "code", account_code(account, from_2026), "owner",
        balance->owned ? wire_owner(wire, balance->owner) : json_null(),
        "balance", wire_amount(wire, balance->amount));

    name_owner(reading, json);
    return json;
}

/* As the fold has them now; a cursor is a place among the balance records. */
static void put_balances(const struct reading *reading, struct reply *reply,
                         const struct cursor *cursor, bool from_2026)
{
    size_t i, count = state_count(reading->state, RECORD_balance);
    json_t *list = json_array();

    for (i = (size_t)cursor->after;
         i < count && json_array_size(list) < (size_t)cursor->limit; i++) {
        const struct record_balance *record =
            (const void *)state_at(reading->state, RECORD_balance, i);
        struct store_balance balance = balance_of(record);

        if (!amount_is_zero(balance.amount))
            wire_append(list, describe_balance(reading, &balance, from_2026));
    }
    wire_set(reply->body, "balances", list);
    if (i < count)
        cursor_next(cursor, reading->request, reply, (int64_t)i);
}

/* As the postings up to a day have them; here a cursor counts those. */
static void put_sheet(const struct reading *reading, struct reply *reply,
                      const struct cursor *cursor, const struct sheet *sheet,
                      bool from_2026)
{
    size_t i;
    json_t *list = json_array();

    for (i = (size_t)cursor->after;
         i < sheet->count && json_array_size(list) < (size_t)cursor->limit; i++)
        wire_append(list,
                    describe_balance(reading, &sheet->items[i], from_2026));
    wire_set(reply->body, "balances", list);
    if (i < sheet->count)
        cursor_next(cursor, reading->request, reply, (int64_t)i);
}

static void put_trial(const struct reading *reading, json_t *body,
                      const struct trial *trial, struct date day)
{
    const struct wire *wire = &reading->wire;
    bool from_2026 = is_from_2026(day);

    wire_set(body, "at", wire_date(wire, day));
    wire_set(body, "trial", trial_json(wire, trial, false, from_2026));
    wire_set(body, "memo", trial_json(wire, trial, true, from_2026));
}

/* By effective day: the database adds up what the fold has posted. */
static bool balance_at(struct reading *reading, struct reply *reply,
                       const struct cursor *cursor, struct date day,
                       struct error *error)
{
    const struct request *request = reading->request;
    struct ledger_host *host = reading->host;
    struct sheet sheet = {0};
    struct trial trial = {0};
    int64_t size = reading->size;
    bool done;
    POOL_LOAN(loan);

    reading_close(reading);
    done = reading_borrow(reading, &loan, error) &&
           store_balances(loan.db, host->ledger_id, day, size, keep_balance,
                          &sheet, error);
    if (done) {
        for (size_t i = 0; i < sheet.count; i++)
            trial_add(&trial, (enum account)sheet.items[i].account,
                      sheet.items[i].amount);
        reading_hold(reading, request, host);
        reply->body = reading_document(reading);
        put_trial(reading, reply->body, &trial, day);
        put_sheet(reading, reply, cursor, &sheet, is_from_2026(day));
    }
    free(sheet.items);
    return done;
}

bool balance_get(const struct request *request, struct reply *reply,
                 struct error *error)
{
    const char *at = request_query(request, "at");
    struct cursor cursor;
    struct trial trial = {0};
    struct date day;
    READING(reading);

    if (at != NULL && !date_read(&day, at, strlen(at)))
        return fail(error, ERROR_REQUEST, "at is not a day, as 2026-12-31");
    if (!cursor_read(&cursor, request, 0, error) ||
        !reading_open(&reading, request, error))
        return false;
    if (at != NULL) {
        if (!balance_at(&reading, reply, &cursor, day, error))
            return false;
    } else {
        day = instant_day(reading.accepted, ZONE_UTC);
        trial_of_state(&trial, reading.state);
        reply->body = reading_document(&reading);
        put_trial(&reading, reply->body, &trial, day);
        put_balances(&reading, reply, &cursor, is_from_2026(day));
    }
    reply->cache = CACHE_CHECK;
    reading_page(&reading, reply, "balance",
                 word(WORD_balance, reading.wire.french));
    return true;
}

/* The head of what one entry posted; kind and accepted as in its leaf. */
static json_t *start_group(const json_t *entry)
{
    json_t *group = json_pack("{s:O, s:O, s:O, s:O, s:[]}", "index",
                              json_object_get(entry, "index"), "kind",
                              json_object_get(entry, "kind"), "effective",
                              json_object_get(entry, "effective"), "accepted",
                              json_object_get(entry, "accepted"), "postings");
    json_t *sentence = json_object_get(entry, "sentence");

    if (sentence != NULL)
        wire_set(group, "sentence", json_incref(sentence));
    return group;
}

/*
 * Group the postings of a window below their entries until the list has
 * limit groups.  Returns the index to go on after, or -1: the window is used
 * up.
 */
static int64_t group(const struct reading *reading, json_t *list,
                     const struct posting_list *postings, const json_t *entries,
                     int64_t from, int64_t limit)
{
    int64_t last = -1;
    json_t *group = NULL;

    for (size_t i = 0; i < postings->count; i++) {
        const struct store_posting *posting = &postings->items[i];

        if (posting->idx != last) {
            if (json_array_size(list) == (size_t)limit)
                return posting->idx - 1;
            group = start_group(
                json_array_get(entries, (size_t)(posting->idx - from)));
            wire_append(list, group);
            last = posting->idx;
        }
        wire_append(json_object_get(group, "postings"),
                    name_owner(reading, wire_posting(&reading->wire, posting)));
    }
    return -1;
}

/* One window of indices.  *next as group() says. */
static bool read_window(struct reading *reading, struct db *db, json_t *list,
                        int64_t from, int64_t until, int64_t limit,
                        int64_t *next, struct error *error)
{
    struct posting_list postings = {0};
    json_auto_t *entries = json_array();
    bool done =
        leaf_postings(&postings, db, reading->host, from, until, error) &&
        (postings.count == 0 ||
         leaf_entries(entries, &reading->wire, db, reading->host, from, until,
                      error));

    if (done) {
        reading_hold(reading, reading->request, reading->host);
        *next = group(reading, list, &postings, entries, from, limit);
        reading_close(reading);
    }
    free(postings.items);
    return done;
}

bool journal_get(const struct request *request, struct reply *reply,
                 struct error *error)
{
    struct cursor cursor;
    int64_t size, next = -1;
    json_t *list;
    READING(reading);
    POOL_LOAN(loan);

    if (!cursor_read(&cursor, request, -1, error) ||
        !reading_open(&reading, request, error))
        return false;
    reply->body = reading_document(&reading);
    reply->cache = CACHE_CHECK;
    list = json_array();
    wire_set(reply->body, "journal", list);
    reading_page(&reading, reply, "journal",
                 word(WORD_journal, reading.wire.french));
    size = reading.size;
    reading_close(&reading);
    if (!reading_borrow(&reading, &loan, error))
        return false;
    for (int64_t from = cursor.after + 1; from < size && next < 0;
         from += JOURNAL_WINDOW) {
        int64_t until = from + JOURNAL_WINDOW;

        if (!read_window(&reading, loan.db, list, from,
                         until < size ? until : size, cursor.limit, &next,
                         error))
            return false;
    }
    if (next >= 0)
        cursor_next(&cursor, request, reply, next);
    return true;
}
