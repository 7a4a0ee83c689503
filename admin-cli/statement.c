#include "admin-cli/statement.h"

#include "ledger/rf.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    bool booked;
    const char *help;
} doubts[] = {
#define DOUBT(code, booked, help) {booked, help},
#include "admin-cli/doubts.def"
};

bool statement_books(enum statement_doubt doubt)
{
    return doubts[doubt].booked;
}

const char *statement_doubt_text(enum statement_doubt doubt)
{
    return doubts[doubt].help;
}

/* Exactly what the bank wrote, with trailing zeros cut, or a doubt. */
static enum statement_doubt read_exactly(struct amount *amount,
                                         const struct camt_amount *written,
                                         int digits)
{
    char text[48];
    const char *number = written->number;
    size_t size;

    while (*number == '0')
        number++;
    size =
        (size_t)snprintf(text, sizeof text, "%s%s%s", written->debit ? "-" : "",
                         *number == '.' || *number == '\0' ? "0" : "", number);
    assert(size < sizeof text);
    if (strchr(text, '.') != NULL) {
        while (text[size - 1] == '0')
            size--;
        if (text[size - 1] == '.')
            size--;
        text[size] = '\0';
    }
    if (strcmp(text, "0") == 0 || strcmp(text, "-0") == 0)
        return DOUBT_ZERO;
    if (strchr(text, '.') != NULL &&
        text + size - strchr(text, '.') - 1 > digits)
        return DOUBT_DECIMALS;
    return amount_read(amount, text, size, digits) ? DOUBT_NONE : DOUBT_RANGE;
}

static enum statement_doubt judge(struct amount *amount,
                                  const struct camt_entry *entry,
                                  const char *currency, int digits)
{
    enum statement_doubt doubt = read_exactly(amount, &entry->amount, digits);

    if (entry->status == CAMT_PENDING)
        return DOUBT_PENDING;
    if (entry->status == CAMT_INFORMATION)
        return DOUBT_INFORMATION;
    if (strcmp(entry->amount.currency, currency) != 0)
        return DOUBT_CURRENCY;
    if (!entry->has_booked && doubt == DOUBT_NONE)
        return DOUBT_DATE;
    return doubt;
}

static bool is_fee(const struct camt_entry *entry)
{
    static const char *const codes[] = {"CHRG", "COMM", "FEES", "COME"};
    const char *last = strrchr(entry->family, '/');

    for (size_t i = 0; last != NULL && i < 4; i++)
        if (strcmp(last + 1, codes[i]) == 0)
            return true;
    return false;
}

/* Said of the detail, or by the family of bank codes (RRTN: return). */
static bool is_return(const struct camt_entry *entry,
                      const struct camt_transaction *transaction)
{
    const char *last = strrchr(entry->family, '/');

    return (transaction != NULL && transaction->returned) ||
           (last != NULL && strcmp(last + 1, "RRTN") == 0);
}

static struct statement_line *
add_line(struct statement *out, const struct camt_entry *entry,
         const struct camt_transaction *transaction)
{
    struct statement_line *line = &out->lines[out->count++];

    *line = (struct statement_line){
        .booked = entry->booked,
        .valued = entry->has_valued ? entry->valued : entry->booked,
        .reversal = entry->reversal,
        .fee = is_fee(entry),
        .returned = is_return(entry, transaction),
        .source_entry = entry,
        .transaction = transaction,
    };
    return line;
}

/* What a detail moved; what was instructed, where nothing else is said. */
static const struct camt_amount *
moved(const struct camt_transaction *transaction)
{
    return *transaction->amount.number == '\0' ? &transaction->instructed
                                               : &transaction->amount;
}

/* Do the details, each exact and in the account's currency, add up? */
static bool adds_up(const struct camt_transaction *details, size_t count,
                    struct amount whole, const char *currency, int digits)
{
    struct amount sum = amount_from_minor(0), one;

