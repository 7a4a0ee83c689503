-- 0008: only the signer writes checkpoints; who let a log go on unseen.
--
-- The signer has its own connection as terreau_signer, in terreaud or apart,
-- so that the server's role never needed to write what is signed.

SET LOCAL ROLE terreau_owner;

REVOKE INSERT ON checkpoint FROM terreau_server;

CREATE TABLE acceptance (
    ledger_id int         NOT NULL,
    at        timestamptz NOT NULL DEFAULT now(),
    size      bigint      NOT NULL CHECK (size >= 0),
    root      bytea       NOT NULL CHECK (octet_length(root) = 32),
    who       text        NOT NULL DEFAULT session_user,
    reason    text        NOT NULL,
    PRIMARY KEY (ledger_id, at)
);
COMMENT ON TABLE acceptance IS 'A log that nobody outside could vouch for went on because somebody said so: terreau node sign --accept.';
COMMENT ON COLUMN acceptance.ledger_id IS 'Which ledger.';
COMMENT ON COLUMN acceptance.at IS 'When; it counts for an hour.';
COMMENT ON COLUMN acceptance.size IS 'Of the log that was accepted; of no other.';
COMMENT ON COLUMN acceptance.root IS 'Its root.';
COMMENT ON COLUMN acceptance.who IS 'The database user who said so.';
COMMENT ON COLUMN acceptance.reason IS 'Why, in words.';

GRANT SELECT ON acceptance TO terreau_server, terreau_reader;
