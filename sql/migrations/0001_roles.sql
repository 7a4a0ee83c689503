-- 0001: who may do what, and the record of migrations.
--
-- Roles belong to the whole cluster: another database may have made them.
-- How they log in (peer, certificate) is not decided here: no passwords.

DO $$
DECLARE
    wanted record;
BEGIN
    FOR wanted IN
        SELECT * FROM (VALUES
            ('terreau_owner',  'NOLOGIN'),  -- migrations, erasure tools
            ('terreau_server', 'LOGIN'),    -- terreaud: reads, appends
            ('terreau_signer', 'LOGIN'),    -- holds the log key
            ('terreau_reader', 'NOLOGIN')   -- reports; granted to people
        ) AS roles (name, login)
    LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I %s', wanted.name, wanted.login);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    END LOOP;
    IF NOT pg_has_role(current_user, 'terreau_owner', 'MEMBER') THEN
        GRANT terreau_owner TO CURRENT_USER;
    END IF;
    EXECUTE format('GRANT CREATE ON DATABASE %I TO terreau_owner',
                   current_database());
END $$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO terreau_owner;
GRANT USAGE ON SCHEMA public
    TO terreau_server, terreau_signer, terreau_reader;

SET LOCAL ROLE terreau_owner;

CREATE TABLE migration (
    number     int         PRIMARY KEY CHECK (number > 0),
    name       text        NOT NULL,
    sha256     bytea       NOT NULL CHECK (octet_length(sha256) = 32),
    applied_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE migration IS 'What was done to this schema, in order; written by the migration tool.';
COMMENT ON COLUMN migration.number IS 'From 1, without gaps.';
COMMENT ON COLUMN migration.name IS 'The file''s name.';
COMMENT ON COLUMN migration.sha256 IS 'Of the file as applied: a released migration is never edited.';
COMMENT ON COLUMN migration.applied_at IS 'When.';