    for (size_t i = 0; i < count; i++)
        if (strcmp(moved(&details[i])->currency, currency) != 0 ||
            read_exactly(&one, moved(&details[i]), digits) != DOUBT_NONE ||
            !amount_add(&sum, sum, one))
            return false;
    return amount_equal(sum, whole);
}

/* An entry that is sound: as its details if they add up, else as a whole. */
static void add_sound(struct statement *out, const struct camt_file *file,
                      const struct camt_entry *entry, struct amount whole,
                      int digits)
{
    const char *currency = entry->amount.currency;
    const struct camt_transaction *details = &file->transactions[entry->first];
    struct statement_line *line;

    if (entry->count == 1 &&
        (*details->amount.number == '\0' ||
         strcmp(details->amount.currency, currency) != 0)) {
        line = add_line(out, entry, details);
        line->amount = whole;
        return;
    }
    if (entry->count > 0 &&
        adds_up(details, entry->count, whole, currency, digits)) {
        for (size_t i = 0; i < entry->count; i++) {
            line = add_line(out, entry, &details[i]);
            line->detail = entry->count == 1 ? 0 : i + 1;
            (void)read_exactly(&line->amount, moved(&details[i]), digits);
        }
        return;
    }
    line = add_line(out, entry, NULL);
    line->amount = whole;
    line->doubt = entry->count > 0         ? DOUBT_DETAILS
                  : entry->batch_count > 1 ? DOUBT_BATCH
                                           : DOUBT_NONE;
}

/* The references in free text: rather one that this program made. */
static bool find_in_text(char out[static RF_CHARS_MAX + 1], const char *text)
{
    char found[16][RF_CHARS_MAX + 1];
    const size_t count = rf_find(found, 16, text, strlen(text));
    uint64_t number;
    size_t best = 0;

    for (size_t i = count; i-- > 0;)
        if (rf_to_number(&number, found[i], strlen(found[i])))
            best = i;
    if (count > 0)
        memcpy(out, found[best], sizeof found[best]);
    return count > 0;
}

/* A Belgian structured communication is the same number in other clothes. */
static bool find_belgian(char out[static RF_CHARS_MAX + 1], const char *text,
                         bool alone)
{
    uint64_t number;
    size_t size = strlen(text);

    if (!(alone ? ogm_read(&number, text, size)
                : ogm_find(&number, text, size)) ||
        number == 0)
        return false;
    rf_from_number(out, number);
    return true;
}

/* Any of those that are joined by semicolons. */
static bool find_structured(char out[static RF_CHARS_MAX + 1], const char *at)
{
    char one[64];

    while (*at != '\0') {
        const size_t size = strcspn(at, ";");

        (void)snprintf(one, sizeof one, "%.*s", (int)size, at);
        if (rf_read(out, at, size) || find_belgian(out, one, true) ||
            find_belgian(out, one, false))
            return true;
        at += size + (at[size] == ';');
    }
    return false;
}

static bool find_anywhere(char out[static RF_CHARS_MAX + 1], const char *text)
{
    return find_in_text(out, text) || find_belgian(out, text, false);
}

/* Our own batch of payments, debited in one sum. */
static bool find_batch(struct statement_line *line)
{
    const struct camt_entry *entry = line->source_entry;
    const char *batch = *entry->batch != '\0'       ? entry->batch
                        : line->transaction != NULL ? line->transaction->batch
                                                    : "";

    return rf_read(line->reference, batch, strlen(batch));
}

/* Structured, then in free text, then as end-to-end id, then the entry's. */
static void find_reference(struct statement_line *line)
{
    const struct camt_transaction *transaction = line->transaction;
    bool in_one = line->doubt == DOUBT_BATCH || line->doubt == DOUBT_DETAILS;

    if (in_one && line->source_entry->amount.debit && find_batch(line)) {
        line->doubt = DOUBT_NONE;
        return;
    }
    if (line->doubt != DOUBT_NONE)
        return;
    if (transaction != NULL &&
        (find_structured(line->reference, transaction->creditor_reference) ||
         find_anywhere(line->reference, transaction->text) ||
         rf_read(line->reference, transaction->end_to_end,
                 strlen(transaction->end_to_end))))
        return;
    if (!find_anywhere(line->reference, line->source_entry->text) &&
        line->detail == 0)
        (void)find_batch(line);
}

