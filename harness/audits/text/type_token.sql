/*
title     = "Distinct words"
question  = "How much more varied is the vocabulary of the model's texts, at like lengths?"
relation  = "texts"
range     = [-inf, inf]
unit      = "distinct words over words, model minus people"
worse     = "both"
warn      = 0.02
test      = "exchange"
floor     = "exchange"
pairing   = "auto"
features  = ["surface"]
sums      = ["n", "ratio"]
reference = "type-token ratio at like lengths; Tweedie and Baayen 1998 (Computers and the Humanities 32, 323-352) on why length has to be held"
notes     = "The longer a text, the more of its words have stood before: texts are compared only with texts of like length (bands a third of a doubling wide), and the bands are weighed by how many texts both sides have there. Lengths at which one side has no texts say nothing; look at text_length first. Texts of fewer than ten words are left out. It tells of variety within a text, not between texts."
[example]
given  = [{item_id = 1, role = "model", text_surface_words = 20, text_surface_types = 16}, {item_id = 2, role = "model", text_surface_words = 100, text_surface_types = 50}, {item_id = 1, role = "reference", text_surface_words = 20, text_surface_types = 18}, {item_id = 2, role = "reference", text_surface_words = 1000, text_surface_types = 300}]
expect = [{metric = "type_token", estimate = -0.1}]
*/
-- cells
with banded as (
    select item_id, dataset, kind, model, variant, wave, role, floor(3 * log2(text_surface_words))::integer as band,
           text_surface_types / text_surface_words as ratio
    from texts
    where text_surface_words >= 10
)
select item_id, dataset, kind, model, variant, wave, role, band, 1.0 as n, avg(ratio) as ratio
from banded
group by item_id, dataset, kind, model, variant, wave, role, band
-- estimate
with bands as (
    select replicate, dataset, kind, model, variant, wave, band,
           coalesce(sum(case when role = 'model' then n end), 0) as m,
           coalesce(sum(case when role = 'reference' then n end), 0) as r,
           sum(case when role = 'model' then ratio end) as m_ratio,
           sum(case when role = 'reference' then ratio end) as r_ratio
    from cells
    group by replicate, dataset, kind, model, variant, wave, band
),
compared as (
    select replicate, dataset, kind, model, variant, wave, m * r / (m + r) as weight, m_ratio / m - r_ratio / r as gap
    from bands
    where m > 0 and r > 0
)
select replicate, dataset, kind, model, variant, wave, 'type_token' as metric, sum(weight * gap) / nullif(sum(weight), 0) as estimate
from compared
group by replicate, dataset, kind, model, variant, wave
