/* Batches of payments: prepared, signed, and written as the bank's file. */
#include "admin-cli/act.h"
#include "admin-cli/disclose.h"
#include "admin-cli/file.h"
#include "admin-cli/payout.h"
#include "admin-cli/screen.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct work {
    const struct call *call;
    struct desk desk;
    struct act *act;
    struct payees payees;
    struct payout payout;
    struct payout_terms terms;
    struct id id; /* Of the batch. */
};

static const char *option_or(const struct call *call, const char *name,
                             const char *other)
{
    const char *text = call_option(call, name);

    return text == NULL ? other : text;
}

static bool read_id(struct id *id, const struct call *call, const char *name,
                    const char *letters, struct error *error)
{
    const char *text = option_or(call, name, "");

    if (id_read(id, text, strlen(text)) && strchr(letters, id->letter) != NULL)
        return true;
    return fail(error, ERROR_USAGE, "--%s: '%.40s' is no such id", name, text);
}

/* ---- Saying an entry ---- */

static void give(struct entry *entry, int bit)
{
    entry->present |= UINT64_C(1) << bit;
}

static void start(struct entry *entry, enum entry_kind kind)
{
    *entry = (struct entry){.kind = kind};
    entry->common.kind = (uint16_t)kind;
    randombytes_buf(entry->common.nonce.bytes, sizeof(struct nonce));
    give(entry, BIT_common_kind);
    give(entry, BIT_common_nonce);
}

static bool compose_entry(struct work *work, const struct entry *entry,
                          struct error *error)
{
    char json[JSON_BYTES_MAX];
    const size_t size = entry_write(json, sizeof json, entry);

    return act_from_json(work->act, work->desk.origin, json, size, error);
}

static bool sign_and_send(struct work *work, struct error *error)
{
    return act_sign(work->act, &work->desk, error) &&
           act_send(work->act, &work->desk, error);
}

/* ---- Preparing ---- */

static bool find_bank(struct work *work, const json_t **row,
                      struct answer *answer, struct error *error)
{
    const char *said = call_option(work->call, "account");
    char own[ID_CHARS + 1] = "";
    const json_t *rows;

    if (!client_get_all(&work->desk.client, "~/banks", answer, error))
        return false;
    rows = json_object_get(answer->json, "banks");
    if (!id_is_none(work->payout.account)) {
        id_write(own, work->payout.account);
        said = own;
    }
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const char *id =
            json_string_value(json_object_get(json_array_get(rows, i), "id"));

        *row = json_array_get(rows, i);
        if (id != NULL &&
            (said == NULL ? json_array_size(rows) == 1 : strcmp(id, said) == 0))
            return true;
    }
    answer_close(answer);
    return said == NULL
               ? fail(error, ERROR_USAGE, "say --account: which bank account")
               : fail(error, ERROR_ABSENT, "there is no bank account %.40s",
                      said);
}

static bool compose_prepare(struct work *work, struct error *error)
{
    struct entry entry;
    struct entry_payout_prepare *says = &entry.payout_prepare;
    struct answer answer;
    const json_t *bank;
    const char *id;
    bool done;

    start(&entry, ENTRY_payout_prepare);
    if (!read_id(&says->all_of, work->call, "all-of", "kc", error) ||
        !payout_count_due(&work->desk, says->all_of, &says->count, &says->total,
                          error) ||
        !find_bank(work, &bank, &answer, error))
        return false;
    id = json_string_value(json_object_get(bank, "id"));
    done = id_read(&says->account, id, strlen(id));
    answer_close(&answer);
    if (!done)
        return fail(error, ERROR_REQUEST, "the node shows no bank account");
    says->payout.letter = 'w';
    randombytes_buf(says->payout.bytes, sizeof says->payout.bytes);
    work->id = says->payout;
    give(&entry, BIT_payout_prepare_account);
    give(&entry, BIT_payout_prepare_all_of);
    give(&entry, BIT_payout_prepare_count);
    give(&entry, BIT_payout_prepare_payout);
    give(&entry, BIT_payout_prepare_total);
    return compose_entry(work, &entry, error);
}

/* Where more signatures are needed the file is written once they are there. */
static bool prepare(struct work *work, struct error *error)
{
    char id[ID_CHARS + 1];

    if (!compose_prepare(work, error))
        return false;
    if (!call_has(work->call, SETTING_QUIET))
        act_show(work->act, &work->desk);
    if (!act_check(work->act, &work->desk, error))
        return false;
    if (call_has(work->call, SETTING_DRY_RUN))
        return true;
    if (!call_has(work->call, SETTING_YES) && !screen_confirm("\nSign this?"))
        return fail(error, ERROR_USAGE, "not signed");
    if (!desk_unlock(&work->desk, error))
        return false;
    if (sign_and_send(work, error))
        return true;
    id_write(id, work->id);
    if (error->code == ERROR_UNSIGNED)
        screen_note("Then write the file: terreau bank payout --payout %s"
                    " --to FILE",
                    id);
    return false;
}

