-- touched are the resources that an exchange changed, or moved into or out of a group:
-- histories are found by them. Ids are of one sequence, so that one alone names a
-- resource. Of the exchanges that are there, changes are read as the text that they were
-- written as: what else is in an exchange may be no text that PostgreSQL takes, and
-- quotes in it are escaped, so that none of it looks like a change.
DO $$ BEGIN
ALTER TABLE exchanges ADD COLUMN touched bigint[] NOT NULL DEFAULT '{}';
UPDATE exchanges SET touched = ARRAY(
    SELECT DISTINCT CAST(t.id AS bigint)
    FROM regexp_matches(substr(doc, strpos(doc, '"changes":[{"Resource":"')),
        '"Resource":"[A-Za-z]+/([1-9][0-9]{0,17})","Path":"(?:members","Before":"(?:\\"([1-9][0-9]{0,17})\\")?","After":"(?:\\"([1-9][0-9]{0,17})\\")?")?', 'g') m
    CROSS JOIN unnest(m) t (id)
    WHERE t.id IS NOT NULL)
    WHERE strpos(doc, '"changes":[{"Resource":"') > 0;
CREATE INDEX ix_exchanges_touched ON exchanges USING gin (touched) WHERE touched <> '{}';
END $$;
