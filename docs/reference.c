/*
 * reference FOLDER: writes the reference pages from the tables.
 *
 * Nothing is linked: every page is a loop over a .def file, so that a page
 * cannot say what the program does not do.  `make docs` runs it; a test
 * compares its pages with those in docs/reference/.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *folder;
static FILE *out;

static void open_page(const char *name, const char *title, const char *intro)
{
    char path[4096];

    if (snprintf(path, sizeof path, "%s/%s.md", folder, name) >=
            (int)sizeof path ||
        (out = fopen(path, "w")) == NULL) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    fprintf(out, "<!-- Written by make docs from the tables. -->\n\n");
    fprintf(out, "# %s\n\n%s\n", title, intro);
}

static void close_page(void)
{
    if (fclose(out) != 0) {
        perror("reference");
        exit(EXIT_FAILURE);
    }
}

/* Text for a table's cell: '|' would end it. */
static void cell(const char *text)
{
    fputc(' ', out);
    for (; *text != '\0'; text++) {
        if (*text == '|')
            fputc('\\', out);
        fputc(*text, out);
    }
    fputs(" |", out);
}

static void row(const char *a, const char *b, const char *c, const char *d)
{
    const char *cells[] = {a, b, c, d};

    fputc('|', out);
    for (size_t i = 0; i < 4 && cells[i] != NULL; i++)
        cell(cells[i]);
    fputc('\n', out);
}

static void head(const char *a, const char *b, const char *c, const char *d)
{
    fputc('\n', out);
    row(a, b, c, d);
    row("---", "---", c == NULL ? NULL : "---", d == NULL ? NULL : "---");
}

/* "fr_scic" of a type's name, as code. */
static const char *code(const char *text)
{
    static char rooms[4][160];
    static unsigned next;
    char *room = rooms[next++ % 4];

    snprintf(room, sizeof rooms[0], "`%s`", text);
    return room;
}

/* A path of the table in words: OF(kind, field), IN(record, attr), NONE. */
static void path(const char *before, const char *text)
{
    const char *comma = strchr(text, ',');
    const char *open = strchr(text, '(');

    if (strcmp(text, "NONE") == 0)
        return;
    fputs(before, out);
    if (strcmp(text, "SELF") == 0)
        fputs("itself", out);
    else if (comma == NULL || open == NULL)
        fprintf(out, "`%s`", text);
    else if (strncmp(text, "OF(", 3) == 0)
        fprintf(out, "`%.*s`", (int)strcspn(comma + 2, ")"), comma + 2);
    else
        fprintf(out, "`%.*s.%.*s`", (int)(comma - open - 1), open + 1,
                (int)strcspn(comma + 2, ")"), comma + 2);
}

/* A step: what it does, and its paths with the words before them. */
static void step(const char *verb, const char *word, const char *a_before,
                 const char *a, const char *b_before, const char *b)
{
    fprintf(out, "1. %s", verb);
    if (word[0] != '\0')
        fprintf(out, " `%s`", word);
    path(a_before, a);
    path(b_before, b);
    fputc('\n', out);
}

static bool in_fields;

static void field(const char *name, const char *type, bool must,
                  const char *help)
{
    if (!in_fields)
        head("field", "type", "", "meaning");
    in_fields = true;
    row(code(name), type, must ? "" : "may be absent", help);
}

static void list(const char *name, const char *type, int least, int most,
                 const char *help)
{
    char bounds[64];
    char of[128];

    snprintf(of, sizeof of, "list of %s", type);
    snprintf(bounds, sizeof bounds, "%d to %d", least, most);
    if (!in_fields)
        head("field", "type", "", "meaning");
    in_fields = true;
    row(code(name), of, bounds, help);
}

static void steps_begin(void)
{
    if (in_fields)
        fputc('\n', out);
    in_fields = false;
}

static void since(const char *name, int rules)
{
    steps_begin();
    fprintf(out, "`%s`: since rules number %d.\n", name, rules);
}

