DROP TABLE deviation_counts;
DROP TABLE exchanges;
DROP TABLE exchange_ids;
