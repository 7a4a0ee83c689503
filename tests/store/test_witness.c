/* This node as a witness: every answer of C2SP tlog-witness, in its order,
 * and what is in the database by then. */
#include "tests/store/petition.h"

#include <dirent.h>
#include <pthread.h>
#include <unistd.h>

/* ---- Stories ---- */

TEST(a_log_is_followed_from_its_beginning)
{
    struct answer answer;

    forget();
    answer = answer_to(&db, &(struct ask){.size = 5});
    assert_int_equal(answer.status, 200);
    assert_int_equal(kept(ORIGIN)->size, 5);
    ANSWERS(200, .old_size = 5, .size = 5); /* A fresh time, nothing else. */
    ANSWERS(200, .old_size = 5, .size = 8);
    ANSWERS(200, .old_size = 8, .size = 300);
    answer = answer_to(&db, &(struct ask){.old_size = 8, .size = 300});
    assert_int_equal(answer.status, 409);
    assert_int_equal(answer.size, 300);
    answer = answer_to(&db, &(struct ask){.size = 300});
    assert_int_equal(answer.status, 409);
    assert_int_equal(answer.size, 300);
    ANSWERS(409, .old_size = 301, .size = 310);
    ANSWERS(400, .old_size = 301, .size = 300);
    ANSWERS(422, .old_size = 300, .size = 310, .no_proof = true);
    ANSWERS(422, .old_size = 300, .size = 310, .twisted = true);
    ANSWERS(422, .old_size = 300, .size = 310, .more_hashes = 1);
    ANSWERS(422, .old_size = 300, .size = 310, .other_root = true);
    ANSWERS(422, .old_size = 300, .size = 300, .other_root = true);
    ANSWERS(422, .old_size = 300, .size = 300, .more_hashes = 1);
    ANSWERS(200, .old_size = 300, .size = 310);
}

TEST(the_answer_is_a_line_of_its_own_that_is_kept_before)
{
    struct note *note = calloc(1, sizeof *note);
    struct store_witness *seen;
    struct answer answer;
    uint64_t stamp;

    assert_non_null(note);
    forget();
    answer = answer_to(&db, &(struct ask){.size = 9});
    assert_int_equal(answer.status, 200);
    seen = kept(ORIGIN);
    TAKEN(note_parse(note, seen->note, seen->note_size, &error));
    TAKEN(note_opens(note, &witness_key, &stamp, &error));
    assert_int_equal(stamp, (uint64_t)now_ms / 1000);
    assert_int_equal(note->line_count, 2);
    assert_memory_equal(seen->note + seen->note_size - strlen(answer.line),
                        answer.line, strlen(answer.line));
    free(note);
}

TEST(an_empty_log_has_the_empty_root_only)
{
    forget();
    ANSWERS(422, .size = 0, .other_root = true);
    ANSWERS(422, .size = 0, .more_hashes = 1);
    ANSWERS(200, .size = 0);
    assert_int_equal(kept(ORIGIN)->size, 0);
    ANSWERS(200, .size = 0);
    ANSWERS(422, .size = 4, .more_hashes = 1);
    ANSWERS(200, .size = 4);
    ANSWERS(409, .size = 0);
}

TEST(only_logs_that_are_named_and_their_keys_count)
{
    forget();
    ANSWERS(404, .origin = "log.example/unknown", .size = 3);
    ANSWERS(403, .signers = "x", .size = 3); /* Nobody's key. */
    ANSWERS(403, .signers = "o", .size = 3); /* The other log's. */
    ANSWERS(403, .signers = "a!", .size = 3);
    ANSWERS(403, .signers = "a!", .old_size = 4, .size = 3);
    ANSWERS(200, .origin = OTHER, .signers = "o", .size = 3);
    ANSWERS(409, .origin = OTHER, .signers = "o", .size = 4);
    ANSWERS(200, .size = 3);
}

TEST(a_log_with_two_keys_is_signed_by_either_and_never_wrongly)
{
    forget();
    ANSWERS(200, .signers = "a", .size = 3);
    ANSWERS(200, .signers = "ab", .old_size = 3, .size = 4);
    ANSWERS(403, .signers = "ab!", .old_size = 4, .size = 5);
    ANSWERS(403, .signers = "a!b", .old_size = 4, .size = 5);
    ANSWERS(403, .signers = "aa!", .old_size = 4, .size = 5);
    ANSWERS(200, .signers = "xbx", .old_size = 4, .size = 5);
    assert_null(strstr(kept(ORIGIN)->note, "witness.example/else"));
}

