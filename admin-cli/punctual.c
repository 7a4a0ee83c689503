#include "admin-cli/punctual.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void punctual_free(struct punctual *punctual)
{
    free(punctual->ready);
    memset(punctual, 0, sizeof *punctual);
}

static bool is_known(const struct punctual *punctual, const struct link *due)
{
    for (size_t i = 0; i < punctual->ready_count; i++)
        if (link_equal(punctual->ready[i].due, *due))
            return true;
    return false;
}

static void remember(struct punctual *punctual, const struct record_due *due,
                     enum entry_kind kind, int64_t ready_ms)
{
    struct ready_act *act;

    if (punctual->ready_count == punctual->ready_room) {
        punctual->ready_room = punctual->ready_room * 2 + 16;
        punctual->ready = realloc(
            punctual->ready, punctual->ready_room * sizeof punctual->ready[0]);
        assert(punctual->ready != NULL);
    }
    act = &punctual->ready[punctual->ready_count++];
    memcpy(act->due.key, due->head.key, sizeof act->due.key);
    act->target = due->target;
    act->kind = kind;
    act->ready_ms = ready_ms;
}

/* Does a waiting deadline's act pass its rules on the state as it is? */
static void consider(struct punctual *punctual, struct state *state,
                     const struct record_due *due, struct instant accepted,
                     const char *origin)
{
    const struct view view = {.state = state};
    int64_t ready_ms = due->at.ms;
    struct entry entry;

    if (!clerk_entry(&entry, &view, due, accepted, origin))
        return;
    if (ready_ms < state->accepted.ms)
        ready_ms = state->accepted.ms;
    remember(punctual, due, entry.kind, ready_ms);
}

void punctual_before(struct punctual *punctual, struct state *state,
                     struct instant accepted, const char *origin)
{
    for (size_t i = 0; i < state->due_count; i++) {
        const struct link *key = &state->dues[i].key;
        const struct record_due *due;

        if (state->dues[i].at_ms > accepted.ms || is_known(punctual, key))
            continue;
        due = (const void *)state_find(state, RECORD_due, key->key);
        if (due != NULL && due->head.state == STATE_due_WAITING &&
            due->at.ms <= accepted.ms)
            consider(punctual, state, due, accepted, origin);
    }
}

static void report(struct punctual *punctual, const struct ready_act *act,
                   int64_t index, int64_t now_ms)
{
    const int64_t late_ms = now_ms - act->ready_ms;

    if (late_ms <= PUNCTUAL_GRACE_MS)
        return;
    if (punctual->late_count < PUNCTUAL_LATE_MAX)
        punctual->late[punctual->late_count] =
            (struct late_act){.index = index,
                              .kind = act->kind,
                              .late_ms = late_ms,
                              .ready = {act->ready_ms}};
    punctual->late_count++;
}

/* What the entry is about, if the clerk could have written it. */
static bool target_of(struct link *target, const struct entry *entry)
{
    if (entry->kind == ENTRY_campaign_close)
        *target = link_of_id(entry->campaign_close.campaign);
    else if (entry->kind == ENTRY_clerk_step)
        *target = link_of_id(entry->clerk_step.job);
    else
        return false;
    return true;
}

void punctual_after(struct punctual *punctual, const struct state *state,
                    const struct entry *entry)
{
    struct link target;
    const bool acts = target_of(&target, entry);

    for (size_t i = 0; i < punctual->ready_count;) {
        const struct ready_act *act = &punctual->ready[i];
        const struct record *due = state_find(state, RECORD_due, act->due.key);
        const bool done =
            acts && act->kind == entry->kind && link_equal(act->target, target);

        if (done)
            report(punctual, act, state->size - 1, state->accepted.ms);
        if (done || due == NULL || due->state != STATE_due_WAITING)
            punctual->ready[i] = punctual->ready[--punctual->ready_count];
        else
            i++;
    }
}

void punctual_end(struct punctual *punctual, const struct state *state)
{
    for (size_t i = 0; i < punctual->ready_count; i++)
        report(punctual, &punctual->ready[i], -1, state->accepted.ms);
}
