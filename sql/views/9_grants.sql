GRANT USAGE ON SCHEMA report TO terreau_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA report TO terreau_reader;
