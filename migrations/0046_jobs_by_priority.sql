-- Jobs are claimed by priority, and those that were given up can be looked through.

alter table jobs
    add column priority smallint not null default 1
        constraint jobs_priority_known check (priority between 0 and 2);

-- What was buried can be taken up again, or put away for good.
alter table jobs
    drop constraint jobs_state_known,
    drop constraint jobs_finished_once,
    add constraint jobs_state_known
        check (state in ('ready', 'running', 'done', 'dead', 'discarded')) not valid,
    add constraint jobs_finished_once
        check ((finished_at is not null) = (state in ('done', 'dead', 'discarded'))) not valid;

-- One probe per priority finds what is due, however much waits for later or for less.
create index jobs_due_by_priority on jobs (priority, run_at, id)
    where state in ('ready', 'running');
drop index jobs_due;

create index jobs_dead on jobs (id) where state = 'dead';
