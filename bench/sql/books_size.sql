-- How many transfers there are, and the size of the database in bytes.
select count(*), pg_database_size(current_database())
from ledger_transfers;
