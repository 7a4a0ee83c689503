/*
 * camt: bank statements of ISO 20022: camt.052, .053 and .054, all versions.
 *
 * Elements are found by local name, whatever the namespace.  Strict about
 * money: a file whose structure is broken is refused whole, with the path of
 * the element in error->text; an entry that is whole but odd stays in, and
 * statement_lines() (statement.h) says why it is not booked.  No network, no
 * DTD, no entities; bounded size, depth and counts.
 *
 * All texts point into one block that camt_close() frees.  White space in
 * them is collapsed.  Absent texts are "", never NULL.
 */
#ifndef ADMIN_CLI_CAMT_H
#define ADMIN_CLI_CAMT_H

#include "ledger/date.h"

enum {
    CAMT_FILE_BYTES_MAX = 10 * 1024 * 1024,
    CAMT_STATEMENTS_MAX = 1000,     /* In one file. */
    CAMT_ENTRIES_MAX = 100000,      /* In one file. */
    CAMT_TRANSACTIONS_MAX = 200000, /* In one file. */
};

enum camt_status { CAMT_BOOKED, CAMT_PENDING, CAMT_INFORMATION };

/* An amount as the bank wrote it, still text: how many decimals a currency
 * has is not the file's to say. */
struct camt_amount {
    const char *number;   /* Digits with at most one point; "": absent. */
    const char *currency; /* Three capitals. */
    bool debit;           /* Out of the account: CdtDbtInd alone says so. */
};

/* One TxDtls. */
struct camt_transaction {
    struct camt_amount amount;     /* Amt, else TxAmt; .debit is the entry's
                                    * where it says none. */
    struct camt_amount instructed; /* InstdAmt: before charges. */
    const char *batch;             /* PmtInfId of the order it was in. */
    const char *end_to_end;        /* "" for NOTPROVIDED. */
    const char *transaction;       /* TxId. */
    const char *bank_reference;
    const char *creditor_reference; /* Structured; several joined by ';'. */
    const char *text;               /* Unstructured; joined by " / ". */
    const char *return_code;        /* AC04 and the like; "": no return. */
    bool returned;                  /* RtrInf is there, with a code or not. */
    const char *counterparty;       /* Name: personal, for the screen only. */
    const char *counterparty_account;
};

struct camt_entry {
    struct camt_amount amount;
    enum camt_status status;
    bool reversal; /* Never flips the sign. */
    bool has_booked, has_valued;
    struct date booked, valued;
    const char *reference;      /* NtryRef. */
    const char *bank_reference; /* AcctSvcrRef. */
    const char *batch;          /* PmtInfId of a batch, for our own payouts. */
    const char *text;           /* AddtlNtryInf. */
    const char *family;         /* BkTxCd as "PMNT/RCDT/ESCT". */
    size_t batch_count;         /* NbOfTxs as stated; 0: not stated. */
    size_t first, count;        /* Its transactions in the file's array. */
};

struct camt_balance {
    struct camt_amount amount;
    struct date date;
    bool there;
};

struct camt_statement {
    const char *id;
    const char *sequence; /* ElctrncSeqNb. */
    const char *account;  /* IBAN, or the bank's own number. */
    const char *currency; /* "" where the file does not say. */
    bool has_period;
    struct date from, to;
    struct camt_balance opening; /* OPBD, else PRCD. */
    struct camt_balance closing; /* CLBD. */
    size_t first, count;         /* Its entries in the file's array. */
};

struct camt_file {
    int message; /* 52, 53 or 54. */
    int version; /* The last two digits of the namespace; 0: not stated. */
    struct camt_statement *statements;
    struct camt_entry *entries;
    struct camt_transaction *transactions;
    size_t statement_count, entry_count, transaction_count;
    char *texts; /* The block the texts are in. */
};

/*
 * Reads a whole file.  On success the caller ends with camt_close().
 * Fails with ERROR_SYNTAX (not XML, or with a DOCTYPE), ERROR_FIELD (an
 * element is missing or malformed; its path and line are named) or
 * ERROR_SIZE; then *file holds nothing.
 */
MUST_USE bool camt_read(struct camt_file *file, const char *bytes, size_t size,
                        struct error *error);
void camt_close(struct camt_file *file);

#endif
