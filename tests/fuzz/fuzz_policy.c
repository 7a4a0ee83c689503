/* fuzz_policy: a policy and, after a line "---", a note that it judges. */
#include "ledger/policy.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_shape(const struct policy *policy)
{
    assert(policy->quorum == POLICY_NOBODY ||
           policy->quorum < policy->node_count);
    for (size_t i = 0; i < policy->node_count; i++) {
        uint16_t group = policy->nodes[i].group;

        assert(group == POLICY_NOBODY ||
               (group > i && group < policy->node_count));
    }
    for (size_t i = 0; i < policy->witness_count; i++)
        assert(policy->nodes[policy->witnesses[i].node].needed == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct policy policy;
    struct text rest = {(const char *)data, (uint32_t)size}, line;
    struct error error = {0};
    struct checkpoint checkpoint;
    struct note note;
    size_t policy_size = size;

    while (text_take_line(&rest, &line)) {
        if (!text_is(line, "---"))
            continue;
        policy_size = (size_t)(line.bytes - (const char *)data);
        break;
    }
    if (!policy_read(&policy, (const char *)data, policy_size, &error))
        return 0;
    check_shape(&policy);
    if (note_parse(&note, rest.bytes, rest.size, &error) &&
        policy_check(&policy, &note, &checkpoint, &error))
        assert(policy.log_count > 0);
    return 0;
}
