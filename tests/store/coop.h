/*
 * coop: a cooperative on a real node, without HTTP, for the tests of server/.
 *
 *     coop_open(&coop, "name")    row, keys, node; coop_found() opens the log
 *     SAY(&coop, "party.register party=leo ... by leo")
 *
 * Words stand for ids, hashes and keys derived from them, so that two servers
 * and two runs mean the same.  The server's database comes from
 * tests/with-postgres through the PG* environment.
 */
#ifndef TESTS_STORE_COOP_H
#define TESTS_STORE_COOP_H

#include "ledger/compose.h"
#include "server/config.h"
#include "server/door.h"
#include "server/log.h"
#include "server/node.h"
#include "sql/keyfile.h"
#include "tests/store/fixture.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct coop {
    struct config config;
    struct node *node;
    struct ledger_host *host;
    struct store_ledger ledger;
    char clock[40]; /* Terreau-Clock; "": none. */
};

/* What a client was told. */
struct told {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool done;
    struct error error;
    bool repeated;
    int64_t index, size;
    struct instant accepted;
    struct hash leaf_hash, text_hash;
    char missing[200];
    size_t receipt_size;
    char receipt[LEAF_BYTES_MAX + 8192];
};

/* ---- Words ---- */

static inline void coop_digest(void *out, size_t size, const char *what,
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

static inline struct text coop_word(const char *word)
{
    return (struct text){word, (uint32_t)strlen(word)};
}

static inline struct id coop_id(char letter, struct text word)
{
    struct id id = {.letter = (uint8_t)letter};

    coop_digest(id.bytes, sizeof id.bytes, "id", word);
    return id;
}

static inline struct secret_key coop_secret(struct text word, struct key *key)
{
    struct secret_key secret;
    uint8_t seed[32];

    coop_digest(seed, sizeof seed, "key", word);
    (void)crypto_sign_seed_keypair(key->bytes, secret.bytes, seed);
    return secret;
}

static inline bool coop_look_up(void *context, enum field_type type,
                                struct text word, void *value,
                                struct error *error)
{
    struct coop *coop = context;
    struct key key;
    struct id id;

    (void)error;
    if (type_spec(type)->form == FORM_ID) {
        id = coop_id(type_spec(type)->letters[0], word);
        memcpy(value, &id, sizeof id);
    } else if (type_spec(type)->form == FORM_KEY) {
        (void)coop_secret(word, &key);
        if (text_is(word, "clerk"))
            key = coop->node->clerk_key;
        memcpy(value, &key, sizeof key);
    } else if (type_spec(type)->form == FORM_NONCE) {
        coop_digest(value, sizeof(struct nonce), "nonce", word);
    } else {
        coop_digest(value, sizeof(struct hash), "hash", word);
    }
    return true;
}

/* ---- Notes ---- */

struct coop_line {
    uint32_t key_id;
    char name[NOTE_NAME_BYTES_MAX + 1];
    char line[NOTE_SIGNATURE_CHARS_MAX];
};

static inline int coop_compare(const void *a, const void *b)
{
    const struct coop_line *left = a, *right = b;
    int order = strcmp(left->name, right->name);

    if (order != 0)
        return order;
    return left->key_id < right->key_id ? -1 : left->key_id > right->key_id;
}

/* "leo", "leo:otherkey", or "clerk" (this node's). */
static inline void coop_line_make(struct coop_line *line,
                                  const struct coop *coop, const char *word,
                                  const char *text, size_t size)
{
    size_t cut = strcspn(word, ":!");
    struct text name = {word, (uint32_t)cut};
    char id[ID_CHARS + 1];
    struct secret_key secret;
    struct key key;

    id_write(id, coop_id('p', name));
    (void)snprintf(line->name, sizeof line->name, "%s/%s", coop->ledger.origin,
                   text_is(name, "clerk") ? "clerk" : id);
    if (text_is(name, "clerk")) {
        secret = coop->node->clerk;
        key = coop->node->clerk_key;
    } else if (word[cut] == ':') {
        secret = coop_secret(coop_word(word + cut + 1), &key);
    } else {
        secret = coop_secret(name, &key);
    }
    line->key_id =
        note_key_id(line->name, strlen(line->name), KEY_TYPE_ED25519, &key);
    /* "leo!" signs something else. */
    if (word[strlen(word) - 1] == '!')
        (void)note_sign(line->line, line->name, text + 1, size - 1, &secret);
    else
        (void)note_sign(line->line, line->name, text, size, &secret);
}

/* An entry note of "kind field=value ... by name name"; its size. */
static inline size_t coop_note(struct coop *coop, const char *said, char *out,
                               size_t room)
{
    struct composer composer = {2, coop_look_up, coop};
    struct coop_line lines[SIGNERS_MAX];
    struct word words[WORDS_MAX];
    char fields[4096], names[512], json[JSON_BYTES_MAX], *by, *next, *rest;
    size_t count, size, line_count = 0;
    const char *space = strchr(said, ' ');
    enum entry_kind kind =
        entry_kind_read((struct text){said, (uint32_t)(space - said)});
    struct error error = {0};

    assert_true(kind != ENTRY_none);
    (void)snprintf(fields, sizeof fields, "%s", space + 1);
    by = strstr(fields, " by ");
    (void)snprintf(names, sizeof names, "%s", by == NULL ? "" : by + 4);
    if (by != NULL)
        *by = '\0';
    if (!words_split(words, &count, fields, strlen(fields), &error))
        FAIL("%s: %s", said, error.text);
    size = compose(json, sizeof json, kind, words, count, &composer, &error);
    if (size == 0)
        FAIL("%s: %s %s", said, error.text, error.pointer);
    size = entry_text_write(out, room, coop->ledger.origin, json, size);
    for (next = strtok_r(names, " ", &rest); next != NULL;
         next = strtok_r(NULL, " ", &rest))
        coop_line_make(&lines[line_count++], coop, next, out, size);
    qsort(lines, line_count, sizeof lines[0], coop_compare);
    out[size++] = '\n';
    for (size_t i = 0; i < line_count; i++) {
        size_t length = strlen(lines[i].line);

        assert_true(size + length < room);
        memcpy(out + size, lines[i].line, length);
        size += length;
    }
    return size;
}

/* ---- Answers ---- */

static inline void told_start(struct told *told)
{
    told->done = false;
    told->error = (struct error){0};
    (void)pthread_mutex_init(&told->mutex, NULL);
    (void)pthread_cond_init(&told->changed, NULL);
}

static inline void told_done(void *context, const struct verdict *verdict)
{
    struct told *told = context;

    (void)pthread_mutex_lock(&told->mutex);
    assert(!told->done); /* Once. */
    told->done = true;
    told->error = verdict->error;
    told->repeated = verdict->repeated;
    told->index = verdict->index;
    told->size = verdict->size;
    told->accepted = verdict->accepted;
    told->leaf_hash = verdict->leaf_hash;
    told->text_hash = verdict->text_hash;
    (void)snprintf(told->missing, sizeof told->missing, "%s",
                   verdict->missing == NULL ? "" : verdict->missing);
    assert(verdict->receipt.size < sizeof told->receipt);
    told->receipt_size = verdict->receipt.size;
    if (told->receipt_size > 0)
        memcpy(told->receipt, verdict->receipt.bytes, told->receipt_size);
    (void)pthread_cond_signal(&told->changed);
    (void)pthread_mutex_unlock(&told->mutex);
}

static inline void told_wait(struct told *told)
{
    struct timespec until;
    int late = 0;

    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 60;
    (void)pthread_mutex_lock(&told->mutex);
    while (!told->done && late == 0)
        late = pthread_cond_timedwait(&told->changed, &told->mutex, &until);
    (void)pthread_mutex_unlock(&told->mutex);
    if (late != 0)
        FAIL("no answer within a minute");
    (void)pthread_cond_destroy(&told->changed);
    (void)pthread_mutex_destroy(&told->mutex);
}

/* Send a note; told_wait() brings the answer. */
static inline void coop_send(struct coop *coop, const char *note, size_t size,
                             struct told *told)
{
    struct submission submission = {
        .bytes = note,
        .size = size,
        .clock = coop->clock[0] == '\0' ? NULL : coop->clock,
        .done = told_done,
        .context = told,
    };
    struct verdict refused = {0};

    told_start(told);
    if (!door_enter(coop->host, &submission, &refused.error))
        told_done(told, &refused);
}

static inline void coop_say(struct coop *coop, const char *said,
                            struct told *told)
{
    char note[LEAF_BYTES_MAX];
    size_t size = coop_note(coop, said, note, sizeof note);

    coop_send(coop, note, size, told);
    told_wait(told);
}

/* It must be appended; returns the index. */
#define SAY(coop, said) coop_must((coop), (said), __LINE__)
static inline int64_t coop_must(struct coop *coop, const char *said, int line)
{
    static struct told told;

    coop_say(coop, said, &told);
    if (told.error.code != ERROR_NONE)
        FAIL("line %d: %s: %s %s (%s)", line, said,
             error_spec(told.error.code)->name, told.error.text, told.missing);
    return told.index;
}

/* It must be refused so. */
#define NOT(coop, code, said) coop_must_not((coop), (code), (said), __LINE__)
static inline void coop_must_not(struct coop *coop, enum error_code code,
                                 const char *said, int line)
{
    static struct told told;

    coop_say(coop, said, &told);
    if (told.error.code != code)
        FAIL("line %d: %s: %s %s, not %s", line, said,
             told.error.code == ERROR_NONE ? "taken"
                                           : error_spec(told.error.code)->name,
             told.error.text, error_spec(code)->name);
}

/* ---- Nodes ---- */

static inline void coop_node_start(struct coop *coop)
{
    GOOD(node_start(&coop->node, &coop->config, &error));
    coop->host = node_ledger(coop->node, coop->ledger.name);
    assert_non_null(coop->host);
}

static inline void coop_node_stop(struct coop *coop)
{
    if (coop->node != NULL)
        node_stop(coop->node);
    coop->node = NULL;
    coop->host = NULL;
}

/* A state folder with fresh keys, or those of another. */
static inline void coop_folder(struct coop *coop, const struct coop *like)
{
    char folder[] = "/tmp/terreau-state.XXXXXX", from[600], to[600];
    static const char *const files[] = {"log.key", "clerk.key"};
    struct key key;

    assert_non_null(mkdtemp(folder));
    config_init(&coop->config);
    (void)snprintf(coop->config.state_dir, sizeof coop->config.state_dir, "%s",
                   folder);
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(to, sizeof to, "%s/%s", folder, files[i]);
        if (like == NULL) {
            GOOD(keyfile_create(to, &key, &error));
            continue;
        }
        (void)snprintf(from, sizeof from, "%s/%s", like->config.state_dir,
                       files[i]);
        assert_int_equal(link(from, to), 0);
    }
}

