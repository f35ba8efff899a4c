-- The arrays of PostgreSQL as rows, which go with their exchange.
CREATE TABLE touched_resources (
    exchange_id INTEGER NOT NULL CONSTRAINT fk_touched_resources_exchanges REFERENCES exchanges (id) ON DELETE CASCADE,
    resource_id INTEGER NOT NULL,
    PRIMARY KEY (exchange_id, resource_id)
) STRICT, WITHOUT ROWID;
INSERT INTO touched_resources (exchange_id, resource_id)
WITH changes AS (
    SELECT e.id, c.value ->> 'Resource' AS resource, c.value ->> 'Path' AS path, c.value ->> 'Before' AS before, c.value ->> 'After' AS after
    FROM exchanges e, json_each(e.doc, '$.changes') c
    WHERE instr(e.doc, '"changes":[{"Resource":"')
), touched AS (
    SELECT id, substr(resource, instr(resource, '/') + 1) AS resource FROM changes
    UNION ALL
    SELECT id, trim(before, '"') FROM changes WHERE path = 'members'
    UNION ALL
    SELECT id, trim(after, '"') FROM changes WHERE path = 'members'
)
SELECT DISTINCT id, CAST(resource AS INTEGER) FROM touched
WHERE resource GLOB '[1-9]*' AND resource NOT GLOB '*[^0-9]*' AND length(resource) <= 18;
CREATE INDEX ix_touched_resources ON touched_resources (resource_id, exchange_id);
