/* Whose lines a note bears, and which key each must verify with. */
#include "ledger/fold.h"

#include <string.h>

/* "<origin>/clerk" or "<origin>/p-..." */
static bool read_name(struct signer *signer, struct text name,
                      const char *origin)
{
    size_t size = strlen(origin);
    struct text rest;

    if (name.size <= size || memcmp(name.bytes, origin, size) != 0 ||
        name.bytes[size] != '/')
        return false;
    rest =
        (struct text){name.bytes + size + 1, (uint32_t)(name.size - size - 1)};
    *signer = (struct signer){.clerk = text_is(rest, "clerk")};
    if (signer->clerk)
        return true;
    return id_read(&signer->party, rest.bytes, rest.size) &&
           signer->party.letter == 'p';
}

/* By name as bytes, then by key ID. */
static bool comes_after(const struct note_line *line,
                        const struct note_line *before)
{
    struct text a = before->name, b = line->name;
    int order = memcmp(a.bytes, b.bytes, a.size < b.size ? a.size : b.size);

    if (order == 0 && a.size == b.size)
        return line->key_id > before->key_id;
    return order < 0 || (order == 0 && a.size < b.size);
}

bool signers_read(struct signer signers[static SIGNERS_MAX], size_t *count,
                  const struct note *note, const char *origin,
                  struct error *error)
{
    if (note->line_count > SIGNERS_MAX)
        return fail(error, ERROR_SIGNATURE,
                    "an entry has at most %d signature lines", SIGNERS_MAX);
    for (size_t i = 0; i < note->line_count; i++) {
        const struct note_line *line = &note->lines[i];

        if (!read_name(&signers[i], line->name, origin))
            return fail(error, ERROR_SIGNATURE,
                        "signature line %zu is by no party of %s", i + 1,
                        origin);
        signers[i].key_id = line->key_id;
        if (i > 0 && !comes_after(line, &note->lines[i - 1]))
            return fail(error, ERROR_SIGNATURE,
                        "signature lines are sorted by name and key ID, and"
                        " each stands once; line %zu does not follow",
                        i + 1);
    }
    *count = note->line_count;
    return true;
}

static const struct record_key *key_of(const struct signer *signer,
                                       const struct view *view)
{
    uint8_t id[4] = {(uint8_t)(signer->key_id >> 24),
                     (uint8_t)(signer->key_id >> 16),
                     (uint8_t)(signer->key_id >> 8), (uint8_t)signer->key_id};
    struct link link =
        link_of(signer->party.bytes, sizeof signer->party.bytes, id, sizeof id);

    return (const void *)view_find(view, RECORD_key, link.key);
}

bool signer_key(struct key *key, const struct signer *signer,
                const struct view *view)
{
    static const struct link self;
    const struct record_ledger *ledger;
    const struct record_key *record;

    if (signer->clerk) {
        ledger = (const void *)view_find(view, RECORD_ledger, self.key);
        if (ledger != NULL)
            *key = ledger->clerk;
        return ledger != NULL;
    }
    record = key_of(signer, view);
    if (record != NULL)
        *key = record->key;
    return record != NULL;
}

bool signer_is_ended(const struct signer *signer, const struct view *view)
{
    const struct record_key *key = key_of(signer, view);
    const struct record *party =
        view_find(view, RECORD_party, signer->party.bytes);

    return key == NULL || key->head.state != STATE_key_ACTIVE ||
           party == NULL || party->state != STATE_party_ACTIVE;
}
