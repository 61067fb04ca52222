-- What 0088 has added is true of every row.

alter table customers validate constraint customers_group_fkey;
alter table variants validate constraint variants_regular_above;
alter table variants validate constraint variants_regular_compare_at_above;
alter table variants validate constraint variants_regular_compare_at_of_regular;
