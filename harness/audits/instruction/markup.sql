/*
title     = "Markup"
question  = "How many more of the model's outputs than of people's are dressed up with lists, headings or bold?"
relation  = "instructions"
range     = [-1, 1]
unit      = "share of outputs, model minus people"
worse     = "both"
warn      = 0.05
test      = "neutral"
neutral   = 0.0
draws     = "all"
pairing   = "auto"
features  = ["surface"]
sums      = ["m", "r", "m_marked", "r_marked", "m_bullets", "r_bullets", "m_bold", "r_bold"]
describes = ["markup_model", "markup_people", "bullets_model", "bullets_people", "bold_model", "bold_people"]
reference = "Markdown as a confounder of preference for models: Chiang et al. 2024, style control in Chatbot Arena; Dubois et al. 2024 (arXiv 2404.04475) on lists"
notes     = "Markup is lines that are items of a list (numbered ones too), Markdown headings, passages in bold. bullets and bold are means a text, where a few long lists weigh much. People's data may have lost markup on the way."
[example]
given  = [{item_id = 1, role = "model", output_surface_bullets = 3, output_surface_headings = 0, output_surface_bold = 1}, {item_id = 2, role = "model", output_surface_bullets = 0, output_surface_headings = 0, output_surface_bold = 0}, {item_id = 1, role = "reference", output_surface_bullets = 0, output_surface_headings = 0, output_surface_bold = 0}]
expect = [{metric = "markup", estimate = 0.5}, {metric = "markup_model", estimate = 0.5}, {metric = "markup_people", estimate = 0.0}, {metric = "bullets_model", estimate = 1.5}, {metric = "bullets_people", estimate = 0.0}, {metric = "bold_model", estimate = 0.5}, {metric = "bold_people", estimate = 0.0}]
*/
-- cells
with units as (
    select item_id, dataset, kind, model, variant, wave, role,
           case when output_surface_bullets + output_surface_headings + output_surface_bold > 0 then 1.0 else 0.0 end
               as marked,
           output_surface_bullets as bullets, output_surface_bold as bold
    from instructions
    where output_surface_bullets is not null
),
means as (
    select item_id, dataset, kind, model, variant, wave,
           avg(case when role = 'model' then marked end) as m_marked, avg(case when role = 'reference' then marked end) as r_marked,
           avg(case when role = 'model' then bullets end) as m_bullets, avg(case when role = 'reference' then bullets end) as r_bullets,
           avg(case when role = 'model' then bold end) as m_bold, avg(case when role = 'reference' then bold end) as r_bold
    from units
    group by item_id, dataset, kind, model, variant, wave
)
select item_id, dataset, kind, model, variant, wave,
       case when m_marked is null then 0.0 else 1.0 end as m, case when r_marked is null then 0.0 else 1.0 end as r,
       coalesce(m_marked, 0) as m_marked, coalesce(r_marked, 0) as r_marked,
       coalesce(m_bullets, 0) as m_bullets, coalesce(r_bullets, 0) as r_bullets,
       coalesce(m_bold, 0) as m_bold, coalesce(r_bold, 0) as r_bold
from means
-- estimate
with means as (
    select replicate, dataset, kind, model, variant, wave,
           sum(m_marked) / nullif(sum(m), 0) as m_marked, sum(r_marked) / nullif(sum(r), 0) as r_marked,
           sum(m_bullets) / nullif(sum(m), 0) as m_bullets, sum(r_bullets) / nullif(sum(r), 0) as r_bullets,
           sum(m_bold) / nullif(sum(m), 0) as m_bold, sum(r_bold) / nullif(sum(r), 0) as r_bold
    from cells
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'markup' as metric, m_marked - r_marked as estimate
from means
union all
select replicate, dataset, kind, model, variant, wave, 'markup_model', m_marked
from means
union all
select replicate, dataset, kind, model, variant, wave, 'markup_people', r_marked
from means
union all
select replicate, dataset, kind, model, variant, wave, 'bullets_model', m_bullets
from means
union all
select replicate, dataset, kind, model, variant, wave, 'bullets_people', r_bullets
from means
union all
select replicate, dataset, kind, model, variant, wave, 'bold_model', m_bold
from means
union all
select replicate, dataset, kind, model, variant, wave, 'bold_people', r_bold
from means
