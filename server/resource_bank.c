/* Bank accounts, statements, and their lines: nothing of who paid. */
#include "server/list.h"

#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

bool banks_get(const struct request *request, struct reply *reply,
               struct error *error)
{
    static const struct listing listing = {
        .type = RECORD_bank, .name = "banks", .title = WORD_banks};

    return list_get(request, reply, &listing, NULL, error);
}

bool statements_get(const struct request *request, struct reply *reply,
                    struct error *error)
{
    static const struct listing listing = {.type = RECORD_statement,
                                           .name = "statements",
                                           .title = WORD_statements};

    return list_get(request, reply, &listing, NULL, error);
}

struct filter {
    struct id statement;
    bool by_statement;
    bool only_open;
};

static bool keep_line(const struct record *record, const void *context)
{
    const struct filter *filter = context;
    const struct record_line *line = (const void *)record;

    return (!filter->by_statement ||
            id_equal(line->statement, filter->statement)) &&
           (!filter->only_open || record->state == STATE_line_OPEN);
}

bool lines_get(const struct request *request, struct reply *reply,
               struct error *error)
{
    static const struct listing listing = {.type = RECORD_line,
                                           .name = "lines",
                                           .title = WORD_lines,
                                           .keep = keep_line};
    const char *state = request_query(request, "state");
    struct filter filter = {.only_open = state != NULL};

    if (state != NULL && strcmp(state, "open") != 0)
        return fail(error, ERROR_REQUEST, "state can only be open");
    return list_id(request, "statement", &filter.statement,
                   &filter.by_statement, error) &&
           list_get(request, reply, &listing, &filter, error);
}
