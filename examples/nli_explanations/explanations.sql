-- Explanations of NLI labels by people (VariErr) and, each in the place of one of them, by GPT-4o, Llama 3 and Mixtral.
-- Origin: mainlp/MJD-Estimator (Chen and others, EMNLP 2024 findings); licence Apache-2.0.
-- An item is a pair with one explanation's place, so that model and person explain the same label; the four places
-- of a pair are one cluster.
with files as (
    select regexp_extract(filename, '([A-Za-z0-9]+)(?:__[^/]*)?\.json$', 1) as who, content
    from read_text(['data/free_form_text/mjd_explanations/human.json',
                    'data/free_form_text/mjd_explanations/*__VariErr-Label-Guided-first.json'])
),
lines as (
    select who, unnest(string_split(rtrim(content, chr(10)), chr(10)))::json as line from files
),
pairs as (
    select who, line ->> '$.premise' as premise, line ->> '$.hypothesis' as hypothesis,
           coalesce(line -> '$.comments', line -> '$.machine_replaced_comments') as said
    from lines
)
select 'nli_explanations' as dataset, md5(p.premise || chr(10) || p.hypothesis) || '-' || c.key as item,
       md5(p.premise || chr(10) || p.hypothesis) as cluster,
       case p.who when 'human' then 'human' else 'llm' end as kind,
       case when p.who <> 'human' then lower(p.who) end as model,
       case when p.who <> 'human' then 'label-guided' end as variant, p.premise, p.hypothesis,
       case c.value ->> '$[1]' when 'e' then 'entailment' when 'n' then 'neutral' else 'contradiction' end as label,
       trim(c.value ->> '$[0]', chr(10) || ' ') as text
from pairs p, json_each(p.said) c
