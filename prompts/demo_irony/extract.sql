-- Makes annotations.csv, byte for byte, from the MultiPICo development files of Le-Wi-Di 2025.
--
-- Put MP_dev.json and MP_annotators_meta.json beside this file, go to this folder, and run
--     duckdb < extract.sql                                              (the DuckDB shell), or
--     python -c "import duckdb; duckdb.sql(open('extract.sql').read())"
--
-- Eligible: an English post with a reply, 4 people or more, 80 words or fewer together, plain text (no
-- links, no names of accounts, no emoji: the source lost most), and none of the words and items below.
-- Chosen: the three people with the most eligible items answered 20 of them each, so that a rank among
-- persons can be shown; the places left up to 60 go to further items. What is equal is ordered by an
-- md5 of the seed and the key, so that chance decides and repeats itself.

copy (
with seed as (select 'demo_irony 1' as seed),

-- Left out by hand, on reading: coarse or cruel, a quarrel about politics or origin, about a named person,
-- or not understandable in English. Only items that came up for choice were read, and mild ones were let
-- stand where leaving them out would have cost one of the three people their 20 items.
excluded as (
    select unnest([
        'mp1014', 'mp1294', 'mp1399', 'mp1711', 'mp1907', 'mp1938', 'mp2', 'mp2278', 'mp2631', 'mp2649',
        'mp2550', 'mp2989', 'mp592', 'mp671', 'mp2330', 'mp2986', 'mp850', 'mp2910', 'mp1192', 'mp126',
        'mp2964', 'mp1874', 'mp1650', 'mp2860', 'mp1111', 'mp1122', 'mp1519', 'mp1573', 'mp2053', 'mp2073',
        'mp2556', 'mp1110', 'mp1415', 'mp230', 'mp2430'
    ]) as item
),

source as (
    select 'mp' || key as item, value
    from json_each((select content from read_text('MP_dev.json'))::json)
),
texts as (
    select item, value,
           -- The source masks accounts as @USER; what is left when the masks go is what was said.
           trim(regexp_replace(replace(replace(replace(regexp_replace(
                value ->> '$.text.post', '^(\s*@USER)+', ''),
                '&amp;', '&'), '&gt;', '>'), '&lt;', '<'), '\s+', ' ', 'g')) as post,
           trim(regexp_replace(replace(replace(replace(regexp_replace(
                value ->> '$.text.reply', '^(\s*@USER)+', ''),
                '&amp;', '&'), '&gt;', '>'), '&lt;', '<'), '\s+', ' ', 'g')) as reply
    from source
    where value ->> '$.lang' = 'en'
),
eligible as (
    select item, value, post, reply
    from texts
    where (value ->> '$."number of annotations"')::int >= 4
      and len(string_split(post || ' ' || reply, ' ')) <= 80
      and post <> '' and reply <> ''
      and not regexp_matches(post || ' ## ' || reply, 'https?:|www\.|URL|@|\?\?|(^|\s)\?|~|\^|\bu/')
      and not regexp_matches(post || reply, '[^\x20-\x7E‘’“”–—…£€é]')
      and not regexp_matches(lower(post || ' ## ' || reply),
          'fuck|\bshit|cock\b|cocks\b|\bdick|nipple|porn|\bsex|\brape|nazi|suicid|stabb|terroris|\bisis\b|uwu')
      and item not in (from excluded)
),
answers as (
    select item, key as person, value ->> '$' as answer
    from (select item, unnest(json_keys(value -> '$.annotations')) as key, value -> '$.annotations' as said from eligible),
         lateral (select said -> key as value)
),
focal as (
    select person from answers, seed group by person, seed order by count(*) desc, md5(seed || person) limit 3
),
weight as (
    select item, count(*) as people from answers where person in (from focal) group by item
),
ranked as (
    select a.item, w.people,
           row_number() over (partition by a.person order by w.people desc, md5(seed || a.item)) as place
    from answers a join weight w using (item), seed
    where a.person in (from focal)
),
chosen as (
    select e.item
    from eligible e left join ranked r using (item), seed
    group by e.item, seed
    order by coalesce(min(r.place), 99) <= 20 desc, coalesce(max(r.people), 0) desc, md5(seed || e.item)
    limit 60
),
traits as (
    select 'Ann' || key as person,
           lower(value ->> '$.Gender') as gender,
           case when (value ->> '$.Age')::double < 30 then '18-29'
                when (value ->> '$.Age')::double < 45 then '30-44'
                when (value ->> '$.Age')::double >= 45 then '45+' end as age_group
    from json_each((select content from read_text('MP_annotators_meta.json'))::json)
),
people as (
    select person, 'p' || lpad(row_number() over (order by md5(seed || person))::varchar, 2, '0') as annotator
    from (select distinct person from answers where item in (from chosen)), seed
)
select e.item, e.post, e.reply, p.annotator, t.gender, t.age_group,
       case a.answer when '1' then 'ironic' when '0' then 'not ironic' end as label
from answers a
join chosen using (item)
join eligible e using (item)
join people p using (person)
left join traits t using (person)
order by lpad(e.item, 8, ' '), p.annotator
) to 'annotations.csv' (header, delimiter ',');
