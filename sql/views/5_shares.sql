CREATE OR REPLACE VIEW report.movement AS
SELECT i.ledger,
       i.idx,
       i.effective,
       s.body ->> 'party' AS party,
       s.body ->> 'class' AS class,
       (s.body ->> 'quantity')::bigint AS quantity,
       i.kind,
       i.ledger_id
FROM report.standing i
JOIN report.entry s ON s.ledger_id = i.ledger_id
                   AND s.kind = 'share.subscribe'
                   AND s.body ->> 'subscription' = i.body ->> 'subscription'
WHERE i.kind = 'share.issue'
UNION ALL
SELECT a.ledger,
       a.idx,
       a.effective,
       r.body ->> 'party',
       r.body ->> 'class',
       -(a.body ->> 'quantity')::bigint,
       a.kind,
       a.ledger_id
FROM report.standing a
JOIN report.entry r ON r.ledger_id = a.ledger_id
                   AND r.kind = 'redeem.request'
                   AND r.body ->> 'redemption' = a.body ->> 'redemption'
WHERE a.kind = 'redeem.accept';
COMMENT ON VIEW report.movement IS 'Shares issued and redeemed: the register of movements.';
COMMENT ON COLUMN report.movement.ledger IS 'Name of the ledger.';
COMMENT ON COLUMN report.movement.idx IS 'The entry that moved them.';
COMMENT ON COLUMN report.movement.effective IS 'From which day.';
COMMENT ON COLUMN report.movement.party IS 'The holder.';
COMMENT ON COLUMN report.movement.class IS 'The class of shares.';
COMMENT ON COLUMN report.movement.quantity IS 'In above zero, out below.';
COMMENT ON COLUMN report.movement.kind IS 'What moved them.';
COMMENT ON COLUMN report.movement.ledger_id IS 'To join with the tables.';

CREATE OR REPLACE VIEW report.holding AS
SELECT m.ledger,
       m.party,
       m.class,
       c.body ->> 'code' AS class_code,
       sum(m.quantity) AS quantity,
       sum(m.quantity) * (c.body ->> 'nominal')::bigint AS nominal,
       max(m.idx) AS last_idx,
       m.ledger_id
FROM report.movement m
LEFT JOIN report.entry c ON c.ledger_id = m.ledger_id
                        AND c.kind = 'class.adopt'
                        AND c.body ->> 'class' = m.class
GROUP BY m.ledger_id, m.ledger, m.party, m.class, c.body;
COMMENT ON VIEW report.holding IS 'Who holds how many shares now: the register of holders.';
COMMENT ON COLUMN report.holding.ledger IS 'Name of the ledger.';
COMMENT ON COLUMN report.holding.party IS 'The holder.';
COMMENT ON COLUMN report.holding.class IS 'The class of shares.';
COMMENT ON COLUMN report.holding.class_code IS 'Its short code.';
COMMENT ON COLUMN report.holding.quantity IS 'Shares held.';
COMMENT ON COLUMN report.holding.nominal IS 'Their nominal value, in minor units.';
COMMENT ON COLUMN report.holding.last_idx IS 'The last entry that moved them.';
COMMENT ON COLUMN report.holding.ledger_id IS 'To join with the tables.';
