-- Abstracts (arXiv), news (XSum), stories (WritingPrompts) and reviews (Yelp) of people and of four models.
-- Origin: NLP2CT/DetectRL, Direct_Prompt test (Wu and others, NeurIPS 2024); no licence stated: look, do not ship.
-- The file says a domain for people only. It is in four blocks of 504 rows, one a domain, people first; so a model's
-- domain is that of its block.
with rows as (
    select unnest(range(len(list_of))) as place, unnest(list_of) as row
    from (select from_json(content, '["json"]') as list_of
          from read_text('data/free_form_text/detectrl/direct_prompt_test.json'))
)
select 'detectrl ' || domain as dataset, place as item, domain, row ->> '$.label' as kind,
       md5(row ->> '$.text') as cluster,
       case row ->> '$.label' when 'llm' then lower(row ->> '$.llm_type') end as model,
       case row ->> '$.label' when 'llm' then 'direct' end as variant, row ->> '$.text' as text
from (select *, ['abstract', 'document', 'story', 'content'][place // 504 + 1] as domain from rows)
