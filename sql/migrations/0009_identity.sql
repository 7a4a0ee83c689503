-- 0009: who is signed in, and the links with which people sign in.
--
-- Neither is of a ledger: a person is signed in to the node.  Secrets are
-- kept as hashes, addresses sealed; a copy of these tables signs nobody in.
-- Letters that were sent are emptied at once.

SET LOCAL ROLE terreau_owner;

CREATE TABLE sign_in (
    token_hash   bytea       PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    browser_hash bytea       NOT NULL CHECK (octet_length(browser_hash) = 32),
    code_hash    bytea       NOT NULL CHECK (octet_length(code_hash) = 32),
    nonce        bytea       NOT NULL CHECK (octet_length(nonce) = 24),
    ciphertext   bytea       NOT NULL,
    tries        smallint    NOT NULL DEFAULT 0,
    expires_at   timestamptz NOT NULL,
    used_at      timestamptz
);
CREATE INDEX sign_in_of_browser ON sign_in (browser_hash);
COMMENT ON TABLE sign_in IS 'Links sent by mail with which somebody signs in, for some minutes; not per ledger.';
COMMENT ON COLUMN sign_in.token_hash IS 'Hash of the token in the mail; the token itself is not kept.';
COMMENT ON COLUMN sign_in.browser_hash IS 'Hash of the cookie of the browser that asked: only there the link works.';
COMMENT ON COLUMN sign_in.code_hash IS 'Keyed hash of the code that the link shows in any other browser.';
COMMENT ON COLUMN sign_in.nonce IS 'Of the encryption.';
COMMENT ON COLUMN sign_in.ciphertext IS 'The address, encrypted.';
COMMENT ON COLUMN sign_in.tries IS 'Codes that were typed; a few are allowed.';
COMMENT ON COLUMN sign_in.expires_at IS 'When the link stops working.';
COMMENT ON COLUMN sign_in.used_at IS 'When somebody signed in with it; it works once.';

CREATE TABLE session (
    session_hash bytea       PRIMARY KEY
                             CHECK (octet_length(session_hash) = 32),
    person       bytea       NOT NULL CHECK (octet_length(person) = 32),
    nonce        bytea       NOT NULL CHECK (octet_length(nonce) = 24),
    ciphertext   bytea       NOT NULL,
    made_at      timestamptz NOT NULL DEFAULT now(),
    seen_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX session_of_person ON session (person);
COMMENT ON TABLE session IS 'Who is signed in; not per ledger.';
COMMENT ON COLUMN session.session_hash IS 'Hash of the cookie; the cookie itself is not kept.';
COMMENT ON COLUMN session.person IS 'Keyed hash of the address, to end all sessions of somebody.';
COMMENT ON COLUMN session.nonce IS 'Of the encryption.';
COMMENT ON COLUMN session.ciphertext IS 'The address, encrypted.';
COMMENT ON COLUMN session.made_at IS 'When they signed in.';
COMMENT ON COLUMN session.seen_at IS 'When they last asked for something, to the minute.';

GRANT SELECT, INSERT, DELETE, UPDATE (tries, used_at) ON sign_in
    TO terreau_server;
GRANT SELECT, INSERT, DELETE, UPDATE (seen_at) ON session TO terreau_server;

GRANT UPDATE (ciphertext) ON outbox TO terreau_server;
COMMENT ON COLUMN outbox.ciphertext IS 'The mail, encrypted; empty once it was sent.';
COMMENT ON COLUMN outbox.due_at IS 'When to try next; of a mail that was refused for good, until when it is kept.';
COMMENT ON COLUMN outbox.attempts IS 'How often it was tried; -1: it was refused for good.';
