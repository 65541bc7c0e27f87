/*
title     = "Compression"
question  = "How much further can the model's texts be packed than people's, at the same number of words?"
relation  = "texts"
resample  = "halves"
words     = "text"
range     = [-inf, inf]
unit      = "bytes over packed bytes, model minus people"
worse     = "up"
warn      = 0.1
test      = "neutral"
neutral   = 0.0
pairing   = "auto"
describes = ["compression_model", "compression_people"]
reference = "compression ratio: Shaib et al. 2024 (arXiv 2403.00553); here by xz, of the words in lower case, all texts of a side joined by new lines"
notes     = "The more a side repeats itself, be it in words, in phrases or in whole texts, the further it can be packed. The ratio grows with the number of bytes, so both sides are cut to one number of words; it is not to be put beside that of other data, nor beside ratios of gzip. Marks, capitals and markup are left out: what is measured is wording."
[also.output_compression]
datatype = "instruction"
columns  = { text = "output" }
title    = "Compression of answers"
question = "How much further can the model's answers be packed than people's, at the same number of words?"
[also.turn_compression]
datatype = "simulation"
without  = "number"
title    = "Compression of turns"
question = "How much further can what the model says in dialogues be packed than what people say, at the same number of words?"
[example]
given  = [{item_id = 1, replicate = 0, role = "model", words = ["the", "cat", "sat"]}, {item_id = 1, replicate = 0, role = "reference", words = ["the", "cat", "sat"]}]
expect = [{metric = "compression_ratio", estimate = 0.0}, {metric = "compression_model", estimate = 0.16176470588235295}, {metric = "compression_people", estimate = 0.16176470588235295}]
*/
-- estimate
with joined as (
    select replicate, dataset, kind, model, variant, wave, role,
           list(array_to_string(words, ' ') order by hash(item_id), words) as said
    from texts
    group by replicate, dataset, kind, model, variant, wave, role
),
ratios as (
    select replicate, dataset, kind, model, variant, wave, role,
           strlen(array_to_string(said, chr(10))) / compressed_bytes(said) as ratio
    from joined
),
sides as (
    select replicate, dataset, kind, model, variant, wave,
           max(case when role = 'model' then ratio end) as m, max(case when role = 'reference' then ratio end) as r
    from ratios
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'compression_ratio' as metric, m - r as estimate from sides
union all
select replicate, dataset, kind, model, variant, wave, 'compression_model', m from sides
union all
select replicate, dataset, kind, model, variant, wave, 'compression_people', r from sides
