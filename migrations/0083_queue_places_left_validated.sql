-- What 0082 has changed is true of every row.

alter table sale_queue_places
    validate constraint sale_queue_places_state_known,
    validate constraint sale_queue_places_admitted_when;
