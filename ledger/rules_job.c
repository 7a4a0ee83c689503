/* Decided acts that are done in steps, and what they keep others from. */
#include "ledger/folding.h"

#include <assert.h>

/* The campaign or class that the target is, or belongs to. */
static const struct record *whole(const struct fold *fold, struct id target)
{
    const struct record *record = view_find(
        fold->view, record_type_of_letter(target.letter), target.bytes);
    const struct record_pledge *pledge = (const void *)record;
    const struct record_redemption *redemption = (const void *)record;

    assert(record != NULL);
    switch ((int)record->type) {
    case RECORD_pledge:
        return view_find(fold->view, RECORD_campaign, pledge->campaign.bytes);
    case RECORD_redemption:
        return view_find(fold->view, RECORD_class, redemption->class.bytes);
    case RECORD_campaign:
    case RECORD_class:
        return record;
    default:
        return NULL;
    }
}

/* A campaign keeps the act that settled it. */
static bool is_running(const struct fold *fold, struct id id)
{
    struct link link = link_of_id(id);

    return !id_is_none(id) &&
           FIND_RECORD(fold, job, link)->head.state == STATE_job_RUNNING;
}

bool target_has_job(const struct fold *fold, struct id target)
{
    const struct record *record = whole(fold, target);
    const struct record_campaign *campaign = (const void *)record;
    const struct record_class *class = (const void *)record;

    if (record == NULL)
        return false;
    if (record->type == RECORD_class)
        return !id_is_none(class->job);
    return !id_is_none(campaign->paying) || is_running(fold, campaign->job);
}

void set_job(struct fold *fold, struct id target, struct id job)
{
    struct link link = link_of_id(target);
    struct record_campaign *campaign;
    struct record_class *class;

    if (target.letter == 'k') {
        campaign = EDIT_RECORD(fold, campaign, link);
        SET_ATTR(fold, campaign, paying, job);
    } else {
        class = EDIT_RECORD(fold, class, link);
        SET_ATTR(fold, class, job, job);
    }
}

int64_t job_step_size(const struct record_job *job)
{
    int64_t left = job->count - job->done;

    return left < STEP_ITEMS_MAX ? left : STEP_ITEMS_MAX;
}

static bool do_items(struct fold *fold, struct record_job *job, int64_t count,
                     struct error *error)
{
    switch ((enum choice_job_type)job->type) {
    case JOB_SHARE_CALL:
        return step_call(fold, job, count, error);
    case JOB_PAYOUT:
        return step_payout(fold, job, count, error);
    case JOB_PAYOUT_CANCEL:
        return step_payout_cancel(fold, job, count, error);
    case JOB_SETTLE:
    case JOB_MOVE:
    case job_type_none:
    case job_type_after:
        break;
    }
    impossible();
}

bool effect_do_step(struct fold *fold, const void *a, const void *b,
                    struct error *error)
{
    struct record_job *job = EDIT(fold, job);
    int64_t count = *(const int64_t *)a;

    (void)b;
    if (job->type == JOB_SETTLE)
        return settle_items(fold, job, count, error);
    if (job->type == JOB_MOVE)
        return move_items(fold, job, count, error);
    if (!do_items(fold, job, count, error) ||
        !fold_add_count(fold, &job->head, &job->done, count, error))
        return false;
    if (job->done < job->count)
        return true;
    return fold_move(fold, &job->head, TRANSITION_complete, error) &&
           fold_undue(fold, &job->head, TRANSITION_step, error);
}