enum { MAY = 0, MUST = 1 };
#define FIELD(owner, name, type, must, help) field(#name, #type, must, help);
#define PART(owner, name, object, must, help) field(#name, #object, must, help);
#define LIST(owner, name, object, least, most, help)                           \
    list(#name, #object, least, most, help);
#define WORDS(owner, name, type, least, most, help)                            \
    list(#name, #type, least, most, help);
#define STEP(...) steps_begin(), step(__VA_ARGS__);

static void write_entries(void)
{
    open_page("entries", "Entries",
              "Each kind of entry: its fields, then its steps in the order in"
              " which they run. An entry whose steps all succeed is in the"
              " ledger; otherwise nothing of it is. Types: `types.md`;"
              " objects: `objects.md`; records: `records.md`.");
#define ENTRY(kind, name, help) fprintf(out, "\n## %s\n\n%s\n", name, help);
#define FIND(kind, slot, p) STEP("find", #slot, " by ", #p, "", "NONE")
#define NEW(kind, slot, p) STEP("make a new", #slot, ": ", #p, "", "NONE")
#define MOVE(kind, slot, move) STEP("move", #slot, " by ", #move, "", "NONE")
#define SET(kind, into, from) STEP("set", "", " ", #into, " from ", #from)
#define ADD(kind, into, sum) STEP("add", "", " to ", #into, ": ", #sum)
#define TAKE(kind, into, sum) STEP("take", "", " from ", #into, ": ", #sum)
#define POST(kind, sum, debit, d_owner, credit, c_owner)                       \
    STEP("post, debit", #debit, " of ", #d_owner, "", "NONE")                  \
    STEP("post, credit", #credit, " of ", #c_owner, ": ", #sum)
#define NUMBER(kind, into, seq)                                                \
    STEP("number", #seq, " into ", #into, "", "NONE")
#define KEY(kind, slot, index, p) STEP("unique", #index, " is ", #p, "", "NONE")
#define QUEUE(kind, to, slot) STEP("queue", #slot, " in ", #to, "", "NONE")
#define DUE(kind, slot, p, what) STEP("due", #slot, " at ", #p, ": ", #what)
#define UNDUE(kind, slot, what)                                                \
    STEP("no longer due", #slot, ": ", #what, "", "NONE")
#define SIGNED(kind, way, form, what)                                          \
    STEP("signed (way " #way ") by", #form, ": ", #what, "", "NONE")
#define RULE(kind, rule, a, b) STEP("rule", #rule, ": ", #a, ", ", #b)
#define EFFECT(kind, effect, a, b) STEP("effect", #effect, ": ", #a, ", ", #b)
#define REVERSIBLE(kind) steps_begin(), fputs("\nMay be reversed.\n", out);
#define SINCE(kind, n) steps_begin(), fprintf(out, "1. since rules %d:\n", n);
#define UNTIL(kind, n) steps_begin(), fprintf(out, "1. before rules %d:\n", n);
#define KIND_SINCE(kind, n) fprintf(out, "\nSince rules number %d.\n", n);
#define FIELD_SINCE(kind, name, n) since(#name, n);
#define END(kind) in_fields = false;
#include "ledger/entries.def"
    close_page();
}

#define FIELD(owner, name, type, must, help) field(#name, #type, must, help);
#define PART(owner, name, object, must, help) field(#name, #object, must, help);
#define LIST(owner, name, object, least, most, help)                           \
    list(#name, #object, least, most, help);
#define WORDS(owner, name, type, least, most, help)                            \
    list(#name, #type, least, most, help);

static void write_objects(void)
{
    open_page("objects", "Objects",
              "Objects that occur inside entries. The fields of `common` are"
              " in every entry.");
#define OBJECT(object) fprintf(out, "\n## %s\n", #object);
#define FIELD_SINCE(object, name, n) since(#name, n);
#define END(object) in_fields = false;
#include "ledger/objects.def"
    close_page();
}

static void write_types(void)
{
    open_page("types", "Types", "What a field or an attribute can be.");
    head("type", "form", "bounds", "meaning");
#define AMOUNT_MAX 9007199254740991LL
#define TYPE(type, c_type, form, letters, least, most, help)                   \
    {                                                                          \
        char bounds[96] = "";                                                  \
        if (letters[0] != '\0')                                                \
            snprintf(bounds, sizeof bounds, "letters %s", letters);            \
        else if ((least) != 0 || (most) != 0)                                  \
            snprintf(bounds, sizeof bounds, "%lld to %lld", (long long)least,  \
                     (long long)most);                                         \
        row(code(#type), #form, bounds, help);                                 \
    }
#include "ledger/types.def"
    fputs("\n## Words\n\nClosed lists: a field of such a type is one of its"
          " words.\n",
          out);
#define CHOICES(choice) fprintf(out, "\n* `%s`:", #choice);
#define CHOICE(choice, constant, word) fprintf(out, " `%s`", word);
#define CHOICE_SINCE(choice, constant, n) fprintf(out, " (since rules %d)", n);
#define END_CHOICES(choice)
#include "ledger/types.def"
    fputc('\n', out);
    close_page();
}

static void write_records(void)
{
    open_page("records", "Records and their states",
              "What the fold remembers, and what may happen to it. A word"
              " for what happens is used by every kind of entry that brings"
              " it about.");
#define RECORD(record, letter, help)                                           \
    fprintf(out, "\n## %s\n\n%s", #record, help);                              \
    if (letter != 0)                                                           \
        fprintf(out, " Ids begin with `%c-`.", letter);                        \
    fputc('\n', out);                                                          \
    head("attribute", "type", "meaning", NULL);
#define ATTR(record, attr, type, help) row(code(#attr), #type, help, NULL);
#include "ledger/records.def"
    fputs("\n## What may happen\n", out);
    head("record", "in state", "happens", "becomes");
#define MAY(record, from, transition, to)                                      \
    row(#record, #from, code(#transition), #to);
#include "ledger/states.def"
    fputs("\n## The words for it\n", out);
    head("word", "meaning", NULL, NULL);
#define TRANSITION(transition, help) row(code(#transition), help, NULL, NULL);
#include "ledger/states.def"
    fputs("\n## The states in public\n", out);
    head("record", "state", "word", NULL);
#define STATE(record, name, word) row(#record, #name, code(word), NULL);
#include "ledger/states.def"
    close_page();
}

static void write_accounts(void)
{
    char codes[32];

    open_page("accounts", "Accounts",
              "Every account of the double entry. The name is the identity;"
              " the code is a view of the fiscal year: up to 2025 / from"
              " 2026.");
    head("account", "code", "side, owner", "meaning");
#define ACCOUNT(account, name, before, after, side, owner, control, help)      \
    snprintf(codes, sizeof codes, "%s / %s", before, after);                   \
    row(code(name), codes, #side ", " #owner, help);
#include "ledger/accounts.def"
    close_page();
}

static void write_errors(void)
{
    char status[16];

    open_page("errors", "Errors",
              "Every error of the API (`code` in the problem document), of"
              " the command line and of the audit.");
    head("code", "HTTP", "meaning", NULL);
#define ERROR(constant, name, http, help)                                      \
    snprintf(status, sizeof status, "%d", http);                               \
    row(code(name), status, help, NULL);
#include "ledger/errors.def"
    close_page();
}

static void write_config(void)
{
    char bounds[96];

    open_page("config", "Settings of terreaud",
              "Later wins: default, file, environment (`TERREAU_NAME`),"
              " command line (`--name=value`).");
    head("setting", "default", "bounds", "meaning");
#define TEXT(name, initial, help)                                              \
    row(code(#name), initial[0] == '\0' ? "" : code(initial), "text", help);
#define NUMBER(name, initial, least, most, help)                               \
    snprintf(bounds, sizeof bounds, "%lld to %lld", (long long)least,          \
             (long long)most);                                                 \
    row(code(#name), #initial, bounds, help);
#define FLAG(name, initial, help) row(code(#name), #initial, "flag", help);
#include "server/config.def"
    close_page();
}

static void write_routes(void)
{
    open_page("routes", "Routes of terreaud",
              "The whole HTTP interface; `/openapi.json` says the same to"
              " machines. A GET takes the query parameters named, beside"
              " `lang` and `size`; a POST takes bodies of the types named.");
    head("method", "path", "takes", "meaning");
#define ROUTE(method, path, handler, takes, body, help)                        \
    row(#method, code(path), takes, help);
#include "server/routes.def"
    close_page();
}

/* The name of a kind has a dot where C has the first underscore. */
static void act(const char *words, const char *kind, const char *example)
{
    const char *under = strchr(kind, '_');
    int object = under == NULL ? (int)strlen(kind) : (int)(under - kind);

    fprintf(out, "\n**%s**: says `%.*s", words, object, kind);
    if (under != NULL)
        fprintf(out, ".%s", under + 1);
    fprintf(out, "`.\n\n    %s\n", example);
}

static void write_commands(void)
{
    open_page("commands", "Commands of terreau",
              "A command that says an entry takes the entry's fields as"
              " options; see `entries.md`.");
#define NOUN(noun, help) fprintf(out, "\n## %s\n\n%s\n", noun, help);
#define ACT(words, kind, example) act(words, #kind, example);
#define VIEW(words, where, arguments, help, example)                           \
    fprintf(out, "\n**%s %s**: %s\n\n    %s\n", words, arguments, help,        \
            example);
#define COMMAND(name, words, arguments, help, example)                         \
    fprintf(out, "\n**%s %s**: %s\n\n    %s\n", words, arguments, help,        \
            example);
#define OPTION(words, option, argument, help)                                  \
    fprintf(out, "\n* `--%s%s%s`: %s\n", option, argument == NULL ? "" : " ",  \
            argument == NULL ? "" : argument, help);
#include "admin-cli/commands.def"
    fputs("\n## Options of every command\n", out);
    head("option", "environment", "meaning", NULL);
#define SETTING(constant, option, argument, variable, in_file, help)           \
    {                                                                          \
        const char *named = variable;                                          \
        row(code("--" option), named == NULL ? "" : code(named), help, NULL);  \
    }
#include "admin-cli/settings.def"
    close_page();
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: reference FOLDER\n", stderr);
        return 2;
    }
    folder = argv[1];
    write_entries();
    write_objects();
    write_types();
    write_records();
    write_accounts();
    write_errors();
    write_config();
    write_routes();
    write_commands();
    return EXIT_SUCCESS;
}