static void add_entry(struct statement *out, const struct camt_file *file,
                      const struct camt_entry *entry, const char *currency,
                      int digits)
{
    struct amount whole = amount_from_minor(0);
    enum statement_doubt doubt = judge(&whole, entry, currency, digits);

    if (doubt == DOUBT_NONE) {
        add_sound(out, file, entry, whole, digits);
    } else {
        struct statement_line *line = add_line(
            out, entry,
            entry->count == 1 ? &file->transactions[entry->first] : NULL);

        line->doubt = doubt;
        line->amount = whole;
    }
}

static void hash_text(crypto_generichash_state *state, const char *text)
{
    (void)crypto_generichash_update(state, (const uint8_t *)text,
                                    strlen(text) + 1);
}

/* Without the number that tells equal ones apart. */
static struct hash identify(const struct statement_line *line,
                            const struct camt_statement *statement,
                            const char *account)
{
    const struct camt_entry *entry = line->source_entry;
    crypto_generichash_state state;
    struct hash hash;
    char text[96], amount[AMOUNT_CHARS], day[DATE_CHARS + 1];

    (void)crypto_generichash_init(&state, NULL, 0, sizeof hash.bytes);
    hash_text(&state, "terreau/bank-line/v1");
    hash_text(&state, account);
    hash_text(&state, entry->bank_reference);
    if (*entry->bank_reference == '\0') {
        hash_text(&state, statement->id);
        hash_text(&state, entry->reference);
    }
    amount_write(amount, line->amount, 0);
    date_write(day, line->booked);
    (void)snprintf(text, sizeof text, "%zu %s %s%s", line->detail, amount, day,
                   statement_books(line->doubt) ? "" : " not booked");
    hash_text(&state, text);
    (void)crypto_generichash_final(&state, hash.bytes, sizeof hash.bytes);
    return hash;
}

struct twin {
    struct hash hash;
    size_t line;
};

static int compare_twins(const void *a, const void *b)
{
    const struct twin *one = a, *other = b;
    int order = memcmp(one->hash.bytes, other->hash.bytes, 32);

    if (order != 0)
        return order;
    return one->line < other->line ? -1 : one->line > other->line;
}

static void derive(uint8_t out[static 16], const char *what,
                   const struct hash *hash)
{
    crypto_generichash_state state;

    (void)crypto_generichash_init(&state, NULL, 0, 16);
    hash_text(&state, what);
    (void)crypto_generichash_update(&state, hash->bytes, sizeof hash->bytes);
    (void)crypto_generichash_final(&state, out, 16);
}

static void name_line(struct statement_line *line, const struct hash *hash,
                      uint64_t twin)
{
    crypto_generichash_state state;
    char text[24];

    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)twin);
    (void)crypto_generichash_init(&state, NULL, 0, 32);
    (void)crypto_generichash_update(&state, hash->bytes, 32);
    hash_text(&state, text);
    (void)crypto_generichash_final(&state, line->source.bytes, 32);
    line->id.letter = 'y';
    derive(line->id.bytes, "id", &line->source);
    derive(line->nonce.bytes, "nonce", &line->source);
}

