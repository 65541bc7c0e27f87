-- For the report: replies that hold no record, by reason, with some of them in full.
select study, model, variant, wave, coalesce(refused, false) as refused,
       coalesce(reason, 'not read yet: run `harness parse`') as reason,
       count(*) as replies,
       list(text order by generation_id)[1:3] as examples
from replies
where not coalesce(parsed, false)
group by study, model, variant, wave, coalesce(refused, false), coalesce(reason, 'not read yet: run `harness parse`')
order by study, refused, replies desc, model, variant, reason
