#include "admin-cli/import.h"

#include "admin-cli/screen.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct plan {
    const struct import_file *file;
    const struct camt_statement *source;
    struct statement statement;
    bool *known;            /* Of each line: the ledger has it. */
    bool began;             /* The ledger has the statement itself. */
    size_t fresh;           /* Lines it has not. */
    struct amount old, new; /* Their sums. */
};

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text == NULL ? "" : text;
}

static bool read_account(struct import_account *account, const json_t *row,
                         struct error *error)
{
    const char *id = text_of(row, "account");
    const char *covered = text_of(row, "covered");
    const json_t *closing = json_object_get(row, "closing");

    *account = (struct import_account){0};
    if (*id == '\0')
        id = text_of(row, "id");
    if (!id_read(&account->id, id, strlen(id)))
        return fail(error, ERROR_REQUEST, "the node shows no bank account");
    (void)snprintf(account->iban, sizeof account->iban, "%s",
                   text_of(row, "iban"));
    if (json_is_integer(closing)) {
        const json_int_t minor = json_integer_value(closing);

        if (minor < -AMOUNT_MAX || minor > AMOUNT_MAX)
            return fail(error, ERROR_REQUEST,
                        "the node shows a balance out of range");
        account->has_closing = true;
        account->closing = amount_from_minor(minor);
        if (!date_read(&account->covered, covered, strlen(covered)))
            account->covered = date_from_civil(1900, 1, 1);
    }
    return true;
}

static bool choose_account(struct import_account *account, const json_t *rows,
                           const char *text, struct error *error)
{
    if (text == NULL && json_array_size(rows) != 1)
        return fail(error, ERROR_USAGE,
                    "the ledger has %zu bank accounts: say --account b-...",
                    json_array_size(rows));
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);

        if (text == NULL || strcmp(text_of(row, "account"), text) == 0 ||
            strcmp(text_of(row, "id"), text) == 0)
            return read_account(account, row, error);
    }
    return fail(error, ERROR_ABSENT, "the ledger has no bank account %.40s",
                text);
}

bool import_find_account(struct import_account *account, struct desk *desk,
                         const char *text, struct error *error)
{
    struct answer answer;
    const json_t *rows;
    bool found;

    if (!client_get_all(&desk->client, "~/banks", &answer, error))
        return false;
    rows = json_object_get(answer.json, "banks");
    found = choose_account(account, rows, text, error);
    answer_close(&answer);
    return found;
}

/* Does the ledger have a record of that id? */
static bool is_there(bool *there, struct desk *desk, struct id id,
                     struct error *error)
{
    struct answer answer;
    char path[96], text[ID_CHARS + 1];

    id_write(text, id);
    (void)snprintf(path, sizeof path, "~/entries?subject=%s&limit=1", text);
    if (!client_get_json(&desk->client, path, &answer, error)) {
        if (error->code != ERROR_ABSENT)
            return false;
        *error = (struct error){0};
        *there = false;
        return true;
    }
    *there = json_array_size(json_object_get(answer.json, "entries")) > 0;
    answer_close(&answer);
    return true;
}

static bool compare(struct plan *plan, struct desk *desk, struct error *error)
{
    const struct statement *statement = &plan->statement;

    plan->old = plan->new = amount_from_minor(0);
    if (!is_there(&plan->began, desk, statement->id, error))
        return false;
    for (size_t i = 0; i < statement->count; i++) {
        const struct statement_line *line = &statement->lines[i];
        struct amount *sum;

        screen_progress("Comparing", i + 1, statement->count);
        if (!statement_books(line->doubt))
            continue;
        if (!is_there(&plan->known[i], desk, line->id, error))
            return false;
        plan->fresh += !plan->known[i];
        sum = plan->known[i] ? &plan->old : &plan->new;
        if (!amount_add(sum, *sum, line->amount))
            return fail(error, ERROR_RANGE, "the sums are too large");
    }
    return true;
}

static bool not_enough_keys(struct error *error)
{
    return fail(error, ERROR_UNSIGNED,
                "the statutes ask more officers to sign bank lines: name their "
                "keys with further --key options");
}

static bool say(struct import *import, const struct entry *entry,
                struct error *error)
{
    char json[JSON_BYTES_MAX];
    const size_t size = entry_write(json, sizeof json, entry);
    struct answer answer;
    bool done = true;

    if (!act_from_json(import->act, import->desk->origin, json, size, error) ||
        !act_sign(import->act, import->desk, error) ||
        !act_post(import->act, import->desk, &answer, error))
        return false;
    if (answer.status == 202)
        done = not_enough_keys(error);
    answer_close(&answer);
    return done;
}

/* At most size bytes, cut between characters, without control characters. */
static struct text title_of(char out[static SHORT_TEXT_BYTES + 1],
                            const char *text)
{
    (void)screen_clean(out, SHORT_TEXT_BYTES + 1, *text == '\0' ? "-" : text);
    return (struct text){out, (uint32_t)strlen(out)};
}

