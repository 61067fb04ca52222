-- How many webhooks have been looked at, and how many wait.
select count(*) filter (where state = 'done'), count(*) filter (where state <> 'done')
from jobs
where kind = 'process_payment_webhook';