TEST(lines_that_nobody_knows_are_passed_over_and_not_kept)
{
    static char after[BODY_MAX];
    char blob[4096], base64[BASE64_CHARS(sizeof blob) + 1];
    size_t used = 0;

    randombytes_buf(blob, sizeof blob);
    base64_write(base64, (const uint8_t *)blob, sizeof blob);
    base64[BASE64_CHARS(sizeof blob)] = '\0';
    for (int i = 0; i < 5; i++)
        used += PUT(after + used, "— witness.example/else%d %s\n", i, base64);
    for (int i = 0; i < 60; i++)
        used += PUT(after + used, "— grease %.12s\n", base64 + i * 4);
    forget();
    ANSWERS(200, .size = 6, .after = after);
    assert_true(kept(ORIGIN)->note_size < 600);
    ANSWERS(200, .old_size = 6, .size = 7, .after = after);
}

TEST(a_proof_of_63_hashes_is_wrong_and_one_of_64_malformed)
{
    forget();
    ANSWERS(200, .size = 6);
    ANSWERS(422, .old_size = 6, .size = 9, .no_proof = true, .more_hashes = 63);
    ANSWERS(400, .old_size = 6, .size = 9, .no_proof = true, .more_hashes = 64);
}

TEST(what_is_malformed_is_400_whatever_else_is_wrong)
{
    static const char *const bodies[] = {
        "",
        "\n",
        "\n\n",
        "old 0",
        "old 0\n",
        "old 0\n\n",
        "old\n\nx\n",
        "old \n\nx\n",
        "old 00\n\nx\n",
        "old -1\n\nx\n",
        "old 1 \n\nx\n",
        "old 9223372036854775808\n\nx\n",
        "Old 0\n\nx\n",
        "old 0\nAA==\n\nx\n",
        "old 0\nnot base64\n\nx\n",
        "old 0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n\nx\n",
        "old 0\n\nlog.example/grove\n1\n\n— a AAAAAAA=\n",
        "old 0\n\nlog.example/grove\n01\n"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— a AAAAAAA=\n",
    };

    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        assert_int_equal(post(&db, bodies[i], strlen(bodies[i])).status, 400);
}

TEST(a_log_that_asks_too_often_waits_and_no_other_does)
{
    struct ask again = {.old_size = 2, .size = 2};
    char *body = malloc(BODY_MAX);
    size_t size = put_body(body, &again);
    int taken = 0;

    forget();
    ANSWERS(200, .size = 2);
    now_ms += 60000;
    while (post(&db, body, size).status == 200)
        taken++;
    assert_in_range(taken, RATE * 10, RATE * 10 + 1);
    assert_int_equal(post(&db, body, size).status, 429);
    size = put_body(body, &(struct ask){.origin = OTHER, .signers = "o"});
    assert_int_equal(post(&db, body, size).status, 200);
    size = put_body(body, &(struct ask){.signers = "a!", .size = 2});
    assert_int_equal(post(&db, body, size).status, 403); /* Costs no turn. */
    size = put_body(body, &again);
    now_ms += 1000 / RATE + 1;
    assert_int_equal(post(&db, body, size).status, 200);
    (void)post(&db, body, size);
    assert_int_equal(post(&db, body, size).status, 429);
    free(body);
}

/* ---- Two at once ---- */

struct racer {
    pthread_barrier_t *start;
    struct ask ask;
    struct db db;
    struct answer answer;
};

static void *race(void *context)
{
    struct racer *racer = context;

    char *body = malloc(BODY_MAX);
    size_t size = put_body(body, &racer->ask);

    (void)pthread_barrier_wait(racer->start);
    racer->answer = post(&racer->db, body, size);
    free(body);
    return NULL;
}

TEST(of_two_at_once_one_wins_and_the_other_learns_the_size)
{
    struct racer racers[2] = {0};
    pthread_barrier_t start;
    uint64_t size = 1;

    forget();
    ANSWERS(200, .size = 1);
    assert_int_equal(pthread_barrier_init(&start, NULL, 2), 0);
    for (size_t i = 0; i < 2; i++)
        TAKEN(db_open(&racers[i].db, "", &error));
    for (int round = 0; round < RACES; round++) {
        pthread_t threads[2];
        size_t winner;

        now_ms += 1000;
        for (size_t i = 0; i < 2; i++) {
            racers[i].start = &start;
            racers[i].ask =
                (struct ask){.old_size = size, .size = size + 1 + i};
            assert_int_equal(
                pthread_create(&threads[i], NULL, race, &racers[i]), 0);
        }
        for (size_t i = 0; i < 2; i++)
            assert_int_equal(pthread_join(threads[i], NULL), 0);
        winner = racers[0].answer.status == 200 ? 0 : 1;
        assert_int_equal(racers[winner].answer.status, 200);
        assert_int_equal(racers[1 - winner].answer.status, 409);
        size = racers[winner].ask.size;
        assert_int_equal(racers[1 - winner].answer.size, size);
        assert_int_equal(kept(ORIGIN)->size, size);
    }
    for (size_t i = 0; i < 2; i++)
        db_close(&racers[i].db);
    (void)pthread_barrier_destroy(&start);
}

