#include "admin-cli/act.h"

#include "admin-cli/screen.h"
#include "ledger/leaf.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Checks the JSON by the table and finds out the kind. */
static bool parse(struct act *act, struct error *error)
{
    struct entry_lists *lists = malloc(sizeof *lists);
    struct entry entry;
    bool parsed;

    assert(lists != NULL);
    parsed = entry_parse(&entry, lists, act->json, act->json_size, error);
    if (parsed)
        act->kind = entry.kind;
    free(lists);
    return parsed;
}

bool act_from_json(struct act *act, const char *origin, const char *json,
                   size_t size, struct error *error)
{
    act->line_count = 0;
    act->text_size =
        entry_text_write(act->text, TEXT_BYTES_MAX, origin, json, size);
    if (act->text_size == 0)
        return fail(error, ERROR_SIZE, "the entry is too long");
    act->text[act->text_size] = '\0';
    act->json = act->text + act->text_size - 1 - size;
    act->json_size = size;
    return parse(act, error);
}

static bool keep_lines(struct act *act, const struct note *note,
                       struct error *error)
{
    if (note->line_count > SIGNERS_MAX)
        return fail(error, ERROR_NOTE, "more than %d signatures", SIGNERS_MAX);
    for (size_t i = 0; i < note->line_count; i++) {
        const struct note_line *line = &note->lines[i];

        if (line->name.size > NOTE_NAME_BYTES_MAX || line->blob.size > 108)
            return fail(error, ERROR_NOTE, "a signature line is too long");
        (void)snprintf(act->lines[i], sizeof act->lines[i],
                       "\xe2\x80\x94 %.*s %.*s\n", (int)line->name.size,
                       line->name.bytes, (int)line->blob.size,
                       line->blob.bytes);
    }
    act->line_count = note->line_count;
    return true;
}

/* The text's three lines: a header, the origin, the JSON. */
static bool take_apart(struct act *act, struct error *error)
{
    static const char header[] = "terreau/entry/v1\n";
    const size_t header_size = sizeof header - 1;
    const char *origin = act->text + header_size, *end;

    if (strncmp(act->text, header, header_size) != 0)
        return fail(error, ERROR_NOTE, "this is no entry of a ledger");
    end = strchr(origin, '\n');
    if (end == NULL || end - origin > ORIGIN_BYTES_MAX)
        return fail(error, ERROR_NOTE, "the second line is no origin");
    act->json = end + 1;
    act->json_size = strcspn(act->json, "\n");
    if (act->json + act->json_size + 1 != act->text + act->text_size)
        return fail(error, ERROR_NOTE, "the entry has not three lines");
    return parse(act, error);
}

bool act_read(struct act *act, const char *bytes, size_t size,
              struct error *error)
{
    struct note note = {.text = {bytes, (uint32_t)size}};
    const bool bare = size > 0 && size <= TEXT_BYTES_MAX &&
                      memchr(bytes, '\0', size) == NULL &&
                      strstr(bytes, "\n\n") == NULL;

    if (!bare && !note_parse(&note, bytes, size, error))
        return false;
    if (note.text.size > TEXT_BYTES_MAX)
        return fail(error, ERROR_SIZE, "the entry is too long");
    memcpy(act->text, note.text.bytes, note.text.size);
    act->text_size = note.text.size;
    act->text[act->text_size] = '\0';
    return keep_lines(act, &note, error) && take_apart(act, error);
}

void act_origin(const struct act *act, char out[static ORIGIN_BYTES_MAX + 1])
{
    const char *origin = strchr(act->text, '\n') + 1;

    (void)snprintf(out, ORIGIN_BYTES_MAX + 1, "%.*s",
                   (int)strcspn(origin, "\n"), origin);
}

/* Name and key ID of a line, as text that sorts by (name, key ID): the ID is
 * the first four bytes of the blob, so its base64 does not sort. */
struct place {
    struct text name;
    uint8_t id[4];
};

static struct place place_of(const char *line)
{
    const char *name = line + 4, *blob = strchr(name, ' ') + 1;
    struct place place = {{name, (uint32_t)(blob - 1 - name)}, {0}};
    uint8_t bytes[80];
    size_t size;

    if (base64_read(bytes, sizeof bytes, &size, blob, strcspn(blob, "\n")) &&
        size >= 4)
        memcpy(place.id, bytes, 4);
    return place;
}

static int compare_lines(const void *a, const void *b)
{
    const struct place one = place_of(a), other = place_of(b);
    const size_t least =
        one.name.size < other.name.size ? one.name.size : other.name.size;
    int order = memcmp(one.name.bytes, other.name.bytes, least);

    if (order == 0)
        order = (one.name.size > other.name.size) -
                (one.name.size < other.name.size);
    return order != 0 ? order : memcmp(one.id, other.id, 4);
}

