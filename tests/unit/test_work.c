/* Puzzles: who works gets through at once, who waits a little later. */
#include "server/work.h"

#include "server/config.h"
#include "server/limit.h"
#include "server/node.h"
#include "sql/seal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

enum { BITS = 6 };

static struct config config;
static struct node node;
static struct site site;
static struct request request;
static char folder[] = "/tmp/terreau-work.XXXXXX";

static int start(void **state)
{
    struct error error = {0};

    (void)state;
    config_init(&config);
    config.work_bits = BITS;
    (void)snprintf(config.public_url, sizeof config.public_url,
                   "https://node.example");
    assert_non_null(mkdtemp(folder));
    assert_true(seal_key_create(folder, 1, &error));
    assert_true(seal_ring_load(&node.ring, folder, &error));
    node.limits = limits_create();
    node.config = site.config = &config;
    site.node = request.node = &node;
    request.site = &site;
    return 0;
}

static int stop(void **state)
{
    char path[64];

    (void)state;
    limits_free(node.limits);
    seal_ring_free(node.ring);
    (void)snprintf(path, sizeof path, "%s/kek-1.key", folder);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    return 0;
}

/* A form with this puzzle and number; NULL: without. */
static struct form_data form_of(const char *puzzle, const char *number)
{
    struct form_data form = {0};

    if (puzzle != NULL)
        form.fields[form.count++] = (struct form_field){"puzzle", puzzle};
    if (number != NULL)
        form.fields[form.count++] = (struct form_field){"work", number};
    return form;
}

static void new_puzzle(char out[64])
{
    json_auto_t *document = json_object();

    work_add(&request, document, NULL);
    (void)snprintf(out, 64, "%s",
                   json_string_value(json_object_get(
                       json_object_get(document, "work"), "puzzle")));
}

static void solve(char out[16], const char *puzzle, bool good)
{
    for (int number = 0;; number++) {
        (void)snprintf(out, 16, "%d", number);
        if (work_is_done(puzzle, out, BITS) == good)
            return;
    }
}

/* 0: it gets through; else how long to wait. */
static int send_form(const char *puzzle, const char *number)
{
    struct form_data form = form_of(puzzle, number);
    struct reply reply = {0};
    struct error error = {0};

    if (work_check(&request, &reply, &form, &error))
        return 0;
    assert_int_equal(error.code, ERROR_MANY);
    return (int)strtol(reply_header_value(&reply, "Retry-After"), NULL, 10);
}

static void who_worked_gets_through_once(void **state)
{
    char puzzle[64], number[16];

    (void)state;
    new_puzzle(puzzle);
    solve(number, puzzle, false);
    assert_int_equal(send_form(puzzle, number), WORK_WAIT_SECONDS);
    solve(number, puzzle, true);
    assert_int_equal(send_form(puzzle, number), 0);
    assert_int_not_equal(send_form(puzzle, number), 0);
}

static void who_waits_a_minute_gets_through_once(void **state)
{
    char puzzle[64];

    (void)state;
    new_puzzle(puzzle);
    assert_int_equal(send_form(puzzle, NULL), WORK_WAIT_SECONDS);
    atomic_store(&node.clock_offset_ms, 59 * 1000);
    assert_in_range(send_form(puzzle, NULL), 1, 2);
    atomic_store(&node.clock_offset_ms, 61 * 1000);
    assert_int_equal(send_form(puzzle, ""), 0);
    assert_int_not_equal(send_form(puzzle, NULL), 0);
    atomic_store(&node.clock_offset_ms, 0);
}

static void those_who_wait_are_limited_in_all(void **state)
{
    char puzzle[100][64], number[16];
    int through = 0;

    (void)state;
    for (int i = 0; i < 100; i++)
        new_puzzle(puzzle[i]);
    atomic_store(&node.clock_offset_ms, 61 * 1000);
    for (int i = 0; i < 99; i++)
        through += send_form(puzzle[i], NULL) == 0;
    assert_in_range(through, 55, 65);
    solve(number, puzzle[99], true);
    assert_int_equal(send_form(puzzle[99], number), 0);
    atomic_store(&node.clock_offset_ms, 0);
}

static void an_old_or_foreign_puzzle_is_none(void **state)
{
    char puzzle[64], number[16];

    (void)state;
    new_puzzle(puzzle);
    solve(number, puzzle, true);
    atomic_store(&node.clock_offset_ms, (WORK_VALID_SECONDS + 2) * 1000);
    assert_int_equal(send_form(puzzle, number), WORK_WAIT_SECONDS);
    atomic_store(&node.clock_offset_ms, -5000);
    assert_int_equal(send_form(puzzle, number), WORK_WAIT_SECONDS);
    atomic_store(&node.clock_offset_ms, 0);
    puzzle[3] = puzzle[3] == 'A' ? 'B' : 'A'; /* Its time, or its salt. */
    solve(number, puzzle, true);
    assert_int_equal(send_form(puzzle, number), WORK_WAIT_SECONDS);
    assert_int_equal(send_form(NULL, NULL), WORK_WAIT_SECONDS);
    assert_int_equal(send_form("", "0"), WORK_WAIT_SECONDS);
}

static void a_number_is_digits(void **state)
{
    (void)state;
    assert_true(work_is_done("x", "0", 0));
    assert_false(work_is_done("x", "", 0));
    assert_false(work_is_done("x", "1e3", 0));
    assert_false(work_is_done("x", "-1", 0));
    assert_false(work_is_done("x", "1234567890123", 0));
    assert_false(work_is_done("x", "0", 257));
}

static void it_is_off_unless_asked_for(void **state)
{
    json_auto_t *document = json_object();

    (void)state;
    config.work_bits = 0;
    assert_int_equal(send_form(NULL, NULL), 0);
    work_add(&request, document, NULL);
    assert_int_equal(json_object_size(document), 0);
    config.work_bits = BITS;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_worked_gets_through_once),
        cmocka_unit_test(who_waits_a_minute_gets_through_once),
        cmocka_unit_test(an_old_or_foreign_puzzle_is_none),
        cmocka_unit_test(a_number_is_digits),
        cmocka_unit_test(it_is_off_unless_asked_for),
        cmocka_unit_test(those_who_wait_are_limited_in_all),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, start, stop);
}
