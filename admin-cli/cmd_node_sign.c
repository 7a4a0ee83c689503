/* node sign: what is known of a log's end, and letting it go on unseen. */
#include "admin-cli/command.h"
#include "admin-cli/screen.h"
#include "sql/highwater.h"
#include "sql/store_guard.h"

#include <assert.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum { PATH_CHARS = 1024 };

/* The end of a log, and who has signed how much of it. */
struct end {
    struct store_ledger ledger;
    struct store_head head;
    struct store_checkpoint checkpoint; /* note_size 0: none. */
    struct store_cosigned cosigned;
    struct highwater highwater; /* sequence 0: no file, or an empty one. */
    bool has_file;
};

static bool read_file(const struct call *call, struct end *end,
                      struct error *error)
{
    const char *folder = call_option(call, "state-dir");
    char path[PATH_CHARS];
    struct error why = {0};

    if (folder == NULL)
        return true;
    (void)snprintf(path, sizeof path, "%s/%s.highwater", folder,
                   end->ledger.name);
    end->has_file =
        highwater_read(&end->highwater, path, end->ledger.origin, &why);
    return end->has_file || why.code == ERROR_ABSENT ||
           fail_again(error, why.code, &why);
}

static bool read_end(const struct call *call, struct db *db, struct end *end,
                     struct error *error)
{
    struct error why = {0};

    if (!store_ledger_find(db, call->words[0], &end->ledger, error) ||
        !store_head(db, end->ledger.ledger_id, &end->head, error) ||
        !store_cosigned(db, end->ledger.ledger_id, &end->cosigned, error))
        return false;
    if (!store_checkpoint_latest(db, end->ledger.ledger_id, &end->checkpoint,
                                 &why) &&
        why.code != ERROR_ABSENT)
        return fail_again(error, why.code, &why);
    return read_file(call, end, error);
}

static json_t *place(int64_t size, const struct hash *root)
{
    char text[HASH_CHARS + 1];

    hash_write(text, root);
    return json_pack("{s:I, s:s}", "size", (json_int_t)size, "root", text);
}

static json_t *describe(const struct end *end)
{
    json_t *cosigned = json_null();

    if (end->cosigned.size >= 0)
        cosigned =
            json_pack("{s:I, s:I}", "size", (json_int_t)end->cosigned.size,
                      "stamp", (json_int_t)end->cosigned.stamp);
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "ledger",
                     end->ledger.name, "origin", end->ledger.origin, "log",
                     place(end->head.size, &end->head.root), "checkpoint",
                     end->checkpoint.note_size == 0
                         ? json_null()
                         : place(end->checkpoint.size, &end->checkpoint.root),
                     "cosigned", cosigned, "signed_here",
                     end->highwater.sequence == 0
                         ? json_null()
                         : place(end->highwater.size, &end->highwater.root));
}

/* What a file says is behind is not to be overridden. */
static bool check(const struct end *end, struct error *error)
{
    const int64_t size = end->head.size;

    if (end->highwater.sequence > 0 && end->highwater.size > size)
        return fail(error, ERROR_DOUBT,
                    "%" PRId64 " entries were signed here, the log has %" PRId64
                    ": bring the rest back",
                    end->highwater.size, size);
    if (end->checkpoint.size > size || end->cosigned.size > size)
        return fail(error, ERROR_DOUBT,
                    "the database has a signature over more entries than the "
                    "%" PRId64 " that it has",
                    size);
    if (end->highwater.size == size && end->highwater.sequence > 0 &&
        !hash_equal(&end->highwater.root, &end->head.root))
        return fail(error, ERROR_DOUBT, "another root was signed here");
    return true;
}

static bool accept(const struct call *call, struct db *db,
                   const struct end *end, const char *reason,
                   struct error *error)
{
    char question[300];

    if (reason == NULL)
        return fail(error, ERROR_USAGE, "say --because, which is recorded");
    if (!check(end, error))
        return false;
    (void)snprintf(question, sizeof question,
                   "\nIf anybody was ever shown more than these %" PRId64
                   " entries, or others, signing on makes a second history, "
                   "which can never be undone.  Go on from here?",
                   end->head.size);
    if (!call_has(call, SETTING_YES) && !screen_confirm(question))
        return fail(error, ERROR_USAGE, "nothing was accepted");
    return store_acceptance_insert(db, end->ledger.ledger_id, end->head.size,
                                   &end->head.root, reason, error);
}

bool command_node_sign(const struct call *call, struct error *error)
{
    const char *conninfo = call_option(call, "database");
    struct end *end = calloc(1, sizeof *end);
    struct db db = {0};
    json_t *document;
    bool good;

    assert(end != NULL);
    end->highwater.file = -1;
    good = (call->word_count == 1 ||
            fail(error, ERROR_USAGE, "say the name of one ledger")) &&
           db_open(&db, conninfo != NULL ? conninfo : "", error) &&
           read_end(call, &db, end, error);
    if (good) {
        document = describe(end);
        screen_document(stdout, document, call_has(call, SETTING_JSON));
        (void)fflush(stdout);
        json_decref(document);
    }
    if (good && call_option(call, "accept") != NULL) {
        good = accept(call, &db, end, call_option(call, "because"), error);
        if (good)
            screen_note("Accepted and recorded.  A server that waits goes on "
                        "within seconds; it counts for an hour.");
    }
    db_close(&db);
    free(end);
    return good;
}