bool act_sign(struct act *act, const struct desk *desk, struct error *error)
{
    char name[NOTE_NAME_BYTES_MAX + 1], origin[ORIGIN_BYTES_MAX + 1];
    char party[ID_CHARS + 1], line[NOTE_SIGNATURE_CHARS_MAX];

    act_origin(act, origin);
    for (size_t k = 0; k < desk->key_count; k++) {
        bool there = false;

        id_write(party, desk->keys[k]->is.party);
        if ((size_t)snprintf(name, sizeof name, "%s/%s", origin, party) >=
            sizeof name)
            return fail(error, ERROR_ORIGIN, "the origin is too long");
        (void)note_sign(line, name, act->text, act->text_size,
                        &desk->keys[k]->secret);
        for (size_t i = 0; i < act->line_count; i++)
            there = there || compare_lines(act->lines[i], line) == 0;
        if (there)
            continue;
        if (act->line_count == SIGNERS_MAX)
            return fail(error, ERROR_SIZE, "at most %d sign", SIGNERS_MAX);
        memcpy(act->lines[act->line_count++], line, sizeof line);
    }
    qsort(act->lines, act->line_count, sizeof act->lines[0], compare_lines);
    return true;
}

size_t act_note(const struct act *act, char out[static ACT_NOTE_MAX + 1])
{
    size_t used = act->text_size;

    memcpy(out, act->text, used);
    out[used++] = '\n';
    for (size_t i = 0; i < act->line_count; i++) {
        const size_t size = strlen(act->lines[i]);

        assert(used + size <= ACT_NOTE_MAX);
        memcpy(out + used, act->lines[i], size);
        used += size;
    }
    out[used] = '\0';
    return used;
}

static const char *string_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

bool act_check(const struct act *act, struct desk *desk, struct error *error)
{
    const bool only = settings_has(desk->settings, SETTING_DRY_RUN);
    const bool as_json = settings_has(desk->settings, SETTING_JSON);
    struct answer answer;
    const char *verdict;
    bool good = true;

    if (!client_send(&desk->client, "POST", "~/entries:check",
                     "text/plain; charset=utf-8", act->text, act->text_size,
                     &answer, error))
        return false;
    if (answer.json != NULL && only && as_json) {
        screen_document(stdout, answer.json, true);
    } else if (answer.json != NULL &&
               !settings_has(desk->settings, SETTING_QUIET)) {
        act_show_effects(answer.json, desk);
    }
    verdict = string_of(answer.json, "verdict");
    if (verdict != NULL && strcmp(verdict, "refused") == 0)
        good = answer_refused(&answer, error);
    answer_close(&answer);
    return good;
}

static bool report_waiting(const struct answer *answer, struct error *error)
{
    const char *missing = string_of(answer->json, "missing");

    if (missing == NULL)
        missing = string_of(answer->json, "detail");
    screen_note("It waits at %s", answer->location);
    return fail(error, ERROR_UNSIGNED, "%s",
                missing == NULL ? "more signatures are needed" : missing);
}

void act_show_answer(const struct answer *answer, bool as_json)
{
    json_t *copy;

    if (answer->json == NULL)
        return;
    copy = json_deep_copy(answer->json);
    if (!as_json) /* A file, not for a screen: /NAME/receipt/INDEX has it. */
        (void)json_object_del(copy, "receipt");
    screen_document(stdout, copy, as_json);
    json_decref(copy);
}

bool act_post(const struct act *act, struct desk *desk, struct answer *answer,
              struct error *error)
{
    char note[ACT_NOTE_MAX + 1];
    const size_t size = act_note(act, note);

    return client_send(&desk->client, "POST", "~/entries",
                       "text/plain; charset=utf-8", note, size, answer, error);
}

bool act_post_all(struct desk *desk, const char *bytes, size_t size,
                  struct act_result *results, size_t count, struct error *error)
{
    struct answer answer;
    const json_t *list;
    bool whole;

    if (!client_send(&desk->client, "POST", "~/entries:batch",
                     "text/plain; charset=utf-8", bytes, size, &answer, error))
        return false;
    list = json_object_get(answer.json, "results");
    whole = json_array_size(list) == count;
    for (size_t i = 0; whole && i < count; i++) {
        json_t *item = json_array_get(list, i);
        struct answer one = {.json = item};

        one.status = (int)json_integer_value(json_object_get(item, "status"));
        results[i] = (struct act_result){.status = one.status};
        if (one.status >= 400)
            (void)answer_refused(&one, &results[i].error);
    }
    answer_close(&answer);
    return whole || fail(error, ERROR_REQUEST, "the node judged another count");
}

bool act_send(const struct act *act, struct desk *desk, struct error *error)
{
    const bool as_json = settings_has(desk->settings, SETTING_JSON);
    struct answer answer;
    bool done = true;

    if (!act_post(act, desk, &answer, error))
        return false;
    act_show_answer(&answer, as_json);
    if (answer.status == 202)
        done = report_waiting(&answer, error);
    else if (answer.status == 200)
        screen_note("It was there before.");
    answer_close(&answer);
    return done;
}
