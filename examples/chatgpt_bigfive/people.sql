-- Big Five markers (IPIP) from openpsychometrics.org, in yutxie/ChatGPT-Behavioral@69ec557, MIT.
--
-- bigfive_data.csv (tab-separated) has 19,719 people with 50 answers each; 0 is a question that was skipped. The first
-- 2,000 people are loaded, 100,000 answers, so that a first look is quick; raise the limit for all 986,000.
with people as (
    select row_number() over () as person, *
    from read_csv('data/simulations/chatgpt_behavioral/bigfive_data.csv', delim = '\t', all_varchar = true)
    limit 2000
),
answers as (
    unpivot people on columns('^[ENACO](10|[1-9])$') into name item value answer
),
statements as (
    select column0 as item, column1 as statement
    from read_csv('data/simulations/chatgpt_behavioral/bigfive.tsv', delim = '\t', header = false, all_varchar = true)
)
select a.item, 'big five' as dataset, 'human' as kind, 'p' || lpad(a.person::varchar, 5, '0') as annotator, s.statement,
       left(a.item, 1) as cluster, case when a.answer <> '0' then a.answer end as label,
       case a.gender when '1' then 'male' when '2' then 'female' when '3' then 'other' end as trait_gender,
       a.country as trait_country,
       case when try_cast(a.age as integer) between 13 and 29 then '13-29'
            when try_cast(a.age as integer) between 30 and 44 then '30-44'
            when try_cast(a.age as integer) between 45 and 99 then '45+' end as trait_age_group
from answers a join statements s using (item)
