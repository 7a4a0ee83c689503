/* Audits of logs in folders: what is right, what is wrong, what was seen. */
#include "tests/audit/desk.h"

TEST(a_log_of_any_size_agrees)
{
    static const uint64_t sizes[] = {0, 1, 2, 5, 6, 7, 255, 256, 257, 600};

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        clear();
        GROWN(plan.size = sizes[i]);
        AGREES();
    }
}

TEST(a_second_audit_goes_on_where_the_first_ended)
{
    struct audit_options plain = options();
    struct error why = {0};

    clear();
    GROWN(plan.size = 300);
    AGREES();
    GROWN(plan.size = 310);
    assert_true(audit_run(&audit, &plain, &why));
    assert_int_equal(audit.last->checkpoint.size, 300);
    assert_int_equal(verifier_checked(audit.auditor.verifier), 10);
    audit_close(&audit);
    plain.state_dir = NULL;
    assert_true(audit_run(&audit, &plain, &why));
    assert_int_equal(verifier_checked(audit.auditor.verifier), 317);
    audit_close(&audit);
}

TEST(a_wrong_audit_is_not_remembered)
{
    struct audit_options plain = options();
    struct error why = {0};

    clear();
    GROWN(plan.size = 20; plan.forged = 12);
    DIFFERS("entry 12");
    assert_false(audit_run(&audit, &plain, &why));
    assert_null(audit.last);
    audit_close(&audit);
}

static void both_are_kept(uint64_t before, uint64_t after)
{
    static const char *const names[] = {"seen-before", "shown-now"};
    const uint64_t sizes[] = {before, after};
    char path[SEEN_PATH_BYTES + 20];
    struct audit_options plain = options();
    struct error why = {0};

    assert_false(audit_run(&audit, &plain, &why));
    assert_int_equal(why.code, ERROR_PROOF);
    assert_non_null(strstr(why.text, audit.evidence));
    for (size_t i = 0; i < 2; i++) {
        struct source folder;
        struct note *note = malloc(sizeof *note);
        struct checkpoint checkpoint;
        char *bytes;
        size_t size;

        (void)snprintf(path, sizeof path, "%s", audit.evidence);
        assert_non_null(note);
        assert_true(source_open(&folder, path, NULL, &why));
        assert_true(source_get(&folder, names[i], &bytes, &size, &why));
        assert_true(note_parse(note, bytes, size, &why));
        assert_true(checkpoint_read(&checkpoint, note->text, &why));
        assert_true(policy_check(&audit.trust.policy, note, &checkpoint, &why));
        assert_int_equal(checkpoint.size, sizes[i]);
        free(bytes);
        free(note);
    }
    audit_close(&audit);
}

TEST(a_log_that_was_put_back_is_a_rollback)
{
    clear();
    GROWN(plan.size = 300);
    AGREES();
    GROWN(plan.size = 290);
    DIFFERS("a rollback: 300 entries were signed before, now only 290 are");
    both_are_kept(300, 290);
    AGREES(with.state_dir = NULL);
}

TEST(another_history_of_the_same_size_is_a_fork)
{
    clear();
    GROWN(plan.size = 300);
    AGREES();
    GROWN(plan.size = 300; plan.forked = 200);
    DIFFERS("a fork: another root was signed for 300 entries");
    both_are_kept(300, 300);
}

TEST(a_longer_log_with_another_past_is_a_fork)
{
    static const uint64_t sizes[] = {301, 511, 512, 513, 600};

    clear();
    GROWN(plan.size = 300);
    AGREES();
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        GROWN(plan.size = sizes[i]; plan.forked = 299);
        DIFFERS("is no extension of that of 300");
        both_are_kept(300, sizes[i]);
    }
    GROWN(plan.size = 600; plan.forked = 300);
    AGREES();
}

TEST(a_log_key_is_changed_with_two_signatures)
{
    static const uint8_t both[] = {1, 2, 0}, second[] = {2, 0};
    char policy[4096];

    clear();
    GROWN(plan.size = 20);
    AGREES();
    /* From one day to the next, and known by nobody but the log itself. */
    GROWN(plan.size = 30; plan.log_keys = second);
    DIFFERS("another key than before");
    /* As it should be: signed by both first. */
    GROWN(plan.size = 25; plan.log_keys = both);
    policy[grow_policy(policy, sizeof policy, both, 0, 0)] = '\0';
    AGREES(with.policy = save("policy", policy));
    GROWN(plan.size = 30; plan.log_keys = second);
    AGREES();
    /* The memory under the former key counts still. */
    GROWN(plan.size = 22; plan.log_keys = second);
    DIFFERS("a rollback");
}

