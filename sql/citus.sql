-- citus: spread a migrated, empty database over several nodes by ledger.
--
-- Run once, on the coordinator, as the database's owner, after the
-- migrations and before the first ledger:  psql -1 -f citus.sql
--
-- Every statement of the append names one ledger_id, so that a batch is a
-- transaction on one node.  ledger and vault_key are small and wanted
-- everywhere; witness_seen and migration stay with the coordinator.

CREATE EXTENSION IF NOT EXISTS citus;

SELECT create_reference_table('ledger');
SELECT create_reference_table('vault_key');
SELECT create_distributed_table('head', 'ledger_id');
SELECT create_distributed_table(name, 'ledger_id', colocate_with => 'head')
FROM unnest(ARRAY['entry', 'posting', 'subject', 'tile', 'checkpoint',
                  'cosignature', 'signer', 'proposal', 'proposal_signature',
                  'subject_key', 'vault', 'contact', 'erasure',
                  'disclosure_read', 'intake', 'outbox', 'told',
                  'telling']) AS t (name);
