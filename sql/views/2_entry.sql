CREATE OR REPLACE VIEW report.entry AS
SELECT l.name AS ledger,
       e.idx,
       body.json ->> 'kind' AS kind,
       to_timestamp(e.accepted_ms / 1000.0) AS accepted,
       e.effective,
       body.json AS body,
       encode(e.text_hash, 'hex') AS text_hash,
       encode(e.leaf_hash, 'hex') AS leaf_hash,
       e.ledger_id
FROM entry e
JOIN ledger l USING (ledger_id)
CROSS JOIN LATERAL (
    SELECT split_part(convert_from(e.leaf, 'UTF8'), E'\n', 4)::jsonb AS json
) body;
COMMENT ON VIEW report.entry IS 'What was said, in order.';
COMMENT ON COLUMN report.entry.ledger IS 'Name of the ledger.';
COMMENT ON COLUMN report.entry.idx IS 'Place in its log, from 0.';
COMMENT ON COLUMN report.entry.kind IS 'What it says: docs/reference/entries.md.';
COMMENT ON COLUMN report.entry.accepted IS 'When it was accepted.';
COMMENT ON COLUMN report.entry.effective IS 'The day it takes effect.';
COMMENT ON COLUMN report.entry.body IS 'All its fields.';
COMMENT ON COLUMN report.entry.text_hash IS 'SHA-256 of the text that was signed.';
COMMENT ON COLUMN report.entry.leaf_hash IS 'Its leaf of the Merkle tree.';
COMMENT ON COLUMN report.entry.ledger_id IS 'To join with the tables.';

CREATE OR REPLACE VIEW report.signature AS
SELECT l.name AS ledger,
       e.idx,
       (row_number() OVER (PARTITION BY e.ledger_id, e.idx
                           ORDER BY line.place))::int AS number,
       substring(line.said FROM '^— (.*) [^ ]+$') AS signer,
       e.ledger_id
FROM entry e
JOIN ledger l USING (ledger_id)
CROSS JOIN LATERAL unnest(string_to_array(convert_from(e.leaf, 'UTF8'), E'\n'))
    WITH ORDINALITY AS line (said, place)
WHERE line.place > 5 AND line.said <> '';
COMMENT ON VIEW report.signature IS 'Who signed which entry.';
COMMENT ON COLUMN report.signature.ledger IS 'Name of the ledger.';
COMMENT ON COLUMN report.signature.idx IS 'The entry.';
COMMENT ON COLUMN report.signature.number IS 'Of the line, from 1.';
COMMENT ON COLUMN report.signature.signer IS 'Name of the key: origin and party.';
COMMENT ON COLUMN report.signature.ledger_id IS 'To join with the tables.';

CREATE OR REPLACE VIEW report.reversal AS
SELECT ledger, idx, (body ->> 'index')::bigint AS reversed, ledger_id
FROM report.entry
WHERE kind = 'reversal';
COMMENT ON VIEW report.reversal IS 'Which entries were undone.';
COMMENT ON COLUMN report.reversal.ledger IS 'Name of the ledger.';
COMMENT ON COLUMN report.reversal.idx IS 'The entry that undoes.';
COMMENT ON COLUMN report.reversal.reversed IS 'The entry that is undone.';
COMMENT ON COLUMN report.reversal.ledger_id IS 'To join with the tables.';

CREATE OR REPLACE VIEW report.standing AS
SELECT e.*
FROM report.entry e
WHERE NOT EXISTS (SELECT FROM report.reversal r
                  WHERE r.ledger_id = e.ledger_id AND r.reversed = e.idx);
COMMENT ON VIEW report.standing IS 'The entries that were not undone; columns as report.entry.';
