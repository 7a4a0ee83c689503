-- 0006: pledges between a form and the log, and what people were told.
--
-- A row of intake is first a form that was checked (its page knows the
-- token), then signed (the mail knows the other one), then confirmed, then
-- recorded.  Between confirmed and recorded its texts are fixed and enter the
-- log once, however often they are sent: whoever finds such a row goes on.

SET LOCAL ROLE terreau_owner;

ALTER TABLE intake
    ADD COLUMN confirm_hash bytea CHECK (octet_length(confirm_hash) = 32),
    ADD COLUMN done_at timestamptz;
CREATE UNIQUE INDEX intake_confirm ON intake (ledger_id, confirm_hash);
CREATE INDEX intake_confirmed ON intake (ledger_id, used_at)
    WHERE used_at IS NOT NULL AND done_at IS NULL;
CREATE INDEX intake_old ON intake (ledger_id, expires_at);
COMMENT ON COLUMN intake.token_hash IS 'Hash of the token in the address of its page; the token itself is not kept.';
COMMENT ON COLUMN intake.confirm_hash IS 'Hash of the token in the mail; NULL: not signed yet.';
COMMENT ON COLUMN intake.done_at IS 'When its entries were found in the log, the vault was filled and the receipt queued.';

GRANT UPDATE (nonce, ciphertext, confirm_hash, expires_at, used_at, done_at)
    ON intake TO terreau_server;

CREATE TABLE told (
    ledger_id int   NOT NULL,
    party     uuid  NOT NULL,
    entry     bigint NOT NULL,
    mail      text  NOT NULL,
    PRIMARY KEY (ledger_id, party, entry, mail)
);
COMMENT ON TABLE told IS 'Which mail about which entry was queued for whom: none goes out twice.';
COMMENT ON COLUMN told.ledger_id IS 'Which ledger.';
COMMENT ON COLUMN told.party IS 'The 128 bits of the party''s id.';
COMMENT ON COLUMN told.entry IS 'Index of the entry that is the reason.';
COMMENT ON COLUMN told.mail IS 'Name of the mail.';

CREATE TABLE telling (
    ledger_id int    PRIMARY KEY,
    size      bigint NOT NULL CHECK (size >= 0)
);
COMMENT ON TABLE telling IS 'How far into a log people were told what concerns them.';
COMMENT ON COLUMN telling.ledger_id IS 'Which ledger.';
COMMENT ON COLUMN telling.size IS 'All entries below this index are done with.';

GRANT SELECT, INSERT, DELETE ON told TO terreau_server;
GRANT SELECT, INSERT, UPDATE ON telling TO terreau_server;
