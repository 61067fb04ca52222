-- In a transaction of its own: it reads the whole table, and holds up no writer meanwhile.

alter table jobs validate constraint jobs_state_known;
alter table jobs validate constraint jobs_finished_once;
