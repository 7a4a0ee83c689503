/* node: what is over its term goes now, and is counted. */
#include "admin-cli/command.h"
#include "admin-cli/screen.h"
#include "sql/store_expired.h"

#include <assert.h>
#include <jansson.h>
#include <time.h>

static struct date today(void)
{
    return instant_day((struct instant){(int64_t)time(NULL) * 1000}, ZONE_UTC);
}

static void tell(const struct call *call, const struct expired *count)
{
    json_t *document = json_pack(
        "{s:I, s:I, s:I, s:I}", "personal_data", (json_int_t)count->vault,
        "forms", (json_int_t)count->forms, "links", (json_int_t)count->links,
        "letters", (json_int_t)count->letters);

    assert(document != NULL);
    screen_document(stdout, document, call_has(call, SETTING_JSON));
    json_decref(document);
}

static bool erase(struct db *db, const struct call *call, struct expired *count,
                  struct error *error)
{
    DB_TRANSACTION(transaction);

    if (!db_begin(db, &transaction, error) ||
        !store_erase_expired(db, today(), count, error))
        return false;
    /* Counting is deleting, and thinking better of it. */
    return call_has(call, SETTING_DRY_RUN) || db_commit(&transaction, error);
}

bool command_node_erase_expired(const struct call *call, struct error *error)
{
    const char *database = call_option(call, "database");
    struct expired count;
    struct db db = {0};
    bool good;

    if (!db_open(&db, database != NULL ? database : "", error))
        return false;
    good = erase(&db, call, &count, error);
    db_close(&db);
    if (!good)
        return false;
    screen_note(call_has(call, SETTING_DRY_RUN)
                    ? "Nothing was erased; this is over its term:"
                    : "This was over its term and is erased:");
    tell(call, &count);
    return true;
}
