#include "tests/scenario/names.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static void digest(uint8_t *out, size_t size, const char *what,
                   struct text word)
{
    crypto_generichash_state hash;

    (void)crypto_generichash_init(&hash, NULL, 0, size);
    (void)crypto_generichash_update(&hash, (const uint8_t *)what,
                                    strlen(what) + 1);
    (void)crypto_generichash_update(&hash, (const uint8_t *)word.bytes,
                                    word.size);
    (void)crypto_generichash_final(&hash, out, size);
}

void names_free(struct names *names)
{
    free(names->list);
    *names = (struct names){0};
}

void names_give(struct names *names, struct id id, struct text word)
{
    uint32_t size = word.size < NAME_CHARS_MAX ? word.size : NAME_CHARS_MAX;

    if (names->count == names->room) {
        names->room = 2 * names->room + 64;
        names->list = realloc(names->list, names->room * sizeof names->list[0]);
        assert(names->list != NULL);
    }
    names->list[names->count].id = id;
    memcpy(names->list[names->count].text, word.bytes, size);
    names->list[names->count].text[size] = '\0';
    names->count++;
}

struct id names_id(struct names *names, uint8_t letter, struct text word)
{
    char what[] = "id ?";
    struct id id = {.letter = letter};

    for (size_t i = 0; i < names->count; i++)
        if (names->list[i].id.letter == letter &&
            text_is(word, names->list[i].text))
            return names->list[i].id;
    what[3] = (char)letter;
    digest(id.bytes, sizeof id.bytes, what, word);
    names_give(names, id, word);
    return id;
}

const char *names_of(const struct names *names, uint8_t letter,
                     const uint8_t key[static 16])
{
    for (size_t i = 0; i < names->count; i++)
        if (names->list[i].id.letter == letter &&
            memcmp(names->list[i].id.bytes, key, 16) == 0)
            return names->list[i].text;
    return "?";
}

struct hash name_hash(struct text word)
{
    struct hash hash;

    digest(hash.bytes, sizeof hash.bytes, "hash", word);
    return hash;
}

struct nonce name_nonce(uint64_t number)
{
    struct nonce nonce;

    digest(nonce.bytes, sizeof nonce.bytes, "nonce",
           (struct text){(const char *)&number, sizeof number});
    return nonce;
}

struct secret_key name_secret(struct text word, struct key *public)
{
    struct secret_key secret;
    uint8_t seed[32];

    digest(seed, sizeof seed, "key", word);
    (void)crypto_sign_seed_keypair(public->bytes, secret.bytes, seed);
    return secret;
}
