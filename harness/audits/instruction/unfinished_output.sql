/*
title     = "Unfinished outputs"
question  = "How many more of the model's outputs than of people's break off?"
relation  = "instructions"
range     = [-1, 1]
unit      = "share of outputs, model minus people"
worse     = "up"
warn      = 0.02
test      = "neutral"
neutral   = 0.0
draws     = "all"
pairing   = "auto"
sums      = ["m", "r", "m_unfinished", "r_unfinished"]
describes = ["unfinished_model", "unfinished_people"]
reference = "Das et al. 2024, section 7, on outputs that do not fit the task in form; the finish reason length, seen from the text"
notes     = "By rule: the last line goes on for ten words or more and ends with a letter or a comma, though the text has a stop before it; or an item of a list is empty at the end; or a passage of code is opened and not closed. Short answers and lists without stops do not count. Where the replies are our own, cut_off in length knows better."
[example]
given  = [{item_id = 1, role = "model", output = "It is late. One should by now have left for the station and then"}, {item_id = 1, role = "model", part = 1, output = "An apple"}, {item_id = 2, role = "model", output = "Buy:\n1. Milk\n2. Bread\n3."}, {item_id = 2, role = "model", part = 1, output = "Buy:\n- Milk\n- Bread"}, {item_id = 3, role = "reference", output = "It is late. Go home."}, {item_id = 3, role = "reference", part = 1}]
expect = [{metric = "unfinished", estimate = 0.5}, {metric = "unfinished_model", estimate = 0.5}, {metric = "unfinished_people", estimate = 0.0}]
*/
-- cells
with ends as (
    select item_id, dataset, kind, model, variant, wave, role, rtrim(output, e' \t\r\n') as said,
           regexp_extract(rtrim(output, e' \t\r\n'), '[^\n]*$') as line
    from instructions
    where output is not null
),
units as (
    select item_id, dataset, kind, model, variant, wave, role,
           case when regexp_matches(line, '[[:alpha:],]$') and regexp_matches(line, '(\S+\s+){9}\S')
                     and not regexp_matches(line, '^\s*([-*+•#|>]|[0-9]+[.)])') and regexp_matches(said, '[.!?]\s')
                     or regexp_matches(said, '\n\s*([-*+•]|[0-9]+[.)])$')
                     or (length(said) - length(replace(said, '```', ''))) % 6 = 3 then 1.0 else 0.0 end as unfinished
    from ends
),
means as (
    select item_id, dataset, kind, model, variant, wave,
           avg(case when role = 'model' then unfinished end) as m_unfinished,
           avg(case when role = 'reference' then unfinished end) as r_unfinished
    from units
    group by item_id, dataset, kind, model, variant, wave
)
select item_id, dataset, kind, model, variant, wave,
       case when m_unfinished is null then 0.0 else 1.0 end as m, case when r_unfinished is null then 0.0 else 1.0 end as r,
       coalesce(m_unfinished, 0) as m_unfinished, coalesce(r_unfinished, 0) as r_unfinished
from means
-- estimate
with means as (
    select replicate, dataset, kind, model, variant, wave,
           sum(m_unfinished) / nullif(sum(m), 0) as m_unfinished,
           sum(r_unfinished) / nullif(sum(r), 0) as r_unfinished
    from cells
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'unfinished' as metric, m_unfinished - r_unfinished as estimate
from means
union all
select replicate, dataset, kind, model, variant, wave, 'unfinished_model', m_unfinished
from means
union all
select replicate, dataset, kind, model, variant, wave, 'unfinished_people', r_unfinished
from means
