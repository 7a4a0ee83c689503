#include "ledger/payers.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char first_line[] = "terreau/payers/v1";

size_t payers_write_head(char out[static PAYERS_HEAD_MAX], const char *origin,
                         struct instant asked)
{
    char text[INSTANT_CHARS + 1];
    int size;

    instant_write(text, asked);
    size = snprintf(out, PAYERS_HEAD_MAX, "%s\n%s\n%s\n", first_line, origin,
                    text);
    assert(size > 0 && size < PAYERS_HEAD_MAX);
    return (size_t)size;
}

size_t payers_write_row(char out[static PAYERS_ROW_MAX],
                        const struct payer *payer)
{
    char line[ID_CHARS + 1];
    int size;

    id_write(line, payer->line);
    size = snprintf(out, PAYERS_ROW_MAX, "%s %s %s\n", line, payer->iban,
                    payer->name[0] == '\0' ? "-" : payer->name);
    assert(size > 0 && size < PAYERS_ROW_MAX);
    return (size_t)size;
}

/* What comes before the next space. */
static bool take_word(struct text *row, struct text *word)
{
    const char *space = memchr(row->bytes, ' ', row->size);

    if (space == NULL)
        return false;
    *word = (struct text){row->bytes, (uint32_t)(space - row->bytes)};
    row->bytes = space + 1;
    row->size -= word->size + 1;
    return true;
}

static bool read_row(struct payer *payer, struct text row)
{
    struct text line, iban;

    if (!take_word(&row, &line) || !take_word(&row, &iban) || row.size == 0 ||
        row.size > PAYER_NAME_BYTES || iban.size > IBAN_CHARS_MAX ||
        !id_read(&payer->line, line.bytes, line.size) ||
        payer->line.letter != 'y' || !iban_is_good(iban.bytes, iban.size))
        return false;
    memcpy(payer->iban, iban.bytes, iban.size);
    payer->iban[iban.size] = '\0';
    if (text_is(row, "-"))
        row.size = 0;
    memcpy(payer->name, row.bytes, row.size);
    payer->name[row.size] = '\0';
    return true;
}

bool payers_next(struct payers *payers, struct payer *payer)
{
    struct text row;

    return text_take_line(&payers->rows, &row) && read_row(payer, row);
}

static bool check_rows(const struct payers *payers, struct error *error)
{
    struct payers left = *payers;
    struct payer payer;

    for (int row = 1; left.rows.size > 0; row++) {
        if (row > PAYERS_MAX)
            return fail(error, ERROR_SIZE, "more than %d payers", PAYERS_MAX);
        if (!payers_next(&left, &payer))
            return fail(error, ERROR_NOTE, "payer %d is malformed", row);
    }
    return true;
}

bool payers_read(struct payers *payers, struct text text, const char *origin,
                 struct error *error)
{
    struct text first, name, asked;

    if (!text_take_line(&text, &first) || !text_take_line(&text, &name) ||
        !text_take_line(&text, &asked) || !text_is(first, first_line) ||
        !instant_read(&payers->asked, asked.bytes, asked.size) ||
        text.size == 0)
        return fail(error, ERROR_NOTE, "this names no payers");
    if (!text_is(name, origin))
        return fail(error, ERROR_ORIGIN, "this is for another ledger");
    payers->rows = text;
    return check_rows(payers, error);
}
