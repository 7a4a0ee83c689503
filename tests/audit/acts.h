/*
 * acts: real entries by plan, for logs that are audited.
 *
 * A ledger opens, two campaigns open, one is closed by the clerk, then people
 * register and pledge.  Equal plans give equal bytes, and a plan of a smaller
 * size gives the beginning of the same log.  Some plans are wrong on purpose,
 * each in one place.
 */
#ifndef TESTS_AUDIT_ACTS_H
#define TESTS_AUDIT_ACTS_H

#include "ledger/leaf.h"
#include "ledger/policy.h"
#include "ledger/receipt.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GROW_ORIGIN "log.example/velo"

enum {
    GROW_FIRST = 6,   /* Index of the first person. */
    GROW_LOG_KEY = 1, /* Numbers of keys. */
    GROW_CLERK = 10,
    GROW_OFFICER = 20,
    GROW_WITNESS = 40,
    GROW_PERSON = 1000,
    GROW_WRONG_NONE = -1,
};

struct grow_plan {
    const char *dir; /* NULL: nothing is written. */
    uint64_t size;
    int64_t forged;   /* Entry whose signature is wrong; -1: none. */
    int64_t unlawful; /* Entry that its own rules refuse. */
    int64_t doubled;  /* Entry that says the text before it again. */
    int64_t forked;   /* From this entry on another history. */
    bool late;        /* The clerk closes a campaign two hours late. */
    bool trial;
    bool plain;               /* Leaves are no entries: for tiles only. */
    const uint8_t *log_keys;  /* Numbers of the keys that sign; 0 ends. */
    const uint64_t *stamps;   /* Of witness 0, 1, ...; 0 ends. */
    const uint64_t *receipts; /* Written for these indexes; 0 ends. */
};

static inline struct grow_plan grow_plan(uint64_t size)
{
    static const uint8_t first_key[] = {GROW_LOG_KEY, 0};

    return (struct grow_plan){.size = size,
                              .forged = GROW_WRONG_NONE,
                              .unlawful = GROW_WRONG_NONE,
                              .doubled = GROW_WRONG_NONE,
                              .forked = GROW_WRONG_NONE,
                              .log_keys = first_key};
}

struct grow {
    struct grow_plan plan;
    uint64_t index;
    struct tree tree;
    struct tile_edge edge;
    struct hash *hashes; /* Of all leaves, if receipts are wanted. */
    struct receipt *receipts;
    char json[JSON_BYTES_MAX];
    char text[TEXT_BYTES_MAX];
    char note[LEAF_BYTES_MAX];
    char leaf[LEAF_BYTES_MAX];
    size_t leaf_size;
    size_t bundle_size;
    uint8_t bundle[TILE_HASHES * 8192];
};

/* ---- Names ---- */

static inline struct key grow_key(uint64_t number, struct secret_key *secret)
{
    uint8_t seed[32] = "grow";
    struct key key;

    memcpy(seed + 8, &number, sizeof number);
    (void)crypto_sign_seed_keypair(key.bytes, secret->bytes, seed);
    return key;
}

static inline void grow_id(char out[static ID_CHARS + 1], char letter,
                           uint64_t number)
{
    struct id id = {.letter = (uint8_t)letter};
    uint8_t of[9] = {(uint8_t)letter};

    memcpy(of + 1, &number, sizeof number);
    (void)crypto_generichash(id.bytes, sizeof id.bytes, of, sizeof of, NULL, 0);
    id_write(out, id);
}

static inline void grow_hash(char out[static HASH_CHARS + 1], uint64_t number)
{
    struct hash hash;

    (void)crypto_generichash(hash.bytes, sizeof hash.bytes,
                             (const uint8_t *)&number, sizeof number, NULL, 0);
    hash_write(out, &hash);
}

static inline void grow_nonce(char out[static NONCE_CHARS + 1],
                              const struct grow *grow)
{
    uint64_t index = grow->index;
    struct nonce nonce = {{0}};

    if ((int64_t)index == grow->plan.doubled)
        index--;
    if (grow->plan.forked >= 0 && (int64_t)index >= grow->plan.forked)
        nonce.bytes[15] = 1;
    memcpy(nonce.bytes, &index, sizeof index);
    nonce_write(out, &nonce);
}

/* ---- What entries say ---- */

struct grow_names {
    char nonce[NONCE_CHARS + 1], party[ID_CHARS + 1], other[ID_CHARS + 1];
    char hash[HASH_CHARS + 1], key[KEY_CHARS + 1];
};

static inline struct grow_names grow_names(const struct grow *grow,
                                           uint64_t person)
{
    struct grow_names names;
    struct secret_key secret;
    struct key key = grow_key(person, &secret);

    grow_nonce(names.nonce, grow);
    grow_id(names.party, 'p', person);
    grow_hash(names.hash, person);
    key_write(names.key, &key);
    return names;
}

