-- For the report: what came back, per study and model annotator; asked: by this project, not loaded.
select study, kind, model, variant, wave,
       count(*) as replies,
       count(*) filter (where generation_id is not null) as asked,
       count(*) filter (where parsed) as parsed,
       count(*) filter (where refused) as refused,
       count(*) filter (where not coalesce(parsed, false) and not coalesce(refused, false)) as unread,
       count(distinct item_id) as items
from replies
group by study, kind, model, variant, wave
order by study, model, variant, wave
