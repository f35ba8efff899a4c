DROP TABLE touched_resources;
