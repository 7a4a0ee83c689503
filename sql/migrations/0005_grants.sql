-- 0005: what each role may do: the whole list, and nothing besides.
--
-- The server may change no row that is evidence.  It moves the head, which
-- is derivable, and edits the waiting rooms.

SET LOCAL ROLE terreau_owner;

GRANT SELECT ON ALL TABLES IN SCHEMA public TO terreau_server;
GRANT INSERT ON ledger, head, entry, posting, subject, tile, checkpoint,
    cosignature TO terreau_server;
GRANT UPDATE (size, root, accepted_ms) ON head TO terreau_server; -- FOR UPDATE
GRANT INSERT, DELETE ON proposal, proposal_signature, subject_key, vault
    TO terreau_server;
GRANT INSERT, DELETE, UPDATE (used_at) ON intake TO terreau_server;
GRANT INSERT, DELETE, UPDATE (due_at, attempts, sent_at) ON outbox
    TO terreau_server;
GRANT INSERT, UPDATE ON witness_seen TO terreau_server;

GRANT SELECT ON ledger, head, entry, tile, checkpoint, signer
    TO terreau_signer;
GRANT INSERT ON checkpoint, signer TO terreau_signer;

GRANT SELECT ON ledger, head, entry, posting, subject, tile, checkpoint,
    cosignature TO terreau_reader;
