/* What is stored is read back: ledgers, entries, projections, checkpoints. */
#include "tests/store/fixture.h"

static struct db db;
static struct store_append append;
static struct sample sample;

static int start(void **state)
{
    (void)state;
    GOOD(db_open(&db, "", &error));
    GOOD(store_append_open(&append, "", &error));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    store_append_close(&append);
    db_close(&db);
    return 0;
}

/* A log of SAMPLE_MAX entries, still in sample. */
static int32_t filled_ledger(void)
{
    int32_t ledger = fresh_ledger(&db);

    append_now(&append, &sample, ledger, SAMPLE_MAX, 1);
    return ledger;
}

static void a_ledger_is_found_by_its_name(void **state)
{
    struct store_ledger made, found;

    (void)state;
    GOOD(store_ledger_create(&db, "velo-cite", "coop.example/velo", &made,
                             &error));
    GOOD(store_ledger_find(&db, "velo-cite", &found, &error));
    assert_int_equal(found.ledger_id, made.ledger_id);
    assert_string_equal(found.name, "velo-cite");
    assert_string_equal(found.origin, "coop.example/velo");
    assert_in_range(found.opened.ms / 1000, time(NULL) - 5, time(NULL) + 5);
    REFUSED(ERROR_ABSENT, store_ledger_find(&db, "velo", &found, &error));
}

static void names_and_origins_are_used_once(void **state)
{
    struct store_ledger made;

    (void)state;
    GOOD(store_ledger_create(&db, "once", "once.example", &made, &error));
    REFUSED(ERROR_TAKEN,
            store_ledger_create(&db, "once", "twice.example", &made, &error));
    REFUSED(ERROR_TAKEN,
            store_ledger_create(&db, "twice", "once.example", &made, &error));
}

static void bad_names_are_refused(void **state)
{
    static const char *const names[] = {"",
                                        "-a",
                                        "A",
                                        "a b",
                                        "a/b",
                                        "é",
                                        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    char origin[ORIGIN_BYTES_MAX + 2];
    struct store_ledger made;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        REFUSED(ERROR_FIELD, store_ledger_create(&db, names[i], "bad.example",
                                                 &made, &error));
    memset(origin, 'a', sizeof origin);
    origin[sizeof origin - 1] = '\0';
    REFUSED(ERROR_FIELD,
            store_ledger_create(&db, "good", origin, &made, &error));
}

static void ledgers_are_listed_page_by_page(void **state)
{
    struct store_ledger page[2];
    struct store_size sizes[2];
    int32_t after = 0;
    size_t count = 2, total = 0, same = 0;

    (void)state;
    (void)fresh_ledger(&db);
    while (count == 2) {
        GOOD(store_ledger_list(&db, after, page, 2, &count, &error));
        GOOD(store_sizes(&db, after, sizes, 2, &same, &error));
        assert_int_equal(same, count);
        for (size_t i = 0; i < count; i++) {
            assert_true(page[i].ledger_id > after);
            assert_int_equal(sizes[i].ledger_id, page[i].ledger_id);
            after = page[i].ledger_id;
        }
        total += count;
    }
    assert_int_equal(total, number_of(&db, "SELECT count(*) AS n FROM ledger"));
}

static void a_head_says_where_the_log_ends(void **state)
{
    struct store_head head;

    (void)state;
    REFUSED(ERROR_ABSENT, store_head(&db, 999999, &head, &error));
    GOOD(store_head(&db, filled_ledger(), &head, &error));
    assert_int_equal(head.size, SAMPLE_MAX);
    assert_in_range(head.clock.ms / 1000, time(NULL) - 2, time(NULL) + 2);
}

/* What was seen, and when to stop. */
struct seen {
    int64_t next, count, last;
    int64_t stop; /* Refuse this index; -1: none. */
    uint8_t subject[UUID_BYTES];
};

static bool see_entry(void *context, const struct store_entry *entry,
                      struct error *error)
{
    const struct store_entry *put = &sample.entries[entry->idx];
    struct seen *seen = context;

    if (entry->idx == seen->stop)
        return fail(error, ERROR_RULE, "enough");
    assert_int_equal(entry->kind, put->kind);
    assert_true(entry->accepted.ms == put->accepted.ms);
    assert_int_equal(entry->effective.days, put->effective.days);
    assert_true(hash_equal(&entry->text_hash, &put->text_hash));
    assert_true(hash_equal(&entry->leaf_hash, &put->leaf_hash));
    assert_int_equal(entry->leaf.size, put->leaf.size);
    assert_memory_equal(entry->leaf.bytes, put->leaf.bytes, put->leaf.size);
    assert_true(entry->idx >= seen->next);
    seen->next = entry->idx + 1;
    seen->last = entry->idx;
    seen->count++;
    return true;
}

static void a_range_of_entries_is_read_in_order(void **state)
{
    static const int64_t ranges[][2] = {{0, SAMPLE_MAX}, {0, 0},    {0, 1},
                                        {511, 513},      {3, 1024}, {100, 612}};
    int32_t ledger = filled_ledger();

    (void)state;
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        struct seen seen = {.next = ranges[i][0], .stop = -1};

        GOOD(store_entries(&db, ledger, ranges[i][0], ranges[i][1],
                           (struct store_each){&seen, {see_entry}}, &error));
        assert_int_equal(seen.count, ranges[i][1] - ranges[i][0]);
        assert_int_equal(seen.next, ranges[i][1]);
    }
}