#define GROW_DECISION                                                          \
    "\"decision\":{\"body\":\"board\",\"date\":\"2026-01-02\",\"sha256\":"     \
    "\"%s\"}"

static inline void grow_opening(struct grow *grow)
{
    static const char *const roles[] = {"chair", "treasurer", "secretary",
                                        "director"};
    char founders[2000] = "", officers[1000] = "", clerk[KEY_CHARS + 1];
    struct grow_names names = grow_names(grow, GROW_CLERK);

    memcpy(clerk, names.key, sizeof clerk);
    for (uint64_t i = 0; i < 4; i++) {
        names = grow_names(grow, GROW_OFFICER + i);
        (void)snprintf(founders + strlen(founders),
                       sizeof founders - strlen(founders),
                       "%s{\"commitment\":\"%s\",\"key\":\"%s\",\"party\":"
                       "\"%s\",\"type\":\"person\"}",
                       i > 0 ? "," : "", names.hash, names.key, names.party);
        (void)snprintf(officers + strlen(officers),
                       sizeof officers - strlen(officers),
                       "%s{\"key\":\"%s\",\"party\":\"%s\",\"role\":\"%s\"}",
                       i > 0 ? "," : "", names.key, names.party, roles[i]);
    }
    (void)snprintf(grow->json, sizeof grow->json,
                   "{\"clerk\":\"%s\",\"currency\":\"EUR\",\"founders\":[%s],"
                   "\"kind\":\"ledger.open\",\"name\":\"V\xc3\xa9locit\xc3\xa9"
                   "\",\"nonce\":\"%s\",\"officers\":[%s],\"profile\":"
                   "\"fr-scic-sa\",\"rules\":2,\"statutes\":{}%s}",
                   clerk, founders, names.nonce, officers,
                   grow->plan.trial ? ",\"trial\":true" : "");
}

/* The first ends in a year, the second on the day it opens. */
static inline void grow_campaign(struct grow *grow, uint64_t number)
{
    struct grow_names names = grow_names(grow, GROW_OFFICER);
    const char *closes = number == 1 ? "2026-12-31T00" : "2026-01-02T08";

    grow_id(names.other, 'k', number);
    (void)snprintf(
        grow->json, sizeof grow->json,
        "{\"budget\":[{\"amount\":100000,\"code\":\"mill\",\"required\":true,"
        "\"title\":\"Mill\"}],\"campaign\":\"%s\",\"closes\":\"%s:10:"
        "00Z\"," GROW_DECISION
        ",\"kind\":\"campaign.open\",\"minimum\":100000,\"mode\":"
        "\"all_or_nothing\",\"natures\":[{\"nature\":\"gift\"}],\"nonce\":"
        "\"%s\",\"opens\":\"2026-01-02T08:00:00Z\",\"reflection_days\":0,"
        "\"settles\":\"%s:30:00Z\",\"title\":\"The mill\"}",
        names.other, closes, names.hash, names.nonce, closes);
}

static inline void grow_bank(struct grow *grow)
{
    struct grow_names names = grow_names(grow, GROW_OFFICER);

    grow_id(names.other, 'b', 1);
    (void)snprintf(grow->json, sizeof grow->json,
                   "{\"account\":\"%s\",\"kind\":\"bank.account\",\"name\":"
                   "\"V\xc3\xa9locit\xc3\xa9\",\"nonce\":\"%s\"}",
                   names.other, names.nonce);
}

static inline void grow_statement(struct grow *grow)
{
    struct grow_names names = grow_names(grow, GROW_OFFICER);
    char statement[ID_CHARS + 1];

    grow_id(names.other, 'b', 1);
    grow_id(statement, 'e', 1);
    (void)snprintf(grow->json, sizeof grow->json,
                   "{\"account\":\"%s\",\"closing\":0,\"from\":\"2026-01-01\","
                   "\"kind\":\"bank.statement\",\"lines\":0,\"nonce\":\"%s\","
                   "\"number\":\"1\",\"opening\":0,\"sha256\":\"%s\","
                   "\"statement\":\"%s\",\"to\":\"2026-01-02\"}",
                   names.other, names.nonce, names.hash, statement);
}

static inline void grow_close(struct grow *grow)
{
    struct grow_names names = grow_names(grow, GROW_OFFICER);

    grow_id(names.other, 'k', 2);
    (void)snprintf(grow->json, sizeof grow->json,
                   "{\"campaign\":\"%s\",\"count\":0,\"kind\":"
                   "\"campaign.close\",\"nonce\":\"%s\",\"outcome\":\"failed\","
                   "\"received\":0}",
                   names.other, names.nonce);
}

static inline uint64_t grow_person(uint64_t index)
{
    return GROW_PERSON + (index - GROW_FIRST) / 4;
}

