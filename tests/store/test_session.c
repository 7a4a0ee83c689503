/* Links sign in once, in one browser, for a while; sessions end. */
#include "tests/store/fixture.h"

#include "server/node.h"
#include "server/session.h"
#include "sql/seal.h"
#include "sql/store_session.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

enum { MINUTES = 15, TRIES = 5, IDLE = 30, MOST = 720 };

static struct db db;

static int start(void **state)
{
    (void)state;
    assert_true(sodium_init() >= 0);
    GOOD(db_open(&db, "", &error));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    db_close(&db);
    return 0;
}

static void run_sql(const char *sql)
{
    DB_RESULT(none);

    GOOD(db_query(&db, sql, NO_PARAMS, &none, &error));
}

static int empty(void **state)
{
    (void)state;
    run_sql("DELETE FROM sign_in");
    run_sql("DELETE FROM session");
    return 0;
}

static struct hash hash_of(const char *what, int number)
{
    struct hash hash = {0};

    (void)snprintf((char *)hash.bytes, sizeof hash.bytes, "%s %d", what,
                   number);
    return hash;
}

/* Link number i, of browser number b, with code number i. */
static void send_link(int i, int b)
{
    struct store_sign_in row = {.token = hash_of("token", i),
                                .browser = hash_of("browser", b),
                                .code = hash_of("code", i),
                                .box = {"sealed", 6}};

    GOOD(store_sign_in_insert(&db, &row, MINUTES, &error));
}

static bool count_link(void *context, const struct store_sign_in *row,
                       struct error *error)
{
    int *count = context;

    (void)error;
    assert_true(text_is(row->box, "sealed"));
    ++*count;
    return true;
}

static bool use_by(struct db *by, int i, int b)
{
    struct hash token = hash_of("token", i), browser = hash_of("browser", b);
    struct error error = {0};
    int count = 0;
    bool used =
        store_sign_in_use(by, &token, &browser, count_link, &count, &error);

    assert_int_equal(count, used);
    if (!used)
        assert_int_equal(error.code, ERROR_ABSENT);
    return used;
}

static bool guess(int b, int code)
{
    struct hash browser = hash_of("browser", b), hash = hash_of("code", code);
    struct error error = {0};
    int count = 0;
    bool good = store_sign_in_guess(&db, &browser, &hash, TRIES, count_link,
                                    &count, &error);

    assert_int_equal(count, good);
    return good;
}

static void a_link_works_once(void **state)
{
    (void)state;
    send_link(1, 1);
    assert_true(use_by(&db, 1, 1));
    assert_false(use_by(&db, 1, 1));
}

static void a_link_works_in_its_browser_only(void **state)
{
    bool own = true;
    struct hash token = hash_of("token", 1), browser = hash_of("browser", 2);

    (void)state;
    send_link(1, 1);
    assert_false(use_by(&db, 1, 2));
    GOOD(store_sign_in_find(&db, &token, &browser, &own, &error));
    assert_false(own);
    browser = hash_of("browser", 1);
    GOOD(store_sign_in_find(&db, &token, &browser, &own, &error));
    assert_true(own);
    assert_true(use_by(&db, 1, 1));
    REFUSED(ERROR_ABSENT,
            store_sign_in_find(&db, &token, &browser, &own, &error));
}

static void a_link_ends_after_its_minutes(void **state)
{
    (void)state;
    send_link(1, 1);
    run_sql("UPDATE sign_in SET expires_at = now()");
    assert_false(use_by(&db, 1, 1));
    assert_false(guess(1, 1));
    GOOD(store_session_purge(&db, IDLE, MOST, &error));
    assert_int_equal(number_of(&db, "SELECT count(*) AS n FROM sign_in"), 0);
}

enum { AT_ONCE = 8 };

static pthread_barrier_t line;

static void *use_at_once(void *context)
{
    struct db own;
    int *used = context;

    GOOD(db_open(&own, "", &error));
    (void)pthread_barrier_wait(&line);
    *used = use_by(&own, 1, 1);
    db_close(&own);
    return NULL;
}

static void of_many_at_once_one_signs_in(void **state)
{
    pthread_t threads[AT_ONCE];
    int used[AT_ONCE] = {0}, sum = 0;

    (void)state;
    send_link(1, 1);
    assert_int_equal(pthread_barrier_init(&line, NULL, AT_ONCE), 0);
    for (int i = 0; i < AT_ONCE; i++)
        assert_int_equal(
            pthread_create(&threads[i], NULL, use_at_once, &used[i]), 0);
    for (int i = 0; i < AT_ONCE; i++) {
        (void)pthread_join(threads[i], NULL);
        sum += used[i];
    }
    (void)pthread_barrier_destroy(&line);
    assert_int_equal(sum, 1);
}

static void a_code_signs_in_where_the_link_was_asked_for(void **state)
{
    (void)state;
    send_link(1, 1);
    assert_false(guess(2, 1));
    assert_false(guess(1, 9));
    assert_true(guess(1, 1));
    assert_false(guess(1, 1));
    assert_false(use_by(&db, 1, 1));
}

