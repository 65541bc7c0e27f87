-- Makes texts.csv, byte for byte, from files of worker_vs_gpt (https://github.com/AndersGiovanni/worker_vs_gpt).
--
-- Put its folders data/ten-dim and data/hypo-l beside this file, go to this folder, and run
--     duckdb < extract.sql                                              (the DuckDB shell), or
--     python -c "import duckdb; duckdb.sql(open('extract.sql').read())"
--
-- Kept: texts of 20 to 160 characters of the five most frequent social dimensions and of both kinds of hyperbole, that
-- hold none of the words below and were not left out by hand; of each class, corpus and side so many, by the hash of
-- the text. A text that stands twice counts once. seed is the hash of the text that a model was given to rewrite.

copy (
with files as (
    select string_split(filename, '/')[-2] as task, string_split(string_split(filename, '/')[-1], '.')[1] as name,
           from_json(content, '["json"]') as list_of
    from read_text(['ten-dim/*.json', 'hypo-l/*.json'])
    where not filename like '%base.json'
),
rows as (
    select task, name, unnest(range(len(list_of))) as place, unnest(list_of) as row from files
),
texts as (
    -- ten-dim marks the passage that shows the dimension (h_text): that is what models were given.
    select task, case when name in ('train', 'test') then null
                      else regexp_extract(name, 'balanced_(.+)_augmented', 1) end as model,
           case when name = 'test' then 'test' else 'train' end as split, place, row ->> '$.target' as class,
           coalesce(row ->> '$.h_text', row ->> '$.text') as seed,
           trim(coalesce(row ->> '$.augmented_h_text', row ->> '$.augmented_text', row ->> '$.h_text',
                         row ->> '$.text')) as text
    from rows
),
-- Not for a demo: insults, sex, violence, drugs, illness, religion, politics, and addresses.
words as (
    select '\b(' || 'fuck\w*|shit\w*|ass|asses|asshole\w*|bitch\w*|damn\w*|hell|crap\w*|dick\w*|porn\w*|sex\w*|rap(e|ed|es|ing|ist)|' ||
           'nazi\w*|hitler|kill\w*|murder\w*|suicid\w*|die|dies|died|dying|dead|death\w*|guns?|shoot\w*|shot|bomb\w*|terror\w*|wars?|' ||
           'drugs?|weed|drunk\w*|alcohol\w*|gay\w*|lesbian\w*|trans|transgender\w*|lgbt\w*|blacks?|whites?|rac(e|es|ist|ism|ial)|jew\w*|' ||
           'muslim\w*|islam\w*|christ\w*|gods?|jesus|church\w*|relig\w*|trump\w*|obama|clinton|hillary|democrat\w*|republican\w*|' ||
           'liberal\w*|conservativ\w*|politic\w*|feminis\w*|wom[ae]n\w*|girls?|slut\w*|whore\w*|abus\w*|assault\w*|violen\w*|stupid\w*|' ||
           'idiot\w*|moron\w*|dumb\w*|retard\w*|hat(e|es|ed|ing|red)|virgin\w*|penis|vagin\w*|breast\w*|naked|nude|blood\w*|tortur\w*|' ||
           'slave\w*|immigra\w*|abort\w*|pussy|prostitut\w*|incest\w*|pedo\w*|molest\w*|harass\w*|piss\w*|bastard\w*|cancer\w*|' ||
           'diseas\w*|wtf|omg|lmao|cuck\w*|incel\w*|vegan\w*|jail\w*|prison\w*|crim\w*|polic\w*|cops?|depress\w*|anxi\w*|therap\w*|' ||
           'reddit\w*|subreddit\w*|upvot\w*|downvot\w*|bigot\w*|fascis\w*|communis\w*|vot(e|es|ed|ing|er|ers)|president\w*|pregnan\w*|' ||
           'marri\w*|divorc\w*|weapon\w*|attack\w*|corpse\w*|grave\w*|suck\w*|screw\w*|bloody|http\w*|www)\b' as unfit
),
-- Left out by hand, on reading: what the words above do not tell.
excluded as (
    select 'hypo-l' as task, unnest([
        'human-test-234', 'human-train-1445', 'human-train-774', 'human-train-790', 'human-train-101',
        'human-train-1207', 'human-train-1438', 'human-train-2374', 'human-train-349', 'human-train-533',
        'human-train-724', 'human-train-770', 'gpt-4-train-1009', 'gpt-4-train-117', 'gpt-4-train-1177',
        'gpt-4-train-1444', 'gpt-4-train-1461', 'gpt-4-train-2360', 'gpt-4-train-488', 'gpt-4-train-494',
        'gpt-4-train-670', 'gpt-4-train-1311', 'gpt-4-train-364', 'llama-2-70b-train-120', 'llama-2-70b-train-1662',
        'llama-2-70b-train-2223'
    ]) as item
    union all
    select 'ten-dim' as task, unnest([
        'human-test-1216', 'human-test-1380', 'human-test-176', 'human-test-20', 'human-test-309', 'human-test-328',
        'human-test-620', 'human-test-891', 'human-test-973', 'human-test-1363', 'human-test-143', 'human-test-150',
        'human-test-321', 'human-test-40', 'human-test-914', 'human-test-1032', 'human-test-1222',
        'human-test-1491', 'human-test-283', 'human-test-300', 'human-test-810', 'human-test-928',
        'human-test-1429', 'human-train-1532', 'human-train-170', 'human-train-1993', 'human-train-2170',
        'human-train-2360', 'human-train-2698', 'human-train-2745', 'human-train-299', 'human-train-3169',
        'human-train-3829', 'human-train-651', 'human-train-669', 'human-train-859', 'human-train-994',
        'human-train-3645', 'human-train-3834', 'human-train-949', 'human-train-981', 'human-train-1114',
        'human-train-1489', 'human-train-2220', 'human-train-2231', 'human-train-2929', 'human-train-2941',
        'human-train-4176', 'human-train-24', 'human-train-786', 'human-train-1047', 'human-train-1745',
        'human-train-2521', 'human-train-4385', 'gpt-4-train-1794', 'gpt-4-train-204', 'gpt-4-train-2130',
        'gpt-4-train-2592', 'gpt-4-train-2770', 'gpt-4-train-2854', 'gpt-4-train-2945', 'gpt-4-train-2959',
        'gpt-4-train-4027', 'gpt-4-train-4064', 'gpt-4-train-244', 'gpt-4-train-2616', 'gpt-4-train-3769',
        'gpt-4-train-3778', 'gpt-4-train-3841', 'gpt-4-train-4341', 'gpt-4-train-4364', 'gpt-4-train-973',
        'gpt-4-train-2604', 'gpt-4-train-3886', 'gpt-4-train-1074', 'gpt-4-train-1785', 'gpt-4-train-1384',
        'llama-2-70b-train-4376', 'llama-2-70b-train-928', 'llama-2-70b-train-878'
    ]) as item
),
fit as (
    select *, concat_ws('-', coalesce(model, 'human'), split, place) as item,
           row_number() over (partition by task, text order by model nulls first, split, place) as turn
    from texts, words
    where len(text) between 20 and 160 and not regexp_matches(lower(text), unfit) and not contains(text, '@')
      and class not in ('fun', 'power', 'similarity_identity', 'trust') and not contains(text, chr(10))
),
ranked as (
    select *, row_number() over (partition by task, class, model, split order by md5(text), place) as rank
    from fit
    where turn = 1
)
select task, split, item, class, model, case when model is not null then md5(seed)[:8] end as seed, text
from ranked
where rank <= case when split = 'test' then 80 when task = 'ten-dim' then 100 else 150 end
  and (task, item) not in (select (task, item) from excluded)
order by task, split, model nulls first, class, item
) to 'texts.csv' (header, delimiter ',');
