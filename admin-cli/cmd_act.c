/* Every command that says an entry: compose, show, check, ask, sign, send. */
#include "admin-cli/act.h"

#include "admin-cli/file.h"
#include "admin-cli/screen.h"

#include <assert.h>
#include <stdlib.h>

static bool write_out(const struct act *act, const char *path,
                      struct error *error)
{
    char note[ACT_NOTE_MAX + 1];
    const size_t size = act_note(act, note);

    if (!file_write(path, note, size, error))
        return false;
    screen_note("Written to %s; it is not sent yet.", path);
    return true;
}

/* Does anybody read what it would do?  If not, the node judges it anyway. */
static bool is_read(const struct call *call)
{
    return call_has(call, SETTING_DRY_RUN) || !call_has(call, SETTING_YES) ||
           !call_has(call, SETTING_QUIET);
}

static bool carry_out(struct act *act, struct desk *desk,
                      const struct call *call, struct error *error)
{
    const char *out = call->settings.values[SETTING_OUT];

    if (!act_compose(act, desk, call, error))
        return false;
    if (!call_has(call, SETTING_QUIET))
        act_show(act, desk);
    if (desk->online && is_read(call) && !act_check(act, desk, error))
        return false;
    if (!desk->online)
        screen_note("\nNo node was asked what it would do.");
    if (call_has(call, SETTING_DRY_RUN))
        return true;
    if (!call_has(call, SETTING_YES) && !screen_confirm("\nSign this?"))
        return fail(error, ERROR_USAGE, "not signed");
    if (!desk_unlock(desk, error) || !act_sign(act, desk, error))
        return false;
    if (out != NULL)
        return write_out(act, out, error);
    return act_send(act, desk, error);
}

bool command_act(const struct call *call, struct error *error)
{
    struct act *act = calloc(1, sizeof *act);
    struct desk desk;
    bool done;

    assert(act != NULL);
    done = desk_open(&desk, &call->settings, error) &&
           carry_out(act, &desk, call, error);
    desk_close(&desk);
    free(act);
    return done;
}