TEST(a_quorum_is_of_those_who_cosigned_and_of_late)
{
    static const uint8_t key[] = {1, 0};
    static const uint64_t stamps[] = {1800000000 - 60, 1800000000 - 5000, 0};
    static const uint64_t one[] = {1800000000 - 60, 0};
    char policy[4096];
    char *path;

    clear();
    policy[grow_policy(policy, sizeof policy, key, 2, 2)] = '\0';
    path = save("policy", policy);
    GROWN(plan.size = 20);
    DIFFERS_WITH("not its quorum", with.policy = path);
    GROWN(plan.size = 20; plan.stamps = one);
    DIFFERS_WITH("1 of the policy's 2 witnesses", with.policy = path);
    GROWN(plan.size = 20; plan.stamps = stamps);
    AGREES(with.policy = path);
    AGREES(with.policy = path; with.max_age = 5000);
    DIFFERS_WITH("stale", with.policy = path; with.max_age = 4999);
    policy[grow_policy(policy, sizeof policy, key, 2, 1)] = '\0';
    path = save("policy", policy);
    AGREES(with.policy = path; with.max_age = 60);
    DIFFERS_WITH("stale", with.policy = path; with.max_age = 59);
    GROWN(plan.size = 20);
    {
        struct audit_options with = options();

        with.max_age = 60;
        REFUSED(audited(&with, &error), ERROR_USAGE);
    }
}

TEST(what_is_wrong_is_named_by_the_first_index)
{
    clear();
    GROWN(plan.size = 40; plan.forged = 12);
    DIFFERS("entry 12: a signature is wrong");
    GROWN(plan.size = 40; plan.unlawful = 13);
    DIFFERS("entry 13: ");
    DIFFERS("wrong-state");
    GROWN(plan.size = 40; plan.doubled = 17);
    DIFFERS("entry 17: ");
    GROWN(plan.size = 40; plan.forged = 12; plan.unlawful = 13);
    DIFFERS("entry 12: a signature is wrong");
    GROWN(plan.size = 300; plan.forged = 290; plan.unlawful = 13);
    DIFFERS("entry 13: ");
    GROWN(plan.size = 300; plan.forged = 0);
    DIFFERS("entry 0: a signature is wrong");
}

TEST(an_act_of_the_clerk_that_is_late_is_reported)
{
    struct audit_options plain = options();
    struct error why = {0};

    clear();
    GROWN(plan.size = 20);
    assert_true(audit_run(&audit, &plain, &why));
    assert_int_equal(audit.punctual.late_count, 0);
    audit_close(&audit);
    clear();
    GROWN(plan.size = 20; plan.late = true);
    assert_true(audit_run(&audit, &plain, &why));
    assert_int_equal(audit.punctual.late_count, 1);
    assert_int_equal(audit.punctual.late[0].index, 5);
    assert_int_equal(audit.punctual.late[0].kind, ENTRY_campaign_close);
    assert_int_equal(audit.punctual.late[0].late_ms, 2 * 60 * 60 * 1000);
    audit_close(&audit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_of_any_size_agrees),
        cmocka_unit_test(a_second_audit_goes_on_where_the_first_ended),
        cmocka_unit_test(a_wrong_audit_is_not_remembered),
        cmocka_unit_test(a_log_that_was_put_back_is_a_rollback),
        cmocka_unit_test(another_history_of_the_same_size_is_a_fork),
        cmocka_unit_test(a_longer_log_with_another_past_is_a_fork),
        cmocka_unit_test(a_log_key_is_changed_with_two_signatures),
        cmocka_unit_test(a_quorum_is_of_those_who_cosigned_and_of_late),
        cmocka_unit_test(what_is_wrong_is_named_by_the_first_index),
        cmocka_unit_test(an_act_of_the_clerk_that_is_late_is_reported),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