/* ---- Payees from the vault ---- */

static bool read_disclosure(struct work *work, int64_t index,
                            struct error *error)
{
    struct answer answer;
    bool done;

    if (!disclose_read(&work->desk, index, &answer, error))
        return false;
    screen_note("Payees read by the disclosure at %" PRId64 ".", index);
    done = payees_from_vault(&work->payees,
                             json_object_get(answer.json, "parties"), error);
    answer_close(&answer);
    return done;
}

/* "41,42" */
static bool read_disclosures(struct work *work, const char *text,
                             struct error *error)
{
    while (true) {
        const size_t size = strcspn(text, ",");
        uint64_t index;

        if (!decimal_read(&index, text, size) || index > INT64_MAX)
            return fail(error, ERROR_USAGE,
                        "--disclosure: say the index of a disclosure.make, or"
                        " several with commas");
        if (!read_disclosure(work, (int64_t)index, error))
            return false;
        if (text[size] == '\0')
            return true;
        text += size + 1;
    }
}

static int compare_ids(const void *a, const void *b)
{
    return memcmp(((const struct id *)a)->bytes, ((const struct id *)b)->bytes,
                  sizeof((const struct id *)a)->bytes);
}

/* Whom the batch pays, each once; NULL: the node does not say of all. */
static struct id *find_parties(const struct payout *payout, size_t *count)
{
    const size_t payments = json_array_size(payout->payments);
    struct id *parties = calloc(payments + 1, sizeof *parties);

    assert(parties != NULL);
    *count = 0;
    for (size_t i = 0; i < payments; i++) {
        const char *party = json_string_value(
            json_object_get(json_array_get(payout->payments, i), "party"));

        if (party == NULL || !id_read(&parties[i], party, strlen(party))) {
            free(parties);
            return NULL;
        }
    }
    qsort(parties, payments, sizeof *parties, compare_ids);
    for (size_t i = 0; i < payments; i++)
        if (i == 0 || !id_equal(parties[*count - 1], parties[i]))
            parties[(*count)++] = parties[i];
    return parties;
}

/* Says in the log whose accounts are read, then reads them. */
static bool disclose_payees(struct work *work, struct error *error)
{
    size_t count;
    struct id *parties = find_parties(&work->payout, &count);
    bool done = parties != NULL ||
                fail(error, ERROR_REQUEST, "the node shows no payees");

    for (size_t i = 0; done && i < count; i += DISCLOSE_TOGETHER) {
        const size_t left = count - i;
        int64_t index;

        done =
            disclose_for_batch(
                &index, work->act, &work->desk, work->id, parties + i,
                left < DISCLOSE_TOGETHER ? left : DISCLOSE_TOGETHER, error) &&
            read_disclosure(work, index, error);
    }
    free(parties);
    return done;
}

/* From the file, from disclosures that are named, or from one made now. */
static bool find_payees(struct work *work, struct error *error)
{
    const char *disclosure = call_option(work->call, "disclosure");

    if (disclosure != NULL)
        return read_disclosures(work, disclosure, error);
    return call_option(work->call, "payees") != NULL ||
           disclose_payees(work, error);
}

/* ---- The file ---- */

static bool read_terms(struct work *work, struct error *error)
{
    struct payout_terms *terms = &work->terms;
    const char *day = call_option(work->call, "execute");
    const char *iban = call_option(work->call, "iban");
    struct answer answer;
    const json_t *bank;
    bool good = true;

    terms->now = (struct instant){(int64_t)time(NULL) * 1000};
    terms->bic = option_or(work->call, "bic", "");
    terms->text = option_or(work->call, "text", work->payout.reference);
    terms->execute = date_plus_days(instant_day(terms->now, ZONE_UTC), 1);
    while (date_weekday(terms->execute) >= 5)
        terms->execute = date_plus_days(terms->execute, 1);
    if (day != NULL && !date_read(&terms->execute, day, strlen(day)))
        return fail(error, ERROR_USAGE, "'%.40s' is no date", day);
    if (!find_bank(work, &bank, &answer, error))
        return false;
    (void)snprintf(terms->name, sizeof terms->name, "%s",
                   json_string_value(json_object_get(bank, "name")));
    if (iban == NULL)
        iban = json_string_value(json_object_get(bank, "iban"));
    if (iban == NULL || !iban_read(terms->iban, iban, strlen(iban)))
        good =
            fail(error, ERROR_USAGE, "the account shows no IBAN: say --iban");
    answer_close(&answer);
    return good;
}