/* Banks repeat references: equal lines are told apart by their order. */
static void name_lines(struct statement *out,
                       const struct camt_statement *statement,
                       const char *account)
{
    struct twin *twins = calloc(out->count + 1, sizeof *twins);
    uint64_t number = 0;

    assert(twins != NULL);
    for (size_t i = 0; i < out->count; i++)
        twins[i] =
            (struct twin){identify(&out->lines[i], statement, account), i};
    qsort(twins, out->count, sizeof *twins, compare_twins);
    for (size_t i = 0; i < out->count; i++) {
        const bool again =
            i > 0 && hash_equal(&twins[i].hash, &twins[i - 1].hash);

        number = again ? number + 1 : 0;
        name_line(&out->lines[twins[i].line], &twins[i].hash, number);
    }
    free(twins);
}

static void name_statement(struct statement *out,
                           const struct camt_statement *statement,
                           const char *account)
{
    crypto_generichash_state state;
    struct hash hash;

    (void)crypto_generichash_init(&state, NULL, 0, sizeof hash.bytes);
    hash_text(&state, "terreau/bank-statement/v1");
    hash_text(&state, account);
    hash_text(&state, statement->id);
    hash_text(&state, statement->sequence);
    (void)crypto_generichash_final(&state, hash.bytes, sizeof hash.bytes);
    out->id.letter = 'e';
    derive(out->id.bytes, "id", &hash);
    derive(out->nonce.bytes, "nonce", &hash);
}

static bool read_balance(struct amount *amount,
                         const struct camt_balance *balance,
                         const char *currency, int digits)
{
    if (!balance->there || strcmp(balance->amount.currency, currency) != 0)
        return false;
    switch ((int)read_exactly(amount, &balance->amount, digits)) {
    case DOUBT_NONE:
        return true;
    case DOUBT_ZERO:
        *amount = amount_from_minor(0);
        return true;
    }
    return false;
}

/* The days covered: as stated, else those of balances; and of all lines. */
static bool find_period(struct statement *out,
                        const struct camt_statement *statement)
{
    bool found = statement->has_period;

    out->from = statement->from;
    out->to = statement->to;
    if (!found && statement->closing.there) {
        out->from = out->to = statement->closing.date;
        found = true;
    }
    for (size_t i = 0; i < out->count; i++) {
        const struct statement_line *line = &out->lines[i];

        if (!statement_books(line->doubt))
            continue;
        if (!found || date_less(line->booked, out->from))
            out->from = line->booked;
        if (!found || date_less(out->to, line->booked))
            out->to = line->booked;
        found = true;
    }
    return found;
}

static bool add_total(struct statement *out, struct error *error)
{
    out->total = amount_from_minor(0);
    for (size_t i = 0; i < out->count; i++)
        if (statement_books(out->lines[i].doubt) &&
            !amount_add(&out->total, out->total, out->lines[i].amount))
            return fail(error, ERROR_RANGE,
                        "the sum of the lines is too "
                        "large");
    return true;
}

bool statement_make(struct statement *statement, const struct camt_file *file,
                    size_t n, struct id account, const char *currency,
                    int digits, struct error *error)
{
    const struct camt_statement *source = &file->statements[n];
    struct statement made = {0};
    char account_text[ID_CHARS + 1];

    assert(n < file->statement_count);
    id_write(account_text, account);
    made.lines =
        calloc(source->count + file->transaction_count + 1, sizeof *made.lines);
    assert(made.lines != NULL);
    for (size_t i = 0; i < source->count; i++) {
        const size_t before = made.count;

        add_entry(&made, file, &file->entries[source->first + i], currency,
                  digits);
        for (size_t j = before; j < made.count; j++) {
            made.lines[j].entry = i + 1;
            find_reference(&made.lines[j]);
        }
    }
    name_statement(&made, source, account_text);
    name_lines(&made, source, account_text);
    made.has_opening =
        read_balance(&made.opening, &source->opening, currency, digits);
    made.has_closing =
        read_balance(&made.closing, &source->closing, currency, digits);
    made.has_period = find_period(&made, source);
    if (!add_total(&made, error)) {
        statement_close(&made);
        return false;
    }
    *statement = made;
    return true;
}

void statement_close(struct statement *statement)
{
    free(statement->lines);
    *statement = (struct statement){0};
}
