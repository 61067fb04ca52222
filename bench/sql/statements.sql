-- The statements that took the most time.
select round(total_plan_time + total_exec_time) as ms, calls,
    round((total_plan_time * 1000 / greatest(calls, 1))::numeric, 1) as plan_us,
    round((total_exec_time * 1000 / greatest(calls, 1))::numeric, 1) as run_us,
    round(rows::numeric / greatest(calls, 1), 1) as rows,
    left(regexp_replace(query, '\s+', ' ', 'g'), 110) as statement
from pg_stat_statements
order by ms desc
limit 25;
