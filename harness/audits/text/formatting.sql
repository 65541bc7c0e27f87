/*
title     = "Lists, headings, bold"
question  = "How much more markup do the model's texts have?"
relation  = "texts"
range     = [-inf, inf]
unit      = "per text, model minus people"
worse     = "both"
warn      = 0.2
test      = "exchange"
floor     = "exchange"
pairing   = "auto"
features  = ["surface"]
sums      = ["n", "bullets", "headings", "bold"]
describes = ["bullets_model", "bullets_people", "headings_model", "headings_people", "bold_model", "bold_people"]
reference = "markup moves raters, whatever the content: Zhang et al. 2024 (arXiv 2409.11704)"
notes     = "Markdown: lines that are an item of a list, lines that are a heading, passages in bold. 0.2 is one more in five texts. Data sets are often cleaned of markup on one side; then this shows the cleaning."
[example]
given  = [{item_id = 1, role = "model", text_surface_bullets = 4, text_surface_headings = 1, text_surface_bold = 2}, {item_id = 2, role = "model", text_surface_bullets = 0, text_surface_headings = 0, text_surface_bold = 1}, {item_id = 1, role = "reference", text_surface_bullets = 1, text_surface_headings = 0, text_surface_bold = 0}, {item_id = 1, role = "reference", text_surface_bullets = 0, text_surface_headings = 0, text_surface_bold = 0}, {item_id = 2, role = "reference", text_surface_bullets = 0, text_surface_headings = 0, text_surface_bold = 0}]
expect = [{metric = "bullets", estimate = 1.75}, {metric = "bullets_model", estimate = 2.0}, {metric = "bullets_people", estimate = 0.25}, {metric = "headings", estimate = 0.5}, {metric = "headings_model", estimate = 0.5}, {metric = "headings_people", estimate = 0.0}, {metric = "bold", estimate = 1.5}, {metric = "bold_model", estimate = 1.5}, {metric = "bold_people", estimate = 0.0}]
*/
-- cells
select item_id, dataset, kind, model, variant, wave, role, 1.0 as n,
       avg(text_surface_bullets) as bullets,
       avg(text_surface_headings) as headings,
       avg(text_surface_bold) as bold
from texts
where text_surface_bullets is not null
group by item_id, dataset, kind, model, variant, wave, role
-- estimate
with sides as (
    select replicate, dataset, kind, model, variant, wave,
           sum(case when role = 'model' then bullets end) / nullif(sum(case when role = 'model' then n end), 0) as m_bullets,
           sum(case when role = 'reference' then bullets end) / nullif(sum(case when role = 'reference' then n end), 0) as r_bullets,
           sum(case when role = 'model' then headings end) / nullif(sum(case when role = 'model' then n end), 0) as m_headings,
           sum(case when role = 'reference' then headings end) / nullif(sum(case when role = 'reference' then n end), 0) as r_headings,
           sum(case when role = 'model' then bold end) / nullif(sum(case when role = 'model' then n end), 0) as m_bold,
           sum(case when role = 'reference' then bold end) / nullif(sum(case when role = 'reference' then n end), 0) as r_bold
    from cells
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'bullets' as metric, m_bullets - r_bullets as estimate from sides
union all
select replicate, dataset, kind, model, variant, wave, 'bullets_model', m_bullets from sides
union all
select replicate, dataset, kind, model, variant, wave, 'bullets_people', r_bullets from sides
union all
select replicate, dataset, kind, model, variant, wave, 'headings', m_headings - r_headings from sides
union all
select replicate, dataset, kind, model, variant, wave, 'headings_model', m_headings from sides
union all
select replicate, dataset, kind, model, variant, wave, 'headings_people', r_headings from sides
union all
select replicate, dataset, kind, model, variant, wave, 'bold', m_bold - r_bold from sides
union all
select replicate, dataset, kind, model, variant, wave, 'bold_model', m_bold from sides
union all
select replicate, dataset, kind, model, variant, wave, 'bold_people', r_bold from sides
