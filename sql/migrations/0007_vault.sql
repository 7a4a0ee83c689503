-- 0007: two keys for each person, where to write to them, who read what.
--
-- What is needed to reach a person goes when they ask; what the law asks a
-- cooperative to keep goes when its term is over: a key for each, so that
-- each is erased by deleting one row.  Nothing was written to the two tables
-- before this, so that their columns may ask for a value.

SET LOCAL ROLE terreau_owner;

ALTER TABLE subject_key
    ADD COLUMN part smallint NOT NULL CHECK (part IN (0, 1)),
    ADD COLUMN nonce bytea NOT NULL CHECK (octet_length(nonce) = 24),
    DROP CONSTRAINT subject_key_pkey,
    ADD PRIMARY KEY (ledger_id, subject, part);
COMMENT ON TABLE subject_key IS 'The keys of each person or organisation; erasure deletes the row.';
COMMENT ON COLUMN subject_key.part IS '0: opens what is for reaching them; 1: what the law asks to keep.';
COMMENT ON COLUMN subject_key.nonce IS 'Of the wrapping.';

ALTER TABLE vault
    ADD COLUMN part smallint NOT NULL CHECK (part IN (0, 1)),
    DROP CONSTRAINT vault_pkey,
    ADD PRIMARY KEY (ledger_id, record, part, version);
COMMENT ON COLUMN vault.part IS 'Which of the subject''s keys opens it.';

CREATE TABLE contact (
    ledger_id int   NOT NULL,
    subject   uuid  NOT NULL,
    kek       int   NOT NULL,
    mac       bytea NOT NULL CHECK (octet_length(mac) = 32),
    nonce     bytea NOT NULL CHECK (octet_length(nonce) = 24),
    address   bytea NOT NULL,
    PRIMARY KEY (ledger_id, subject)
);
CREATE INDEX contact_of_mac ON contact (mac);
COMMENT ON TABLE contact IS 'Whom an e-mail address stands for.';
COMMENT ON COLUMN contact.ledger_id IS 'Which ledger.';
COMMENT ON COLUMN contact.subject IS 'The 128 bits of the party''s id.';
COMMENT ON COLUMN contact.kek IS 'Number of the key that the keyed hash is by.';
COMMENT ON COLUMN contact.mac IS 'Keyed hash of the address, to find it by.';
COMMENT ON COLUMN contact.nonce IS 'Of the encryption.';
COMMENT ON COLUMN contact.address IS 'The address, encrypted with the subject''s key of part 0.';

CREATE TABLE vault_key (
    number  int         PRIMARY KEY CHECK (number > 0),
    print   bytea       NOT NULL CHECK (octet_length(print) = 32),
    made_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE vault_key IS 'Which key-encryption keys this database was made with; not the keys.';
COMMENT ON COLUMN vault_key.number IS 'As in the name of its file.';
COMMENT ON COLUMN vault_key.print IS 'Keyed hash that tells two keys of one number apart.';
COMMENT ON COLUMN vault_key.made_at IS 'When a server or the command line first used it.';

CREATE TABLE erasure (
    ledger_id int      NOT NULL,
    subject   uuid     NOT NULL,
    part      smallint NOT NULL CHECK (part IN (0, 1)),
    PRIMARY KEY (ledger_id, subject, part)
);
COMMENT ON TABLE erasure IS 'Erasures that the log has and this database still has to do.';
COMMENT ON COLUMN erasure.ledger_id IS 'Which ledger.';
COMMENT ON COLUMN erasure.subject IS 'Whose data goes.';
COMMENT ON COLUMN erasure.part IS '0: what is for reaching them; 1: everything.';

CREATE TABLE disclosure_read (
    ledger_id int         NOT NULL,
    idx       bigint      NOT NULL CHECK (idx >= 0),
    nonce     bytea       NOT NULL CHECK (octet_length(nonce) = 16),
    key       bytea       NOT NULL CHECK (octet_length(key) = 32),
    read_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (ledger_id, idx, nonce)
);
COMMENT ON TABLE disclosure_read IS 'Each time an officer read personal data, and by which disclosure in the log.';
COMMENT ON COLUMN disclosure_read.ledger_id IS 'Which ledger.';
COMMENT ON COLUMN disclosure_read.idx IS 'Entry of the disclosure.';
COMMENT ON COLUMN disclosure_read.nonce IS 'Of the signed request: it works once.';
COMMENT ON COLUMN disclosure_read.key IS 'The officer''s public key.';
COMMENT ON COLUMN disclosure_read.read_at IS 'When.';

GRANT SELECT ON contact, vault_key, erasure, disclosure_read TO terreau_server;
GRANT INSERT, DELETE ON contact, erasure TO terreau_server;
GRANT INSERT ON vault_key, disclosure_read TO terreau_server;
