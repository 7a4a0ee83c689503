/* What a story says of the state. */
#include "tests/scenario/story.h"

#include "ledger/folding.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 400 };

int story_digits(const struct story *story)
{
    const struct record_ledger *ledger = state_ledger(story->world.state);

    return ledger == NULL ? 2 : currency_digits(ledger->currency);
}

/* ---- Records ---- */

/* "g1", or "ana:fee" where it is not what is usually owed. */
static bool debt_named(struct story *story, struct text word, struct debt *debt)
{
    const struct sight sight = {.state = story->world.state};
    const char *colon = memchr(word.bytes, ':', word.size);
    struct text owed = {"", 0};
    struct error ignored = {0};
    uint8_t choice;

    if (colon != NULL) {
        owed = (struct text){colon + 1,
                             (uint32_t)(word.bytes + word.size - (colon + 1))};
        word.size = (uint32_t)(colon - word.bytes);
    }
    choice = choice_read(TYPE_owed, owed);
    return debt_find(debt, &sight, story_id(story, "grp", word),
                     choice == 0 ? NULL : &choice, &ignored);
}

/* "w1/g1": the payment of what g1 is owed in batch w1. */
static bool payment_named(struct story *story, struct text word, struct id *id)
{
    const char *slash = memchr(word.bytes, '/', word.size);
    struct text batch, target;
    struct debt debt;

    if (slash == NULL)
        return false;
    batch = (struct text){word.bytes, (uint32_t)(slash - word.bytes)};
    target = (struct text){slash + 1, word.size - batch.size - 1};
    if (!debt_named(story, target, &debt))
        return false;
    *id = payment_id(names_id(&story->world.names, 'w', batch), &debt);
    return true;
}

struct id story_id(struct story *story, const char *letters, struct text word)
{
    struct names *names = &story->world.names;
    struct id payment;

    if (strchr(letters, 'x') != NULL && payment_named(story, word, &payment))
        return payment;
    for (const char *letter = letters; *letter != '\0'; letter++) {
        struct id id = names_id(names, (uint8_t)*letter, word);

        if (state_find_id(story->world.state, id) != NULL)
            return id;
    }
    return names_id(names, (uint8_t)letters[0], word);
}

static struct link key_of(struct story *story, enum record_type type,
                          const struct text *words)
{
    struct names *names = &story->world.names;
    struct code code = {0};
    struct key public;
    struct id party, class;
    struct debt debt;
    uint8_t act;

    switch ((int)type) {
    case RECORD_member:
        return member_key(names_id(names, 'p', words[0]));
    case RECORD_seat:
        return seat_key(names_id(names, 'p', words[0]));
    case RECORD_holding:
        class = names_id(names, 'c', words[1]);
        return holding_key(names_id(names, 'p', words[0]), class);
    case RECORD_key:
        (void)name_secret(words[1], &public);
        party = names_id(names, 'p', words[0]);
        return key_key(party, signer_key_id(ORIGIN, party, &public));
    case RECORD_college:
        code.size = (uint8_t)words[0].size;
        memcpy(code.bytes, words[0].bytes, code.size);
        return college_key(&code);
    case RECORD_claim:
        if (!debt_named(story, words[0], &debt))
            return (struct link){{0}};
        return debt_key(&debt);
    case RECORD_threshold:
        act = choice_read(TYPE_act, words[0]);
        return link_of("threshold", 9, &act, 1);
    default:
        return (struct link){{0}};
    }
}

const struct record *record_named(struct story *story, const char *type_name,
                                  const struct text *words, size_t count)
{
    enum record_type type = record_type_read(type_name);
    size_t needed = type == RECORD_ledger || type == RECORD_statutes ? 0
                    : type == RECORD_holding || type == RECORD_key   ? 2
                                                                     : 1;
    char letter[2] = "";
    struct link key;

    if (type == RECORD_COUNT || count != needed)
        return NULL;
    letter[0] = (char)record_spec(type)->letter;
    if (letter[0] != '\0')
        return state_find_id(story->world.state,
                             story_id(story, letter, words[0]));
    key = key_of(story, type, words);
    return state_find(story->world.state, type, key.key);
}

static void show_typed(struct story *story, char out[static 400],
                       enum field_type type, const void *value)
{
    const struct type_spec *spec = type_spec(type);
    const struct id *id = value;
    const struct chain *chain = value;
    size_t size;

