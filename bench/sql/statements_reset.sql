-- What ran before is of no interest.
create extension if not exists pg_stat_statements;
do $$ begin perform pg_stat_statements_reset(); end $$;
