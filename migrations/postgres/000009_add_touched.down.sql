DO $$ BEGIN
DROP INDEX ix_exchanges_touched;
ALTER TABLE exchanges DROP COLUMN touched;
END $$;
