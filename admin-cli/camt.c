#include "admin-cli/camt.h"

#include "admin-cli/xml.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* The three messages and what their statements are called. */
static const struct {
    const char *message, *statement;
    int number;
} messages[] = {
    {"BkToCstmrStmt", "Stmt", 53},
    {"BkToCstmrAcctRpt", "Rpt", 52},
    {"BkToCstmrDbtCdtNtfctn", "Ntfctn", 54},
};

enum { MESSAGE_COUNT = sizeof messages / sizeof messages[0] };

/* Digits with at most one point, as xs:decimal without a sign. */
static bool is_decimal(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    const char *rest = text + digits;

    if (*rest == '.') {
        size_t more = strspn(rest + 1, "0123456789");

        digits += more;
        rest += 1 + more;
    }
    return digits > 0 && strlen(text) <= 40 && *rest == '\0';
}

static bool is_currency(const char *text)
{
    return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3 && text[3] == '\0';
}

/* node: an element with a number and the attribute Ccy. */
static bool read_amount(struct camt_amount *amount, struct xml *xml,
                        const xmlNode *node, struct error *error)
{
    const char *number = xml_text(xml, node);

    if (*number == '+')
        number++;
    if (!is_decimal(number))
        return xml_broken(node, "", "not an amount", error);
    amount->number = number;
    amount->currency = xml_attribute(xml, node, "Ccy");
    if (!is_currency(amount->currency))
        return xml_broken(node, "", "no currency in its attribute Ccy", error);
    return true;
}

/* Does the parent's CdtDbtInd say debit? */
static bool read_sign(bool *debit, struct xml *xml, const xmlNode *parent,
                      struct error *error)
{
    const xmlNode *node = xml_child(parent, "CdtDbtInd");
    const char *word = xml_text(xml, node);

    if (node == NULL)
        return xml_broken(parent, "CdtDbtInd", "missing", error);
    if (strcmp(word, "CRDT") != 0 && strcmp(word, "DBIT") != 0)
        return xml_broken(node, "", "neither CRDT nor DBIT", error);
    *debit = *word == 'D';
    return true;
}

/* The parent's Amt and CdtDbtInd; both must be there. */
static bool read_signed(struct camt_amount *amount, struct xml *xml,
                        const xmlNode *parent, struct error *error)
{
    const xmlNode *node = xml_child(parent, "Amt");

    if (node == NULL)
        return xml_broken(parent, "Amt", "missing", error);
    if (!read_amount(amount, xml, node, error))
        return false;
    return read_sign(&amount->debit, xml, parent, error);
}

/* A day, or the day of an instant in the zone the bank wrote it in. */
static bool read_day(struct date *date, struct xml *xml, const xmlNode *node,
                     struct error *error)
{
    const char *text = xml_text(xml, node);
    const size_t size = strlen(text);

    if (size < DATE_CHARS || size > 40 || !date_read(date, text, DATE_CHARS) ||
        (size > DATE_CHARS && strchr("TZ+-", text[DATE_CHARS]) == NULL))
        return xml_broken(node, "", "not a date", error);
    return true;
}

/* parent/Dt or parent/DtTm; *has tells whether there was one. */
static bool read_when(struct date *date, bool *has, struct xml *xml,
                      const xmlNode *parent, struct error *error)
{
    const xmlNode *node = xml_child(parent, "Dt");

    if (node == NULL)
        node = xml_child(parent, "DtTm");
    *has = node != NULL;
    return node == NULL || read_day(date, xml, node, error);
}

static const char *other_than_notprovided(const char *text)
{
    return strcmp(text, "NOTPROVIDED") == 0 ? "" : text;
}

static const char *party_name(struct xml *xml, const xmlNode *parties,
                              const char *party)
{
    const xmlNode *node = xml_child(parties, party);
    const xmlNode *name = xml_child(node, "Nm");

    return xml_text(xml, name != NULL ? name : xml_at(node, "Pty/Nm"));
}

static const char *account_number(struct xml *xml, const xmlNode *account)
{
    const xmlNode *iban = xml_at(account, "Id/IBAN");

    return xml_text(xml, iban != NULL ? iban : xml_at(account, "Id/Othr/Id"));
}

static void read_parties(struct camt_transaction *out, struct xml *xml,
                         const xmlNode *node)
{
    const xmlNode *parties = xml_child(node, "RltdPties");
    const bool paid = out->amount.debit;

    out->counterparty = party_name(xml, parties, paid ? "Cdtr" : "Dbtr");
    out->counterparty_account =
        account_number(xml, xml_child(parties, paid ? "CdtrAcct" : "DbtrAcct"));
}

