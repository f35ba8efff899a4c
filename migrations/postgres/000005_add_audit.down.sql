DO $$ BEGIN
DROP TABLE audit_log;
DROP SEQUENCE audit_ids;
END $$;
