#include "admin-cli/import.h"

#include <string.h>

static void give(struct entry *entry, int bit)
{
    entry->present |= UINT64_C(1) << bit;
}

/* The bank's code for a return, where it is a code. */
static void give_why(struct entry *entry, const struct statement_line *line)
{
    struct code *why = &entry->bank_line.why;
    const char *code =
        line->transaction == NULL ? "" : line->transaction->return_code;
    const size_t size = strlen(code);

    if (!line->returned || size == 0 || size > sizeof why->bytes ||
        strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != size)
        return;
    why->size = (uint8_t)size;
    memcpy(why->bytes, code, size);
    give(entry, BIT_bank_line_why);
}

static void give_reference(struct entry *entry,
                           const struct statement_line *line)
{
    struct reference *reference = &entry->bank_line.reference;
    const size_t size = strlen(line->reference);

    if (size == 0)
        return;
    reference->size = (uint8_t)size;
    memcpy(reference->bytes, line->reference, size);
    give(entry, BIT_bank_line_reference);
}

void import_line(struct entry *entry, const struct statement_line *line,
                 struct id statement, int64_t rules)
{
    struct entry_bank_line *says = &entry->bank_line;

    *entry = (struct entry){.kind = ENTRY_bank_line};
    entry->common.kind = ENTRY_bank_line;
    entry->common.nonce = line->nonce;
    entry->common.effective = line->booked;
    says->amount = line->amount;
    says->booked = line->booked;
    says->line = line->id;
    says->source = line->source;
    says->statement = statement;
    says->value = line->valued;
    give(entry, BIT_common_kind);
    give(entry, BIT_common_nonce);
    give(entry, BIT_common_effective);
    give(entry, BIT_bank_line_amount);
    give(entry, BIT_bank_line_booked);
    give(entry, BIT_bank_line_line);
    give(entry, BIT_bank_line_source);
    give(entry, BIT_bank_line_statement);
    give(entry, BIT_bank_line_value);
    give_reference(entry, line);
    if (line->returned || line->reversal || line->fee) {
        says->class = line->returned   ? LINE_RETURN
                      : line->reversal ? LINE_REVERSAL
                                       : LINE_FEE;
        give(entry, BIT_bank_line_class);
    }
    if (rules >= 2)
        give_why(entry, line);
}
