/*
title     = "Amount of markup"
question  = "How many more items of lists, and passages in bold, has an output of the model than one of people's?"
relation  = "instructions"
range     = [-inf, inf]
unit      = "number an output, model minus people"
worse     = "both"
warn      = 0.5
test      = "neutral"
neutral   = 0.0
draws     = "all"
pairing   = "auto"
features  = ["surface"]
sums      = ["m", "r", "m_bullets", "r_bullets", "m_bold", "r_bold"]
describes = ["bullets_model", "bullets_people", "bold_model", "bold_people"]
reference = "style control in Chatbot Arena (Li, Angelopoulos and Chiang 2024), which counts headings, bold and items of lists"
notes     = "Means, in which a few long lists weigh much: markup says how many outputs have any. Longer outputs have more of everything; compare output_length."
[example]
given  = [{item_id = 1, role = "model", output_surface_bullets = 3, output_surface_bold = 1}, {item_id = 2, role = "model", output_surface_bullets = 0, output_surface_bold = 0}, {item_id = 1, role = "reference", output_surface_bullets = 1, output_surface_bold = 2}]
expect = [{metric = "bullets", estimate = 0.5}, {metric = "bold", estimate = -1.5}, {metric = "bullets_model", estimate = 1.5}, {metric = "bullets_people", estimate = 1.0}, {metric = "bold_model", estimate = 0.5}, {metric = "bold_people", estimate = 2.0}]
*/
-- cells
with units as (
    select item_id, dataset, kind, model, variant, wave,
           role, output_surface_bullets as bullets, output_surface_bold as bold
    from instructions
    where output_surface_bullets is not null
),
means as (
    select item_id, dataset, kind, model, variant, wave,
           avg(case when role = 'model' then bullets end) as m_bullets,
           avg(case when role = 'reference' then bullets end) as r_bullets,
           avg(case when role = 'model' then bold end) as m_bold,
           avg(case when role = 'reference' then bold end) as r_bold
    from units
    group by item_id, dataset, kind, model, variant, wave
)
select item_id, dataset, kind, model, variant, wave,
       case when m_bullets is null then 0.0 else 1.0 end as m, case when r_bullets is null then 0.0 else 1.0 end as r,
       coalesce(m_bullets, 0) as m_bullets, coalesce(r_bullets, 0) as r_bullets,
       coalesce(m_bold, 0) as m_bold, coalesce(r_bold, 0) as r_bold
from means
-- estimate
with means as (
    select replicate, dataset, kind, model, variant, wave,
           sum(m_bullets) / nullif(sum(m), 0) as m_bullets, sum(r_bullets) / nullif(sum(r), 0) as r_bullets,
           sum(m_bold) / nullif(sum(m), 0) as m_bold, sum(r_bold) / nullif(sum(r), 0) as r_bold
    from cells
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'bullets' as metric, m_bullets - r_bullets as estimate
from means
union all
select replicate, dataset, kind, model, variant, wave, 'bold', m_bold - r_bold
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
