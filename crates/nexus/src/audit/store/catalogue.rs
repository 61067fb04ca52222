//! The catalogue: pictures and the products that they are of.

use super::{Binds, Invariant, Plan};

pub(super) static INVARIANTS: [Invariant; 1] = [Invariant {
    id: "I60",
    title: "a picture is kept exactly while it is one product's",
    counted: "select count(*) from pictures",
    broken: "
        select format('picture %s', pictures.id),
            case when product_images.id is null
                then 'it is kept, and no product has it'
                else format('it is %s, and product %s has it', state, product_id)
            end
        from pictures
        left join product_images on picture_id = pictures.id
        where (state = 'kept') <> (product_images.id is not null)
        union all
        select format('picture %s', pictures.id),
            format('its files are called %s, and product %s looks for it at %s', name, product_id,
                url)
        from pictures
        join product_images on picture_id = pictures.id
        where url <> format('/media/pictures/%s/%s.%s', name, width,
            case format when 'jpeg' then 'jpg' else format end)",
    binds: Binds::Nothing,
    plan: Plan::Free,
}];
