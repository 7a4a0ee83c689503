#include "server/receipts.h"
#include "ledger/receipt.h"
#include "server/cosigner.h"
#include "server/log_policy.h"
#include "server/node.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct found {
    char leaf[LEAF_BYTES_MAX];
    size_t size;
};

static bool each_leaf(void *context, const struct store_entry *entry,
                      struct error *error)
{
    struct found *found = context;

    (void)error;
    assert(entry->leaf.size <= sizeof found->leaf);
    memcpy(found->leaf, entry->leaf.bytes, entry->leaf.size);
    found->size = entry->leaf.size;
    return true;
}

static bool read_leaf(struct ledger_host *host, int64_t index,
                      struct found *found, struct error *error)
{
    POOL_LOAN(loan);

    return pool_borrow(&host->node->pool, &loan, error) &&
           store_entries(
               loan.db, host->ledger_id, index, index + 1,
               (struct store_each){.context = found, .entry = each_leaf},
               error);
}

/* The same receipt with the opening in its extra line. */
static bool add_opening(char **bytes, size_t *size, const struct hash *opening,
                        struct error *error)
{
    char extra[BASE64_CHARS(sizeof opening->bytes) + 1];
    size_t room = *size + sizeof extra + sizeof "extra ";
    struct receipt receipt;
    char *out;

    if (!receipt_read(&receipt, *bytes, *size, error))
        return false;
    base64_write(extra, opening->bytes, sizeof opening->bytes);
    receipt.extra = (struct text){extra, (uint32_t)strlen(extra)};
    out = malloc(room);
    if (out == NULL)
        abort();
    *size = receipt_write(out, room, &receipt);
    assert(*size > 0);
    free(*bytes);
    *bytes = out;
    return true;
}

static bool make(char **bytes, size_t *size, struct ledger_host *host,
                 const struct receipt_wanted *wanted,
                 const struct store_checkpoint *checkpoint, struct error *error)
{
    struct prover *prover = prover_create(host);
    struct found *found = calloc(1, sizeof *found);
    bool made;

    if (found == NULL)
        abort();
    made = (wanted->plain || read_leaf(host, wanted->index, found, error)) &&
           receipt_make(prover, wanted->index,
                        (struct text){found->leaf, (uint32_t)found->size},
                        checkpoint, bytes, size, error);
    free(prover);
    free(found);
    return made;
}

bool receipt_bytes(char **out, size_t *out_size, struct ledger_host *host,
                   const struct receipt_wanted *wanted, struct error *error)
{
    struct store_checkpoint checkpoint;
    char *bytes = NULL;
    size_t size = 0;

    if (!host_checkpoint(host, &checkpoint))
        return fail(error, ERROR_ABSENT, "nothing was signed yet");
    cosigner_publish(host, &checkpoint);
    if (wanted->index >= checkpoint.size)
        return fail(error, ERROR_ABSENT, "there is no such entry");
    (void)log_policy_checkpoint(host, wanted->index, &checkpoint);
    if (!make(&bytes, &size, host, wanted, &checkpoint, error))
        return false;
    if (wanted->opening != NULL && !wanted->plain &&
        !add_opening(&bytes, &size, wanted->opening, error)) {
        free(bytes);
        return false;
    }
    *out = bytes;
    *out_size = size;
    return true;
}

bool receipt_reply(struct reply *reply, struct ledger_host *host,
                   const struct receipt_wanted *wanted, struct error *error)
{
    char *bytes;
    size_t size;

    if (!receipt_bytes(&bytes, &size, host, wanted, error))
        return false;
    reply_bytes(reply, "text/plain; charset=utf-8", bytes, size);
    reply_header(reply, "Content-Disposition",
                 "attachment; filename=\"%s-%" PRId64 ".%s\"", host->name,
                 wanted->index, wanted->plain ? "tlog-proof" : "terreau");
    return true;
}
