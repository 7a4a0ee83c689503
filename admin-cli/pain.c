#include "admin-cli/pain.h"

#include "admin-cli/sepa.h"
#include "admin-cli/xml.h"
#include "ledger/rf.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EURO_DIGITS = 2, DEPTH_MAX = 16 };
static const int64_t AMOUNT_MOST = INT64_C(99999999999);

/* ---- The writer: elements and escaped texts ---- */

struct writer {
    FILE *out;
    const char *open[DEPTH_MAX];
    size_t depth;
};

static void indent(struct writer *writer)
{
    (void)fprintf(writer->out, "%*s", (int)(2 * writer->depth), "");
}

static void start(struct writer *writer, const char *name)
{
    assert(writer->depth < DEPTH_MAX);
    indent(writer);
    (void)fprintf(writer->out, "<%s>\n", name);
    writer->open[writer->depth++] = name;
}

static void end(struct writer *writer)
{
    const char *name;

    assert(writer->depth > 0);
    name = writer->open[--writer->depth];
    indent(writer);
    (void)fprintf(writer->out, "</%s>\n", name);
}

static void escape(FILE *out, const char *text)
{
    for (; *text != '\0'; text++)
        switch (*text) {
        case '&':
            (void)fputs("&amp;", out);
            break;
        case '<':
            (void)fputs("&lt;", out);
            break;
        case '>':
            (void)fputs("&gt;", out);
            break;
        case '\'':
            (void)fputs("&apos;", out);
            break;
        case '"':
            (void)fputs("&quot;", out);
            break;
        default:
            (void)fputc(*text, out);
        }
}

static void text(struct writer *writer, const char *name, const char *value)
{
    indent(writer);
    (void)fprintf(writer->out, "<%s>", name);
    escape(writer->out, value);
    (void)fprintf(writer->out, "</%s>\n", name);
}

/* At most most characters, as banks spell them. */
static void sepa(struct writer *writer, const char *name, const char *value,
                 size_t most)
{
    char spelt[SEPA_TEXT_CHARS + 1];

    assert(most <= SEPA_TEXT_CHARS);
    (void)sepa_text(spelt, most + 1, value);
    text(writer, name, spelt);
}

static void number(struct writer *writer, const char *name, size_t value)
{
    char digits[24];

    (void)snprintf(digits, sizeof digits, "%zu", value);
    text(writer, name, digits);
}

static void money(struct writer *writer, const char *name, struct amount value)
{
    char digits[AMOUNT_CHARS];

    amount_write(digits, value, EURO_DIGITS);
    text(writer, name, digits);
}

static void party(struct writer *writer, const char *element, const char *name)
{
    start(writer, element);
    sepa(writer, "Nm", name, SEPA_NAME_CHARS);
    end(writer);
}

static void account(struct writer *writer, const char *element,
                    const char *iban)
{
    start(writer, element);
    start(writer, "Id");
    text(writer, "IBAN", iban);
    end(writer);
    end(writer);
}

/* The bank of the payer must be named, if only as not provided. */
static void agent(struct writer *writer, const char *element, const char *bic)
{
    start(writer, element);
    start(writer, "FinInstnId");
    if (*bic != '\0') {
        text(writer, "BICFI", bic);
    } else {
        start(writer, "Othr");
        text(writer, "Id", "NOTPROVIDED");
        end(writer);
    }
    end(writer);
    end(writer);
}

/* ---- The message, in the order of its schema ---- */

static void write_header(struct writer *writer, const struct pain_order *order,
                         struct amount total)
{
    char created[INSTANT_CHARS + 1];

    instant_write(created, order->created);
    start(writer, "GrpHdr");
    text(writer, "MsgId", order->id);
    text(writer, "CreDtTm", created);
    number(writer, "NbOfTxs", order->count);
    money(writer, "CtrlSum", total);
    party(writer, "InitgPty", order->name);
    end(writer);
}

