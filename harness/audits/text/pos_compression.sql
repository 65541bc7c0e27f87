/*
title     = "Redundancy of grammar"
question  = "How much better do the model's sequences of parts of speech compress?"
relation  = "texts"
range     = [-inf, inf]
unit      = "compression ratio, model minus people"
worse     = "up"
warn      = 0.05
test      = "neutral"
neutral   = 0
pairing   = "auto"
resample  = "halves"
words     = "text"
features  = ["surface", "syntax"]
describes = ["pos_compression_model", "pos_compression_people"]
reference = "compression ratio of parts of speech: Shaib and others 2024 (arXiv 2403.00553; arXiv 2407.00211)"
notes     = "Bytes of the tags, one byte a tag, over the bytes of the same packed by xz; both sides at one number of tags. Higher is more of the same. Those who write tags out and pack them with gzip get higher ratios of the same order: compare within a study. English only."
[example]
given  = [{item_id = 1, role = "model", words = ["a"], text_surface_words = 1, text_syntax_tags = [12, 23, 12, 23, 12, 23, 12, 23, 12, 23, 12, 23, 12, 23, 12, 23, 12, 23, 12, 23, 12, 23, 12, 23, 12, 23, 12, 23, 12, 23, 12, 23, 12, 23, 12, 23, 12, 23, 12, 23]}, {item_id = 1, role = "reference", words = ["a"], text_surface_words = 2, text_syntax_tags = [16, 38, 35, 9, 24, 39, 31, 41, 38, 5, 39, 1, 31, 17, 36, 15, 13, 46, 31, 35, 36, 31, 26, 41, 10, 15, 41, 10, 34, 25, 48, 1, 43, 5, 11, 49, 38, 3, 20, 2, 16, 38, 35, 9, 24, 39, 31, 41, 38, 5, 39, 1, 31, 17, 36, 15, 13, 46, 31, 35, 36, 31, 26, 41, 10, 15, 41, 10, 34, 25, 48, 1, 43, 5, 11, 49, 38, 3, 20, 2]}]
expect = [{metric = "pos_compression", estimate = 0.1715686274509804}, {metric = "pos_compression_model", estimate = 0.5882352941176471}, {metric = "pos_compression_people", estimate = 0.4166666666666667}]
*/
-- estimate
with cut as (
    -- The last text of a side is cut to the budget; its tags by the same share.
    select replicate, dataset, kind, model, variant, wave, role, item_id,
           text_syntax_tags[1:ceil(len(text_syntax_tags) * len(words) / nullif(text_surface_words, 0))::integer] as tags
    from texts
    where text_syntax_tags is not null and text_surface_words > 0
),
told as (
    select replicate, dataset, kind, model, variant, wave, role,
           string_agg(array_to_string(list_transform(tags, lambda tag: chr(48 + tag::integer)), ''), '0' order by item_id, tags) as tags
    from cut
    group by replicate, dataset, kind, model, variant, wave, role
),
even as (
    select *, left(tags, min(length(tags)) over (partition by replicate, dataset, kind, model, variant, wave)) as same
    from told
),
packed as (
    select replicate, dataset, kind, model, variant, wave, role, 1.0 * length(same) / compressed_bytes([same]) as ratio
    from even
),
sides as (
    select replicate, dataset, kind, model, variant, wave,
           max(case when role = 'model' then ratio end) as m, max(case when role = 'reference' then ratio end) as r
    from packed
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'pos_compression' as metric, m - r as estimate from sides
union all
select replicate, dataset, kind, model, variant, wave, 'pos_compression_model', m from sides
union all
select replicate, dataset, kind, model, variant, wave, 'pos_compression_people', r from sides
