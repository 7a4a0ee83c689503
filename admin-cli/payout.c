#include "admin-cli/payout.h"

#include "admin-cli/pain.h"
#include "admin-cli/screen.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WAITS_MAX = 1200, WAIT_MS = 500 };

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text == NULL ? "" : text;
}

/* The amount of a claim or payment, on top of a sum. */
static bool add_amount(struct amount *sum, const json_t *object,
                       const char *name, struct error *error)
{
    const json_int_t minor = json_integer_value(json_object_get(object, name));

    if (minor < 0 || minor > AMOUNT_MAX ||
        !amount_add(sum, *sum, amount_from_minor(minor)))
        return fail(error, ERROR_REQUEST,
                    "the node shows an amount out of range");
    return true;
}

bool payout_count_due(struct desk *desk, struct id all_of, int64_t *count,
                      struct amount *total, struct error *error)
{
    char path[96], id[ID_CHARS + 1];
    struct answer answer;
    const json_t *claims;
    bool done = true;

    *count = 0;
    *total = amount_from_minor(0);
    id_write(id, all_of);
    (void)snprintf(path, sizeof path, "~/claims?of=%s&limit=500", id);
    if (!client_get_all(&desk->client, path, &answer, error))
        return false;
    claims = json_object_get(answer.json, "claims");
    for (size_t i = 0; i < json_array_size(claims) && done; i++) {
        const json_t *claim = json_array_get(claims, i);

        if (strcmp(text_of(claim, "state"), "paying") == 0)
            continue;
        (*count)++;
        done = add_amount(total, claim, "amount", error);
    }
    answer_close(&answer);
    if (done && *count == 0)
        return fail(error, ERROR_STATE, "nothing is to be paid there");
    return done;
}

static bool read_payout(struct payout *payout, const json_t *json,
                        struct error *error)
{
    const char *account = text_of(json, "account");
    const char *reference = text_of(json, "reference");

    if (!id_read(&payout->account, account, strlen(account)) ||
        !rf_is_good(reference, strlen(reference)))
        return fail(error, ERROR_REQUEST, "the node shows no such batch");
    (void)snprintf(payout->reference, sizeof payout->reference, "%s",
                   reference);
    return true;
}

/* "prepared" sooner or later; all else that is not on its way there fails. */
static bool wait_for(struct payout *payout, struct desk *desk, const char *path,
                     struct error *error)
{
    const struct timespec pause = {0, WAIT_MS * 1000000L};

    for (int i = 0; i < WAITS_MAX; i++) {
        struct answer answer;
        const json_t *json;
        bool ready, going, done;

        if (!client_get_json(&desk->client, path, &answer, error))
            return false;
        json = json_object_get(answer.json, "payout");
        ready = strcmp(text_of(json, "state"), "prepared") == 0;
        going = strcmp(text_of(json, "state"), "preparing") == 0;
        screen_progress(
            "Preparing",
            (size_t)json_integer_value(json_object_get(json, "open_count")),
            (size_t)json_integer_value(json_object_get(json, "count")));
        done = (ready || going) ? read_payout(payout, json, error)
                                : fail(error, ERROR_STATE, "the batch is %.20s",
                                       text_of(json, "state"));
        answer_close(&answer);
        if (ready || !done)
            return done;
        (void)nanosleep(&pause, NULL);
    }
    return fail(error, ERROR_BUSY, "the clerk has not made all payments yet");
}

bool payout_fetch(struct payout *payout, struct desk *desk, struct id id,
                  struct error *error)
{
    char path[96], text[ID_CHARS + 1];
    struct answer answer;
    const json_t *list;
    bool done = true;

    *payout = (struct payout){.id = id, .total = amount_from_minor(0)};
    id_write(text, id);
    (void)snprintf(path, sizeof path, "~/payouts/%s", text);
    if (!wait_for(payout, desk, path, error))
        return false;
    (void)snprintf(path, sizeof path, "~/payments?payout=%s&limit=500", text);
    if (!client_get_all(&desk->client, path, &answer, error))
        return false;
    payout->payments = json_array();
    list = json_object_get(answer.json, "payments");
    for (size_t i = 0; i < json_array_size(list) && done; i++) {
        json_t *payment = json_array_get(list, i);

        if (strcmp(text_of(payment, "state"), "ordered") != 0)
            continue;
        payout->count++;
        done = add_amount(&payout->total, payment, "amount", error) &&
               json_array_append(payout->payments, payment) == 0;
    }
    answer_close(&answer);
    return done;
}

void payout_close(struct payout *payout)
{
    json_decref(payout->payments);
    *payout = (struct payout){0};
}

/* By what is paid, by the payment's own reference, or by who is paid. */
static const struct payee *find_payee(const struct payees *payees,
                                      const json_t *payment)
{
    static const char *const by[] = {"reference", "target", "party"};
    const struct payee *payee = NULL;

    for (size_t i = 0; i < 3 && payee == NULL; i++)
        payee = payees_find(payees, text_of(payment, by[i]));
    return payee;
}

static bool find_all(const struct payout *payout, const struct payees *payees,
                     const char *text, struct pain_payment *payments,
                     struct error *error)
{
    const char *first = "";
    size_t missing = 0;

    for (size_t i = 0; i < json_array_size(payout->payments); i++) {
        const json_t *json = json_array_get(payout->payments, i);
        const struct payee *payee = find_payee(payees, json);

        if (payee == NULL) {
            first = missing++ == 0 ? text_of(json, "target") : first;
            continue;
        }
        payments[i] = (struct pain_payment){
            .id = text_of(json, "reference"),
            .name = payee->name,
            .iban = payee->iban,
            .bic = payee->bic,
            .text = *payee->text != '\0' ? payee->text : text,
            .amount = amount_from_minor(
                json_integer_value(json_object_get(json, "amount"))),
        };
    }
    return missing == 0 ||
           fail(error, ERROR_ABSENT,
                "the payees of %zu payments are missing; the first is that of"
                " %.40s",
                missing, first);
}

bool payout_write(const struct payout *payout, const struct payees *payees,
                  const struct payout_terms *terms, char **bytes, size_t *size,
                  struct error *error)
{
    const size_t count = json_array_size(payout->payments);
    struct pain_payment *payments = calloc(count + 1, sizeof *payments);
    char now[INSTANT_CHARS + 1], id[RF_CHARS_MAX + INSTANT_CHARS + 2];
    size_t used;
    bool done;

    assert(payments != NULL);
    instant_write(now, terms->now);
    /* Another for each file: the reference and the second it is written. */
    used = (size_t)snprintf(id, sizeof id, "%s-", payout->reference);
    for (const char *c = now; *c != '\0'; c++)
        if (*c != '-' && *c != ':')
            id[used++] = *c;
    id[used] = '\0';
    done = find_all(payout, payees, terms->text, payments, error) &&
           pain_write(&(struct pain_order){.id = id,
                                           .batch_id = payout->reference,
                                           .created = terms->now,
                                           .execute = terms->execute,
                                           .name = terms->name,
                                           .iban = terms->iban,
                                           .bic = terms->bic,
                                           .payments = payments,
                                           .count = count},
                      bytes, size, error);
    free(payments);
    if (!done)
        return false;
    if (pain_check(*bytes, *size, count, payout->total, error))
        return true;
    free(*bytes);
    return false;
}