static void a_few_guesses_are_all(void **state)
{
    (void)state;
    send_link(1, 1);
    for (int i = 0; i < TRIES; i++)
        assert_false(guess(1, 9));
    assert_false(guess(1, 1));
    /* Its own button still works: who has the link needs no code. */
    assert_true(use_by(&db, 1, 1));
}

static void of_two_links_each_has_its_code(void **state)
{
    (void)state;
    send_link(1, 1);
    send_link(2, 1);
    assert_true(guess(1, 2));
    assert_true(guess(1, 1));
}

/* ---- Sessions ---- */

static void begin(int i, int person)
{
    struct store_session row = {.session = hash_of("session", i),
                                .person = hash_of("person", person),
                                .box = {"sealed", 6}};

    GOOD(store_session_insert(&db, &row, &error));
}

static bool count_session(void *context, const struct store_session *row,
                          struct error *error)
{
    int *count = context;

    (void)error;
    assert_true(text_is(row->box, "sealed"));
    ++*count;
    return true;
}

static bool find(int i)
{
    struct hash hash = hash_of("session", i);
    struct error error = {0};
    int count = 0;
    bool found = store_session_find(&db, &hash, IDLE, MOST, count_session,
                                    &count, &error);

    assert_int_equal(count, found);
    return found;
}

static void a_session_is_found_until_it_ends(void **state)
{
    struct hash hash = hash_of("session", 1);

    (void)state;
    begin(1, 1);
    assert_true(find(1));
    assert_false(find(2));
    GOOD(store_session_end(&db, &hash, &error));
    GOOD(store_session_end(&db, &hash, &error));
    assert_false(find(1));
}

static void an_idle_session_ends(void **state)
{
    (void)state;
    begin(1, 1);
    run_sql("UPDATE session SET seen_at = now() - interval '29 minutes'");
    assert_true(find(1)); /* That was a request: idle from now on. */
    run_sql("UPDATE session SET seen_at = seen_at - interval '29 minutes'");
    assert_true(find(1));
    run_sql("UPDATE session SET seen_at = now() - interval '31 minutes'");
    assert_false(find(1));
}

static void no_session_outlives_its_day(void **state)
{
    (void)state;
    begin(1, 1);
    run_sql("UPDATE session SET made_at = now() - interval '721 minutes'");
    assert_false(find(1));
    GOOD(store_session_purge(&db, IDLE, MOST, &error));
    assert_int_equal(number_of(&db, "SELECT count(*) AS n FROM session"), 0);
}

static void all_sessions_of_a_person_end_together(void **state)
{
    struct hash person = hash_of("person", 1);

    (void)state;
    begin(1, 1);
    begin(2, 1);
    begin(3, 2);
    GOOD(store_session_end_person(&db, &person, &error));
    assert_false(find(1) || find(2));
    assert_true(find(3));
}

/* An address has one person, however it is written, under any key. */
static void all_sessions_of_an_address_end_together(void **state)
{
    static struct node node;
    char folder[] = "/tmp/terreau-session.XXXXXX", path[64];
    struct cookie_secret secret;

    (void)state;
    assert_non_null(mkdtemp(folder));
    GOOD(seal_key_create(folder, 1, &error));
    GOOD(seal_ring_load(&node.ring, folder, &error));
    GOOD(session_begin(&node, &db, "zoe@example.org", &secret, &error));
    GOOD(seal_key_create(folder, 2, &error));
    seal_ring_free(node.ring);
    GOOD(seal_ring_load(&node.ring, folder, &error));
    GOOD(session_begin(&node, &db, "Zoe@example.org", &secret, &error));
    GOOD(session_begin(&node, &db, "leo@example.org", &secret, &error));
    GOOD(session_end_all(&node, &db, "ZOE@example.org", &error));
    assert_int_equal(number_of(&db, "SELECT count(*) AS n FROM session"), 1);
    seal_ring_free(node.ring);
    for (int i = 1; i <= 2; i++) {
        (void)snprintf(path, sizeof path, "%s/kek-%d.key", folder, i);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_link_works_once, empty),
        cmocka_unit_test_setup(a_link_works_in_its_browser_only, empty),
        cmocka_unit_test_setup(a_link_ends_after_its_minutes, empty),
        cmocka_unit_test_setup(of_many_at_once_one_signs_in, empty),
        cmocka_unit_test_setup(a_code_signs_in_where_the_link_was_asked_for,
                               empty),
        cmocka_unit_test_setup(a_few_guesses_are_all, empty),
        cmocka_unit_test_setup(of_two_links_each_has_its_code, empty),
        cmocka_unit_test_setup(a_session_is_found_until_it_ends, empty),
        cmocka_unit_test_setup(an_idle_session_ends, empty),
        cmocka_unit_test_setup(no_session_outlives_its_day, empty),
        cmocka_unit_test_setup(all_sessions_of_a_person_end_together, empty),
        cmocka_unit_test_setup(all_sessions_of_an_address_end_together, empty),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