static bool say_file(struct work *work, const char *bytes, size_t size,
                     struct error *error)
{
    struct entry entry;
    struct entry_payout_file *says = &entry.payout_file;

    start(&entry, ENTRY_payout_file);
    says->count = work->payout.count;
    says->payout = work->payout.id;
    says->total = work->payout.total;
    (void)crypto_hash_sha256(says->sha256.bytes, (const uint8_t *)bytes, size);
    give(&entry, BIT_payout_file_count);
    give(&entry, BIT_payout_file_payout);
    give(&entry, BIT_payout_file_sha256);
    give(&entry, BIT_payout_file_total);
    return compose_entry(work, &entry, error) && sign_and_send(work, error);
}

static void say_total(const struct work *work,
                      char out[static AMOUNT_CHARS + 5])
{
    char total[AMOUNT_CHARS];

    amount_write(total, work->payout.total, work->desk.digits);
    (void)snprintf(out, AMOUNT_CHARS + 5, "%s %s", total, work->desk.currency);
}

static bool keep_file(struct work *work, const char *bytes, size_t size,
                      struct error *error)
{
    const char *to = call_option(work->call, "to");
    char total[AMOUNT_CHARS + 5];

    if (!file_write(to, bytes, size, error))
        return false;
    say_total(work, total);
    screen_note("%s: %zu transfers of %s.  Send it to the bank; its next"
                " statement settles the batch.",
                to, (size_t)work->payout.count, total);
    return say_file(work, bytes, size, error);
}

/* A dry run asks the vault for nobody: that would be recorded. */
static bool write_file(struct work *work, struct error *error)
{
    const bool dry = call_has(work->call, SETTING_DRY_RUN);
    const bool by_file = call_option(work->call, "payees") != NULL;
    char total[AMOUNT_CHARS + 5], *bytes = NULL;
    size_t size = 0;
    bool done;

    if (!payout_fetch(&work->payout, &work->desk, work->id, error) ||
        !read_terms(work, error) || (!dry && !find_payees(work, error)))
        return false;
    if ((!dry || by_file) && !payout_write(&work->payout, &work->payees,
                                           &work->terms, &bytes, &size, error))
        return false;
    say_total(work, total);
    if (dry)
        screen_note("%zu transfers of %s would be written.",
                    (size_t)work->payout.count, total);
    done = dry || keep_file(work, bytes, size, error);
    sodium_memzero(bytes, size);
    free(bytes);
    return done;
}

/* All that can be wrong is looked at before anything is signed. */
static bool read_call(struct work *work, struct error *error)
{
    const struct call *call = work->call;
    const char *payees = call_option(call, "payees");
    const char *disclosure = call_option(call, "disclosure");
    const bool fresh = call_option(call, "all-of") != NULL;

    if (fresh == (call_option(call, "payout") != NULL))
        return fail(error, ERROR_USAGE, "say either --all-of or --payout");
    if ((payees != NULL || disclosure != NULL || !fresh) &&
        call_option(call, "to") == NULL)
        return fail(error, ERROR_USAGE, "say --to: where the file goes");
    if (payees != NULL && !payees_read(&work->payees, payees, error))
        return false;
    return fresh || read_id(&work->id, call, "payout", "w", error);
}

static bool run(struct work *work, struct error *error)
{
    const bool fresh = call_option(work->call, "all-of") != NULL;

    if (!read_call(work, error) ||
        !desk_open(&work->desk, &work->call->settings, error))
        return false;
    if (strcmp(work->desk.currency, "EUR") != 0)
        return fail(error, ERROR_RULE,
                    "the bank's file is for euros; the ledger is in %s",
                    work->desk.currency);
    if (fresh && !prepare(work, error))
        return false;
    if (call_option(work->call, "to") == NULL ||
        (fresh && call_has(work->call, SETTING_DRY_RUN)))
        return true;
    if (!fresh && !call_has(work->call, SETTING_DRY_RUN) &&
        !desk_unlock(&work->desk, error))
        return false;
    return write_file(work, error);
}

bool command_bank_payout(const struct call *call, struct error *error)
{
    struct work *work = calloc(1, sizeof *work);
    bool done;

    assert(work != NULL);
    work->call = call;
    work->act = calloc(1, sizeof *work->act);
    assert(work->act != NULL);
    done = run(work, error);
    payout_close(&work->payout);
    payees_close(&work->payees);
    desk_close(&work->desk);
    free(work->act);
    free(work);
    return done;
}
