/* Who paid: from the bank's file into the node's vault, past the log. */
#include "admin-cli/import.h"

#include "admin-cli/screen.h"
#include "ledger/payers.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
    NOTE_ROOM = PAYERS_HEAD_MAX + PAYERS_MAX * PAYERS_ROW_MAX + DESK_SIGNED_MAX,
};

/* Payers on their way together. */
struct sheet {
    char note[NOTE_ROOM];
    size_t size; /* Of the text so far; 0: nothing. */
    size_t count;
};

/* Somebody else's money that came in, from an account that can be paid. */
static bool find_payer(struct payer *payer, const struct statement_line *line)
{
    const struct camt_transaction *from = line->transaction;

    if (!statement_books(line->doubt) || !amount_is_positive(line->amount) ||
        line->returned || line->reversal || from == NULL ||
        !iban_read(payer->iban, from->counterparty_account,
                   strlen(from->counterparty_account)))
        return false;
    payer->line = line->id;
    (void)screen_clean(payer->name, sizeof payer->name, from->counterparty);
    return true;
}

/* A key of a secretary does not open the treasury: the next may. */
static bool send(struct answer *answer, struct desk *desk, struct sheet *sheet,
                 struct error *error)
{
    for (size_t i = 0; i < desk->key_count; i++) {
        *error = (struct error){0};
        if (!desk_sign(desk, i, sheet->note, sheet->size, error))
            return false;
        if (client_send(&desk->client, "POST", "~/payers",
                        "text/plain; charset=utf-8", sheet->note,
                        strlen(sheet->note), answer, error))
            return true;
        if (error->code != ERROR_SIGNATURE)
            break;
    }
    return false;
}

static bool deliver(size_t *sealed, struct desk *desk, struct sheet *sheet,
                    struct error *error)
{
    struct answer answer;

    if (sheet->count == 0)
        return true;
    if (!send(&answer, desk, sheet, error))
        return false;
    *sealed +=
        (size_t)json_integer_value(json_object_get(answer.json, "sealed"));
    answer_close(&answer);
    sheet->count = sheet->size = 0;
    return true;
}

static void add(struct sheet *sheet, const struct desk *desk,
                const struct payer *payer)
{
    if (sheet->count++ == 0)
        sheet->size =
            payers_write_head(sheet->note, desk->origin, desk_now(desk));
    sheet->size += payers_write_row(sheet->note + sheet->size, payer);
}

static bool hand_all(size_t *sealed, struct desk *desk,
                     const struct statement *statement, struct sheet *sheet,
                     struct error *error)
{
    for (size_t i = 0; i < statement->count; i++) {
        struct payer payer;

        if (!find_payer(&payer, &statement->lines[i]))
            continue;
        add(sheet, desk, &payer);
        screen_progress("Sealing payers", i + 1, statement->count);
        if (sheet->count == PAYERS_MAX && !deliver(sealed, desk, sheet, error))
            return false;
    }
    return deliver(sealed, desk, sheet, error);
}

bool import_payers(size_t *sealed, const struct import *import,
                   const struct statement *statement, struct error *error)
{
    struct sheet *sheet = calloc(1, sizeof *sheet);
    bool done;

    assert(sheet != NULL);
    *sealed = 0;
    done = hand_all(sealed, import->desk, statement, sheet, error);
    sodium_memzero(sheet, sizeof *sheet);
    free(sheet);
    if (done || error->code != ERROR_READ_ONLY)
        return done;
    screen_note("The payers are not kept: %s", error->text);
    *error = (struct error){0};
    return true;
}
