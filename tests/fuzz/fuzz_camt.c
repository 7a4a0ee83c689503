/* Whatever a bank, or somebody else, puts into a file: read or refused. */
#include "admin-cli/statement.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void make(const struct camt_file *file, size_t n)
{
    const struct id account = {'b', {1}};
    struct statement statement;
    struct error error = {0};
    struct amount total = amount_from_minor(0);

    if (!statement_make(&statement, file, n, account, "EUR", 2, &error))
        return;
    for (size_t i = 0; i < statement.count; i++) {
        const struct statement_line *line = &statement.lines[i];

        assert(line->id.letter == 'y');
        assert(strlen(line->reference) <= 25);
        if (statement_books(line->doubt)) {
            assert(!amount_is_zero(line->amount));
            assert(amount_add(&total, total, line->amount));
        }
    }
    assert(amount_equal(total, statement.total));
    statement_close(&statement);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct camt_file file;
    struct error error = {0};

    if (!camt_read(&file, (const char *)bytes, size, &error))
        return 0;
    for (size_t n = 0; n < file.statement_count; n++)
        make(&file, n);
    camt_close(&file);
    return 0;
}
