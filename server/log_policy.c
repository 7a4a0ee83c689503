#include "server/log_policy.h"

#include "ledger/leaf.h"
#include "server/log.h"
#include "server/node.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { CANDIDATES = 16 };

/* ---- The policy ---- */

struct publication {
    const struct ledger_host *host;
    struct envelope envelope;
    struct entry entry;
    struct entry_lists lists;
    char text[JSON_BYTES_MAX];
    size_t size;
};

static bool read_lines(void *context, const struct store_entry *row,
                       struct error *error)
{
    struct publication *publication = context;
    struct envelope *envelope = &publication->envelope;
    struct entry *entry = &publication->entry;
    struct instant accepted;
    struct text note;

    publication->lists.used = 0;
    if (!leaf_read(&accepted, &note, row->leaf.bytes, row->leaf.size, error) ||
        !envelope_read(envelope, note.bytes, note.size,
                       publication->host->origin, error) ||
        !entry_parse(entry, &publication->lists, envelope->json.bytes,
                     envelope->json.size, error))
        return false;
    assert(entry->kind == ENTRY_policy_publish);
    publication->size = policy_join(publication->text, sizeof publication->text,
                                    entry->policy_publish.lines.items,
                                    entry->policy_publish.lines.count);
    return true;
}

/* 0, which is no policy's place: none was published. */
static int64_t place_of(struct ledger_host *host)
{
    const struct record_ledger *ledger;
    int64_t index;

    (void)pthread_rwlock_rdlock(&host->lock);
    ledger = state_ledger(host->at.base);
    index = ledger == NULL ? 0 : ledger->policy;
    (void)pthread_rwlock_unlock(&host->lock);
    return index;
}

static bool read_publication(struct publication *publication,
                             struct ledger_host *host, int64_t index,
                             struct error *error)
{
    POOL_LOAN(loan);

    publication->host = host;
    return pool_borrow(&host->node->pool, &loan, error) &&
           store_entries(
               loan.db, host->ledger_id, index, index + 1,
               (struct store_each){.context = publication, .entry = read_lines},
               error);
}

bool log_policy(struct ledger_host *host, char **text, size_t *size,
                struct error *error)
{
    const int64_t index = place_of(host);
    struct publication *publication;
    bool good;

    if (index == 0)
        return fail(error, ERROR_ABSENT, "no policy was published");
    publication = malloc(sizeof *publication);
    assert(publication != NULL);
    good = read_publication(publication, host, index, error);
    if (good) {
        *size = publication->size;
        *text = malloc(*size + 1);
        assert(*text != NULL);
        memcpy(*text, publication->text, *size);
        (*text)[*size] = '\0';
    }
    free(publication);
    return good;
}

/* ---- Receipts that meet it ---- */

bool log_policy_met(const struct policy *policy,
                    const struct store_checkpoint *checkpoint)
{
    struct note *note = malloc(sizeof *note);
    struct checkpoint read;
    struct error why = {0};
    bool good;

    assert(note != NULL);
    good = note_parse(note, checkpoint->note, checkpoint->note_size, &why) &&
           policy_check(policy, note, &read, &why);
    free(note);
    return good;
}

static bool find(struct ledger_host *host, const struct policy *policy,
                 int64_t index, struct store_checkpoint *found,
                 struct error *error)
{
    int64_t sizes[CANDIDATES];
    size_t count = 1;
    POOL_LOAN(loan);

    if (!pool_borrow(&host->node->pool, &loan, error))
        return false;
    sizes[0] = index + 1;
    if (policy->quorum != POLICY_NOBODY &&
        !store_cosigned_sizes(loan.db, host->ledger_id, index + 1, sizes,
                              CANDIDATES, &count, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!store_checkpoint_from(loan.db, host->ledger_id, sizes[i], found,
                                   error) ||
            !store_checkpoint_cosigned(loan.db, host->ledger_id, found, error))
            return false;
        if (log_policy_met(policy, found))
            return true;
    }
    return fail(error, ERROR_ABSENT, "no checkpoint meets the policy yet");
}

bool log_policy_checkpoint(struct ledger_host *host, int64_t index,
                           struct store_checkpoint *checkpoint)
{
    struct policy *policy = malloc(sizeof *policy);
    struct store_checkpoint *found = malloc(sizeof *found);
    struct error why = {0};
    char *text = NULL;
    size_t size;
    bool good;

    assert(policy != NULL && found != NULL);
    good = log_policy(host, &text, &size, &why) &&
           policy_read(policy, text, size, &why) &&
           find(host, policy, index, found, &why);
    if (good)
        *checkpoint = *found;
    else if (why.code != ERROR_ABSENT)
        log_event(LOG_WARNING, "policy", "%s: %s", host->name, why.text);
    free(text);
    free(policy);
    free(found);
    return good;
}
