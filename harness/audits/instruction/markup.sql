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
sums      = ["m", "r", "m_marked", "r_marked", "m_listed", "r_listed", "m_bold", "r_bold"]
describes = ["markup_model", "markup_people", "lists_model", "lists_people", "bold_model", "bold_people"]
reference = "Markdown as a confounder of preference for models: style control in Chatbot Arena (Li, Angelopoulos and Chiang 2024), which counts headings, bold and items of lists"
notes     = "Markup is a line that is an item of a list (numbered ones too), a Markdown heading, or a passage in bold. How much of it there is in a text is markup_amount's to say. People's data may have lost markup on the way."
[example]
given  = [{item_id = 1, role = "model", output_surface_bullets = 3, output_surface_headings = 0, output_surface_bold = 0}, {item_id = 2, role = "model", output_surface_bullets = 0, output_surface_headings = 0, output_surface_bold = 0}, {item_id = 1, role = "reference", output_surface_bullets = 0, output_surface_headings = 0, output_surface_bold = 2}]
expect = [{metric = "markup", estimate = -0.5}, {metric = "markup_model", estimate = 0.5}, {metric = "markup_people", estimate = 1.0}, {metric = "lists_model", estimate = 0.5}, {metric = "lists_people", estimate = 0.0}, {metric = "bold_model", estimate = 0.0}, {metric = "bold_people", estimate = 1.0}]
*/
-- cells
with units as (
    select item_id, dataset, kind, model, variant, wave, role,
           case when output_surface_bullets + output_surface_headings + output_surface_bold > 0 then 1.0 else 0.0 end
               as marked,
           case when output_surface_bullets > 0 then 1.0 else 0.0 end as listed,
           case when output_surface_bold > 0 then 1.0 else 0.0 end as bold
    from instructions
    where output_surface_bullets is not null
),
means as (
    select item_id, dataset, kind, model, variant, wave,
           avg(case when role = 'model' then marked end) as m_marked,
           avg(case when role = 'reference' then marked end) as r_marked,
           avg(case when role = 'model' then listed end) as m_listed,
           avg(case when role = 'reference' then listed end) as r_listed,
           avg(case when role = 'model' then bold end) as m_bold,
           avg(case when role = 'reference' then bold end) as r_bold
    from units
    group by item_id, dataset, kind, model, variant, wave
)
select item_id, dataset, kind, model, variant, wave,
       case when m_marked is null then 0.0 else 1.0 end as m, case when r_marked is null then 0.0 else 1.0 end as r,
       coalesce(m_marked, 0) as m_marked, coalesce(r_marked, 0) as r_marked,
       coalesce(m_listed, 0) as m_listed, coalesce(r_listed, 0) as r_listed,
       coalesce(m_bold, 0) as m_bold, coalesce(r_bold, 0) as r_bold
from means
-- estimate
with means as (
    select replicate, dataset, kind, model, variant, wave,
           sum(m_marked) / nullif(sum(m), 0) as m_marked, sum(r_marked) / nullif(sum(r), 0) as r_marked,
           sum(m_listed) / nullif(sum(m), 0) as m_listed, sum(r_listed) / nullif(sum(r), 0) as r_listed,
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
select replicate, dataset, kind, model, variant, wave, 'lists_model', m_listed
from means
union all
select replicate, dataset, kind, model, variant, wave, 'lists_people', r_listed
from means
union all
select replicate, dataset, kind, model, variant, wave, 'bold_model', m_bold
from means
union all
select replicate, dataset, kind, model, variant, wave, 'bold_people', r_bold
from means
