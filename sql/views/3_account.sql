-- The accounts of ledger/accounts.def by their numbers; a test compares.

CREATE OR REPLACE VIEW report.account (number, name, code_2025, code_2026,
                                       side) AS
VALUES
    (1::smallint, 'subscribed-uncalled', '109', '109', 'debit'),
    (2, 'capital-uncalled', '1011', '1011', 'credit'),
    (3, 'capital-unpaid', '1012', '1012', 'credit'),
    (4, 'capital-paid', '1013', '1013', 'credit'),
    (5, 'share-premium', '1041', '1041', 'credit'),
    (6, 'reserve-legal', '1061', '1061', 'credit'),
    (7, 'reserve-statutory', '1063', '1063', 'credit'),
    (8, 'reserve-other', '1068', '1068', 'credit'),
    (9, 'retained-profit', '110', '110', 'credit'),
    (10, 'retained-loss', '119', '119', 'debit'),
    (11, 'bonds', '163', '163', 'credit'),
    (12, 'titles', '1671', '16711', 'credit'),
    (13, 'advances', '1674', '1673', 'credit'),
    (14, 'participatory-loans', '1675', '1682', 'credit'),
    (15, 'loans', '1681', '1681', 'credit'),
    (16, 'current-accounts', '4551', '4551', 'credit'),
    (17, 'called-capital', '4562', '4562', 'debit'),
    (18, 'share-money-held', '4563', '4563', 'credit'),
    (19, 'redemption-payable', '4567', '4567', 'credit'),
    (20, 'pledge-held', '46811', '46811', 'credit'),
    (21, 'refund-payable', '46812', '46812', 'credit'),
    (22, 'overpaid', '46813', '46813', 'credit'),
    (23, 'suspense', '471', '471', 'either'),
    (24, 'books-link', '472', '472', 'either'),
    (25, 'bank', '5121', '5121', 'debit'),
    (26, 'bank-fees', '6278', '6278', 'debit'),
    (27, 'donations', '7582', '7582', 'credit'),
    (28, 'memo-pledges', '801', '801', 'memo'),
    (29, 'memo-subscriptions', '802', '802', 'memo'),
    (30, 'memo-commitments', '803', '803', 'memo'),
    (31, 'memo-called', '804', '804', 'memo'),
    (32, 'memo-contra', '809', '809', 'memo'),
    (33, 'match-receivable', '441', '441', 'debit'),
    (34, 'match-receivable-private', '4671', '4671', 'debit'),
    (35, 'match-held', '46814', '46814', 'credit'),
    (36, 'match-income', '741', '741', 'credit'),
    (37, 'grant-investment', '131', '131', 'credit'),
    (38, 'campaign-fees', '6222', '6222', 'debit'),
    (39, 'fee-payable', '401', '401', 'credit'),
    (40, 'payout-in-transit', '51290', '51290', 'credit');
COMMENT ON VIEW report.account IS 'Accounts of the double entry, with the codes of the French chart.';
COMMENT ON COLUMN report.account.number IS 'As in posting.account.';
COMMENT ON COLUMN report.account.name IS 'Its identity.';
COMMENT ON COLUMN report.account.code_2025 IS 'Code in years that begin up to 2025.';
COMMENT ON COLUMN report.account.code_2026 IS 'Code in years that begin from 2026 on.';
COMMENT ON COLUMN report.account.side IS 'Normal balance: debit, credit, either; memo accounts are off balance.';
