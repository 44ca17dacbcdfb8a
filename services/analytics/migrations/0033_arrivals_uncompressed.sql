-- Keys are random, and gone in a second: looking for what could be compressed took more time than
-- storing them.
ALTER TABLE event_arrivals
    ALTER COLUMN timestamps SET STORAGE EXTERNAL,
    ALTER COLUMN ids SET STORAGE EXTERNAL;