static inline void grow_register(struct grow *grow)
{
    struct grow_names names = grow_names(grow, grow_person(grow->index));

    (void)snprintf(grow->json, sizeof grow->json,
                   "{\"auth\":\"key\",\"commitment\":\"%s\",\"key\":\"%s\","
                   "\"kind\":\"party.register\",\"nonce\":\"%s\",\"party\":"
                   "\"%s\",\"type\":\"person\"}",
                   names.hash, names.key, names.nonce, names.party);
}

static inline void grow_pledge(struct grow *grow)
{
    bool again = (int64_t)grow->index == grow->plan.doubled;
    struct grow_names names = grow_names(grow, grow_person(grow->index));
    char campaign[ID_CHARS + 1];
    uint64_t index = grow->index - again;

    grow_id(campaign, 'k', (int64_t)index == grow->plan.unlawful ? 2 : 1);
    grow_id(names.other, 'g', index);
    (void)snprintf(grow->json, sizeof grow->json,
                   "{\"amount\":%" PRIu64 ",\"campaign\":\"%s\",\"kind\":"
                   "\"pledge.make\",\"nature\":\"gift\",\"nonce\":\"%s\","
                   "\"on_failure\":\"refund\",\"party\":\"%s\",\"pledge\":"
                   "\"%s\"}",
                   1000 + index % 9000, campaign, names.nonce, names.party,
                   names.other);
}

/* ---- Who signs, and when ---- */

static inline int grow_by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Fills grow->note; person 0: the clerk. */
static inline size_t grow_sign(struct grow *grow, const uint64_t *persons,
                               size_t count)
{
    size_t text_size =
        entry_text_write(grow->text, sizeof grow->text, GROW_ORIGIN, grow->json,
                         strlen(grow->json));
    char lines[8][NOTE_SIGNATURE_CHARS_MAX];
    size_t used = text_size + 1;

    assert(text_size > 0 && count <= 8);
    for (size_t i = 0; i < count; i++) {
        bool clerk = persons[i] == GROW_CLERK;
        char name[NOTE_NAME_BYTES_MAX + 1], id[ID_CHARS + 1] = "clerk";
        struct secret_key secret;

        (void)grow_key(persons[i], &secret);
        if (!clerk)
            grow_id(id, 'p', persons[i]);
        (void)snprintf(name, sizeof name, "%s/%s", GROW_ORIGIN, id);
        if ((int64_t)grow->index == grow->plan.forged)
            grow->text[0] ^= 1;
        (void)note_sign(lines[i], name, grow->text, text_size, &secret);
        if ((int64_t)grow->index == grow->plan.forged)
            grow->text[0] ^= 1;
    }
    qsort(lines, count, sizeof lines[0], grow_by_name);
    memcpy(grow->note, grow->text, text_size);
    grow->note[text_size] = '\n';
    for (size_t i = 0; i < count; i++) {
        memcpy(grow->note + used, lines[i], strlen(lines[i]));
        used += strlen(lines[i]);
    }
    return used;
}

static inline struct instant grow_instant(const struct grow *grow)
{
    const int64_t start = INT64_C(1767340800000); /* 2026-01-02T08:00Z */
    const int64_t minute = 60000;
    int64_t index = (int64_t)grow->index;

    if (index < GROW_FIRST - 1)
        return (struct instant){start + index * 1000};
    if (index == GROW_FIRST - 1)
        return (struct instant){start + (grow->plan.late ? 150 : 31) * minute};
    return (struct instant){start + 180 * minute + index * 1000};
}

static inline void grow_entry(struct grow *grow)
{
    static const uint64_t all[] = {GROW_OFFICER, GROW_OFFICER + 1,
                                   GROW_OFFICER + 2, GROW_OFFICER + 3,
                                   GROW_CLERK};
    uint64_t person = 0;
    size_t size;

    if (grow->plan.plain) {
        grow->leaf_size = (size_t)snprintf(grow->leaf, sizeof grow->leaf,
                                           "leaf %" PRIu64 "\n", grow->index);
        return;
    }
    switch (grow->index) {
    case 0:
        grow_opening(grow);
        size = grow_sign(grow, all, 5);
        break;
    case 1:
    case 2:
        grow_campaign(grow, grow->index);
        size = grow_sign(grow, all, 2);
        break;
    case 3:
        grow_bank(grow);
        size = grow_sign(grow, all, 2);
        break;
    case 4:
    case 5:
        if (grow->index == 4)
            grow_statement(grow);
        else
            grow_close(grow);
        size = grow_sign(grow, all + 4, 1);
        break;
    default:
        person = grow_person(grow->index);
        if ((grow->index - GROW_FIRST) % 4 == 0)
            grow_register(grow);
        else
            grow_pledge(grow);
        size = grow_sign(grow, &person, 1);
    }
    grow->leaf_size = leaf_write(grow->leaf, sizeof grow->leaf,
                                 grow_instant(grow), grow->note, size);
    assert(grow->leaf_size > 0);
}

#endif
