/* Receipts of a log whose keys and witnesses change over the years. */
#include "admin-cli/command.h"
#include "tests/audit/desk.h"

static const uint8_t first[] = {1, 0}, both[] = {1, 2, 0}, second[] = {2, 0};
static const uint64_t wanted[] = {1, 7, 200, 259, 0};
static const uint64_t cosigned[] = {1700000000, 1700000001, 0};

/* A copy of the receipt that a log of this size and these keys gives. */
static struct text taken(const char *name)
{
    static char bytes[4][RECEIPT_BYTES_MAX];
    static size_t next;
    char path[200], *to = bytes[next++ % 4];
    FILE *file;
    size_t size;

    (void)snprintf(path, sizeof path, "%s/receipt/%s", log_dir, name);
    file = fopen(path, "re");
    assert_non_null(file);
    size = fread(to, 1, RECEIPT_BYTES_MAX, file);
    (void)fclose(file);
    return (struct text){to, (uint32_t)size};
}

static bool proves(struct text bytes, const uint8_t *keys, uint64_t witnesses,
                   unsigned needed, struct error *error)
{
    char text[4096];
    const size_t size = grow_policy(text, sizeof text, keys, witnesses, needed);
    struct policy policy;
    struct receipt receipt;
    struct checkpoint checkpoint;

    assert_true(policy_read(&policy, text, size, error));
    return receipt_read(&receipt, bytes.bytes, bytes.size, error) &&
           receipt_verify_policy(&receipt, &policy, &checkpoint, error);
}

#define PROVES(...) TAKEN(proves(__VA_ARGS__, &error))

TEST(a_receipt_of_any_size_is_good_for_ever)
{
    static const uint64_t sizes[] = {260, 300, 512, 777};
    static const char *const names[] = {"1", "7", "200", "259"};

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        clear();
        GROWN(plan.size = sizes[i]; plan.receipts = wanted);
        for (size_t j = 0; j < 4; j++)
            PROVES(taken(names[j]), first, 0, 0);
    }
}

TEST(a_receipt_outlives_the_key_of_the_log)
{
    struct text old, between, new;

    clear();
    GROWN(plan.size = 260; plan.receipts = wanted);
    old = taken("200");
    GROWN(plan.size = 270; plan.receipts = wanted; plan.log_keys = both);
    between = taken("200");
    GROWN(plan.size = 280; plan.receipts = wanted; plan.log_keys = second);
    new = taken("200");
    /* Given the policy of its year. */
    PROVES(old, first, 0, 0);
    PROVES(between, first, 0, 0);
    PROVES(between, second, 0, 0);
    PROVES(new, second, 0, 0);
    /* A policy may name both keys. */
    PROVES(old, both, 0, 0);
    PROVES(between, both, 0, 0);
    PROVES(new, both, 0, 0);
    REFUSED(proves(old, second, 0, 0, &error), ERROR_SIGNATURE);
    REFUSED(proves(new, first, 0, 0, &error), ERROR_SIGNATURE);
}

TEST(a_receipt_needs_the_quorum_of_its_policy)
{
    clear();
    GROWN(plan.size = 260; plan.receipts = wanted; plan.stamps = cosigned);
    PROVES(taken("7"), first, 2, 2);
    PROVES(taken("7"), first, 3, 2);
    REFUSED(proves(taken("7"), first, 3, 3, &error), ERROR_PROOF);
    /* Witnesses that a policy does not know are passed over. */
    PROVES(taken("7"), first, 0, 0);
}

TEST(every_byte_of_a_receipt_is_watched)
{
    struct text receipt;
    struct error why = {0};
    char *bytes;

    clear();
    GROWN(plan.size = 260; plan.receipts = wanted; plan.stamps = cosigned);
    receipt = taken("200");
    bytes = (char *)(uintptr_t)receipt.bytes;
    for (uint32_t at = 0; at < receipt.size; at++)
        for (int bit = 0; bit < 8; bit += 7) {
            bytes[at] = (char)(bytes[at] ^ 1 << bit);
            why = (struct error){0};
            if (proves(receipt, first, 2, 2, &why)) {
                print_error("byte %u may be changed\n", at);
                _fail(__FILE__, __LINE__);
            }
            bytes[at] = (char)(bytes[at] ^ 1 << bit);
        }
    PROVES(receipt, first, 2, 2);
    for (uint32_t size = 0; size < receipt.size; size++) {
        const struct text part = {bytes, size};

        why = (struct error){0};
        assert_false(proves(part, first, 2, 2, &why));
    }
}

/* ---- The command ---- */

static int verified(const char *name, const uint8_t *keys, uint64_t witnesses,
                    unsigned needed)
{
    static struct call call;
    char text[4096], words[5][300], *argv[5];
    struct error error = {0};

    text[grow_policy(text, sizeof text, keys, witnesses, needed)] = '\0';
    (void)snprintf(words[0], sizeof words[0], "receipt");
    (void)snprintf(words[1], sizeof words[1], "verify");
    (void)snprintf(words[2], sizeof words[2], "%s/receipt/%s", log_dir, name);
    (void)snprintf(words[3], sizeof words[3], "--policy=%s",
                   save("policy", text));
    (void)snprintf(words[4], sizeof words[4], "--json");
    for (int i = 0; i < 5; i++)
        argv[i] = words[i];
    call = (struct call){0};
    assert_true(command_parse(&call, 5, argv, &error));
    (void)(call.command->run(&call, &error));
    return command_status(&error);
}

TEST(the_command_takes_any_key_and_the_whole_quorum_of_a_policy)
{
    clear();
    GROWN(plan.size = 260; plan.receipts = wanted; plan.log_keys = second;
          plan.stamps = cosigned);
    assert_int_equal(verified("7", both, 2, 2), 0);
    assert_int_equal(verified("7", second, 2, 1), 0);
    assert_int_equal(verified("7", second, 3, 3), 3);
    assert_int_equal(verified("7", first, 0, 0), 3);
    assert_int_equal(verified("8", second, 2, 1), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_receipt_of_any_size_is_good_for_ever),
        cmocka_unit_test(a_receipt_outlives_the_key_of_the_log),
        cmocka_unit_test(a_receipt_needs_the_quorum_of_its_policy),
        cmocka_unit_test(every_byte_of_a_receipt_is_watched),
        cmocka_unit_test(
            the_command_takes_any_key_and_the_whole_quorum_of_a_policy),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
