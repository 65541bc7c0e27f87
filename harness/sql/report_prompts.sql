-- For the report: one prompt as it was sent, for each variant; the same item wherever it can be.
select study, variant, wave, arg_min(struct_pack(key := key, model := model, messages := messages), item_id) as sent
from replies
where messages is not null and part = 0
group by study, variant, wave
order by study, variant, wave
