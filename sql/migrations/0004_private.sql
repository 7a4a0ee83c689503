-- 0004: what is not in the log: personal data, mail, and other logs seen.
--
-- Personal data is encrypted with a key per subject; erasure deletes the key
-- row, so that backups of the ciphertext tell nothing either.

SET LOCAL ROLE terreau_owner;

CREATE TABLE subject_key (
    ledger_id int   NOT NULL,
    subject   uuid  NOT NULL,
    kek       int   NOT NULL,
    wrapped   bytea NOT NULL,
    PRIMARY KEY (ledger_id, subject)
);
COMMENT ON TABLE subject_key IS 'One key per person or organisation; erasure deletes this row.';
COMMENT ON COLUMN subject_key.ledger_id IS 'Which ledger.';
COMMENT ON COLUMN subject_key.subject IS 'The 128 bits of the party''s id.';
COMMENT ON COLUMN subject_key.kek IS 'Number of the key-encryption key it is wrapped with.';
COMMENT ON COLUMN subject_key.wrapped IS 'The subject''s key, encrypted.';

CREATE TABLE vault (
    ledger_id    int   NOT NULL,
    record       uuid  NOT NULL,
    version      int   NOT NULL,
    subject      uuid  NOT NULL,
    nonce        bytea NOT NULL CHECK (octet_length(nonce) = 24),
    ciphertext   bytea NOT NULL,
    retain_until date,
    PRIMARY KEY (ledger_id, record, version)
);
CREATE INDEX vault_of_subject ON vault (ledger_id, subject);
COMMENT ON TABLE vault IS 'Personal data that the log only commits to, encrypted with the subject''s key.';
COMMENT ON COLUMN vault.ledger_id IS 'Which ledger.';
COMMENT ON COLUMN vault.record IS 'The 128 bits of the record''s id.';
COMMENT ON COLUMN vault.version IS 'Counts the record''s changes.';
COMMENT ON COLUMN vault.subject IS 'Whose data it is.';
COMMENT ON COLUMN vault.nonce IS 'Of XChaCha20-Poly1305.';
COMMENT ON COLUMN vault.ciphertext IS 'The fields and the opening of the commitment.';
COMMENT ON COLUMN vault.retain_until IS 'Until when the law asks to keep it; NULL if it does not.';

CREATE TABLE intake (
    ledger_id  int         NOT NULL,
    token_hash bytea       NOT NULL CHECK (octet_length(token_hash) = 32),
    nonce      bytea       NOT NULL,
    ciphertext bytea       NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    PRIMARY KEY (ledger_id, token_hash)
);
COMMENT ON TABLE intake IS 'Forms that await an e-mail confirmation.';
COMMENT ON COLUMN intake.ledger_id IS 'Which ledger.';
COMMENT ON COLUMN intake.token_hash IS 'Hash of the token in the mail; the token itself is not kept.';
COMMENT ON COLUMN intake.nonce IS 'Of the encryption.';
COMMENT ON COLUMN intake.ciphertext IS 'The form, encrypted.';
COMMENT ON COLUMN intake.expires_at IS 'When the token stops working.';
COMMENT ON COLUMN intake.used_at IS 'When it was confirmed; a token works once.';

CREATE TABLE outbox (
    ledger_id  int         NOT NULL,
    mail_id    uuid        NOT NULL,
    nonce      bytea       NOT NULL,
    ciphertext bytea       NOT NULL,
    due_at     timestamptz NOT NULL DEFAULT now(),
    attempts   smallint    NOT NULL DEFAULT 0,
    sent_at    timestamptz,
    PRIMARY KEY (ledger_id, mail_id)
);
CREATE INDEX outbox_waiting ON outbox (due_at) WHERE sent_at IS NULL;
COMMENT ON TABLE outbox IS 'Mail to send, in the transaction of what it tells.';
COMMENT ON COLUMN outbox.ledger_id IS 'Which ledger.';
COMMENT ON COLUMN outbox.mail_id IS 'Random; also the Message-ID.';
COMMENT ON COLUMN outbox.nonce IS 'Of the encryption.';
COMMENT ON COLUMN outbox.ciphertext IS 'The mail, encrypted.';
COMMENT ON COLUMN outbox.due_at IS 'When to try next.';
COMMENT ON COLUMN outbox.attempts IS 'How often it was tried.';
COMMENT ON COLUMN outbox.sent_at IS 'When a mail server took it.';

CREATE TABLE witness_seen (
    origin_hash bytea  PRIMARY KEY CHECK (octet_length(origin_hash) = 32),
    origin      text   NOT NULL,
    size        bigint NOT NULL,
    root        bytea  NOT NULL,
    note        bytea  NOT NULL
);
COMMENT ON TABLE witness_seen IS 'This node as a witness of other logs: the last checkpoint cosigned; not per ledger.';
COMMENT ON COLUMN witness_seen.origin_hash IS 'SHA-256 of the origin.';
COMMENT ON COLUMN witness_seen.origin IS 'The other log''s name.';
COMMENT ON COLUMN witness_seen.size IS 'Its size when last cosigned.';
COMMENT ON COLUMN witness_seen.root IS 'Its root then.';
COMMENT ON COLUMN witness_seen.note IS 'The checkpoint as signed by the log and by us.';
