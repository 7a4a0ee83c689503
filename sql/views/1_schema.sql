-- Reports: the log as SQL users like to read it.
--
-- Views only, made again with every migration, all derived from entry,
-- posting and subject.  They are as true as the rows below them: whoever
-- wants proof runs `terreau audit`.  A view keeps its columns and their
-- order; new ones come last.

SET LOCAL ROLE terreau_owner;

CREATE SCHEMA IF NOT EXISTS report;
COMMENT ON SCHEMA report IS 'The log as SQL users like to read it: views only.';

CREATE OR REPLACE FUNCTION report.uuid_of(id text) RETURNS uuid
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT encode(decode(translate(substr(id, 3), '-_', '+/') || '==',
                         'base64'), 'hex')::uuid
$$;
COMMENT ON FUNCTION report.uuid_of(text) IS 'The 128 bits of an id such as p-AAAAAAAAAAAAAAAAAAAAAA, as posting.owner and subject.subject hold them.';