static void reading_stops_where_the_reader_wants(void **state)
{
    struct seen seen = {.stop = 5};
    int32_t ledger = filled_ledger();

    (void)state;
    REFUSED(ERROR_RULE,
            store_entries(&db, ledger, 0, SAMPLE_MAX,
                          (struct store_each){&seen, {see_entry}}, &error));
    assert_int_equal(seen.count, 5);
    assert_int_equal(number_of(&db, "SELECT 1 AS n"), 1);
}

static void a_missing_entry_is_named(void **state)
{
    struct seen seen = {.stop = -1};
    struct error why = {0};
    int32_t ledger = filled_ledger();
    int64_t last = 0;
    DB_RESULT(none);

    (void)state;
    GOOD(db_query(&db, "DELETE FROM entry WHERE ledger_id = $1 AND idx = 700",
                  PARAMS(param_int4(ledger)), &none, &error));
    assert_false(store_entries(&db, ledger, 0, SAMPLE_MAX,
                               (struct store_each){&seen, {see_entry}}, &why));
    assert_int_equal(why.code, ERROR_ABSENT);
    assert_string_equal(why.text, "entry 700 is missing");
    assert_int_equal(seen.count, 700);
    GOOD(store_entry_last(&db, ledger, &last, &error));
    assert_int_equal(last, SAMPLE_MAX - 1);
    GOOD(store_entry_last(&db, fresh_ledger(&db), &last, &error));
    assert_int_equal(last, -1);
}

static void entries_are_read_under_the_lock(void **state)
{
    struct seen seen = {.stop = -1};
    int32_t ledger = filled_ledger();

    (void)state;
    (void)lock_now(&append, ledger);
    GOOD(store_entries(&append.db, ledger, 0, SAMPLE_MAX,
                       (struct store_each){&seen, {see_entry}}, &error));
    sample_make(&sample, ledger, SAMPLE_MAX, 3, 2);
    store_write_send(&append, &sample.batch);
    GOOD(store_write_finish(&append, &error));
}

static void entries_are_found_by_text_subject_and_kind(void **state)
{
    int32_t ledger = filled_ledger();
    struct seen seen = {.stop = -1};
    struct store_each each = {&seen, {see_entry}};
    struct hash texts[4] = {
        sample.entries[900].text_hash, sample_hash('t', 77, 1),
        sample.entries[2].text_hash, sample.entries[1199].text_hash};

    (void)state;
    GOOD(store_entries_of_texts(&db, ledger, texts, 4, each, &error));
    assert_int_equal(seen.count, 3);
    assert_int_equal(seen.last, 1199);

    seen = (struct seen){.stop = -1};
    GOOD(store_entries_of_subject(&db, ledger, sample.subjects[3].subject, -1,
                                  10, each, &error));
    assert_int_equal(seen.count, 10);
    assert_int_equal(seen.last, 48);
    GOOD(store_entries_of_subject(&db, ledger, sample.subjects[3].subject, 48,
                                  1000, each, &error));
    assert_int_equal(seen.count, SAMPLE_MAX / 5);

    seen = (struct seen){.stop = -1};
    GOOD(store_entries_of_kind(&db, ledger, 2, 1, 100, each, &error));
    assert_int_equal(seen.count, 100);
    assert_int_equal(seen.last, 301);
}

