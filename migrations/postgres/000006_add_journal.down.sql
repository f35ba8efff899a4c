DO $$ BEGIN
DROP TABLE deviation_counts;
DROP TABLE exchanges;
DROP SEQUENCE exchange_ids;
END $$;
