#include "ledger/disclosure.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char first_line[] = "terreau/disclosure/v1";

size_t disclosure_write(char out[static DISCLOSURE_TEXT_MAX],
                        const char *origin, const struct disclosure *disclosure)
{
    char nonce[NONCE_CHARS + 1], asked[INSTANT_CHARS + 1];
    int size;

    nonce_write(nonce, &disclosure->nonce);
    instant_write(asked, disclosure->asked);
    size = snprintf(out, DISCLOSURE_TEXT_MAX, "%s\n%s\n%" PRId64 "\n%s\n%s\n",
                    first_line, origin, disclosure->index, nonce, asked);
    assert(size > 0 && size < DISCLOSURE_TEXT_MAX);
    return (size_t)size;
}

bool disclosure_read(struct disclosure *disclosure, struct text text,
                     const char *origin, struct error *error)
{
    struct text first, name, index, nonce, asked;
    uint64_t number;

    if (!text_take_line(&text, &first) || !text_take_line(&text, &name) ||
        !text_take_line(&text, &index) || !text_take_line(&text, &nonce) ||
        !text_take_line(&text, &asked) || text.size != 0 ||
        !text_is(first, first_line) ||
        !decimal_read(&number, index.bytes, index.size) || number > INT64_MAX ||
        !nonce_read(&disclosure->nonce, nonce.bytes, nonce.size) ||
        !instant_read(&disclosure->asked, asked.bytes, asked.size))
        return fail(error, ERROR_NOTE, "this asks for no disclosure");
    if (!text_is(name, origin))
        return fail(error, ERROR_ORIGIN, "this is for another ledger");
    disclosure->index = (int64_t)number;
    return true;
}