static void write_payment(struct writer *writer,
                          const struct pain_payment *payment)
{
    char amount[AMOUNT_CHARS];

    amount_write(amount, payment->amount, EURO_DIGITS);
    start(writer, "CdtTrfTxInf");
    start(writer, "PmtId");
    text(writer, "EndToEndId", payment->id);
    end(writer);
    start(writer, "Amt");
    indent(writer);
    (void)fprintf(writer->out, "<InstdAmt Ccy=\"EUR\">%s</InstdAmt>\n", amount);
    end(writer);
    if (*payment->bic != '\0')
        agent(writer, "CdtrAgt", payment->bic);
    party(writer, "Cdtr", payment->name);
    account(writer, "CdtrAcct", payment->iban);
    if (*payment->text != '\0') {
        start(writer, "RmtInf");
        sepa(writer, "Ustrd", payment->text, SEPA_TEXT_CHARS);
        end(writer);
    }
    end(writer);
}

static void write_batch(struct writer *writer, const struct pain_order *order,
                        struct amount total)
{
    char day[DATE_CHARS + 1];

    date_write(day, order->execute);
    start(writer, "PmtInf");
    text(writer, "PmtInfId", order->batch_id);
    text(writer, "PmtMtd", "TRF");
    text(writer, "BtchBookg", "true");
    number(writer, "NbOfTxs", order->count);
    money(writer, "CtrlSum", total);
    start(writer, "PmtTpInf");
    start(writer, "SvcLvl");
    text(writer, "Cd", "SEPA");
    end(writer);
    end(writer);
    start(writer, "ReqdExctnDt");
    text(writer, "Dt", day);
    end(writer);
    party(writer, "Dbtr", order->name);
    account(writer, "DbtrAcct", order->iban);
    agent(writer, "DbtrAgt", order->bic);
    text(writer, "ChrgBr", "SLEV");
    for (size_t i = 0; i < order->count; i++)
        write_payment(writer, &order->payments[i]);
    end(writer);
}

/* ---- What a bank would refuse ---- */

static bool check_party(const char *name, const char *iban, const char *bic,
                        const char *who, struct error *error)
{
    char spelt[SEPA_NAME_CHARS + 1];

    (void)sepa_text(spelt, sizeof spelt, name);
    if (!sepa_names_somebody(spelt))
        return fail(error, ERROR_FIELD,
                    "%s: the name has no letter that a bank takes", who);
    if (!iban_is_good(iban, strlen(iban)))
        return fail(error, ERROR_FIELD, "%s: the IBAN is wrong", who);
    if (!sepa_reaches(iban))
        return fail(error, ERROR_FIELD,
                    "%s: the IBAN is of a country outside SEPA: order this"
                    " transfer by hand",
                    who);
    if (*bic != '\0' && !bic_is_good(bic))
        return fail(error, ERROR_FIELD, "%s: the BIC is wrong", who);
    return true;
}

static bool check_payment(const struct pain_payment *payment,
                          struct error *error)
{
    int64_t minor = amount_to_minor(payment->amount);