static inline void coop_open(struct coop *coop, const char *name)
{
    struct db db = {0};
    char origin[100];

    ledger_start();
    log_level_set(getenv("VERBOSE") != NULL ? LOG_DEBUG : LOG_ERROR);
    *coop = (struct coop){0};
    coop_folder(coop, NULL);
    (void)snprintf(origin, sizeof origin, "coop.example/%s", name);
    GOOD(db_open(&db, "", &error));
    GOOD(store_ledger_create(&db, name, origin, &coop->ledger, &error));
    db_close(&db);
    coop_node_start(coop);
}

/* The same ledger on another server with a state folder of its own. */
static inline void coop_join(struct coop *coop, const struct coop *first)
{
    *coop = (struct coop){0};
    coop_folder(coop, first);
    coop->ledger = first->ledger;
    coop_node_start(coop);
}

static inline void coop_close(struct coop *coop)
{
    char command[700];

    coop_node_stop(coop);
    (void)snprintf(command, sizeof command, "rm -rf '%s'",
                   coop->config.state_dir);
    assert_int_equal(system(command), 0);
}

#define COOP_OPEN COOP_OPEN_AS("nonce=open")
#define COOP_OPEN_AS(more)                                                     \
    "ledger.open name=Graine profile=fr-scic-sa currency=EUR clerk=clerk "     \
    "rules=2 statutes={} " more " "                                            \
    "founders=[{party=ana type=person commitment=ana key=ana} "                \
    "{party=bob type=person commitment=bob key=bob} "                          \
    "{party=cy type=person commitment=cy key=cy}] "                            \
    "officers=[{party=ana role=chair key=ana} "                                \
    "{party=bob role=treasurer key=bob} "                                      \
    "{party=cy role=director key=cy}] "