static bool read_transaction(struct camt_transaction *out, struct xml *xml,
                             const xmlNode *node, bool entry_debit,
                             struct error *error)
{
    const xmlNode *amount = xml_child(node, "Amt");
    const xmlNode *instructed = xml_at(node, "AmtDtls/InstdAmt/Amt");

    out->amount = (struct camt_amount){"", "", entry_debit};
    out->instructed = out->amount;
    if (amount == NULL)
        amount = xml_at(node, "AmtDtls/TxAmt/Amt");
    if ((amount != NULL && !read_amount(&out->amount, xml, amount, error)) ||
        (instructed != NULL &&
         !read_amount(&out->instructed, xml, instructed, error)))
        return false;
    if (xml_child(node, "CdtDbtInd") != NULL &&
        !read_sign(&out->amount.debit, xml, node, error))
        return false;
    out->instructed.debit = out->amount.debit;
    out->end_to_end =
        other_than_notprovided(xml_text(xml, xml_at(node, "Refs/EndToEndId")));
    out->batch = xml_text(xml, xml_at(node, "Refs/PmtInfId"));
    out->transaction = xml_text(xml, xml_at(node, "Refs/TxId"));
    out->bank_reference = xml_text(xml, xml_at(node, "Refs/AcctSvcrRef"));
    out->creditor_reference =
        xml_join(xml, node, "RmtInf/Strd/CdtrRefInf/Ref", ";");
    out->text = xml_join(xml, node, "RmtInf/Ustrd", " / ");
    out->returned = xml_child(node, "RtrInf") != NULL;
    out->return_code = xml_text(xml, xml_at(node, "RtrInf/Rsn/Cd"));
    read_parties(out, xml, node);
    return true;
}

static bool read_status(enum camt_status *status, struct xml *xml,
                        const xmlNode *entry, struct error *error)
{
    const xmlNode *node = xml_child(entry, "Sts");
    const xmlNode *code = xml_child(node, "Cd");
    const char *word = xml_text(xml, code != NULL ? code : node);

    if (node == NULL)
        return xml_broken(entry, "Sts", "missing", error);
    if (strcmp(word, "BOOK") == 0)
        *status = CAMT_BOOKED;
    else if (strcmp(word, "PDNG") == 0 || strcmp(word, "FUTR") == 0)
        *status = CAMT_PENDING;
    else /* INFO, and banks' own words: never money. */
        *status = CAMT_INFORMATION;
    return true;
}

static const char *read_family(struct xml *xml, const xmlNode *entry)
{
    const xmlNode *domain = xml_at(entry, "BkTxCd/Domn");
    const size_t start = xml->used;

    if (domain == NULL)
        return xml_text(xml, xml_at(entry, "BkTxCd/Prtry/Cd"));
    (void)xml_text(xml, xml_child(domain, "Cd"));
    if (xml->used > start)
        xml->texts[xml->used - 1] = '/';
    (void)xml_text(xml, xml_at(domain, "Fmly/Cd"));
    if (xml->used > start)
        xml->texts[xml->used - 1] = '/';
    (void)xml_text(xml, xml_at(domain, "Fmly/SubFmlyCd"));
    if (xml->used == start)
        return "";
    xml->texts[xml->used - 1] = '\0';
    return xml->texts + start;
}

static bool read_reversal(bool *reversal, struct xml *xml, const xmlNode *entry,
                          struct error *error)
{
    const xmlNode *node = xml_child(entry, "RvslInd");
    const char *word = xml_text(xml, node);

    *reversal = strcmp(word, "true") == 0 || strcmp(word, "1") == 0;
    if (node != NULL && !*reversal && strcmp(word, "false") != 0 &&
        strcmp(word, "0") != 0)
        return xml_broken(node, "", "neither true nor false", error);
    return true;
}

static bool read_batch(struct camt_entry *out, struct xml *xml,
                       const xmlNode *details, struct error *error)
{
    const xmlNode *batch = xml_child(details, "Btch");
    const xmlNode *node = xml_child(batch, "NbOfTxs");
    const char *number = xml_text(xml, node);

    if (batch == NULL)
        return true;
    if (*out->batch == '\0')
        out->batch = xml_text(xml, xml_child(batch, "PmtInfId"));
    if (node == NULL)
        return true;
    if (strlen(number) > 9 || strspn(number, "0123456789") != strlen(number))
        return xml_broken(node, "", "not a number", error);
    out->batch_count += (size_t)strtoul(number, NULL, 10);
    return true;
}

