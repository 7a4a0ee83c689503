/* party: personal data, for officers who said in the log whose and why. */
#include "admin-cli/command.h"
#include "admin-cli/disclose.h"
#include "admin-cli/screen.h"

#include <stdio.h>
#include <string.h>

static bool ask(struct desk *desk, const struct call *call, int64_t index,
                struct error *error)
{
    struct answer answer;

    if (!disclose_read(desk, index, &answer, error))
        return false;
    if (answer.json != NULL)
        screen_document(stdout, answer.json, call_has(call, SETTING_JSON));
    answer_close(&answer);
    return true;
}

bool command_party_show(const struct call *call, struct error *error)
{
    struct desk desk;
    uint64_t index;
    bool done;

    if (call->word_count != 1 ||
        !decimal_read(&index, call->words[0], strlen(call->words[0])) ||
        index > INT64_MAX)
        return fail(error, ERROR_USAGE,
                    "say the index of the disclosure.make that you signed");
    done = desk_open(&desk, &call->settings, error) &&
           desk_unlock(&desk, error) && ask(&desk, call, (int64_t)index, error);
    desk_close(&desk);
    return done;
}