    switch ((int)spec->form) {
    case FORM_AMOUNT:
        amount_write(out, *(const struct amount *)value, story_digits(story));
        return;
    case FORM_ID:
        (void)snprintf(out, 400, "%s",
                       id_is_none(*id) ? "none"
                                       : names_of(&story->world.names,
                                                  id->letter, id->bytes));
        return;
    case FORM_CHAIN:
        (void)snprintf(out, 400, "%" PRId64, chain->count);
        return;
    case FORM_LINK:
        (void)snprintf(out, 400, "%s",
                       link_is_none(*(const struct link *)value) ? "none"
                                                                 : "some");
        return;
    default:
        size = value_write(out, 399, type, value);
        out[size] = '\0';
        if (out[0] == '"') {
            memmove(out, out + 1, size);
            out[size - 2] = '\0';
        }
    }
}

bool value_shown(struct story *story, char out[static 400],
                 const struct record *record, struct text attr)
{
    const struct world *world = &story->world;
    char name[64];
    const struct attr_spec *spec;

    (void)snprintf(name, sizeof name, "%.*s", (int)attr.size, attr.bytes);
    spec = record_attr((enum record_type)record->type, name);
    if (spec != NULL)
        show_typed(story, out, spec->type,
                   (const uint8_t *)record + spec->offset);
    else if (text_is(attr, "state"))
        (void)snprintf(out, 400, "%s",
                       state_word((enum record_state)record->state));
    else if (text_is(attr, "shown"))
        (void)snprintf(out, 400, "%s",
                       state_shown(world->state, record, world->clock));
    else if (text_is(attr, "made"))
        (void)snprintf(out, 400, "%" PRId64, record->made);
    else
        return false;
    return true;
}

bool name_statement(struct story *story, struct text statement)
{
    struct text words[TOKENS_MAX];
    size_t count = story_tokens(words, statement);
    const struct attr_spec *attr = NULL;
    const struct record *record = NULL;
    char type[64], name[64];
    struct id id;

    if (count == 5) {
        (void)snprintf(type, sizeof type, "%.*s", (int)words[2].size,
                       words[2].bytes);
        (void)snprintf(name, sizeof name, "%.*s", (int)words[4].size,
                       words[4].bytes);
        record = record_named(story, type, &words[3], 1);
    }
    if (record != NULL)
        attr = record_attr((enum record_type)record->type, name);
    if (attr == NULL || type_spec(attr->type)->form != FORM_ID)
        return story_fails(story, "expected name WORD RECORD NAME ATTRIBUTE");
    memcpy(&id, (const uint8_t *)record + attr->offset, sizeof id);
    names_give(&story->world.names, id, words[1]);
    return true;
}

bool show_statement(struct story *story, struct text statement,
                    struct text expected)
{
    struct text words[TOKENS_MAX];
    size_t count = story_tokens(words, statement);
    const struct record *record;
    char type[32], shown[400] = "absent";

    if (count < 3)
        return story_fails(story, "show RECORD NAME ATTRIBUTE -> VALUE");
    (void)snprintf(type, sizeof type, "%.*s", (int)words[1].size,
                   words[1].bytes);
    record = record_named(story, type, words + 2, count - 3);
    if (record != NULL && !value_shown(story, shown, record, words[count - 1]))
        return story_fails(story, "a %s has no %.*s", type,
                           (int)words[count - 1].size, words[count - 1].bytes);
    if (text_is(expected, shown))
        return true;
    return story_fails(story, "%.*s is %s, not %.*s", (int)statement.size,
                       statement.bytes, shown, (int)expected.size,
                       expected.bytes);
}

bool count_statement(struct story *story, struct text statement,
                     struct text expected)
{
    struct text words[TOKENS_MAX];
    size_t tokens = story_tokens(words, statement), count = 0;
    const struct state *state = story->world.state;
    enum record_type type;
    char name[32], shown[24];

