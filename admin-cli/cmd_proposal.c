/* Acts that wait for more signatures: files on a stick, or at the node. */
#include "admin-cli/act.h"
#include "admin-cli/file.h"
#include "admin-cli/screen.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A SHA-256 in hex names one at the node; all else is a file. */
static bool is_hash(const char *word)
{
    struct hash hash;

    return hash_read(&hash, word, strlen(word));
}

static bool read_act_file(struct act *act, const char *path,
                          struct error *error)
{
    char *bytes;
    size_t size;
    bool done;

    if (!file_read(path, ACT_NOTE_MAX, &bytes, &size, error))
        return false;
    done = act_read(act, bytes, size, error);
    free(bytes);
    return done;
}

static bool read_act_node(struct act *act, const char *hash, struct desk *desk,
                          struct error *error)
{
    struct answer answer;
    const char *text;
    char path[128];
    bool done;

    (void)snprintf(path, sizeof path, "~/proposals/%s", hash);
    if (!client_get_json(&desk->client, path, &answer, error))
        return false;
    text = json_string_value(json_object_get(answer.json, "note"));
    if (text == NULL)
        text = json_string_value(json_object_get(answer.json, "text"));
    if (text == NULL)
        done = fail(error, ERROR_REQUEST, "the node shows no text of it");
    else
        done = act_read(act, text, strlen(text), error);
    answer_close(&answer);
    return done;
}

/* Origin and currency from the file itself where no node is to be asked. */
static bool open_for(struct desk *desk, const struct act *act,
                     const struct call *call, bool ask, struct error *error)
{
    if (ask)
        return desk_open(desk, &call->settings, error);
    *desk = (struct desk){.settings = &call->settings, .digits = 2};
    act_origin(act, desk->origin);
    return true;
}

static bool same_origin(const struct act *act, const struct desk *desk,
                        struct error *error)
{
    char origin[ORIGIN_BYTES_MAX + 1];

    act_origin(act, origin);
    if (strcmp(origin, desk->origin) != 0)
        return fail(error, ERROR_ORIGIN, "the act is of %s, the node has %s",
                    origin, desk->origin);
    return true;
}

static bool show(struct act *act, struct desk *desk, const struct call *call,
                 struct error *error)
{
    char note[ACT_NOTE_MAX + 1];

    if (is_hash(call->words[0])) {
        if (!desk_open(desk, &call->settings, error) ||
            !read_act_node(act, call->words[0], desk, error))
            return false;
    } else if (!read_act_file(act, call->words[0], error) ||
               !open_for(desk, act, call, false, error)) {
        return false;
    }
    if (call_has(call, SETTING_JSON)) {
        (void)act_note(act, note);
        (void)printf("%s", note);
        return true;
    }
    act_show(act, desk);
    act_show_signers(act);
    return true;
}

/* The new lines only: the node has the others. */
static bool send_lines(const struct act *act, struct desk *desk,
                       const char *hash, struct error *error)
{
    struct answer answer;
    char path[128], note[ACT_NOTE_MAX + 1];
    const size_t size = act_note(act, note);
    const bool as_json = settings_has(desk->settings, SETTING_JSON);
    bool done = true;

    (void)snprintf(path, sizeof path, "~/proposals/%s/signatures", hash);
    if (!client_send(&desk->client, "POST", path, "text/plain; charset=utf-8",
                     note, size, &answer, error))
        return false;
    act_show_answer(&answer, as_json);
    if (answer.status == 202)
        done = fail(error, ERROR_UNSIGNED, "more signatures are needed");
    answer_close(&answer);
    return done;
}

static bool sign(struct act *act, struct desk *desk, const struct call *call,
                 struct error *error)
{
    const char *word = call->words[0];
    const char *out = call->settings.values[SETTING_OUT];
    const bool at_node = is_hash(word);
    char note[ACT_NOTE_MAX + 1];

    if (at_node) {
        if (!desk_open(desk, &call->settings, error) ||
            !read_act_node(act, word, desk, error) ||
            !same_origin(act, desk, error))
            return false;
    } else if (!read_act_file(act, word, error) ||
               !open_for(desk, act, call, false, error)) {
        return false;
    }
    if (!call_has(call, SETTING_QUIET)) {
        act_show(act, desk);
        act_show_signers(act);
    }
    if (call_has(call, SETTING_DRY_RUN))
        return true;
    if (!call_has(call, SETTING_YES) && !screen_confirm("\nSign this?"))
        return fail(error, ERROR_USAGE, "not signed");
    if (!desk_unlock(desk, error) || !act_sign(act, desk, error))
        return false;
    if (at_node && out == NULL)
        return send_lines(act, desk, word, error);
    return file_write(out != NULL ? out : word, note, act_note(act, note),
                      error);
}

static bool submit(struct act *act, struct desk *desk, const struct call *call,
                   struct error *error)
{
    if (!read_act_file(act, call->words[0], error) ||
        !open_for(desk, act, call, true, error) ||
        !same_origin(act, desk, error))
        return false;
    if (act->line_count == 0)
        return fail(error, ERROR_USAGE, "nobody has signed it yet");
    if (call_has(call, SETTING_DRY_RUN))
        return act_check(act, desk, error);
    return act_send(act, desk, error);
}

static bool withdraw(struct act *act, struct desk *desk,
                     const struct call *call, struct error *error)
{
    struct answer answer;
    char path[128];

    (void)act;
    if (!is_hash(call->words[0]))
        return fail(error, ERROR_USAGE, "'%.70s' is no hash of a proposal",
                    call->words[0]);
    if (!desk_open(desk, &call->settings, error))
        return false;
    (void)snprintf(path, sizeof path, "~/proposals/%s", call->words[0]);
    if (!client_send(&desk->client, "DELETE", path, NULL, NULL, 0, &answer,
                     error))
        return false;
    answer_close(&answer);
    screen_note("Withdrawn.");
    return true;
}

/* An act and a desk for the length of one command. */
static bool with_desk(const struct call *call,
                      bool (*work)(struct act *act, struct desk *desk,
                                   const struct call *call,
                                   struct error *error),
                      struct error *error)
{
    struct act *act = calloc(1, sizeof *act);
    struct desk desk = {.digits = 2};
    bool done;

    assert(act != NULL);
    done = work(act, &desk, call, error);
    desk_close(&desk);
    free(act);
    return done;
}

bool command_proposal_show(const struct call *call, struct error *error)
{
    return with_desk(call, show, error);
}

bool command_proposal_sign(const struct call *call, struct error *error)
{
    return with_desk(call, sign, error);
}

bool command_proposal_submit(const struct call *call, struct error *error)
{
    return with_desk(call, submit, error);
}

bool command_proposal_withdraw(const struct call *call, struct error *error)
{
    return with_desk(call, withdraw, error);
}
