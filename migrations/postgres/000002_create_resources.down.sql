DO $$ BEGIN
DROP TABLE resource_counts;
DROP TABLE memberships;
DROP TABLE groups;
DROP TABLE users;
DROP SEQUENCE resource_ids;
END $$;
