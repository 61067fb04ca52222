-- What 0075 has added is true of every row.

alter table product_images validate constraint product_images_picture_fkey;