static void leaf_hashes_and_tiles_are_read(void **state)
{
    static struct hash hashes[SAMPLE_MAX];
    static struct store_tile tile;
    int32_t ledger = filled_ledger();

    (void)state;
    GOOD(store_leaf_hashes(&db, ledger, 100, hashes, 300, &error));
    for (int i = 0; i < 300; i++)
        assert_true(hash_equal(&hashes[i], &sample.entries[100 + i].leaf_hash));
    REFUSED(ERROR_ABSENT,
            store_leaf_hashes(&db, ledger, SAMPLE_MAX - 1, hashes, 2, &error));
    GOOD(store_tile(&db, ledger, 0, 3, &tile, &error));
    assert_memory_equal(tile.hashes, sample.tiles[3].hashes, TILE_BYTES);
    REFUSED(ERROR_ABSENT, store_tile(&db, ledger, 0, 4, &tile, &error));
    REFUSED(ERROR_ABSENT, store_tile(&db, ledger, 1, 0, &tile, &error));
}

static bool see_posting(void *context, const struct store_posting *posting,
                        struct error *error)
{
    const struct store_posting *put =
        &sample.postings[2 * posting->idx + posting->line];
    struct seen *seen = context;

    (void)error;
    assert_true(2 * posting->idx + posting->line == seen->next);
    assert_int_equal(posting->account, put->account);
    assert_int_equal(posting->owned, put->owned);
    assert_memory_equal(posting->owner, put->owner, UUID_BYTES);
    assert_int_equal(posting->effective.days, put->effective.days);
    assert_true(amount_equal(posting->amount, put->amount));
    seen->next++;
    return true;
}

static bool see_subject(void *context, const struct store_subject *subject,
                        struct error *error)
{
    struct seen *seen = context;
    int order = memcmp(subject->subject, seen->subject, UUID_BYTES);

    (void)error;
    assert_true(order > 0 || (order == 0 && subject->idx > seen->last) ||
                seen->count == 0);
    memcpy(seen->subject, subject->subject, UUID_BYTES);
    seen->last = subject->idx;
    seen->count++;
    return true;
}

static bool see_tile(void *context, const struct store_tile *tile,
                     struct error *error)
{
    struct seen *seen = context;

    (void)error;
    assert_int_equal(tile->level, 0);
    assert_int_equal(tile->number, seen->count);
    assert_memory_equal(tile->hashes, sample.tiles[seen->count].hashes,
                        TILE_BYTES);
    seen->count++;
    return true;
}

static void all_projections_are_read_for_fsck(void **state)
{
    struct seen seen = {0};
    struct store_each each = {.context = &seen, .posting = see_posting};
    int32_t ledger = filled_ledger();

    (void)state;
    GOOD(store_postings(&db, ledger, INT64_MIN, INT64_MAX, each, &error));
    assert_int_equal(seen.next, 2 * SAMPLE_MAX);
    seen = (struct seen){.next = 20};
    GOOD(store_postings(&db, ledger, 10, 15, each, &error));
    assert_int_equal(seen.next, 30);
    seen = (struct seen){0};
    each.subject = see_subject;
    GOOD(store_subjects(&db, ledger, each, &error));
    assert_int_equal(seen.count, SAMPLE_MAX);
    seen = (struct seen){0};
    each.tile = see_tile;
    GOOD(store_tiles(&db, ledger, each, &error));
    assert_int_equal(seen.count, SAMPLE_MAX / TILE_HASHES);
}

static struct store_checkpoint checkpoint_of(int64_t size, int salt)
{
    struct store_checkpoint checkpoint = {.size = size,
                                          .root = sample_hash('c', salt, size)};

    checkpoint.note_size =
        (size_t)snprintf(checkpoint.note, sizeof checkpoint.note, "note %lld\n",
                         (long long)size);
    return checkpoint;
}

