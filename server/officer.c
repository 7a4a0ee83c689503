#include "server/officer.h"
#include "server/door.h"
#include "server/node.h"

#include <stdlib.h>

/* Whoever was dismissed since is none any more. */
static bool find_office(struct officer *officer, const struct state *state)
{
    for (size_t i = 0; i < state_count(state, RECORD_seat); i++) {
        const struct record_seat *seat =
            (const void *)state_at(state, RECORD_seat, i);

        if (!id_equal(seat->party, officer->party))
            continue;
        officer->role = seat->role;
        return seat->head.state == STATE_seat_HELD;
    }
    return false;
}

bool officer_read(struct officer *officer, struct ledger_host *host,
                  const struct note *note, struct error *error)
{
    struct signer signers[SIGNERS_MAX];
    struct view view = {0};
    bool known;
    size_t count;

    if (!signers_read(signers, &count, note, host->origin, error))
        return false;
    if (count != 1 || signers[0].clerk)
        return fail(error, ERROR_SIGNATURE, "one officer asks");
    officer->party = signers[0].party;
    host_read(host);
    view.state = host->at.base;
    known = signer_key(&officer->key, &signers[0], &view) &&
            !signer_is_ended(&signers[0], &view) &&
            find_office(officer, view.state);
    host_done(host);
    if (!known || !note_verify(note, 0, &officer->key))
        return fail(error, ERROR_SIGNATURE, "the signature is wrong");
    return true;
}

bool officer_asks_now(struct instant *now, struct instant asked, int minutes,
                      const struct request *request, struct ledger_host *host,
                      struct error *error)
{
    const char *clock = request->headers.terreau_clock;
    const struct entry none = {0};

    *now = node_now(host->node);
    if (clock != NULL && !door_read_clock(host, &none, clock, now, error))
        return false;
    if (llabs(now->ms - asked.ms) > minutes * INT64_C(60000))
        return fail(error, ERROR_CLOCK, "what was signed is of another time");
    return true;
}
