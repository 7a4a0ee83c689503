/* Bank statements: imported, or only read. */
#include "admin-cli/file.h"
#include "admin-cli/import.h"
#include "admin-cli/screen.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static bool load(struct import_file *file, const char *path,
                 struct error *error)
{
    char *bytes;
    size_t size;
    bool done;

    if (!file_read(path, CAMT_FILE_BYTES_MAX, &bytes, &size, error))
        return false;
    file->path = path;
    (void)crypto_hash_sha256(file->sha256.bytes, (const uint8_t *)bytes, size);
    done = camt_read(&file->camt, bytes, size, error);
    free(bytes);
    if (!done) {
        const struct error cause = *error;

        *error = (struct error){0};
        (void)memcpy(error->pointer, cause.pointer, sizeof error->pointer);
        return fail(error, cause.code, "%s: %s", path, cause.text);
    }
    return true;
}

/* All files, so that a broken one stops everything before it begins. */
static struct import_file *load_all(const struct call *call,
                                    struct error *error)
{
    struct import_file *files = calloc(call->word_count, sizeof *files);
    bool done = true;

    assert(files != NULL);
    for (size_t i = 0; i < call->word_count && done; i++)
        done = load(&files[i], call->words[i], error);
    for (size_t i = 0; i < call->word_count && !done; i++)
        camt_close(&files[i].camt);
    if (!done) {
        free(files);
        return NULL;
    }
    return files;
}

static void close_all(struct import_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++)
        camt_close(&files[i].camt);
    free(files);
}

static bool read_opening(struct amount *opening, struct import *import,
                         const struct call *call, struct error *error)
{
    const char *text = call_option(call, "opening");

    if (text == NULL)
        return true;
    import->opening = opening;
    return amount_read(opening, text, strlen(text), import->desk->digits) ||
           fail(error, ERROR_USAGE, "'%.40s' is no amount", text);
}

static bool import_all(struct import *import, const struct import_file *files,
                       const struct call *call, struct error *error)
{
    struct amount opening;

    if (!desk_open(import->desk, &call->settings, error) ||
        !read_opening(&opening, import, call, error) ||
        !import_find_account(&import->account, import->desk,
                             call_option(call, "account"), error))
        return false;
    if (!import->only_look && !desk_unlock(import->desk, error))
        return false;
    for (size_t i = 0; i < call->word_count; i++)
        if (!import_take(import, &files[i], error))
            return false;
    return true;
}

static void show_oddities(const json_t *report)
{
    for (size_t i = 0; i < json_array_size(report); i++) {
        json_t *list = json_object_get(json_array_get(report, i), "set_apart");

        if (json_array_size(list) == 0)
            continue;
        (void)printf("\nodd lines of %s\n",
                     json_string_value(
                         json_object_get(json_array_get(report, i), "number")));
        screen_document(stdout, list, false);
    }
}

bool command_bank_import(const struct call *call, struct error *error)
{
    struct import_file *files = load_all(call, error);
    struct desk desk = {.digits = 2};
    struct import import = {
        .desk = &desk,
        .act = calloc(1, sizeof *import.act),
        .any_iban = call_option(call, "any-iban") != NULL,
        .only_look = call_has(call, SETTING_DRY_RUN),
        .no_payers = call_option(call, "no-payers") != NULL,
        .report = json_array(),
    };
    bool done = files != NULL;

    assert(import.act != NULL);
    if (done && call_has(call, SETTING_OUT))
        done = fail(error, ERROR_USAGE, "bank lines are not written to a file");
    done = done && import_all(&import, files, call, error);
    screen_document(stdout, import.report, call_has(call, SETTING_JSON));
    if (!call_has(call, SETTING_JSON))
        show_oddities(import.report);
    json_decref(import.report);
    free(import.act);
    desk_close(&desk);
    if (files != NULL)
        close_all(files, call->word_count);
    return done;
}

bool command_bank_quarantine(const struct call *call, struct error *error)
{
    struct desk desk;
    json_t *document, *list;
    bool done = desk_open(&desk, &call->settings, error) &&
                quarantine_read(&list, desk.origin, error);

    desk_close(&desk);
    if (!done)
        return false;
    document = json_pack("{s:o}", "lines", list);
    screen_document(stdout, document, call_has(call, SETTING_JSON));
    json_decref(document);
    return true;
}

/* One statement in words; counterparties stay on this screen. */
static json_t *describe(const struct import_file *file, size_t n,
                        const struct statement *made, int digits)
{
    const struct camt_statement *source = &file->camt.statements[n];
    json_t *lines = json_array();
    char amount[AMOUNT_CHARS], day[DATE_CHARS + 1];

    for (size_t i = 0; i < made->count; i++) {
        const struct statement_line *line = &made->lines[i];
        const struct camt_transaction *transaction = line->transaction;

        amount_write(amount, line->amount, digits);
        date_write(day, line->booked);
        (void)json_array_append_new(
            lines,
            json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "booked", day, "amount",
                      amount, "reference", line->reference, "from",
                      transaction == NULL ? "" : transaction->counterparty,
                      "text",
                      transaction == NULL || *transaction->text == '\0'
                          ? line->source_entry->text
                          : transaction->text,
                      "doubt", statement_doubt_text(line->doubt)));
    }
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:o}", "file", file->path, "number",
        source->id, "account", source->account, "opening",
        source->opening.amount.number == NULL ? ""
                                              : source->opening.amount.number,
        "closing",
        source->closing.amount.number == NULL ? ""
                                              : source->closing.amount.number,
        "lines", lines);
}

static bool read_one(const struct import_file *file, size_t n,
                     const struct call *call, struct error *error)
{
    const char *said = call_option(call, "currency");
    const char *stated = file->camt.statements[n].currency;
    const char *currency = *stated != '\0' ? stated
                           : said != NULL  ? said
                                           : "EUR";
    const struct id account = {'b', {0}};
    const uint8_t choice = choice_read(
        TYPE_currency, (struct text){currency, (uint32_t)strlen(currency)});
    const int digits = choice == 0 ? 2 : currency_digits(choice);
    struct statement made;
    json_t *object;

    if (!statement_make(&made, &file->camt, n, account, currency, digits,
                        error))
        return false;
    object = describe(file, n, &made, digits);
    screen_document(stdout, object, call_has(call, SETTING_JSON));
    json_decref(object);
    statement_close(&made);
    return true;
}

bool command_bank_read(const struct call *call, struct error *error)
{
    struct import_file *files = load_all(call, error);
    bool done = files != NULL;

    for (size_t i = 0; done && i < call->word_count; i++)
        for (size_t n = 0; done && n < files[i].camt.statement_count; n++)
            done = read_one(&files[i], n, call, error);
    if (files != NULL)
        close_all(files, call->word_count);
    return done;
}
