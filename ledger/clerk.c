/* What the clerk writes when a deadline is due. */
#include "ledger/folding.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#define GIVE(entry, kind, field)                                               \
    ((entry)->present |= UINT64_C(1) << BIT_##kind##_##field)

/* BLAKE2b-128(origin, kind, record, step): every server makes the same. */
static struct nonce derive_nonce(const char *origin, enum entry_kind kind,
                                 struct link target, int64_t step)
{
    const char *name = entry_spec(kind)->name;
    crypto_generichash_state hash;
    struct nonce nonce;
    uint8_t bytes[8];

    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
    (void)crypto_generichash_init(&hash, NULL, 0, sizeof nonce.bytes);
    (void)crypto_generichash_update(&hash, (const uint8_t *)origin,
                                    strlen(origin) + 1);
    (void)crypto_generichash_update(&hash, (const uint8_t *)name,
                                    strlen(name) + 1);
    (void)crypto_generichash_update(&hash, target.key, sizeof target.key);
    (void)crypto_generichash_update(&hash, bytes, sizeof bytes);
    (void)crypto_generichash_final(&hash, nonce.bytes, sizeof nonce.bytes);
    return nonce;
}

/* What the campaign keeps, since rules number 2. */
static void state_figures(struct entry *entry, const struct view *view,
                          const struct record_campaign *campaign)
{
    struct entry_campaign_close *close = &entry->campaign_close;
    struct reckoning reckoning;

    campaign_reckon(&reckoning, view, campaign);
    close->outcome = reckoning.outcome;
    if (reckoning.outcome == OUTCOME_FAILED)
        return;
    close->allocated = reckoning.allocated;
    close->matched = reckoning.matched;
    GIVE(entry, campaign_close, allocated);
    GIVE(entry, campaign_close, matched);
}

static bool close_campaign(struct entry *entry, const struct view *view,
                           const struct record_due *due,
                           struct instant accepted)
{
    const struct record_campaign *campaign =
        (const void *)view_find(view, RECORD_campaign, due->target.key);
    struct entry_campaign_close *close = &entry->campaign_close;

    if (accepted.ms < campaign->settles.ms ||
        !statements_cover(view, campaign->settles))
        return false;
    close->campaign = record_id(&campaign->head);
    close->count = campaign->count;
    close->outcome = campaign_outcome(campaign);
    close->received = campaign->received;
    if (campaign->rules >= 2)
        state_figures(entry, view, campaign);
    GIVE(entry, campaign_close, campaign);
    GIVE(entry, campaign_close, count);
    GIVE(entry, campaign_close, outcome);
    GIVE(entry, campaign_close, received);
    return true;
}

static bool release_match(struct entry *entry, const struct view *view,
                          const struct record_due *due)
{
    const struct record_match *match =
        (const void *)view_find(view, RECORD_match, due->target.key);

    entry->match_release.fund = match->fund;
    entry->match_release.pledge = match->pledge;
    GIVE(entry, match_release, fund);
    GIVE(entry, match_release, pledge);
    return true;
}

static bool next_step(struct entry *entry, const struct view *view,
                      const struct record_due *due, int64_t *step)
{
    const struct record_job *job =
        (const void *)view_find(view, RECORD_job, due->target.key);

    entry->clerk_step.job = record_id(&job->head);
    entry->clerk_step.from = job->done;
    entry->clerk_step.count = job_step_size(job);
    GIVE(entry, clerk_step, job);
    GIVE(entry, clerk_step, from);
    GIVE(entry, clerk_step, count);
    *step = job->done;
    return true;
}

bool clerk_entry(struct entry *entry, const struct view *view,
                 const struct record_due *due, struct instant accepted,
                 const char *origin)
{
    int64_t step = 0;
    bool ready;

    memset(entry, 0, sizeof *entry);
    entry->kind =
        due_kind((enum record_type)due->type, (enum transition)due->transition);
    assert(entry->kind != ENTRY_none);
    if (entry->kind == ENTRY_campaign_close)
        ready = close_campaign(entry, view, due, accepted);
    else if (entry->kind == ENTRY_clerk_step)
        ready = next_step(entry, view, due, &step);
    else if (entry->kind == ENTRY_match_release)
        ready = release_match(entry, view, due);
    else
        impossible();
    entry->common.kind = (uint16_t)entry->kind;
    entry->common.nonce = derive_nonce(origin, entry->kind, due->target, step);
    GIVE(entry, common, kind);
    GIVE(entry, common, nonce);
    return ready;
}
