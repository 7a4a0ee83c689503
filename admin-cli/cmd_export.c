/* export: the books in formats that other programs check. */
#include "admin-cli/command.h"
#include "admin-cli/export_log.h"
#include "admin-cli/published.h"
#include "admin-cli/screen.h"
#include "ledger/record.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One hledger account: ours, and its owner. */
struct name {
    char text[96];
};

struct journal {
    FILE *out; /* The transactions, held back until all names are known. */
    struct name *names;
    size_t count, room;
};

static struct name name_of(const struct posting *posting)
{
    struct name name;
    struct id id = {0};
    char owner[ID_CHARS + 1];

    (void)snprintf(name.text, sizeof name.text, "%s",
                   account_spec(posting->account)->name);
    if (posting->owner.type == RECORD_nobody ||
        record_spec(posting->owner.type)->letter == 0)
        return name;
    id.letter = record_spec(posting->owner.type)->letter;
    memcpy(id.bytes, posting->owner.key.key, sizeof id.bytes);
    id_write(owner, id);
    (void)snprintf(name.text + strlen(name.text),
                   sizeof name.text - strlen(name.text), ":%s", owner);
    return name;
}

static void remember(struct journal *journal, const struct name *name)
{
    if (journal->count == journal->room) {
        journal->room = journal->room == 0 ? 64 : journal->room * 2;
        journal->names =
            realloc(journal->names, journal->room * sizeof journal->names[0]);
        assert(journal->names != NULL);
    }
    journal->names[journal->count++] = *name;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(((const struct name *)a)->text,
                  ((const struct name *)b)->text);
}

static const char *currency_of(const struct auditor *auditor, int *digits)
{
    uint8_t currency = state_ledger(auditor->state)->currency;

    *digits = currency_digits(currency);
    return choice_word(TYPE_currency, currency);
}

static bool is_memo(const struct posting *posting)
{
    return account_spec(posting->account)->side == SIDE_MEMO;
}

/* One transaction for an entry; memo postings never leave the ledger. */
static bool write_entry(void *context, const struct auditor *auditor,
                        struct error *error)
{
    struct journal *journal = context;
    const struct outcome *outcome = auditor->outcome;
    char day[DATE_CHARS + 1], sum[AMOUNT_CHARS];
    const char *currency;
    bool begun = false;
    int digits;

    (void)error;
    currency = currency_of(auditor, &digits);
    for (size_t i = 0; i < outcome->posting_count; i++) {
        const struct posting *posting = &outcome->postings[i];
        struct name name = name_of(posting);

        if (is_memo(posting))
            continue;
        if (!begun) {
            date_write(day, outcome->effective);
            (void)fprintf(journal->out, "\n%s * (%" PRId64 ") %s\n", day,
                          auditor->state->size - 1,
                          entry_spec(auditor->entry.kind)->name);
            begun = true;
        }
        amount_write(sum, posting->amount, digits);
        (void)fprintf(journal->out, "    %-48s  %s %s\n", name.text, sum,
                      currency);
        remember(journal, &name);
    }
    return true;
}

/* What strict checks ask for: every commodity and account declared. */
static void write_head(struct journal *journal, const struct auditor *auditor)
{
    int digits;
    const char *currency = currency_of(auditor, &digits);

    printf("; Terreau: %s, entries 0 to %" PRId64 ".\n", auditor->origin,
           auditor->state->size - 1);
    printf("commodity 1000.%.*s %s\n\n", digits, "0000", currency);
    qsort(journal->names, journal->count, sizeof journal->names[0], by_text);
    for (size_t i = 0; i < journal->count; i++)
        if (i == 0 || by_text(&journal->names[i], &journal->names[i - 1]) != 0)
            printf("account %s\n", journal->names[i].text);
}

static void copy_body(struct journal *journal)
{
    char buffer[4096];
    size_t size;

    rewind(journal->out);
    while ((size = fread(buffer, 1, sizeof buffer, journal->out)) > 0)
        (void)fwrite(buffer, 1, size, stdout);
}

static bool export_hledger(struct source *source, struct journal *journal,
                           struct error *error)
{
    struct checkpoint checkpoint;
    struct auditor auditor;
    struct note *note = calloc(1, sizeof *note);
    char *bytes = NULL;
    size_t size;
    bool good;

    assert(note != NULL);
    good =
        published_checkpoint(source, &bytes, &size, note, &checkpoint, error);
    free(note);
    free(bytes);
    if (!good)
        return false;
    auditor_start(&auditor, checkpoint.origin, 2);
    source_ahead(source, 0, checkpoint.size, false);
    good = published_read(source, &auditor, checkpoint.size, write_entry,
                          journal, error) &&
           auditor_finish(&auditor, error);
    if (good && state_ledger(auditor.state) != NULL) {
        write_head(journal, &auditor);
        copy_body(journal);
    }
    auditor_end(&auditor);
    return good;
}

bool command_export_hledger(const struct call *call, struct error *error)
{
    struct journal journal = {.out = tmpfile()};
    struct source source = {0};
    bool good;

    if (journal.out == NULL)
        return fail(error, ERROR_SYSTEM, "no temporary file can be made");
    good = source_open(&source, call->word_count > 0 ? call->words[0] : NULL,
                       &call->settings, error) &&
           export_hledger(&source, &journal, error);
    source_close(&source);
    (void)fclose(journal.out);
    free(journal.names);
    return good;
}

/* ---- The log itself ---- */

bool command_export_log(const struct call *call, struct error *error)
{
    const char *to = call_option(call, "to");
    struct export_log export = {.to = to,
                                .policy = call_option(call, "policy"),
                                .vkey = call_option(call, "vkey")};
    struct source source = {0};
    bool good;

    if (to == NULL)
        return fail(error, ERROR_USAGE, "say --to DIR");
    good = source_open(&source, call->word_count > 0 ? call->words[0] : NULL,
                       &call->settings, error) &&
           export_log(&export, &source, error);
    source_close(&source);
    if (!good)
        return false;
    if (!call_has(call, SETTING_JSON))
        screen_note("%s: %" PRIu64 " entries, %zu files written", to,
                    export.checkpoint.size, export.written);
    return true;
}
