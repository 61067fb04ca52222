-- Nothing but an answer.
select 1;
