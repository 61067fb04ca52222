-- The planner knows the tables as it would after an hour of business.
vacuum (analyze);
