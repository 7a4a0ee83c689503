-- 0003: what waits to become an entry: proposals and their signatures.

SET LOCAL ROLE terreau_owner;

CREATE TABLE proposal (
    ledger_id int         NOT NULL,
    text_hash bytea       NOT NULL CHECK (octet_length(text_hash) = 32),
    text      bytea       NOT NULL CHECK (octet_length(text) <= 17408),
    made_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (ledger_id, text_hash)
);
COMMENT ON TABLE proposal IS 'Acts that wait for more signatures, 30 days at most.';
COMMENT ON COLUMN proposal.ledger_id IS 'Which ledger.';
COMMENT ON COLUMN proposal.text_hash IS 'SHA-256 of the text: the proposal''s id.';
COMMENT ON COLUMN proposal.text IS 'The text to sign, verbatim.';
COMMENT ON COLUMN proposal.made_at IS 'When it came in.';

CREATE TABLE proposal_signature (
    ledger_id int   NOT NULL,
    text_hash bytea NOT NULL,
    name      text  NOT NULL,
    key_id    int   NOT NULL,
    line      bytea NOT NULL,
    PRIMARY KEY (ledger_id, text_hash, name, key_id)
);
COMMENT ON TABLE proposal_signature IS 'Signatures that a proposal has so far.';
COMMENT ON COLUMN proposal_signature.ledger_id IS 'Which ledger.';
COMMENT ON COLUMN proposal_signature.text_hash IS 'Which proposal.';
COMMENT ON COLUMN proposal_signature.name IS 'Name of the key that signed.';
COMMENT ON COLUMN proposal_signature.key_id IS 'Key ID of signed notes, its 32 bits as a signed number.';
COMMENT ON COLUMN proposal_signature.line IS 'The signature line, verbatim.';
