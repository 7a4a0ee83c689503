/* What the cooperative itself has told verifiers to demand (policy.publish),
 * held against what this audit demanded and what the node serves. */
#include "admin-cli/audit.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void audit_policy_note(struct audit *audit)
{
    const struct entry *entry = &audit->auditor.entry;
    const struct list *lines = &entry->policy_publish.lines;
    struct audit_policy *policy = &audit->policy;

    if (entry->kind != ENTRY_policy_publish)
        return;
    if (policy->text == NULL)
        policy->text = malloc(JSON_BYTES_MAX);
    assert(policy->text != NULL);
    policy->size =
        policy_join(policy->text, JSON_BYTES_MAX, lines->items, lines->count);
    policy->index = audit->auditor.state->size - 1;
    policy->count++;
}

static bool is_published(const struct audit_policy *policy, const char *text,
                         size_t size)
{
    return size == policy->size && memcmp(text, policy->text, size) == 0;
}

/* Asked for again: one that was published since is as good. */
static bool serves_it(struct audit *audit, struct error *error)
{
    char *text;
    size_t size;
    bool same;

    if (!source_get(&audit->source, "policy", &text, &size, error))
        return false;
    same = is_published(&audit->policy, text, size) ||
           size != audit->trust.size ||
           memcmp(text, audit->trust.text, size) != 0;
    free(text);
    return same || fail(error, ERROR_PROOF,
                        "the policy that is served is not the one that entry "
                        "%" PRId64 " publishes",
                        audit->policy.index);
}

bool audit_policy_check(struct audit *audit, struct error *error)
{
    struct audit_policy *policy = &audit->policy;

    if (policy->count == 0)
        return true;
    policy->demanded =
        is_published(policy, audit->trust.text, audit->trust.size);
    return policy->demanded || audit->trust.from != TRUST_SOURCE ||
           serves_it(audit, error);
}

json_t *audit_policy_describe(const struct audit *audit)
{
    const struct audit_policy *policy = &audit->policy;

    if (policy->count == 0)
        return json_string("the ledger has published none");
    return json_pack("{s:I, s:I, s:s}", "entry", (json_int_t)policy->index,
                     "times", (json_int_t)policy->count, "demanded_here",
                     policy->demanded ? "the published one"
                                      : "another; see its entry");
}