/* Balance before the lines that are new. */
static bool find_opening(struct amount *opening, const struct import *import,
                         const struct plan *plan, struct error *error)
{
    if (import->opening != NULL)
        *opening = *import->opening;
    else if (plan->statement.has_opening) {
        if (!amount_add(opening, plan->statement.opening, plan->old))
            return fail(error, ERROR_RANGE, "the balance is too large");
    } else if (import->account.has_closing)
        *opening = import->account.closing;
    else
        return fail(error, ERROR_USAGE,
                    "the file states no opening balance: say --opening");
    return true;
}

static void warn_of_difference(const struct plan *plan, struct amount closing,
                               int digits)
{
    char stated[AMOUNT_CHARS], is[AMOUNT_CHARS];

    if (!plan->statement.has_closing ||
        amount_equal(plan->statement.closing, closing))
        return;
    amount_write(stated, plan->statement.closing, digits);
    amount_write(is, closing, digits);
    screen_note("Warning: the bank states a closing balance of %s, opening "
                "and lines make %s.",
                stated, is);
}

static bool say_statement(struct import *import, const struct plan *plan,
                          struct error *error)
{
    const struct statement *statement = &plan->statement;
    struct entry entry = {.kind = ENTRY_bank_statement};
    struct entry_bank_statement *says = &entry.bank_statement;
    struct amount opening, closing;
    char number[SHORT_TEXT_BYTES + 1];
    const struct text title = title_of(number, plan->source->id);

    if (!find_opening(&opening, import, plan, error))
        return false;
    if (!amount_add(&closing, opening, plan->new))
        return fail(error, ERROR_RANGE, "the balance is too large");
    warn_of_difference(plan, closing, import->desk->digits);
    entry.common.kind = ENTRY_bank_statement;
    entry.common.nonce = statement->nonce;
    entry.present = UINT64_C(1) << BIT_common_kind | UINT64_C(1)
                                                         << BIT_common_nonce;
    says->account = import->account.id;
    says->statement = statement->id;
    says->opening = opening;
    says->closing = closing;
    says->from = statement->from;
    says->to = statement->to;
    if (import->account.has_closing &&
        date_less(says->from, import->account.covered))
        says->from = import->account.covered;
    if (date_less(says->to, says->from))
        says->to = says->from;
    says->lines = (int64_t)plan->fresh;
    says->sha256 = plan->file->sha256;
    says->number.size = (uint8_t)title.size;
    memcpy(says->number.bytes, title.bytes, title.size);
    for (int bit = BITS_common; bit < BITS_bank_statement; bit++)
        entry.present |= UINT64_C(1) << bit;
    if (!say(import, &entry, error))
        return false;
    import->account.has_closing = true;
    import->account.closing = closing;
    import->account.covered = says->to;
    return true;
}

/* Lines on their way together. */
struct parcel {
    char bytes[ACT_TOGETHER_MAX * 2048];
    size_t used, count;
};

static bool pack(struct import *import, struct parcel *parcel,
                 const struct entry *entry, struct error *error)
{
    char json[JSON_BYTES_MAX], note[ACT_NOTE_MAX + 1];
    size_t size = entry_write(json, sizeof json, entry);
    int length;

    if (!act_from_json(import->act, import->desk->origin, json, size, error) ||
        !act_sign(import->act, import->desk, error))
        return false;
    size = act_note(import->act, note);
    assert(parcel->used + size + 16 <= sizeof parcel->bytes);
    length = snprintf(parcel->bytes + parcel->used,
                      sizeof parcel->bytes - parcel->used, "%zu\n", size);
    parcel->used += (size_t)length;
    memcpy(parcel->bytes + parcel->used, note, size);
    parcel->used += size;
    parcel->count++;
    return true;
}

static bool is_full(const struct parcel *parcel)
{
    return parcel->count == ACT_TOGETHER_MAX ||
           sizeof parcel->bytes - parcel->used < ACT_NOTE_MAX + 16;
}

/* A line that is there already, from another statement, is no failure. */
static bool deliver(struct import *import, struct parcel *parcel,
                    size_t *entered, struct error *error)
{
    struct act_result results[ACT_TOGETHER_MAX];
    const size_t count = parcel->count;

    if (count == 0)
        return true;
    if (!act_post_all(import->desk, parcel->bytes, parcel->used, results, count,
                      error))
        return false;
    *parcel = (struct parcel){0};
    for (size_t i = 0; i < count; i++) {
        if (results[i].status == 202)
            return not_enough_keys(error);
        if (results[i].status >= 400 && results[i].error.code != ERROR_TAKEN) {
            *error = results[i].error;
            return false;
        }
        *entered += results[i].status == 201;
    }
    return true;
}

static bool pack_line(struct import *import, const struct plan *plan, size_t i,
                      struct parcel *parcel, struct error *error)
{
    struct entry entry;

    import_line(&entry, &plan->statement.lines[i], plan->statement.id,
                import->desk->rules);
    return pack(import, parcel, &entry, error);
}

static bool say_lines(struct import *import, struct plan *plan, size_t *entered,
                      struct error *error)
{
    struct parcel *parcel = calloc(1, sizeof *parcel);
    size_t packed = 0;
    bool done = true;

