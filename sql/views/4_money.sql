CREATE OR REPLACE VIEW report.posting AS
SELECT l.name AS ledger,
       p.idx,
       p.line,
       p.effective,
       coalesce(a.name, p.account::text) AS account,
       p.owner,
       CASE WHEN p.amount > 0 THEN p.amount ELSE 0 END AS debit,
       CASE WHEN p.amount < 0 THEN -p.amount ELSE 0 END AS credit,
       coalesce(a.side = 'memo', false) AS memo,
       p.ledger_id
FROM posting p
JOIN ledger l USING (ledger_id)
LEFT JOIN report.account a ON a.number = p.account;
COMMENT ON VIEW report.posting IS 'The double entry, line by line, in minor units.';
COMMENT ON COLUMN report.posting.ledger IS 'Name of the ledger.';
COMMENT ON COLUMN report.posting.idx IS 'The entry it follows from.';
COMMENT ON COLUMN report.posting.line IS 'Number within the entry, from 0.';
COMMENT ON COLUMN report.posting.effective IS 'The day it counts from.';
COMMENT ON COLUMN report.posting.account IS 'Name of the account.';
COMMENT ON COLUMN report.posting.owner IS 'Whose: report.uuid_of() of an id; NULL if the account has no owners.';
COMMENT ON COLUMN report.posting.debit IS 'Amount, or 0.';
COMMENT ON COLUMN report.posting.credit IS 'Amount, or 0.';
COMMENT ON COLUMN report.posting.memo IS 'Off balance.';
COMMENT ON COLUMN report.posting.ledger_id IS 'To join with the tables.';

CREATE OR REPLACE VIEW report.balance AS
SELECT ledger,
       account,
       owner,
       sum(debit) AS debit,
       sum(credit) AS credit,
       sum(debit) - sum(credit) AS balance,
       memo,
       max(idx) AS last_idx,
       ledger_id
FROM report.posting
GROUP BY ledger_id, ledger, account, owner, memo;
COMMENT ON VIEW report.balance IS 'What each owner has on each account now, in minor units.';
COMMENT ON COLUMN report.balance.ledger IS 'Name of the ledger.';
COMMENT ON COLUMN report.balance.account IS 'Name of the account.';
COMMENT ON COLUMN report.balance.owner IS 'Whose, as in report.posting.';
COMMENT ON COLUMN report.balance.debit IS 'All debits.';
COMMENT ON COLUMN report.balance.credit IS 'All credits.';
COMMENT ON COLUMN report.balance.balance IS 'Debits less credits.';
COMMENT ON COLUMN report.balance.memo IS 'Off balance.';
COMMENT ON COLUMN report.balance.last_idx IS 'The last entry that moved it.';
COMMENT ON COLUMN report.balance.ledger_id IS 'To join with the tables.';

CREATE OR REPLACE VIEW report.trial_balance AS
SELECT b.ledger,
       b.account,
       a.code_2025,
       a.code_2026,
       sum(b.debit) AS debit,
       sum(b.credit) AS credit,
       sum(b.balance) AS balance,
       b.ledger_id
FROM report.balance b
LEFT JOIN report.account a ON a.name = b.account
WHERE NOT b.memo
GROUP BY b.ledger_id, b.ledger, b.account, a.code_2025, a.code_2026;
COMMENT ON VIEW report.trial_balance IS 'One line per account, memo accounts left out; the balances sum to zero.';
COMMENT ON COLUMN report.trial_balance.ledger IS 'Name of the ledger.';
COMMENT ON COLUMN report.trial_balance.account IS 'Name of the account.';
COMMENT ON COLUMN report.trial_balance.code_2025 IS 'Code in years that begin up to 2025.';
COMMENT ON COLUMN report.trial_balance.code_2026 IS 'Code in years that begin from 2026 on.';
COMMENT ON COLUMN report.trial_balance.debit IS 'All debits.';
COMMENT ON COLUMN report.trial_balance.credit IS 'All credits.';
COMMENT ON COLUMN report.trial_balance.balance IS 'Debits less credits.';
COMMENT ON COLUMN report.trial_balance.ledger_id IS 'To join with the tables.';
