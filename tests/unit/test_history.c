/*
 * The past is folded as it was: a published log for each released rules
 * number, with the digest of its fold at several sizes.  Nothing released is
 * ever edited, so these digests never change.
 *
 * tests/history/rules-N/NAME/ is a static log as `terreau export log` writes
 * it; "digests" beside it has lines "size digest".  With HISTORY=print the
 * test prints the digests of every 64th size and the last.
 */
#include "ledger/checkpoint.h"
#include "ledger/leaf.h"
#include "ledger/tree.h"
#include "tests/check.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_CHARS = 1024, BUNDLE_MAX = 256 * (LEAF_BYTES_MAX + 2) };

struct replay {
    struct state *state;
    char origin[ORIGIN_BYTES_MAX + 1];
    struct envelope *envelope;
    struct entry entry;
    struct entry_lists *lists;
    struct outcome *outcome;
};

static bool verify(void *context, size_t i, const struct key *key)
{
    const struct replay *replay = context;

    return note_verify(&replay->envelope->note, i, key);
}

static void fold_leaf(struct replay *replay, const char *leaf, size_t size)
{
    const struct view view = {.state = replay->state};
    struct instant accepted;
    struct text note;
    struct meta meta;

    TAKEN(leaf_read(&accepted, &note, leaf, size, &error));
    TAKEN(envelope_read(replay->envelope, note.bytes, note.size, replay->origin,
                        &error));
    TAKEN(entry_parse(&replay->entry, replay->lists,
                      replay->envelope->json.bytes, replay->envelope->json.size,
                      &error));
    meta = (struct meta){.origin = replay->origin,
                         .index = replay->state->size,
                         .accepted = accepted,
                         .signers = replay->envelope->signers,
                         .signer_count = replay->envelope->signer_count,
                         .verify = verify,
                         .context = replay};
    TAKEN(fold_entry(&view, &replay->entry, &meta, replay->outcome, &error));
    fold_done(replay->state, accepted);
}

/* The digest that the file has for a size; false if it has none. */
static bool expected_digest(const char *folder, int64_t size,
                            char out[static HASH_CHARS + 1])
{
    char path[PATH_CHARS], digest[HASH_CHARS + 1];
    int64_t at;
    FILE *file;
    bool found = false;

    (void)snprintf(path, sizeof path, "%s/digests", folder);
    file = fopen(path, "r");
    assert_non_null(file);
    while (!found && fscanf(file, "%" SCNd64 " %64s", &at, digest) == 2)
        found = at == size;
    (void)fclose(file);
    if (found)
        memcpy(out, digest, sizeof digest);
    return found;
}

static int compare(const struct replay *replay, const char *folder)
{
    struct hash digest = state_digest(replay->state);
    char expected[HASH_CHARS + 1], is[HASH_CHARS + 1];

    hash_write(is, &digest);
    if (getenv("HISTORY") != NULL && replay->state->size % 64 == 0)
        printf("%" PRId64 " %s\n", replay->state->size, is);
    if (!expected_digest(folder, replay->state->size, expected))
        return 0;
    assert_string_equal(is, expected);
    return 1;
}

static FILE *open_bundle(const char *folder, unsigned number)
{
    char path[PATH_CHARS];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/tile/entries/%03u", folder, number);
    file = fopen(path, "r");
    for (unsigned width = 255; file == NULL && width > 0; width--) {
        (void)snprintf(path, sizeof path, "%s/tile/entries/%03u.p/%u", folder,
                       number, width);
        file = fopen(path, "r");
    }
    return file;
}

static void read_origin(struct replay *replay, const char *folder)
{
    char path[PATH_CHARS];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/checkpoint", folder);
    file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(replay->origin, sizeof replay->origin, file));
    (void)fclose(file);
    replay->origin[strcspn(replay->origin, "\n")] = '\0';
}

static int replay_bundle(struct replay *replay, const char *folder,
                         const uint8_t *bytes, size_t size)
{
    int compared = 0;

    while (size > 0) {
        size_t length = (size_t)bytes[0] << 8 | bytes[1];

        assert_true(size >= length + 2);
        fold_leaf(replay, (const char *)bytes + 2, length);
        compared += compare(replay, folder);
        bytes += length + 2;
        size -= length + 2;
    }
    return compared;
}

static void replay_log(const char *folder)
{
    static const uint8_t seed[16] = "history";
    struct replay replay = {.state = state_create(seed)};
    uint8_t *bytes = malloc(BUNDLE_MAX);
    struct hash digest;
    char text[HASH_CHARS + 1];
    int compared = 0;
    FILE *file;

    read_origin(&replay, folder);
    replay.envelope = calloc(1, sizeof *replay.envelope);
    replay.lists = malloc(sizeof *replay.lists);
    replay.outcome = malloc(sizeof *replay.outcome);
    for (unsigned n = 0; (file = open_bundle(folder, n)) != NULL; n++) {
        size_t size = fread(bytes, 1, BUNDLE_MAX, file);

        (void)fclose(file);
        compared += replay_bundle(&replay, folder, bytes, size);
    }
    digest = state_digest(replay.state);
    hash_write(text, &digest);
    if (getenv("HISTORY") != NULL)
        printf("%" PRId64 " %s\n", replay.state->size, text);
    else
        assert_true(compared > 0);
    free(replay.outcome);
    free(replay.lists);
    free(replay.envelope);
    free(bytes);
    state_free(replay.state);
}

TEST(every_released_rules_number_folds_its_past_as_it_did)
{
    char path[256], folder[600];

    for (int rules = 1; rules <= RULES_KNOWN; rules++) {
        struct dirent *item;
        DIR *directory;
        int logs = 0;

        (void)snprintf(path, sizeof path, "tests/history/rules-%d", rules);
        directory = opendir(path);
        assert_non_null(directory);
        while ((item = readdir(directory)) != NULL) {
            if (item->d_name[0] == '.')
                continue;
            (void)snprintf(folder, sizeof folder, "%s/%s", path, item->d_name);
            replay_log(folder);
            logs++;
        }
        (void)closedir(directory);
        assert_true(logs > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_released_rules_number_folds_its_past_as_it_did),
    };

    ledger_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