    assert(parcel != NULL);
    for (size_t i = 0; i < plan->statement.count && done; i++) {
        if (!statement_books(plan->statement.lines[i].doubt) || plan->known[i])
            continue;
        done = pack_line(import, plan, i, parcel, error);
        packed++;
        if (done && (is_full(parcel) || packed == plan->fresh)) {
            done = deliver(import, parcel, entered, error);
            screen_progress("Entering", packed, plan->fresh);
        }
    }
    free(parcel);
    return done;
}

json_t *import_oddities(const struct statement *statement, int digits)
{
    json_t *list = json_array();

    for (size_t i = 0; i < statement->count; i++) {
        const struct statement_line *line = &statement->lines[i];
        char amount[AMOUNT_CHARS];

        if (line->doubt == DOUBT_NONE)
            continue;
        amount_write(amount, line->amount, digits);
        (void)json_array_append_new(
            list, json_pack("{s:I, s:s, s:s, s:s, s:b, s:s}", "entry",
                            (json_int_t)line->entry, "reference",
                            line->source_entry->bank_reference, "stated",
                            line->source_entry->amount.number, "amount", amount,
                            "booked", statement_books(line->doubt), "why",
                            statement_doubt_text(line->doubt)));
    }
    return list;
}

/* Lines of the statement that the ledger could not attribute. */
static json_int_t count_open(struct import *import, const char *statement)
{
    struct error ignored = {0};
    struct answer answer;
    char path[96];
    json_int_t count = -1; /* Unknown: the node does not say. */

    (void)snprintf(path, sizeof path, "~/lines?state=open&statement=%s",
                   statement);
    if (!client_get_all(&import->desk->client, path, &answer, &ignored))
        return count;
    count = (json_int_t)json_array_size(json_object_get(answer.json, "lines"));
    answer_close(&answer);
    return count;
}

static void report(struct import *import, const struct plan *plan,
                   size_t entered, size_t sealed)
{
    const struct statement *statement = &plan->statement;
    char id[ID_CHARS + 1], total[AMOUNT_CHARS];
    size_t booked = 0, referenced = 0;

    for (size_t i = 0; i < statement->count; i++) {
        booked += statement_books(statement->lines[i].doubt);
        referenced += statement_books(statement->lines[i].doubt) &&
                      statement->lines[i].reference[0] != '\0';
    }
    id_write(id, statement->id);
    amount_write(total, plan->new, import->desk->digits);
    (void)json_array_append_new(
        import->report,
        json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:s, s:I, s:o}",
                  "file", plan->file->path, "number", plan->source->id,
                  "statement", id, "lines", (json_int_t)booked,
                  "with_reference", (json_int_t)referenced, "there_before",
                  (json_int_t)(booked - plan->fresh),
                  import->only_look ? "to_enter" : "entered",
                  (json_int_t)(import->only_look ? plan->fresh : entered),
                  "payers", (json_int_t)sealed, "sum", total, "in_suspense",
                  count_open(import, id), "set_apart",
                  import_oddities(statement, import->desk->digits)));
}

/* A quiet statement too says that its days are covered. */
static bool is_needed(const struct import *import, const struct plan *plan)
{
    if (plan->began)
        return false;
    return plan->fresh > 0 || !import->account.has_closing ||
           date_less(import->account.covered, plan->statement.to);
}

static bool carry_out(struct import *import, struct plan *plan,
                      struct error *error)
{
    size_t entered = 0, sealed = 0;

    if (!compare(plan, import->desk, error))
        return false;
    if (!plan->statement.has_period)
        return true; /* No day, no line: nothing is said. */
    if (!import->only_look) {
        if (is_needed(import, plan) && !say_statement(import, plan, error))
            return false;
        if (!say_lines(import, plan, &entered, error) ||
            (!import->no_payers &&
             !import_payers(&sealed, import, &plan->statement, error)) ||
            !quarantine_keep(import->desk->origin, &plan->statement,
                             plan->source->id, import->desk->digits, error))
            return false;
    }
    report(import, plan, entered, sealed);
    return true;
}

static bool is_ours(const struct import *import,
                    const struct camt_statement *source)
{
    return import->any_iban || *import->account.iban == '\0' ||
           strcmp(import->account.iban, source->account) == 0;
}

bool import_take(struct import *import, const struct import_file *file,
                 struct error *error)
{
    for (size_t n = 0; n < file->camt.statement_count; n++) {
        const char *currency =
            *import->desk->currency == '\0' ? "EUR" : import->desk->currency;
        struct plan plan = {.file = file, .source = &file->camt.statements[n]};
        bool done;

        if (!is_ours(import, plan.source)) {
            screen_note("%s: statement %s is of another account; skipped.",
                        file->path, plan.source->id);
            continue;
        }
        if (!statement_make(&plan.statement, &file->camt, n, import->account.id,
                            currency, import->desk->digits, error))
            return false;
        plan.known = calloc(plan.statement.count + 1, sizeof *plan.known);
        assert(plan.known != NULL);
        done = carry_out(import, &plan, error);
        free(plan.known);
        statement_close(&plan.statement);
        if (!done)
            return false;
    }
    return true;
}