    if (!sepa_is_id(payment->id))
        return fail(error, ERROR_FIELD, "an end-to-end id is none");
    if (minor < 1 || minor > AMOUNT_MOST)
        return fail(error, ERROR_RANGE,
                    "%s: a transfer is of 0.01 to 999999999.99", payment->id);
    return check_party(payment->name, payment->iban, payment->bic, payment->id,
                       error);
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool ids_differ(const struct pain_order *order, struct error *error)
{
    const char **ids = calloc(order->count, sizeof *ids);
    bool differ = true;

    assert(ids != NULL);
    for (size_t i = 0; i < order->count; i++)
        ids[i] = order->payments[i].id;
    qsort(ids, order->count, sizeof *ids, compare_ids);
    for (size_t i = 1; i < order->count && differ; i++)
        if (strcmp(ids[i], ids[i - 1]) == 0)
            differ = fail(error, ERROR_FIELD, "%s is there twice", ids[i]);
    free(ids);
    return differ;
}

static bool check_order(const struct pain_order *order, struct amount *total,
                        struct error *error)
{
    *total = amount_from_minor(0);
    if (order->count == 0 || order->count > PAIN_PAYMENTS_MAX)
        return fail(error, ERROR_RANGE, "a file has 1 to %d transfers",
                    PAIN_PAYMENTS_MAX);
    if (!sepa_is_id(order->id) || !sepa_is_id(order->batch_id))
        return fail(error, ERROR_FIELD, "the id of the file is none");
    if (!check_party(order->name, order->iban, order->bic, "the payer", error))
        return false;
    for (size_t i = 0; i < order->count; i++) {
        if (!check_payment(&order->payments[i], error))
            return false;
        if (!amount_add(total, *total, order->payments[i].amount))
            return fail(error, ERROR_RANGE, "the sum is out of range");
    }
    return ids_differ(order, error);
}

bool pain_write(const struct pain_order *order, char **bytes, size_t *size,
                struct error *error)
{
    struct writer writer = {0};
    struct amount total;

    if (!check_order(order, &total, error))
        return false;
    writer.out = open_memstream(bytes, size);
    assert(writer.out != NULL);
    (void)fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns="
                "\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\">\n",
                writer.out);
    writer.depth = 1;
    writer.open[0] = "Document";
    start(&writer, "CstmrCdtTrfInitn");
    write_header(&writer, order, total);
    write_batch(&writer, order, total);
    end(&writer);
    end(&writer);
    if (fclose(writer.out) != 0)
        abort(); /* No memory. */
    return true;
}

/* ---- Read again ---- */

static bool agrees(struct xml *xml, const xmlNode *node, size_t count,
                   struct amount total, struct error *error)
{
    const char *number_text = xml_text(xml, xml_child(node, "NbOfTxs"));
    const char *sum_text = xml_text(xml, xml_child(node, "CtrlSum"));
    struct amount sum;

    if (strtoull(number_text, NULL, 10) == count &&
        amount_read(&sum, sum_text, strlen(sum_text), EURO_DIGITS) &&
        amount_equal(sum, total))
        return true;
    return fail(error, ERROR_MISMATCH,
                "the file says %.20s and %.24s of itself", number_text,
                sum_text);
}

static bool add_up(struct xml *xml, const xmlNode *batch, size_t *count,
                   struct amount *total, struct error *error)
{
    const xmlNode *node = xml_child(batch, "CdtTrfTxInf");

    *count = 0;
    *total = amount_from_minor(0);
    for (; node != NULL; node = xml_next(node, "CdtTrfTxInf")) {
        const char *digits = xml_text(xml, xml_at(node, "Amt/InstdAmt"));
        struct amount amount;

        if (!amount_read(&amount, digits, strlen(digits), EURO_DIGITS) ||
            !amount_add(total, *total, amount))
            return xml_broken(node, "Amt", "no amount", error);
        (*count)++;
    }
    return true;
}

bool pain_check(const char *bytes, size_t size, size_t count,
                struct amount total, struct error *error)
{
    const xmlNode *message, *batch;
    struct amount sum;
    struct xml xml;
    size_t transfers;
    bool good;

    if (!xml_open(&xml, bytes, size, error))
        return false;
    message = xml_child(xmlDocGetRootElement(xml.tree), "CstmrCdtTrfInitn");
    batch = xml_child(message, "PmtInf");
    good = add_up(&xml, batch, &transfers, &sum, error);
    if (good && (transfers != count || !amount_equal(sum, total)))
        good = fail(error, ERROR_MISMATCH,
                    "the file has %zu transfers, not %zu, or another sum",
                    transfers, count);
    good = good &&
           agrees(&xml, xml_child(message, "GrpHdr"), count, total, error) &&
           agrees(&xml, batch, count, total, error);
    xml_close(&xml);
    return good;
}
