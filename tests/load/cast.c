#include "tests/load/cast.h"

#include "ledger/compose.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void give_up(const char *format, ...)
{
    va_list arguments;

    (void)fflush(stdout);
    (void)fprintf(stderr, "not ok ");
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fputc('\n', stderr);
    exit(1);
}

void *must(void *memory)
{
    if (memory == NULL)
        give_up("there is memory for the test");
    return memory;
}

static void digest(const struct cast *cast, uint8_t *out, size_t size,
                   uint8_t letter, const char *word, size_t word_size)
{
    crypto_generichash_state state;

    (void)crypto_generichash_init(&state, NULL, 0, size);
    (void)crypto_generichash_update(&state, (const uint8_t *)&cast->seed,
                                    sizeof cast->seed);
    (void)crypto_generichash_update(&state, &letter, 1);
    (void)crypto_generichash_update(&state, (const uint8_t *)word, word_size);
    (void)crypto_generichash_final(&state, out, size);
}

static struct id word_id(const struct cast *cast, uint8_t letter,
                         const char *word, size_t size)
{
    struct id id = {.letter = letter};

    digest(cast, id.bytes, sizeof id.bytes, letter, word, size);
    return id;
}

struct id cast_id(const struct cast *cast, uint8_t letter, const char *word)
{
    return word_id(cast, letter, word, strlen(word));
}

void cast_start(struct cast *cast, const char *origin, const struct key *clerk,
                int people, uint64_t seed)
{
    *cast = (struct cast){.clerk = *clerk, .seed = seed, .count = people};
    (void)snprintf(cast->origin, sizeof cast->origin, "%s", origin);
    cast->people = must(calloc((size_t)people, sizeof cast->people[0]));
    for (int i = 0; i < people; i++) {
        struct person *person = &cast->people[i];
        uint8_t bytes[32];
        char word[16];

        (void)snprintf(word, sizeof word, "p%d", i);
        person->id = cast_id(cast, 'p', word);
        digest(cast, bytes, sizeof bytes, 0, word, strlen(word));
        if (crypto_sign_seed_keypair(person->key.bytes, person->secret.bytes,
                                     bytes) != 0)
            give_up("a key pair follows from its seed");
        person->key_id = signer_key_id(origin, person->id, &person->key);
    }
}

void cast_end(struct cast *cast)
{
    free(cast->people);
}

/* "p7" is person 7; NULL: no person's word. */
static const struct person *person_of(const struct cast *cast, struct text word)
{
    uint64_t number;

    if (word.size < 2 || word.bytes[0] != 'p' ||
        !decimal_read(&number, word.bytes + 1, word.size - 1) ||
        number >= (uint64_t)cast->count)
        return NULL;
    return &cast->people[number];
}

static bool look_up(void *context, enum field_type type, struct text word,
                    void *value, struct error *error)
{
    const struct cast *cast = *(const struct cast **)context;
    const struct type_spec *spec = type_spec(type);
    const struct person *person = person_of(cast, word);
    struct id id;

    if (spec->form == FORM_ID) {
        id = word_id(cast, (uint8_t)spec->letters[0], word.bytes, word.size);
        memcpy(value, &id, sizeof id);
    } else if (spec->form == FORM_KEY) {
        if (person == NULL && !text_is(word, "clerk"))
            return fail(error, ERROR_FIELD, "%.*s has no key", (int)word.size,
                        word.bytes);
        memcpy(value, person == NULL ? &cast->clerk : &person->key,
               sizeof(struct key));
    } else {
        digest(cast, value, spec->bytes, 'h', word.bytes, word.size);
    }
    return true;
}

/* The line of a signer, written behind the text of size bytes. */
struct line {
    char name[NOTE_NAME_BYTES_MAX + 1];
    char chars[NOTE_SIGNATURE_CHARS_MAX];
    size_t size;
};

static int compare_lines(const void *a, const void *b)
{
    const struct line *left = a, *right = b;

    return strcmp(left->name, right->name);
}

static void sign_line(const struct cast *cast, struct line *line, int person,
                      const char *text, size_t size)
{
    const struct secret_key *secret = &cast->clerk_secret;
    char party[ID_CHARS + 1] = "clerk";

    if (person != CLERK) {
        id_write(party, cast->people[person].id);
        secret = &cast->people[person].secret;
    }
    (void)snprintf(line->name, sizeof line->name, "%s/%s", cast->origin, party);
    line->size = note_sign(line->chars, line->name, text, size, secret);
}

static size_t sign_note(const struct cast *cast, char *out, size_t text_size,
                        struct signed_by by)
{
    struct line lines[SIGNERS_MAX];
    size_t used = text_size;

    for (size_t i = 0; i < by.count; i++)
        sign_line(cast, &lines[i], by.people[i], out, text_size);
    qsort(lines, by.count, sizeof lines[0], compare_lines);
    out[used++] = '\n';
    for (size_t i = 0; i < by.count; i++) {
        memcpy(out + used, lines[i].chars, lines[i].size);
        used += lines[i].size;
    }
    return used;
}

