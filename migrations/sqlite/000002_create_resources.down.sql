DROP TABLE resource_keys;
DROP TABLE resource_counts;
DROP TABLE memberships;
DROP TABLE groups;
DROP TABLE users;
DROP TABLE resource_ids;