    if (tokens != 3)
        return story_fails(story, "count RECORD STATE -> NUMBER");
    (void)snprintf(name, sizeof name, "%.*s", (int)words[1].size,
                   words[1].bytes);
    type = record_type_read(name);
    if (type == RECORD_COUNT)
        return story_fails(story, "there is no record %s", name);
    for (size_t i = 0; i < state_count(state, type); i++) {
        const struct record *record = state_at(state, type, i);

        count +=
            text_is(words[2], "*") ||
            text_is(words[2], state_word((enum record_state)record->state)) ||
            text_is(words[2], state_shown(state, record, story->world.clock));
    }
    (void)snprintf(shown, sizeof shown, "%zu", count);
    return text_is(expected, shown) ||
           story_fails(story, "there are %s such %s", shown, name);
}

/* ---- Balances ---- */

struct row {
    enum account account;
    struct link owner;
    struct amount amount; /* Debit is positive. */
    char words[128];
};

struct rows {
    size_t count;
    struct row list[ROWS_MAX];
};

static void add_row(struct rows *rows, enum account account, struct link owner,
                    struct amount amount, const char *words)
{
    struct row *row = NULL;

    for (size_t i = 0; i < rows->count; i++)
        if (rows->list[i].account == account &&
            link_equal(rows->list[i].owner, owner))
            row = &rows->list[i];
    if (row == NULL) {
        if (rows->count == ROWS_MAX)
            breach("more than %d balances", ROWS_MAX);
        row = &rows->list[rows->count++];
        *row = (struct row){account, owner, amount_from_minor(0), ""};
        (void)snprintf(row->words, sizeof row->words, "%s", words);
    }
    if (!amount_add(&row->amount, row->amount, amount))
        breach("a balance leaves the range of amounts");
}

static bool has_owner(const struct rows *rows, enum account account,
                      struct link owner)
{
    for (size_t i = 0; i < rows->count; i++)
        if (rows->list[i].account == account &&
            link_equal(rows->list[i].owner, owner))
            return true;
    return false;
}

static void name_balance(const struct story *story, char out[static 128],
                         enum account account, uint8_t type, struct link owner)
{
    (void)snprintf(out, 128, "%s%s%s", account_spec(account)->name,
                   type == RECORD_nobody ? "" : " ",
                   type == RECORD_nobody
                       ? ""
                       : names_of(&story->world.names,
                                  record_spec(type)->letter, owner.key));
}

static void read_state(const struct story *story, struct rows *rows, bool memo)
{
    const struct state *state = story->world.state;

    for (size_t i = 0; i < state_count(state, RECORD_balance); i++) {
        const struct record_balance *balance =
            (const void *)state_at(state, RECORD_balance, i);
        enum account account = (enum account)balance->account;
        char words[128];

        if (amount_is_zero(balance->amount) ||
            (account_spec(account)->side == SIDE_MEMO) != memo)
            continue;
        name_balance(story, words, account, (uint8_t)balance->type,
                     balance->owner);
        add_row(rows, account, balance->owner, balance->amount, words);
    }
}

static void read_postings(const struct story *story, struct rows *rows)
{
    const struct outcome *outcome = &story->world.outcome;

    for (size_t i = 0; i < outcome->posting_count; i++) {
        const struct posting *posting = &outcome->postings[i];
        char words[128];

        if (account_spec(posting->account)->side == SIDE_MEMO)
            continue;
        name_balance(story, words, posting->account, posting->owner.type,
                     posting->owner.key);
        add_row(rows, posting->account, posting->owner.key, posting->amount,
                words);
    }
}

/* Whoever of that name has something on the account. */
static struct link owner_named(struct story *story, const struct rows *rows,
                               enum account account, struct text word)
{
    struct link owner = {{0}};

    for (enum record_type type = 0; type < RECORD_COUNT; type++) {
        uint8_t letter = record_spec(type)->letter;

        if (letter == 0)
            continue;
        owner = link_of_id(names_id(&story->world.names, letter, word));
        if (has_owner(rows, account, owner))
            return owner;
    }
    return owner;
}

