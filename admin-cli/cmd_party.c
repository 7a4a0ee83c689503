/* party: personal data, for officers who said in the log whose and why. */
#include "admin-cli/command.h"
#include "admin-cli/desk.h"
#include "admin-cli/screen.h"
#include "ledger/disclosure.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { NOTE_CHARS = DISCLOSURE_TEXT_MAX + 1 + NOTE_SIGNATURE_CHARS_MAX };

/* The note that asks, by the first key of the desk. */
static bool make_note(char note[static NOTE_CHARS], const struct desk *desk,
                      int64_t index, struct error *error)
{
    struct disclosure disclosure = {.index = index,
                                    .asked = {(int64_t)time(NULL) * 1000}};
    char name[NOTE_NAME_BYTES_MAX + 1], party[ID_CHARS + 1];
    size_t size;

    if (desk->key_count != 1)
        return fail(error, ERROR_USAGE, "one officer asks, with one --key");
    randombytes_buf(disclosure.nonce.bytes, sizeof disclosure.nonce.bytes);
    size = disclosure_write(note, desk->origin, &disclosure);
    id_write(party, desk->keys[0]->is.party);
    if ((size_t)snprintf(name, sizeof name, "%s/%s", desk->origin, party) >=
        sizeof name)
        return fail(error, ERROR_ORIGIN, "the origin is too long");
    note[size] = '\n';
    (void)note_sign(note + size + 1, name, note, size, &desk->keys[0]->secret);
    return true;
}

static bool ask(struct desk *desk, const struct call *call, int64_t index,
                struct error *error)
{
    char note[NOTE_CHARS];
    struct answer answer;

    if (!make_note(note, desk, index, error) ||
        !client_send(&desk->client, "POST", "~/disclosures", "text/plain", note,
                     strlen(note), &answer, error))
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
