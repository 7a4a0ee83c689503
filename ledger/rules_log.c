/* Rules and effects of the log's own life: succession, address, policy. */
#include "ledger/folding.h"
#include "ledger/policy.h"

#include <sodium.h>
#include <string.h>

bool rule_succeeds_once(struct fold *fold, const void *a, const void *b,
                        struct error *error)
{
    const struct record_ledger *ledger = SLOT(fold, ledger);
    const struct title *origin = a;
    char text[SHORT_TEXT_BYTES + 1];

    (void)b;
    memcpy(text, origin->bytes, origin->size);
    text[origin->size] = '\0';
    if (!origin_is_good(text))
        return fail(error, ERROR_FIELD, "'%s' is no origin of a log", text);
    if (strcmp(text, fold->meta->origin) == 0)
        return fail(error, ERROR_RULE, "a log does not succeed itself");
    if (ledger->before_size == 0)
        return true;
    return fail(error, ERROR_STATE, "it succeeds another log already");
}

/* "https://host/..." without query, so that paths can be put behind it. */
bool rule_url_is_web(struct fold *fold, const void *a, const void *b,
                     struct error *error)
{
    static const char scheme[] = "https://";
    const struct title *url = a;
    size_t size = sizeof scheme - 1;

    (void)fold;
    (void)b;
    if (url->size > size && memcmp(url->bytes, scheme, size) == 0 &&
        memchr(url->bytes, '?', url->size) == NULL &&
        memchr(url->bytes, '#', url->size) == NULL &&
        memchr(url->bytes, ' ', url->size) == NULL &&
        url->bytes[url->size - 1] != '/')
        return true;
    return fail(error, ERROR_FIELD,
                "an address begins with https:// and ends without a slash");
}

/*
 * A policy that parses, whose hash is right, and that names this very log:
 * verifiers who took it could otherwise not verify the log that says it.
 */
bool rule_policy_names_log(struct fold *fold, const void *a, const void *b,
                           struct error *error)
{
    const struct list *lines = a;
    char text[JSON_BYTES_MAX];
    size_t size = policy_join(text, sizeof text, lines->items, lines->count);
    struct policy policy;
    struct hash hash;

    (void)b;
    if (size == 0 || !policy_read(&policy, text, size, error))
        return size != 0 ? false
                         : fail(error, ERROR_SIZE, "the policy is too long");
    (void)crypto_hash_sha256(hash.bytes, (const uint8_t *)text, size);
    if (!hash_equal(&hash, &fold->entry->policy_publish.sha256))
        return fail(error, ERROR_MISMATCH,
                    "sha256 is not that of the lines, each ended by \\n");
    for (size_t i = 0; i < policy.log_count; i++)
        if (strcmp(policy.logs[i].vkey.name, fold->meta->origin) == 0)
            return true;
    return fail(error, ERROR_RULE, "the policy does not name this log");
}

bool effect_keep_policy(struct fold *fold, const void *a, const void *b,
                        struct error *error)
{
    struct record_ledger *ledger = EDIT(fold, ledger);

    (void)a;
    (void)b;
    (void)error;
    SET_ATTR(fold, ledger, policy, fold->meta->index);
    return true;
}