/* "capital-paid ana 50.00 Cr"; *used tokens. */
static bool read_row(struct story *story, const struct rows *seen,
                     struct row *row, const struct text *words, size_t count,
                     size_t *used)
{
    char name[64];
    size_t at = 1;

    (void)snprintf(name, sizeof name, "%.*s", (int)words[0].size,
                   words[0].bytes);
    row->account = account_read(name);
    if (row->account == ACCOUNT_none)
        return story_fails(story, "there is no account %s", name);
    row->owner = (struct link){{0}};
    if (count > 3 && !text_is(words[2], "Dr") && !text_is(words[2], "Cr"))
        row->owner = owner_named(story, seen, row->account, words[at++]);
    if (at + 1 >= count ||
        !amount_read(&row->amount, words[at].bytes, words[at].size,
                     story_digits(story)) ||
        (!text_is(words[at + 1], "Dr") && !text_is(words[at + 1], "Cr")))
        return story_fails(story, "expected ACCOUNT [OWNER] AMOUNT Dr|Cr");
    if (text_is(words[at + 1], "Cr"))
        row->amount = amount_negate(row->amount);
    (void)snprintf(
        row->words, sizeof row->words, "%.*s",
        (int)(words[at - 1].bytes + words[at - 1].size - words[0].bytes),
        words[0].bytes);
    *used = at + 2;
    return true;
}

static bool compare_rows(struct story *story, const struct rows *expected,
                         const struct rows *seen)
{
    char one[AMOUNT_CHARS], two[AMOUNT_CHARS];

    for (size_t i = 0; i < seen->count; i++) {
        const struct row *row = &seen->list[i];
        struct amount amount = amount_from_minor(0);

        for (size_t j = 0; j < expected->count; j++)
            if (expected->list[j].account == row->account &&
                link_equal(expected->list[j].owner, row->owner))
                amount = expected->list[j].amount;
        amount_write(one, row->amount, story_digits(story));
        amount_write(two, amount, story_digits(story));
        if (!amount_equal(amount, row->amount))
            return story_fails(story, "%s is %s, not %s", row->words, one, two);
    }
    for (size_t i = 0; i < expected->count; i++)
        if (!has_owner(seen, expected->list[i].account,
                       expected->list[i].owner) &&
            !amount_is_zero(expected->list[i].amount))
            return story_fails(story, "%s is zero", expected->list[i].words);
    return true;
}

bool balances_statement(struct story *story, struct text block, bool postings)
{
    static struct rows seen, expected;
    struct text words[TOKENS_MAX * 4];
    size_t count = 0, used;
    char *cursor, *copy = strndup(block.bytes, block.size);

    /* Blocks are longer than statements: split here, up to four times. */
    for (char *word = strtok_r(copy, " ", &cursor);
         word != NULL && count < TOKENS_MAX * 4;
         word = strtok_r(NULL, " ", &cursor))
        words[count++] = (struct text){word, (uint32_t)strlen(word)};
    seen.count = expected.count = 0;
    if (postings)
        read_postings(story, &seen);
    else
        read_state(story, &seen, false);
    for (size_t at = 0; at < count; at += used) {
        struct row row;

        if (!read_row(story, &seen, &row, words + at, count - at, &used)) {
            free(copy);
            return false;
        }
        add_row(&expected, row.account, row.owner, row.amount, row.words);
    }
    free(copy);
    return compare_rows(story, &expected, &seen);
}

bool balance_statement(struct story *story, struct text statement,
                       struct text expected)
{
    static struct rows seen;
    struct text words[TOKENS_MAX], sides[TOKENS_MAX];
    size_t count = story_tokens(words, statement);
    size_t side_count = story_tokens(sides, expected), used;
    struct amount have = amount_from_minor(0);
    char shown[AMOUNT_CHARS];
    struct row row;

    if (count < 2 || count > 3 || side_count < 1)
        return story_fails(story, "balance ACCOUNT [OWNER] -> AMOUNT Dr|Cr");
    words[count++] = sides[0];
    words[count++] =
        side_count > 1 ? sides[1] : (struct text){"Dr", 2}; /* Zero. */
    seen.count = 0;
    read_state(story, &seen, false);
    read_state(story, &seen, true);
    if (!read_row(story, &seen, &row, words + 1, count - 1, &used))
        return false;
    for (size_t i = 0; i < seen.count; i++)
        if (seen.list[i].account == row.account &&
            link_equal(seen.list[i].owner, row.owner))
            have = seen.list[i].amount;
    if (amount_equal(have, row.amount))
        return true;
    amount_write(shown, have, story_digits(story));
    return story_fails(story, "%.*s is %s (debits less credits)",
                       (int)statement.size, statement.bytes, shown);
}
