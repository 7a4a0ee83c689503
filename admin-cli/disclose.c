#include "admin-cli/disclose.h"

#include "ledger/disclosure.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

static bool ask(struct desk *desk, size_t key, int64_t index,
                struct answer *answer, struct error *error)
{
    char note[DISCLOSURE_TEXT_MAX + DESK_SIGNED_MAX];
    struct disclosure disclosure = {.index = index, .asked = desk_now(desk)};
    size_t size;

    randombytes_buf(disclosure.nonce.bytes, sizeof disclosure.nonce.bytes);
    size = disclosure_write(note, desk->origin, &disclosure);
    return desk_sign(desk, key, note, size, error) &&
           client_send(&desk->client, "POST", "~/disclosures", "text/plain",
                       note, strlen(note), answer, error);
}

bool disclose_read(struct desk *desk, int64_t index, struct answer *answer,
                   struct error *error)
{
    for (size_t i = 0; i < desk->key_count; i++) {
        *error = (struct error){0};
        if (ask(desk, i, index, answer, error))
            return true;
        if (error->code != ERROR_SIGNATURE)
            break;
    }
    return false;
}

/* The same for the same parties: a nonce that is a hash of all that is said. */
static struct nonce nonce_of(struct id batch, const struct id *parties,
                             size_t count)
{
    static const char tag[] = "terreau/payees/v1";
    crypto_generichash_state hash;
    struct nonce nonce;

    (void)crypto_generichash_init(&hash, NULL, 0, sizeof nonce.bytes);
    (void)crypto_generichash_update(&hash, (const uint8_t *)tag, sizeof tag);
    (void)crypto_generichash_update(&hash, batch.bytes, sizeof batch.bytes);
    for (size_t i = 0; i < count; i++)
        (void)crypto_generichash_update(&hash, parties[i].bytes,
                                        sizeof parties[i].bytes);
    (void)crypto_generichash_final(&hash, nonce.bytes, sizeof nonce.bytes);
    return nonce;
}

static bool compose(struct act *act, const struct desk *desk, struct id batch,
                    const struct id *parties, size_t count, struct error *error)
{
    struct entry entry = {.kind = ENTRY_disclosure_make};
    struct entry_disclosure_make *says = &entry.disclosure_make;
    char json[JSON_BYTES_MAX];
    size_t size;

    entry.common.kind = ENTRY_disclosure_make;
    entry.common.nonce = nonce_of(batch, parties, count);
    says->purpose = PURPOSE_PAYMENT;
    says->parties = (struct list){.items = parties, .count = (uint32_t)count};
    entry.present = UINT64_C(1) << BIT_common_kind |
                    UINT64_C(1) << BIT_common_nonce |
                    UINT64_C(1) << BIT_disclosure_make_purpose |
                    UINT64_C(1) << BIT_disclosure_make_parties;
    size = entry_write(json, sizeof json, &entry);
    return act_from_json(act, desk->origin, json, size, error);
}

bool disclose_for_batch(int64_t *index, struct act *act, struct desk *desk,
                        struct id batch, const struct id *parties, size_t count,
                        struct error *error)
{
    struct answer answer;
    bool done = true;

    assert(count > 0 && count <= DISCLOSE_TOGETHER);
    if (!compose(act, desk, batch, parties, count, error) ||
        !act_sign(act, desk, error) || !act_post(act, desk, &answer, error))
        return false;
    *index = json_integer_value(json_object_get(answer.json, "index"));
    if (answer.status == 202)
        done = fail(error, ERROR_UNSIGNED,
                    "the disclosure of the payees waits for more signatures");
    answer_close(&answer);
    return done;
}
