/*
title     = "Duplicates"
question  = "How many more of the model's texts say again what another of them says, among as many texts?"
relation  = "texts"
resample  = "halves"
range     = [-1, 1]
unit      = "share of texts, model minus people"
worse     = "up"
warn      = 0.05
test      = "neutral"
neutral   = 0.0
pairing   = "auto"
describes = ["duplicates_model", "duplicates_people", "near_duplicates_model", "near_duplicates_people"]
reference = "resemblance of five-word shingles: Broder 1997 (Compression and Complexity of Sequences, 21-29), computed exactly; Lee et al. 2022 (ACL, arXiv 2107.06499) on near-duplicates in training data"
notes     = "duplicates: the same words in the same order as another text of the side, whatever the marks, capitals and spaces. near_duplicates: half or more of the five-word shingles of two texts are shared; a duplicate of five words or more is one too. Counted among at most 1,000 texts a side, as many on both: the share grows with their number. Where a data set has one item twice, both sides may say the same twice; make such items one cluster."
[also.output_duplicates]
datatype = "instruction"
columns  = { text = "output" }
title    = "Duplicate answers"
question = "How many more of the model's answers say again what another of them says, among as many answers?"
[also.turn_duplicates]
datatype = "simulation"
without  = "number"
title    = "Duplicate turns"
question = "How many more of the model's turns say again what another of them says, among as many turns?"
[example]
given  = [{item_id = 1, replicate = 0, role = "model", text = "It was late, and we went home again."}, {item_id = 2, replicate = 0, role = "model", text = "it was late and we went home again"}, {item_id = 3, replicate = 0, role = "model", text = "It was late and we went home again today!"}, {item_id = 4, replicate = 0, role = "model", text = "A dog."}, {item_id = 1, replicate = 0, role = "reference", text = "A dog."}, {item_id = 2, replicate = 0, role = "reference", text = "a dog"}, {item_id = 3, replicate = 0, role = "reference", text = "It was late and nobody was there."}, {item_id = 4, replicate = 0, role = "reference", text = "It was late and nobody came home."}]
expect = [{metric = "duplicates", estimate = 0.0}, {metric = "near_duplicates", estimate = 0.75}, {metric = "duplicates_model", estimate = 0.5}, {metric = "duplicates_people", estimate = 0.5}, {metric = "near_duplicates_model", estimate = 0.75}, {metric = "near_duplicates_people", estimate = 0.0}]
*/
-- estimate
with numbered as (
    select replicate, dataset, kind, model, variant, wave, role, row_number() over () as text_no,
           regexp_extract_all(lower(text), '[\p{L}\p{N}]+') as words
    from texts
    where text is not null
),
counted as (
    select *, count(*) over (partition by replicate, dataset, kind, model, variant, wave, role, hash(words)) as alike
    from numbered
),
shingles as (
    select distinct replicate, dataset, kind, model, variant, wave, role, text_no,
           hash(unnest(list_zip(words[:-5], words[2:-4], words[3:-3], words[4:-2], words[5:]))) as shingle
    from numbered
    where len(words) >= 5
),
sizes as (
    select replicate, text_no, count(*) as size from shingles group by replicate, text_no
),
shared as (
    select a.replicate, a.text_no, b.text_no as other_no, count(*) as common
    from shingles a
    join shingles b using (replicate, dataset, kind, model, variant, wave, role, shingle)
    where a.text_no <> b.text_no
    group by a.replicate, a.text_no, b.text_no
),
near as (
    select distinct s.replicate, s.text_no
    from shared s
    join sizes a on a.replicate = s.replicate and a.text_no = s.text_no
    join sizes b on b.replicate = s.replicate and b.text_no = s.other_no
    where 2 * s.common >= a.size + b.size - s.common
),
told as (
    select c.*, case when alike > 1 then 1.0 else 0.0 end as same,
           case when n.text_no is not null then 1.0 else 0.0 end as near
    from counted c
    left join near n on n.replicate = c.replicate and n.text_no = c.text_no
),
sides as (
    select replicate, dataset, kind, model, variant, wave,
           avg(case when role = 'model' then same end) as m_same,
           avg(case when role = 'reference' then same end) as r_same,
           avg(case when role = 'model' then near end) as m_near,
           avg(case when role = 'reference' then near end) as r_near
    from told
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'duplicates' as metric, m_same - r_same as estimate from sides
union all
select replicate, dataset, kind, model, variant, wave, 'near_duplicates', m_near - r_near from sides
union all
select replicate, dataset, kind, model, variant, wave, 'duplicates_model', m_same from sides
union all
select replicate, dataset, kind, model, variant, wave, 'duplicates_people', r_same from sides
union all
select replicate, dataset, kind, model, variant, wave, 'near_duplicates_model', m_near from sides
union all
select replicate, dataset, kind, model, variant, wave, 'near_duplicates_people', r_near from sides
