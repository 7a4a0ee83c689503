CREATE OR REPLACE VIEW report.ladder AS
SELECT c.ledger,
       c.body ->> 'contract' AS contract,
       c.body ->> 'offer' AS offer,
       c.body ->> 'party' AS party,
       CASE WHEN paid.amount > 0 THEN 'paid'
            WHEN called.amount > 0 THEN 'called'
            WHEN signed.idx IS NOT NULL THEN 'signed'
            ELSE 'committed' END AS stage,
       (c.body ->> 'amount')::bigint AS committed,
       CASE WHEN signed.idx IS NULL THEN 0
            ELSE (c.body ->> 'amount')::bigint END AS signed,
       called.amount AS called,
       paid.amount AS paid,
       paid.outstanding,
       c.idx,
       c.ledger_id
FROM report.standing c
LEFT JOIN LATERAL (
    SELECT a.idx FROM report.standing a
    WHERE a.ledger_id = c.ledger_id AND a.kind = 'capital.accept'
      AND a.body ->> 'contract' = c.body ->> 'contract'
) signed ON true
CROSS JOIN LATERAL (
    SELECT coalesce(sum((t.body ->> 'amount')::bigint), 0) AS amount
    FROM report.standing t
    WHERE t.ledger_id = c.ledger_id AND t.kind = 'capital.call'
      AND t.body ->> 'contract' = c.body ->> 'contract'
) called
CROSS JOIN LATERAL (
    SELECT coalesce(sum(p.credit), 0) AS amount,
           coalesce(sum(p.credit - p.debit), 0) AS outstanding
    FROM report.posting p
    WHERE p.ledger_id = c.ledger_id
      AND p.account IN ('bonds', 'titles', 'advances', 'participatory-loans',
                        'loans', 'current-accounts')
      AND p.owner = report.uuid_of(c.body ->> 'contract')
) paid
WHERE c.kind = 'capital.commit';
COMMENT ON VIEW report.ladder IS 'How far each commitment of patient capital has come, in minor units.';
COMMENT ON COLUMN report.ladder.ledger IS 'Name of the ledger.';
COMMENT ON COLUMN report.ladder.contract IS 'Which commitment.';
COMMENT ON COLUMN report.ladder.offer IS 'On the terms of which offer.';
COMMENT ON COLUMN report.ladder.party IS 'By whom.';
COMMENT ON COLUMN report.ladder.stage IS 'The highest rung: committed, signed, called, paid.';
COMMENT ON COLUMN report.ladder.committed IS 'Committed by the investor.';
COMMENT ON COLUMN report.ladder.signed IS 'Signed by the cooperative.';
COMMENT ON COLUMN report.ladder.called IS 'Called in tranches.';
COMMENT ON COLUMN report.ladder.paid IS 'Paid in, all times.';
COMMENT ON COLUMN report.ladder.outstanding IS 'Owed now, principal.';
COMMENT ON COLUMN report.ladder.idx IS 'The entry that committed it.';
COMMENT ON COLUMN report.ladder.ledger_id IS 'To join with the tables.';