/* Every TxDtls of every NtryDtls; their places were counted before. */
static bool read_details(struct camt_file *file, struct camt_entry *out,
                         struct xml *xml, const xmlNode *entry,
                         struct error *error)
{
    const xmlNode *details = xml_child(entry, "NtryDtls");

    out->first = file->transaction_count;
    for (; details != NULL; details = xml_next(details, "NtryDtls")) {
        const xmlNode *node = xml_child(details, "TxDtls");

        if (!read_batch(out, xml, details, error))
            return false;
        for (; node != NULL; node = xml_next(node, "TxDtls"))
            if (!read_transaction(
                    &file->transactions[file->transaction_count++], xml, node,
                    out->amount.debit, error))
                return false;
    }
    out->count = file->transaction_count - out->first;
    return true;
}

static bool read_entry(struct camt_file *file, struct xml *xml,
                       const xmlNode *node, struct error *error)
{
    struct camt_entry *out = &file->entries[file->entry_count++];

    if (!read_signed(&out->amount, xml, node, error) ||
        !read_status(&out->status, xml, node, error) ||
        !read_reversal(&out->reversal, xml, node, error) ||
        !read_when(&out->booked, &out->has_booked, xml,
                   xml_child(node, "BookgDt"), error) ||
        !read_when(&out->valued, &out->has_valued, xml,
                   xml_child(node, "ValDt"), error))
        return false;
    out->reference = xml_text(xml, xml_child(node, "NtryRef"));
    out->bank_reference = xml_text(xml, xml_child(node, "AcctSvcrRef"));
    out->text = xml_text(xml, xml_child(node, "AddtlNtryInf"));
    out->family = read_family(xml, node);
    out->batch = "";
    return read_details(file, out, xml, node, error);
}

static bool read_balances(struct camt_statement *out, struct xml *xml,
                          const xmlNode *statement, struct error *error)
{
    const xmlNode *node = xml_child(statement, "Bal");

    for (; node != NULL; node = xml_next(node, "Bal")) {
        const char *code = xml_text(xml, xml_at(node, "Tp/CdOrPrtry/Cd"));
        const bool opens = strcmp(code, "OPBD") == 0;
        struct camt_balance balance = {.there = true};
        bool dated;

        if (!read_signed(&balance.amount, xml, node, error) ||
            !read_when(&balance.date, &dated, xml, xml_child(node, "Dt"),
                       error))
            return false;
        if (!dated)
            return xml_broken(node, "Dt", "missing", error);
        if (opens || (strcmp(code, "PRCD") == 0 && !out->opening.there))
            out->opening = balance;
        else if (strcmp(code, "CLBD") == 0 && !out->closing.there)
            out->closing = balance;
    }
    return true;
}

static bool read_period(struct camt_statement *out, struct xml *xml,
                        const xmlNode *period, struct error *error)
{
    const xmlNode *from = xml_child(period, "FrDtTm");
    const xmlNode *to = xml_child(period, "ToDtTm");

    if (from == NULL || to == NULL) {
        from = xml_child(period, "FrDt");
        to = xml_child(period, "ToDt");
    }
    out->has_period = from != NULL && to != NULL;
    if (!out->has_period)
        return true;
    if (!read_day(&out->from, xml, from, error) ||
        !read_day(&out->to, xml, to, error))
        return false;
    if (date_less(out->to, out->from))
        return xml_broken(period, "", "ends before it begins", error);
    return true;
}

static bool read_statement(struct camt_file *file, struct xml *xml,
                           const xmlNode *node, struct error *error)
{
    struct camt_statement *out = &file->statements[file->statement_count++];
    const xmlNode *account = xml_child(node, "Acct");
    const xmlNode *entry = xml_child(node, "Ntry");

    assert(file->statements != NULL && file->entries != NULL);
    out->id = xml_text(xml, xml_child(node, "Id"));
    if (*out->id == '\0')
        return xml_broken(node, "Id", "missing", error);
    out->sequence = xml_text(xml, xml_child(node, "ElctrncSeqNb"));
    out->account = account_number(xml, account);
    if (*out->account == '\0')
        return xml_broken(node, "Acct/Id", "missing", error);
    out->currency = xml_text(xml, xml_child(account, "Ccy"));
    if (*out->currency != '\0' && !is_currency(out->currency))
        return xml_broken(xml_child(account, "Ccy"), "", "not a currency",
                          error);
    if (!read_period(out, xml, xml_child(node, "FrToDt"), error) ||
        !read_balances(out, xml, node, error))
        return false;

    out->first = file->entry_count;
    for (; entry != NULL; entry = xml_next(entry, "Ntry"))
        if (!read_entry(file, xml, entry, error))
            return false;
    out->count = file->entry_count - out->first;
    return true;
}