/* ---- Evidence ---- */

static size_t evidence(char *out, size_t room)
{
    DIR *dir = opendir(folder);
    const struct dirent *item;
    size_t count = 0;

    assert_non_null(dir);
    while ((item = readdir(dir)) != NULL) {
        char path[400];
        FILE *file;

        if (strncmp(item->d_name, "evidence-", 9) != 0)
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", folder, item->d_name);
        file = fopen(path, "re");
        assert_non_null(file);
        out[fread(out, 1, room - 1, file)] = '\0';
        (void)fclose(file);
        assert_int_equal(unlink(path), 0);
        count++;
    }
    (void)closedir(dir);
    return count;
}

TEST(a_split_view_leaves_both_checkpoints_once)
{
    static char text[BODY_MAX];
    char *body = malloc(BODY_MAX);

    forget();
    (void)evidence(text, sizeof text);
    ANSWERS(200, .size = 20);
    for (int i = 0; i < 3; i++)
        ANSWERS(422, .old_size = 20, .size = 20, .other_root = true);
    assert_int_equal(evidence(text, sizeof text), 1);
    body[put_note(body, &(struct ask){.size = 20})] = '\0';
    assert_non_null(strstr(text, body));
    body[put_note(body, &(struct ask){.size = 20, .other_root = true})] = '\0';
    assert_non_null(strstr(text, body));
    ANSWERS(403, .signers = "a!", .old_size = 20, .size = 20,
            .other_root = true);
    assert_int_equal(evidence(text, sizeof text), 0);
    free(body);
}

/* ---- Before and after ---- */

static void put_log(FILE *file, const char *origin, char letter)
{
    char vkey[VKEY_CHARS_MAX];
    struct key key;

    (void)secret_of(letter, &key);
    vkey_write(vkey, origin, KEY_TYPE_ED25519, &key);
    (void)fprintf(file, "log %s\n", vkey);
}

static int begin(void **state)
{
    char path[300], vkey[VKEY_CHARS_MAX];
    struct key key;
    FILE *file;

    (void)state;
    log_level_set(LOG_ERROR);
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/witness.key", folder);
    TAKEN(keyfile_create(path, &key, &error));
    vkey_write(vkey, "here.example/witness", KEY_TYPE_COSIGNATURE, &key);
    TAKEN(vkey_read(&witness_key, vkey, strlen(vkey), &error));
    (void)snprintf(path, sizeof path, "%s/witness.policy", folder);
    file = fopen(path, "we");
    assert_non_null(file);
    put_log(file, ORIGIN, 'a');
    put_log(file, OTHER, 'o');
    put_log(file, ORIGIN, 'b');
    (void)fprintf(file, "quorum none\n");
    assert_int_equal(fclose(file), 0);
    TAKEN(witness_open(&witness, folder, "here.example/witness", RATE, &error));
    TAKEN(db_open(&db, "", &error));
    grove = calloc(1, sizeof *grove);
    assert_non_null(grove);
    grove_grow(grove, 400);
    return 0;
}

static int end(void **state)
{
    char command[300];

    (void)state;
    free(grove);
    db_close(&db);
    witness_close(&witness);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_is_followed_from_its_beginning),
        cmocka_unit_test(the_answer_is_a_line_of_its_own_that_is_kept_before),
        cmocka_unit_test(an_empty_log_has_the_empty_root_only),
        cmocka_unit_test(only_logs_that_are_named_and_their_keys_count),
        cmocka_unit_test(
            a_log_with_two_keys_is_signed_by_either_and_never_wrongly),
        cmocka_unit_test(lines_that_nobody_knows_are_passed_over_and_not_kept),
        cmocka_unit_test(a_proof_of_63_hashes_is_wrong_and_one_of_64_malformed),
        cmocka_unit_test(what_is_malformed_is_400_whatever_else_is_wrong),
        cmocka_unit_test(a_log_that_asks_too_often_waits_and_no_other_does),
        cmocka_unit_test(of_two_at_once_one_wins_and_the_other_learns_the_size),
        cmocka_unit_test(a_split_view_leaves_both_checkpoints_once),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
