-- For the report: which model the server says that it used, by whom it was asked.
select study, model, variant, wave, model_served, fingerprint, count(*) as replies,
       min(arrived_at) as first_reply, max(arrived_at) as last_reply
from replies
where generation_id is not null
group by study, model, variant, wave, model_served, fingerprint
order by study, model, variant, wave, first_reply
