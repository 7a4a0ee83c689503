#include "server/quorum.h"
#include "server/log_policy.h"
#include "server/node.h"
#include "server/wire.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Sizes that are tried, from the newest back. */
enum { TRIED_MAX = 8 };

static json_t *find_witness(json_t *witnesses, const char *name)
{
    size_t at;
    json_t *one;

    json_array_foreach(witnesses, at, one)
    {
        const char *known = json_string_value(json_object_get(one, "name"));

        if (known != NULL && strcmp(known, name) == 0)
            return one;
    }
    return NULL;
}

/* The ones that the policy asks for, seen or not. */
static void mark_witnesses(const struct policy *policy, json_t *witnesses)
{
    size_t at;
    json_t *one;

    json_array_foreach(witnesses, at, one)
    {
        wire_set(one, "asked", json_false());
    }
    for (size_t i = 0; i < policy->witness_count; i++) {
        const char *name = policy->witnesses[i].vkey.name;

        one = find_witness(witnesses, name);
        if (one == NULL) {
            one = json_pack("{s:s, s:n, s:n, s:b}", "name", name, "size",
                            "cosigned", "fresh", false);
            assert(one != NULL);
            wire_append(witnesses, one);
        }
        wire_set(one, "asked", json_true());
    }
}

static size_t members_of(const struct policy *policy, uint16_t group,
                         bool *simple)
{
    size_t count = 0;

    for (size_t i = 0; i < policy->node_count; i++)
        if (policy->nodes[i].group == group) {
            count++;
            *simple = *simple && policy->nodes[i].needed == 0;
        }
    return count;
}

/* "2 of 3", if the quorum is one witness or a group of witnesses alone. */
static void describe_rule(json_t *quorum, const struct policy *policy)
{
    const struct policy_node *node;
    bool simple = true;
    size_t count;

    wire_set(quorum, "needed", json_null());
    wire_set(quorum, "of", json_null());
    wire_set(quorum, "required", json_boolean(policy->quorum != POLICY_NOBODY));
    if (policy->quorum == POLICY_NOBODY)
        return;
    node = &policy->nodes[policy->quorum];
    count = node->needed == 0 ? 1 : members_of(policy, policy->quorum, &simple);
    if (!simple)
        return;
    wire_set(quorum, "needed",
             json_integer(node->needed == 0 ? 1 : node->needed));
    wire_set(quorum, "of", json_integer((json_int_t)count));
}

/* ---- Which checkpoint meets it ---- */

static int later_first(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

    return left < right ? 1 : left > right ? -1 : 0;
}

/* The newest size of the log, then what each witness has seen last. */
static size_t sizes_to_try(int64_t sizes[static POLICY_WITNESSES_MAX],
                           struct ledger_host *host, const json_t *witnesses)
{
    struct store_checkpoint *newest = malloc(sizeof *newest);
    size_t count = 0, kept = 0;

    assert(newest != NULL);
    if (host_checkpoint(host, newest))
        sizes[count++] = newest->size;
    free(newest);
    for (size_t i = 0;
         i < json_array_size(witnesses) && count < POLICY_WITNESSES_MAX; i++) {
        const json_t *size =
            json_object_get(json_array_get(witnesses, i), "size");

        if (json_is_integer(size))
            sizes[count++] = json_integer_value(size);
    }
    qsort(sizes, count, sizeof *sizes, later_first);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || sizes[kept - 1] != sizes[i])
            sizes[kept++] = sizes[i];
    return kept < TRIED_MAX ? kept : TRIED_MAX;
}

/* -1: none of them does. */
static int64_t newest_that_meets(struct ledger_host *host,
                                 const struct policy *policy,
                                 const int64_t *sizes, size_t count)
{
    struct store_checkpoint *checkpoint = malloc(sizeof *checkpoint);
    int64_t found = -1;
    struct error ignored = {0};
    POOL_LOAN(loan);

    assert(checkpoint != NULL);
    if (pool_borrow(&host->node->pool, &loan, &ignored))
        for (size_t i = 0; i < count && found < 0; i++) {
            struct error why = {0};

            if (store_checkpoint_from(loan.db, host->ledger_id, sizes[i],
                                      checkpoint, &why) &&
                store_checkpoint_cosigned(loan.db, host->ledger_id, checkpoint,
                                          &why) &&
                log_policy_met(policy, checkpoint))
                found = checkpoint->size;
        }
    free(checkpoint);
    return found;
}

json_t *quorum_describe(struct ledger_host *host, json_t *witnesses)
{
    struct policy *policy = malloc(sizeof *policy);
    int64_t sizes[POLICY_WITNESSES_MAX], found = -1;
    json_t *quorum = NULL;
    struct error ignored = {0};
    char *text = NULL;
    size_t size, count;

    assert(policy != NULL);
    if (log_policy(host, &text, &size, &ignored) &&
        policy_read(policy, text, size, &ignored)) {
        quorum = json_object();
        describe_rule(quorum, policy);
        mark_witnesses(policy, witnesses);
        count = sizes_to_try(sizes, host, witnesses);
        found = newest_that_meets(host, policy, sizes, count);
        wire_set(quorum, "met", json_boolean(count > 0 && found >= sizes[0]));
        wire_set(quorum, "size", found < 0 ? json_null() : json_integer(found));
    }
    free(text);
    free(policy);
    return quorum == NULL ? json_null() : quorum;
}