#define COOP_CAMPAIGN                                                          \
    "campaign.open campaign=k1 title=Mill minimum=100.00 nonce=k1 "            \
    "mode=all_or_nothing opens=2026-01-01T00:00:00Z "                          \
    "closes=2030-01-01T00:00:00Z settles=2030-02-01T00:00:00Z "                \
    "budget=[{amount=100.00 code=mill required=true title=Mill}] "             \
    "natures=[{nature=gift}] "                                                 \
    "decision={body=board date=2026-01-02 sha256=m} by ana bob"

/* Open the log, and a campaign that takes gifts; leo and mia have keys. */
static inline void coop_found(struct coop *coop)
{
    (void)SAY(coop, COOP_OPEN "by ana bob cy clerk");
    (void)SAY(coop, "party.register party=leo type=person auth=key key=leo "
                    "commitment=leo nonce=leo by leo");
    (void)SAY(coop, "party.register party=mia type=person auth=key key=mia "
                    "commitment=mia nonce=mia by mia");
    (void)SAY(coop, COOP_CAMPAIGN);
}

static inline void coop_pledge(char *said, size_t room, const char *party,
                               int number)
{
    (void)snprintf(said, room,
                   "pledge.make pledge=%s-%d nonce=%s-%d party=%s nature=gift "
                   "amount=5.00 campaign=k1 on_failure=refund by %s",
                   party, number, party, number, party, party);
}

#endif