static void one_size_has_one_root_for_ever(void **state)
{
    struct store_checkpoint found, five = checkpoint_of(5, 1),
                                   nine = checkpoint_of(9, 1),
                                   fork = checkpoint_of(9, 2);
    int32_t ledger = fresh_ledger(&db);

    (void)state;
    REFUSED(ERROR_ABSENT, store_checkpoint_latest(&db, ledger, &found, &error));
    GOOD(store_checkpoint_insert(&db, ledger, &nine, &error));
    GOOD(store_checkpoint_insert(&db, ledger, &five, &error));
    GOOD(store_checkpoint_insert(&db, ledger, &nine, &error));
    REFUSED(ERROR_DOUBT, store_checkpoint_insert(&db, ledger, &fork, &error));
    GOOD(store_checkpoint_latest(&db, ledger, &found, &error));
    assert_int_equal(found.size, 9);
    assert_true(hash_equal(&found.root, &nine.root));
    assert_int_equal(found.note_size, nine.note_size);
    assert_memory_equal(found.note, nine.note, nine.note_size);
    GOOD(store_checkpoint_from(&db, ledger, 0, &found, &error));
    assert_int_equal(found.size, 5);
    GOOD(store_checkpoint_from(&db, ledger, 6, &found, &error));
    assert_int_equal(found.size, 9);
    REFUSED(ERROR_ABSENT,
            store_checkpoint_from(&db, ledger, 10, &found, &error));
}

static bool see_cosignature(void *context, const struct store_cosignature *line,
                            struct error *error)
{
    struct seen *seen = context;

    (void)error;
    assert_int_equal(line->size, 5);
    assert_true(
        text_is(line->witness, seen->count == 0 ? "a.example" : "b.example"));
    assert_int_equal(line->stamp, seen->count == 0 ? 101 : 100);
    assert_true(text_is(line->line, seen->count == 0 ? "two" : "one"));
    seen->count++;
    return true;
}

static void each_witness_speaks_last(void **state)
{
    struct text a = {"a.example", 9}, b = {"b.example", 9}, one = {"one", 3},
                two = {"two", 3};
    const struct store_cosignature lines[] = {
        {5, b, 100, one}, {5, a, 100, one}, {5, a, 101, two},
        {5, a, 101, two}, {6, a, 102, one},
    };
    int32_t ledger = fresh_ledger(&db);
    struct seen seen = {0};

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        GOOD(store_cosignature_insert(&db, ledger, &lines[i], &error));
    GOOD(store_cosignatures(&db, ledger, 5, see_cosignature, &seen, &error));
    assert_int_equal(seen.count, 2);
}

static void two_signers_collide_on_the_epoch(void **state)
{
    int32_t ledger = fresh_ledger(&db);
    int64_t epoch = 9;

    (void)state;
    GOOD(store_signer_highest(&db, ledger, &epoch, &error));
    assert_int_equal(epoch, 0);
    GOOD(store_signer_insert(&db, ledger, 1, "host", &error));
    GOOD(store_signer_insert(&db, ledger, 2, "host", &error));
    REFUSED(ERROR_TAKEN, store_signer_insert(&db, ledger, 2, "x", &error));
    GOOD(store_signer_highest(&db, ledger, &epoch, &error));
    assert_int_equal(epoch, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ledger_is_found_by_its_name),
        cmocka_unit_test(names_and_origins_are_used_once),
        cmocka_unit_test(bad_names_are_refused),
        cmocka_unit_test(ledgers_are_listed_page_by_page),
        cmocka_unit_test(a_head_says_where_the_log_ends),
        cmocka_unit_test(a_range_of_entries_is_read_in_order),
        cmocka_unit_test(reading_stops_where_the_reader_wants),
        cmocka_unit_test(a_missing_entry_is_named),
        cmocka_unit_test(entries_are_read_under_the_lock),
        cmocka_unit_test(entries_are_found_by_text_subject_and_kind),
        cmocka_unit_test(leaf_hashes_and_tiles_are_read),
        cmocka_unit_test(all_projections_are_read_for_fsck),
        cmocka_unit_test(one_size_has_one_root_for_ever),
        cmocka_unit_test(each_witness_speaks_last),
        cmocka_unit_test(two_signers_collide_on_the_epoch),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
