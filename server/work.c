#include "server/work.h"

#include "server/config.h"
#include "server/limit.h"
#include "server/node.h"
#include "sql/seal.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum {
    SALT_BYTES = 16,
    MARK_BYTES = 16,
    PUZZLE_BYTES = 8 + SALT_BYTES + MARK_BYTES,
    PUZZLE_CHARS = 54, /* base64url of these. */
    NUMBER_CHARS = 12,
};

/* When it was made, salt, and a mark that says that it is ours. */
struct puzzle {
    uint8_t bytes[PUZZLE_BYTES];
};

static int64_t now_seconds(const struct request *request)
{
    return node_now(request->node).ms / 1000;
}

static bool is_on(const struct request *request)
{
    return request->site->config->work_bits > 0 && request->node != NULL &&
           request->node->ring != NULL;
}

/* ---- Puzzles ---- */

static bool mark(const struct request *request, const struct puzzle *puzzle,
                 uint8_t out[MARK_BYTES])
{
    struct seal_ring *ring = request->node->ring;
    struct hash mac;

    if (!seal_mac(ring, seal_newest(ring), "work", puzzle->bytes,
                  PUZZLE_BYTES - MARK_BYTES, &mac))
        return false;
    memcpy(out, mac.bytes, MARK_BYTES);
    return true;
}

static int64_t made_seconds(const struct puzzle *puzzle)
{
    uint64_t seconds = 0;

    for (int i = 0; i < 8; i++)
        seconds = seconds << 8 | puzzle->bytes[i];
    return (int64_t)seconds;
}

static void make(const struct request *request, char text[PUZZLE_CHARS + 1])
{
    struct puzzle puzzle;
    uint64_t seconds = (uint64_t)now_seconds(request);

    for (int i = 0; i < 8; i++)
        puzzle.bytes[i] = (uint8_t)(seconds >> (56 - 8 * i));
    randombytes_buf(puzzle.bytes + 8, SALT_BYTES);
    if (!mark(request, &puzzle, puzzle.bytes + PUZZLE_BYTES - MARK_BYTES))
        memset(puzzle.bytes + PUZZLE_BYTES - MARK_BYTES, 0, MARK_BYTES);
    (void)sodium_bin2base64(text, PUZZLE_CHARS + 1, puzzle.bytes,
                            sizeof puzzle.bytes,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* A puzzle of ours that is young enough, and its age. */
static bool read(const struct request *request, const char *text,
                 int64_t *age_seconds)
{
    struct puzzle puzzle;
    uint8_t wanted[MARK_BYTES];
    size_t size = 0;

    if (text == NULL || strlen(text) != PUZZLE_CHARS ||
        sodium_base642bin(puzzle.bytes, sizeof puzzle.bytes, text, PUZZLE_CHARS,
                          NULL, &size, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        size != sizeof puzzle.bytes || !mark(request, &puzzle, wanted) ||
        sodium_memcmp(wanted, puzzle.bytes + PUZZLE_BYTES - MARK_BYTES,
                      MARK_BYTES) != 0)
        return false;
    *age_seconds = now_seconds(request) - made_seconds(&puzzle);
    return *age_seconds >= 0 && *age_seconds <= WORK_VALID_SECONDS;
}

void work_add(const struct request *request, json_t *document,
              const struct form_data *form)
{
    const char *sent = form == NULL ? NULL : form_value(form, "puzzle");
    char text[PUZZLE_CHARS + 1];
    int64_t age;

    if (!is_on(request))
        return;
    if (!read(request, sent, &age) ||
        !limit_is_free(request, LIMIT_PUZZLE, sent)) {
        make(request, text);
        sent = text;
    }
    (void)json_object_set_new(
        document, "work",
        json_pack("{s:s, s:I}", "puzzle", sent, "bits",
                  (json_int_t)request->site->config->work_bits));
}

/* ---- Judging ---- */

bool work_is_done(const char *puzzle, const char *number, int bits)
{
    uint8_t hash[crypto_hash_sha256_BYTES];
    char text[PUZZLE_CHARS + NUMBER_CHARS + 2];
    size_t digits = strlen(number);

    if (digits == 0 || digits > NUMBER_CHARS ||
        strspn(number, "0123456789") != digits ||
        strlen(puzzle) > PUZZLE_CHARS || bits > 8 * (int)sizeof hash)
        return false;
    (void)snprintf(text, sizeof text, "%s %s", puzzle, number);
    (void)crypto_hash_sha256(hash, (const uint8_t *)text, strlen(text));
    for (int i = 0; i < bits; i++)
        if ((hash[i / 8] >> (7 - i % 8) & 1) != 0)
            return false;
    return true;
}

static bool wait_for(struct reply *reply, int64_t seconds, struct error *error)
{
    reply_header(reply, "Retry-After", "%lld", (long long)seconds);
    return fail(error, ERROR_MANY, "wait %lld seconds, then send it again",
                (long long)seconds);
}

bool work_check(const struct request *request, struct reply *reply,
                const struct form_data *form, struct error *error)
{
    const char *puzzle = form_value(form, "puzzle");
    const char *number = form_value(form, "work");
    int64_t age = 0;

    if (!is_on(request))
        return true;
    if (!read(request, puzzle, &age))
        return wait_for(reply, WORK_WAIT_SECONDS, error);
    if (number == NULL ||
        !work_is_done(puzzle, number, (int)request->site->config->work_bits)) {
        if (age < WORK_WAIT_SECONDS)
            return wait_for(reply, WORK_WAIT_SECONDS - age, error);
        if (!limit_take(request, reply, LIMIT_WITHOUT_WORK, "", error))
            return false;
    }
    return limit_take(request, reply, LIMIT_PUZZLE, puzzle, error);
}
