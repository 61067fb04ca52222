-- Owned by terms: a buyer is known by several names, and an order counts for each of them. Who had
-- a promotion before this is known by one, which stays where it was.
alter table promotion_redemptions
    add column buyers text[],
    alter column buyer drop not null;
