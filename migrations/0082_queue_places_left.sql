-- Whoever waits may leave. The number stays with the place, so that those behind it know how many
-- are really before them.

alter table sale_queue_places
    drop constraint sale_queue_places_state_known,
    add constraint sale_queue_places_state_known
        check (state in ('waiting', 'admitted', 'used', 'expired', 'left')) not valid,
    drop constraint sale_queue_places_admitted_when,
    add constraint sale_queue_places_admitted_when check (
        num_nonnulls(admitted_at, expires_at)
            = case when state in ('waiting', 'left') then 0 else 2 end
        and (state in ('waiting', 'left') or number is not null)
    ) not valid;

create index sale_queue_places_left on sale_queue_places (sale_id, number)
    where state = 'left' and number is not null;