struct totals {
    size_t statements, entries, transactions;
};

static void count_entries(struct totals *totals, const xmlNode *statement)
{
    const xmlNode *entry = xml_child(statement, "Ntry");

    for (; entry != NULL; entry = xml_next(entry, "Ntry")) {
        const xmlNode *details = xml_child(entry, "NtryDtls");

        totals->entries++;
        for (; details != NULL; details = xml_next(details, "NtryDtls"))
            for (const xmlNode *node = xml_child(details, "TxDtls");
                 node != NULL; node = xml_next(node, "TxDtls"))
                totals->transactions++;
    }
}

/* Makes room for everything, so that nothing moves while it is read. */
static bool make_room(struct camt_file *file, const xmlNode *message,
                      const char *name, struct error *error)
{
    struct totals totals = {0};
    const xmlNode *node = xml_child(message, name);

    if (node == NULL)
        return xml_broken(message, name, "missing", error);
    for (; node != NULL; node = xml_next(node, name)) {
        totals.statements++;
        count_entries(&totals, node);
    }
    if (totals.statements > CAMT_STATEMENTS_MAX ||
        totals.entries > CAMT_ENTRIES_MAX ||
        totals.transactions > CAMT_TRANSACTIONS_MAX)
        return fail(error, ERROR_SIZE,
                    "more than %d statements, %d entries "
                    "or %d details in one file",
                    CAMT_STATEMENTS_MAX, CAMT_ENTRIES_MAX,
                    CAMT_TRANSACTIONS_MAX);
    file->statements = calloc(totals.statements, sizeof *file->statements);
    file->entries = calloc(totals.entries + 1, sizeof *file->entries);
    file->transactions =
        calloc(totals.transactions + 1, sizeof *file->transactions);
    assert(file->statements != NULL && file->entries != NULL &&
           file->transactions != NULL);
    return true;
}

/* The namespace ends in "camt.053.001.02": the version is the last number. */
static int read_version(const xmlNode *root)
{
    const char *name = root->ns == NULL ? NULL : (const char *)root->ns->href;
    const char *point = name == NULL ? NULL : strrchr(name, '.');

    if (point == NULL || strlen(point) > 4)
        return 0;
    return (int)strtol(point + 1, NULL, 10);
}

static bool read_message(struct camt_file *file, struct xml *xml,
                         struct error *error)
{
    const xmlNode *root = xmlDocGetRootElement(xml->tree);
    const xmlNode *message = NULL;
    size_t i = 0;

    for (; i < MESSAGE_COUNT && message == NULL; i++)
        message = xml_child(root, messages[i].message);
    if (!xml_is(root, "Document") || message == NULL)
        return xml_broken(root, "",
                          "not a bank statement (camt.052, camt.053 "
                          "or camt.054)",
                          error);
    file->message = messages[i - 1].number;
    file->version = read_version(root);
    if (!make_room(file, message, messages[i - 1].statement, error))
        return false;
    for (const xmlNode *node = xml_child(message, messages[i - 1].statement);
         node != NULL; node = xml_next(node, messages[i - 1].statement))
        if (!read_statement(file, xml, node, error))
            return false;
    return true;
}

bool camt_read(struct camt_file *file, const char *bytes, size_t size,
               struct error *error)
{
    struct camt_file made = {0};
    struct xml xml;

    if (size > CAMT_FILE_BYTES_MAX)
        return fail(error, ERROR_SIZE, "the file is larger than %d bytes",
                    CAMT_FILE_BYTES_MAX);
    if (size == 0)
        return fail(error, ERROR_SYNTAX, "the file is empty");
    if (!xml_open(&xml, bytes, size, error))
        return false;
    if (!read_message(&made, &xml, error)) {
        xml_close(&xml);
        camt_close(&made);
        return false;
    }
    made.texts = xml_keep_texts(&xml);
    *file = made;
    return true;
}

void camt_close(struct camt_file *file)
{
    free(file->statements);
    free(file->entries);
    free(file->transactions);
    free(file->texts);
    *file = (struct camt_file){0};
}