/* The fields, and a nonce that follows from them and the kind. */
static size_t with_nonce(const struct cast *cast, char *line, size_t room,
                         size_t size, const char *kind)
{
    char chars[NONCE_CHARS + 1], said[256];
    struct nonce nonce;
    int kind_size = snprintf(said, sizeof said, "%s ", kind);
    struct hash hash;
    int more;

    digest(cast, hash.bytes, sizeof hash.bytes, 'f', line, size);
    memcpy(said + kind_size, hash.bytes, sizeof hash.bytes);
    digest(cast, nonce.bytes, sizeof nonce.bytes, 'n', said,
           (size_t)kind_size + sizeof hash.bytes);
    nonce_write(chars, &nonce);
    more = snprintf(line + size, room - size, " nonce=%s", chars);
    if ((size_t)more >= room - size)
        give_up("the words of %s fit", kind);
    return size + (size_t)more;
}

static size_t write_json(const struct cast *cast, char *out, const char *kind,
                         const char *line, size_t size)
{
    struct composer composer = {
        .digits = 2, .lookup = look_up, .context = &cast};
    struct text name = {kind, (uint32_t)strlen(kind)};
    struct word words[WORDS_MAX];
    struct error error = {0};
    size_t count, written = 0;

    if (words_split(words, &count, line, size, &error))
        written = compose(out, JSON_BYTES_MAX, entry_kind_read(name), words,
                          count, &composer, &error);
    if (written == 0)
        give_up("%s is composed: %s %s", kind, error.text, error.pointer);
    return written;
}

size_t cast_say(const struct cast *cast, char out[static LEAF_BYTES_MAX],
                struct hash *text_hash, struct signed_by by, const char *kind,
                const char *fields, ...)
{
    static _Thread_local char line[JSON_BYTES_MAX], json[JSON_BYTES_MAX];
    va_list arguments;
    size_t size;
    int line_size;

    va_start(arguments, fields);
    line_size = vsnprintf(line, sizeof line, fields, arguments);
    va_end(arguments);
    if ((size_t)line_size >= sizeof line)
        give_up("the words of %s fit", kind);
    size = with_nonce(cast, line, sizeof line, (size_t)line_size, kind);
    size = write_json(cast, json, kind, line, size);
    size = entry_text_write(out, TEXT_BYTES_MAX, cast->origin, json, size);
    if (text_hash != NULL)
        *text_hash = entry_text_hash((struct text){out, (uint32_t)size});
    return sign_note(cast, out, size, by);
}

/* ---- The usual beginning ---- */

size_t cast_overture_count(const struct cast *cast)
{
    return (size_t)cast->count; /* 2 officers are in the opening. */
}

size_t cast_overture(const struct cast *cast, char out[static LEAF_BYTES_MAX],
                     size_t number, struct instant now)
{
    char opens[INSTANT_CHARS + 1], closes[INSTANT_CHARS + 1],
        settles[INSTANT_CHARS + 1];
    const int64_t day = INT64_C(86400000);

    struct signed_by opening = {.count = 2, .people = {0, 1}};
    struct key none = {0};

    /* Else the node signs it as its clerk. */
    if (memcmp(cast->clerk_secret.bytes, none.bytes, sizeof none) != 0)
        opening.people[opening.count++] = CLERK;
    if (number == 0)
        return cast_say(
            cast, out, NULL, opening, "ledger.open",
            "name=\"Load\" profile=other currency=EUR clerk=clerk rules=2"
            " statutes={reflection_days=0}"
            " founders=[{party=p0 type=person commitment=p0 key=p0}"
            " {party=p1 type=person commitment=p1 key=p1}]"
            " officers=[{party=p0 role=chair key=p0}"
            " {party=p1 role=treasurer key=p1}]");
    if (number > 1)
        return cast_say(cast, out, NULL, BY((int)number), "party.register",
                        "party=p%zu type=person auth=key key=p%zu"
                        " commitment=p%zu",
                        number, number, number);
    instant_write(opens, (struct instant){now.ms - day});
    instant_write(closes, (struct instant){now.ms + 60 * day});
    instant_write(settles, (struct instant){now.ms + 90 * day});
    return cast_say(cast, out, NULL, BY(0, 1), "campaign.open",
                    "campaign=k0 title=\"Load\" minimum=1000.00 mode=keep"
                    " opens=%s closes=%s settles=%s"
                    " budget=[{amount=1000.00 code=all required=true"
                    " title=\"All\"}] natures=[{nature=gift}]"
                    " decision={body=board date=2026-01-02 sha256=minutes}",
                    opens, closes, settles);
}

size_t cast_pledge(const struct cast *cast, char out[static LEAF_BYTES_MAX],
                   struct hash *text_hash, uint64_t number)
{
    int person = (int)(number % (uint64_t)cast->count);

    return cast_say(cast, out, text_hash, BY(person), "pledge.make",
                    "amount=%d.00 campaign=k0 nature=gift on_failure=refund"
                    " party=p%d pledge=g%" PRIu64,
                    10 + (int)(number % 90), person, number);
}
