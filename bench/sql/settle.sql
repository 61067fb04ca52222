-- Waits until the sessions of a script that was ended have ended, too. Then the number of the
-- highest cart from :first on that was used, if any was.

do $$
begin
    while exists (select from pg_stat_activity where application_name = 'pgbench') loop
        perform pg_sleep(0.005);
        perform pg_stat_clear_snapshot();
    end loop;
end $$;

select ('x' || right(cart_id::text, 12))::bit(48)::bigint
from (
    select (
        select cart_id from :table
        where cart_id >= bench.cart(:first) and cart_id < bench.cart(:end)
        order by cart_id desc
        limit 1
    )
) as used (cart_id)
where cart_id is not null;
