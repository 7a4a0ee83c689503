/* Bank accounts, statements, and their lines: nothing of who paid. */
#include "server/catalogue.h"
#include "server/list.h"
#include "server/register.h"

#include <string.h>

#define ROUTE(method, path, handler, takes, body_kib, help)                    \
    bool handler(const struct request *request, struct reply *reply,           \
                 struct error *error);
#include "server/routes.def"

/* People read an IBAN in fours. */
static json_t *describe_bank(const struct reading *reading,
                             const struct record *record)
{
    const struct record_bank *bank = (const void *)record;
    json_t *object = wire_record(&reading->wire, record);
    char iban[48];

    if (reading->wire.people && bank->iban.size > 0) {
        wire_group_fours(iban, sizeof iban, bank->iban.bytes, bank->iban.size);
        wire_set(object, "iban_grouped", json_string(iban));
    }
    return object;
}

bool banks_get(const struct request *request, struct reply *reply,
               struct error *error)
{
    static const struct listing listing = {.type = RECORD_bank,
                                           .name = "banks",
                                           .title = WORD_banks,
                                           .page = "register",
                                           .describe = describe_bank};

    return list_get(request, reply, &listing, NULL, error);
}

bool statements_get(const struct request *request, struct reply *reply,
                    struct error *error)
{
    static const struct listing listing = {.type = RECORD_statement,
                                           .name = "statements",
                                           .title = WORD_statements,
                                           .page = "register"};

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

/* People need no zero where nothing waits, and a word for what is usual. */
static json_t *describe_line(const struct reading *reading,
                             const struct record *record)
{
    const struct record_line *line = (const void *)record;
    json_t *object = wire_record(&reading->wire, record);

    if (!reading->wire.people)
        return object;
    if (!amount_is_zero(line->open))
        wire_set(object, "waiting", wire_amount(&reading->wire, line->open));
    if (line->class == 0)
        wire_set(object, "class",
                 wire_word(&reading->wire,
                           choice_word(TYPE_line_class, LINE_NORMAL)));
    return object;
}

static void offer_lines(const struct reading *reading, json_t *body)
{
    const char *language = reading->request->language;

    register_choice(body, say(language, "All lines"),
                    reading_url(reading, "lines"));
    register_choice(body, say(language, "Only lines not attributed"),
                    reading_url(reading, "lines?state=open"));
}

bool lines_get(const struct request *request, struct reply *reply,
               struct error *error)
{
    static const struct listing listing = {.type = RECORD_line,
                                           .name = "lines",
                                           .title = WORD_lines,
                                           .page = "register",
                                           .keep = keep_line,
                                           .describe = describe_line,
                                           .more = offer_lines};
    const char *state = request_query(request, "state");
    struct filter filter = {.only_open = state != NULL};

    if (state != NULL && strcmp(state, "open") != 0)
        return fail(error, ERROR_REQUEST, "state can only be open");
    return list_id(request, "statement", &filter.statement,
                   &filter.by_statement, error) &&
           list_get(request, reply, &listing, &filter, error);
}
