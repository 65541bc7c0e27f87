-- The tables of harness.duckdb. Facts are insert-only and came from a file in runs/; derived tables are
-- replaced at will. People read the views in main (see relations.py); the tables live in schema store.
create schema if not exists store;

-- Its comment is the hash of the statements that made this database.
create table if not exists store.made_by (nothing boolean);
comment on column store.made_by.nothing is 'always empty';

create table if not exists store.items (
    item_id uuid primary key, dataset varchar not null, key varchar not null, fields json not null);
comment on table store.items is 'what is judged, answered or continued';
comment on column store.items.item_id is 'hash of dataset, key and fields';
comment on column store.items.dataset is 'the collection that the item belongs to';
comment on column store.items.key is 'the name of the item within its dataset';
comment on column store.items.fields is 'what templates may read';

create table if not exists store.annotators (
    annotator_id uuid primary key, kind varchar not null, dataset varchar, name varchar,
    traits json, identity json not null);
comment on table store.annotators is 'who speaks: a human, or an LLM under one prompt variant in one wave';
comment on column store.annotators.annotator_id is 'hash of the identity';
comment on column store.annotators.kind is 'human, llm or trained';
comment on column store.annotators.dataset is 'for humans: the dataset that knows them by this name';
comment on column store.annotators.name is 'for humans: the name in the data';
comment on column store.annotators.traits is 'what is known of a human: gender, age group …';
comment on column store.annotators.identity is 'what was hashed';

create table if not exists store.studies (
    study varchar, study_hash uuid, load_id uuid, title varchar, datatype varchar, config json,
    seed bigint, samples integer, resolved_at timestamptz, primary key (study, study_hash));
comment on table store.studies is 'a study as it stood when it was resolved; the latest is what relations show';
comment on column store.studies.study is 'the name of the folder in prompts/';
comment on column store.studies.study_hash is 'hash of all that decides who is asked what';
comment on column store.studies.load_id is 'the data that it read';
comment on column store.studies.title is 'the question in words';
comment on column store.studies.datatype is 'label, preference, instruction, simulation or text';
comment on column store.studies.config is 'the table of the data type in study.toml';
comment on column store.studies.seed is 'seed of the resampling';
comment on column store.studies.samples is 'draws asked of each annotator for each item';
comment on column store.studies.resolved_at is 'when it was last resolved';

create table if not exists store.roster (
    study varchar, study_hash uuid, annotator_id uuid, kind varchar, model varchar, variant varchar,
    wave varchar, family varchar, released date, template_id uuid, wording varchar, label_order varchar,
    answer_order varchar, names varchar, persona varchar, format varchar, temperature varchar,
    bindings json, asked boolean, primary key (study, study_hash, annotator_id));
comment on table store.roster is 'how a study calls the annotators that are no humans';
comment on column store.roster.study is 'the study';
comment on column store.roster.study_hash is 'the study as it stood';
comment on column store.roster.annotator_id is 'who';
comment on column store.roster.kind is 'llm or trained';
comment on column store.roster.model is 'the study''s name of the model';
comment on column store.roster.variant is 'the prompt variant in words';
comment on column store.roster.wave is 'the round of asking';
comment on column store.roster.family is 'the family of the model';
comment on column store.roster.released is 'the release date of the model';
comment on column store.roster.template_id is 'hash of the template and of all that it includes';
comment on column store.roster.wording is 'axis: which template';
comment on column store.roster.label_order is 'axis: order in which labels were shown';
comment on column store.roster.answer_order is 'axis: order in which answers were shown';
comment on column store.roster.names is 'axis: names given to answers';
comment on column store.roster.persona is 'axis: persona';
comment on column store.roster.format is 'axis: answer format';
comment on column store.roster.temperature is 'axis: sampling temperature';
comment on column store.roster.bindings is 'the study''s other axes, and all levels as bound';
comment on column store.roster.asked is 'true if this project asked; false if somebody else did and the data were loaded';

create table if not exists store.scale (
    study varchar, study_hash uuid, label varchar, position integer, value double,
    primary key (study, study_hash, label));
comment on table store.scale is 'the options of a study';
comment on column store.scale.study is 'the study';
comment on column store.scale.study_hash is 'the study as it stood';
comment on column store.scale.label is 'the option';
comment on column store.scale.position is 'its place in study.toml, from 1';
comment on column store.scale.value is 'its number on the scale: itself where all options are numbers, else its place';

create table if not exists store.templates (
    template_id uuid primary key, path varchar, source varchar, parts json);
comment on table store.templates is 'the texts of templates';
comment on column store.templates.template_id is 'hash of source and parts';
comment on column store.templates.path is 'file in the study';
comment on column store.templates.source is 'text of the file';
comment on column store.templates.parts is 'what it includes: name and text';

create table if not exists store.loads (
    load_id uuid, item_id uuid, metadata json, cluster varchar not null, split varchar, bucket smallint not null,
    primary key (load_id, item_id));
comment on table store.loads is 'which items a load of data brought, and what it says of them beside their text';
comment on column store.loads.load_id is 'hash of the data files and of how they were read';
comment on column store.loads.item_id is 'the item';
comment on column store.loads.metadata is 'what else is known of the item; not hashed';
comment on column store.loads.cluster is 'items that belong together: the unit of resampling and of splits';
comment on column store.loads.split is 'train, dev or test, where the source says so';
comment on column store.loads.bucket is 'bootstrap group: 11 bits of the hash of the cluster';

create table if not exists store.said (
    load_id uuid, item_id uuid, annotator_id uuid, sample integer, part integer, record json,
    source varchar, primary key (load_id, item_id, annotator_id, sample, part));
comment on table store.said is 'what loaded data say: one row per answer of a person, or of a model that somebody else asked';
comment on column store.said.load_id is 'the load';
comment on column store.said.item_id is 'the item';
comment on column store.said.annotator_id is 'who said it';
comment on column store.said.sample is 'index of a repeated answer, from 0';
comment on column store.said.part is 'record or turn number, from 0';
comment on column store.said.record is 'what was said; null where the source has no usable answer';
comment on column store.said.source is 'the file that it came from';

create table if not exists store.generations (
    generation_id uuid primary key, annotator_id uuid not null, item_id uuid not null, sample integer not null,
    turn integer not null, last boolean not null, prompt_id uuid not null, text varchar, finish_reason varchar,
    tokens_in integer, tokens_out integer, tokens_cached integer, tokens_reasoning integer, model_served varchar,
    fingerprint varchar, reasoning varchar, logprobs json, scores json, seconds double, attempts integer,
    arrived_at timestamptz, run_id varchar not null, as_role varchar, speaker varchar, drawn json);
comment on table store.generations is 'model replies, raw';
comment on column store.generations.generation_id is 'hash of annotator, item, sample and turn';
comment on column store.generations.annotator_id is 'who was asked';
comment on column store.generations.item_id is 'about what';
comment on column store.generations.sample is 'index of a repeated draw, from 0';
comment on column store.generations.turn is 'turn of a dialogue, from 0';
comment on column store.generations.last is 'whether it ends its dialogue';
comment on column store.generations.prompt_id is 'what was sent';
comment on column store.generations.text is 'the reply as it came';
comment on column store.generations.finish_reason is 'why it ended: stop, length, content_filter, refusal …';
comment on column store.generations.tokens_in is 'tokens of the prompt, as the server counted';
comment on column store.generations.tokens_out is 'tokens of the reply, as the server counted';
comment on column store.generations.tokens_cached is 'of tokens_in, those that the server read from its cache';
comment on column store.generations.tokens_reasoning is 'of tokens_out, those that were thought and not said';
comment on column store.generations.model_served is 'the model that the server says it used';
comment on column store.generations.fingerprint is 'what identifies the weights or the system';
comment on column store.generations.reasoning is 'what the model thought, where the server tells';
comment on column store.generations.logprobs is 'log-probabilities of the tokens, as the server gave them';
comment on column store.generations.scores is 'option and its log-probability, where the format is scores';
comment on column store.generations.seconds is 'from send to reply';
comment on column store.generations.attempts is 'tries that it took';
comment on column store.generations.arrived_at is 'when it arrived';
comment on column store.generations.run_id is 'the run that asked';
comment on column store.generations.as_role is 'in a dialogue of several roles: who speaks';
comment on column store.generations.speaker is 'in a dialogue of several roles: the model that plays it';
comment on column store.generations.drawn is 'axis and the values that were drawn for this sample, where an axis is drawn and not crossed';

create table if not exists store.prompts (prompt_id uuid primary key, messages json not null);
comment on table store.prompts is 'what models were sent';
comment on column store.prompts.prompt_id is 'hash of the messages';
comment on column store.prompts.messages is 'a list of {role, content}';

create table if not exists store.failures (
    generation_id uuid, run_id varchar, annotator_id uuid, item_id uuid, sample integer, permanent boolean,
    error varchar, failed_at timestamptz, primary key (generation_id, run_id));
comment on table store.failures is 'calls that brought no reply; an error is never data';
comment on column store.failures.generation_id is 'the reply that is missing';
comment on column store.failures.run_id is 'the run that asked';
comment on column store.failures.annotator_id is 'who was asked';
comment on column store.failures.item_id is 'about what';
comment on column store.failures.sample is 'which draw';
comment on column store.failures.permanent is 'true: will never work, not asked again unless told to';
comment on column store.failures.error is 'what the backend said';
comment on column store.failures.failed_at is 'when';

create table if not exists store.parses (
    generation_id uuid primary key, parsed boolean, refused boolean, method varchar, reason varchar);
comment on table store.parses is 'derived: what the data type read out of each reply';
comment on column store.parses.generation_id is 'the reply';
comment on column store.parses.parsed is 'whether a record was read';
comment on column store.parses.refused is 'whether the reply is a refusal';
comment on column store.parses.method is 'which rule matched';
comment on column store.parses.reason is 'why nothing was read';

create table if not exists store.features (
    text_id uuid, extractor varchar, version varchar, numbers float[], primary key (text_id, extractor, version));
comment on table store.features is 'what extractors computed, once per distinct text';
comment on column store.features.text_id is 'the text: the first 128 bits of its SHA-256';
comment on column store.features.extractor is 'the extractor';
comment on column store.features.version is 'its version, and that of what it rests on';
comment on column store.features.numbers is 'its numbers in the order that store.dims tells, or a vector; NaN where a text has none';

create table if not exists store.dims (
    extractor varchar, version varchar, place integer, dim varchar, primary key (extractor, version, place));
comment on table store.dims is 'what the numbers of an extractor are';
comment on column store.dims.extractor is 'the extractor';
comment on column store.dims.version is 'its version';
comment on column store.dims.place is 'place among the numbers, from 1';
comment on column store.dims.dim is 'name of the number; empty for a vector as a whole';
create table if not exists store.faults (
    study varchar, study_hash uuid, item_id uuid, annotator_id uuid, sample integer, part integer,
    generation_id uuid, load_id uuid, fault varchar, similarity double, duplicate_of varchar, of_item uuid,
    of_annotator uuid, of_sample integer, of_part integer, controls varchar);
comment on table store.faults is 'derived: what the controls of a study found wrong with records, which are all kept';
comment on column store.faults.study is 'the study whose controls they are';
comment on column store.faults.study_hash is 'the study as it stood';
comment on column store.faults.item_id is 'about what';
comment on column store.faults.annotator_id is 'who said it';
comment on column store.faults.sample is 'index of a repeated answer, from 0';
comment on column store.faults.part is 'record or turn number, from 0';
comment on column store.faults.generation_id is 'the reply that it was read from; null for people and for loaded data';
comment on column store.faults.load_id is 'the load that it came with; null for what was read from a reply';
comment on column store.faults.fault is 'near duplicate, too short, too long, no output or language; null: none was found, or the study asks for no control';
comment on column store.faults.similarity is 'ROUGE-L of a near-duplicate with what it repeats';
comment on column store.faults.duplicate_of is 'the earlier instruction that a near-duplicate repeats';
comment on column store.faults.of_item is 'the item of that instruction';
comment on column store.faults.of_annotator is 'who wrote that instruction';
comment on column store.faults.of_sample is 'its sample';
comment on column store.faults.of_part is 'its part';
comment on column store.faults.controls is 'the controls that looked at every record, told by one row without an item; null: the study asks for none';

create table if not exists store.fits (
    fit_id uuid primary key, learner varchar, dataset varchar, seed integer, items integer, units integer, told json,
    taught json, identity json not null, run_id varchar);
comment on table store.fits is 'trainings: a learner taught one lesson with one seed';
comment on column store.fits.fit_id is 'hash of learner, options, seed, what was taught and what was asked';
comment on column store.fits.learner is 'the file in learners/';
comment on column store.fits.dataset is 'on which data';
comment on column store.fits.seed is 'which draw of items, from 0';
comment on column store.fits.items is 'items that it was taught with';
comment on column store.fits.units is 'things that it was asked';
comment on column store.fits.told is 'what the learner tells of what it learned: name and number';
comment on column store.fits.taught is 'class and its share in what was taught; null where texts are written';
comment on column store.fits.identity is 'what was hashed';
comment on column store.fits.run_id is 'the run that taught it';

create table if not exists store.predictions (
    fit_id uuid, item_id uuid, part integer, record json, probabilities json, truth varchar, loss double,
    tokens bigint, primary key (fit_id, item_id, part));
comment on table store.predictions is 'what trainings said of the items of the test; insert-only';
comment on column store.predictions.fit_id is 'the training';
comment on column store.predictions.item_id is 'about what';
comment on column store.predictions.part is 'which of the things that were asked of the item, from 0';
comment on column store.predictions.record is 'what was said';
comment on column store.predictions.probabilities is 'option and its probability; null where texts are written';
comment on column store.predictions.truth is 'the class of the text, where the classes of texts are taught; else null';
comment on column store.predictions.loss is 'of what a person wrote there: the sum of -log P over its tokens, natural; null where no texts are written';
comment on column store.predictions.tokens is 'how many tokens these are, the end among them';

create table if not exists store.trained (
    run_id varchar, study varchar, study_hash uuid, annotator_id uuid, sample integer, fit_id uuid, model varchar,
    variant varchar, bindings json, corpus varchar, corpus_annotator uuid, human integer, size integer, items integer,
    pool integer, primary key (run_id, annotator_id, fit_id));
comment on table store.trained is 'which trainings speak as which trained annotator, as a run of a study''s training left it';
comment on column store.trained.run_id is 'the run; the latest of the study as it stands is what relations show';
comment on column store.trained.study is 'the study';
comment on column store.trained.study_hash is 'the study as it stood';
comment on column store.trained.annotator_id is 'the trained annotator: a learner and a corpus, all seeds together';
comment on column store.trained.sample is 'the seed: as which sample of the annotator it speaks';
comment on column store.trained.fit_id is 'the training';
comment on column store.trained.model is 'the learner';
comment on column store.trained.variant is 'the corpus in words';
comment on column store.trained.bindings is 'the corpus, its per cent of human items and its size, by name';
comment on column store.trained.corpus is 'who taught: human, or a model by the name of its corpus';
comment on column store.trained.corpus_annotator is 'of a model''s corpus: the model as an annotator; else null';
comment on column store.trained.human is 'per cent of items with a person''s annotation in a mixed corpus; else null';
comment on column store.trained.size is 'items asked for, on a learning curve; else null';
comment on column store.trained.items is 'items that taught';
comment on column store.trained.pool is 'items that could have taught: each seed draws from them';

create table if not exists store.runs (
    run_id varchar primary key, study varchar, study_hash uuid, verb varchar, started timestamptz,
    ended timestamptz, sealed boolean, manifest json);
comment on table store.runs is 'the run folders that were read';
comment on column store.runs.run_id is 'name of the folder in runs/';
comment on column store.runs.study is 'the study';
comment on column store.runs.study_hash is 'the study as it stood';
comment on column store.runs.verb is 'what was run';
comment on column store.runs.started is 'when it began';
comment on column store.runs.ended is 'when it ended; null if it was cut off';
comment on column store.runs.sealed is 'true once the journal is complete and sealed to Parquet';
comment on column store.runs.manifest is 'run.json';

create table if not exists store.measurements (
    study varchar, study_hash uuid, audit varchar, audit_id uuid, metric varchar, dataset varchar, kind varchar,
    model varchar, variant varchar, wave varchar, estimate double, replicates double[], items bigint,
    clusters bigint, size integer);
comment on table store.measurements is 'derived: one estimate that an audit returned, with its bootstrap replicates';
comment on column store.measurements.study is 'the study';
comment on column store.measurements.study_hash is 'the study as it stood';
comment on column store.measurements.audit is 'the audit file';
comment on column store.measurements.audit_id is 'hash of the audit file';
comment on column store.measurements.metric is 'what was estimated';
comment on column store.measurements.dataset is 'on which data';
comment on column store.measurements.kind is 'the focal annotator: llm or trained';
comment on column store.measurements.model is 'the focal annotator: model';
comment on column store.measurements.variant is 'the focal annotator: prompt variant';
comment on column store.measurements.wave is 'the focal annotator: wave';
comment on column store.measurements.estimate is 'the estimate on the data as they are';
comment on column store.measurements.replicates is 'the estimate on each bootstrap redraw, paired over all audits and annotators';
comment on column store.measurements.items is 'items that it rests on';
comment on column store.measurements.clusters is 'clusters that it rests on';
comment on column store.measurements.size is 'words or rows a side, where random halves are compared';

create table if not exists store.findings (
    study varchar, study_hash uuid, audit varchar, audit_id uuid, metric varchar, title varchar, dataset varchar,
    kind varchar, model varchar, variant varchar, wave varchar, verdict varchar, estimate double, lower double,
    upper double, matched double, floor double, excess double, excess_lower double, excess_upper double,
    p double, q double, differ_p double, draws integer, detectable double, warn double, worse varchar, items bigint,
    clusters bigint, persons integer, persons_as_far integer, range_verdict varchar, note varchar);
comment on table store.findings is 'derived: measurements against the human floor and the exchange null, with a verdict';
comment on column store.findings.study is 'the study';
comment on column store.findings.study_hash is 'the study as it stood';
comment on column store.findings.audit is 'the audit file';
comment on column store.findings.audit_id is 'hash of the audit file';
comment on column store.findings.metric is 'what was estimated';
comment on column store.findings.title is 'the audit in words';
comment on column store.findings.dataset is 'on which data';
comment on column store.findings.kind is 'the focal annotator: llm or trained';
comment on column store.findings.model is 'the focal annotator: model';
comment on column store.findings.variant is 'the focal annotator: prompt variant';
comment on column store.findings.wave is 'the focal annotator: wave';
comment on column store.findings.verdict is 'found, absent, cannot tell, described (no test) or not run';
comment on column store.findings.estimate is 'the estimate against all humans of each item';
comment on column store.findings.lower is 'its 95 % interval; null where only an upper bound is honest';
comment on column store.findings.upper is 'its 95 % interval';
comment on column store.findings.matched is 'the estimate against as many humans as the floor has';
comment on column store.findings.floor is 'what people show when each in turn plays the model against the others';
comment on column store.findings.excess is 'matched minus floor (or estimate minus neutral)';
comment on column store.findings.excess_lower is 'its 95 % interval';
comment on column store.findings.excess_upper is 'its 95 % interval';
comment on column store.findings.p is 'p-value under the exchange null or against neutral; null where there is no test';
comment on column store.findings.q is 'p after Benjamini-Hochberg within the audit, model and dataset';
comment on column store.findings.differ_p is 'p-value of: the variants of this model are interchangeable; one for all of them';
comment on column store.findings.draws is 'draws of the exchange null';
comment on column store.findings.detectable is 'the smallest effect that these data would have shown with 80 % power';
comment on column store.findings.warn is 'practical threshold on the excess';
comment on column store.findings.worse is 'up, down or both: which direction is bad';
comment on column store.findings.items is 'items that it rests on';
comment on column store.findings.clusters is 'clusters that it rests on';
comment on column store.findings.persons is 'persons with 20 items or more whom the model was ranked among';
comment on column store.findings.persons_as_far is 'of these, how many are at least as far out as the model';
comment on column store.findings.range_verdict is 'within or outside the range of persons';
comment on column store.findings.note is 'what else a reader must know, or why it was not run';

create table if not exists store.sensitivities (
    study varchar, study_hash uuid, audit varchar, audit_id uuid, metric varchar, title varchar,
    dataset varchar, kind varchar, model varchar, wave varchar, verdict varchar, rule varchar, needed varchar,
    prompts_needed integer, measure varchar, variants integer, axes varchar, design varchar, population varchar,
    mean double, mean_lower double, mean_upper double, predicted_lower double, predicted_upper double,
    between_sd double, between_lower double, between_upper double, noise_sd double, spread double,
    spread_lower double, spread_upper double, least varchar, most varchar, above integer, below integer,
    surely_above integer, surely_below integer, surely_beyond integer, surely_under integer, hetero_p double,
    hetero_q double, differ_p double, differ_q double, warn double, worse varchar, clusters bigint,
    note varchar);
comment on table store.sensitivities is 'derived: what the variants of one model show together: how much is the prompt''s doing, and what another prompt would show';
comment on column store.sensitivities.study is 'the study';
comment on column store.sensitivities.study_hash is 'the study as it stood';
comment on column store.sensitivities.audit is 'the audit file';
comment on column store.sensitivities.audit_id is 'hash of the audit file';
comment on column store.sensitivities.metric is 'what was estimated';
comment on column store.sensitivities.title is 'the audit in words';
comment on column store.sensitivities.dataset is 'on which data';
comment on column store.sensitivities.kind is 'the focal annotator: llm or trained';
comment on column store.sensitivities.model is 'the focal annotator: model';
comment on column store.sensitivities.wave is 'the focal annotator: wave';
comment on column store.sensitivities.verdict is 'robust, absent, prompt-dependent, cannot tell, or described (nothing to judge by)';
comment on column store.sensitivities.rule is 'by which rule the verdict was reached, in words';
comment on column store.sensitivities.needed is 'of cannot tell: what it would take';
comment on column store.sensitivities.prompts_needed is 'how many prompts like these would tell; null where no number would, or nothing is needed';
comment on column store.sensitivities.measure is 'excess (over the floor or the neutral value) or estimate: what all numbers here are of';
comment on column store.sensitivities.variants is 'prompt variants that were measured';
comment on column store.sensitivities.axes is 'what is varied, with the number of levels and whether they are a sample of more (open) or all (closed)';
comment on column store.sensitivities.design is 'one axis, full grid, or how many of all combinations were tried';
comment on column store.sensitivities.population is 'of which prompts the prediction interval speaks';
comment on column store.sensitivities.mean is 'mean over the variants';
comment on column store.sensitivities.mean_lower is 'its 95 % interval, over items';
comment on column store.sensitivities.mean_upper is 'its 95 % interval, over items';
comment on column store.sensitivities.predicted_lower is '95 % interval of what another prompt would show; with closed axes only, what holds for all prompts tried';
comment on column store.sensitivities.predicted_upper is 'its upper end';
comment on column store.sensitivities.between_sd is 'SD between prompts with sampling noise taken out';
comment on column store.sensitivities.between_lower is 'its 95 % interval';
comment on column store.sensitivities.between_upper is 'its 95 % interval';
comment on column store.sensitivities.noise_sd is 'SD that sampling noise alone gives the variants around their mean';
comment on column store.sensitivities.spread is 'largest minus smallest over the variants; too large by what noise adds';
comment on column store.sensitivities.spread_lower is '95 % interval of the true spread of the variants tried';
comment on column store.sensitivities.spread_upper is 'its upper end';
comment on column store.sensitivities.least is 'the variant that shows least';
comment on column store.sensitivities.most is 'the variant that shows most';
comment on column store.sensitivities.above is 'variants above zero excess';
comment on column store.sensitivities.below is 'variants below zero excess';
comment on column store.sensitivities.surely_above is 'of these, surely so: by intervals that hold for all variants at once';
comment on column store.sensitivities.surely_below is 'of these, surely so';
comment on column store.sensitivities.surely_beyond is 'variants that surely reach the threshold on the bad side';
comment on column store.sensitivities.surely_under is 'variants that surely do not';
comment on column store.sensitivities.hetero_p is 'chance of so much spread if all variants showed the same, by redraws';
comment on column store.sensitivities.hetero_q is 'hetero_p after Benjamini-Hochberg within the audit and model';
comment on column store.sensitivities.differ_p is 'the same by exchange of variants within clusters; null where that was not run';
comment on column store.sensitivities.differ_q is 'differ_p after Benjamini-Hochberg within the audit and model';
comment on column store.sensitivities.warn is 'practical threshold on the excess';
comment on column store.sensitivities.worse is 'up, down or both: which direction is bad';
comment on column store.sensitivities.clusters is 'clusters that it rests on; of variants that differ, the fewest';
comment on column store.sensitivities.note is 'what else a reader must know';

create table if not exists store.axis_effects (
    study varchar, study_hash uuid, audit varchar, audit_id uuid, metric varchar, dataset varchar, kind varchar,
    model varchar, wave varchar, term varchar, level varchar, open boolean, variance double, share double,
    share_lower double, share_upper double, effect double, lower double, upper double, p double, q double,
    aliased varchar);
comment on table store.axis_effects is 'derived: which axis, and which level, makes the variants differ';
comment on column store.axis_effects.study is 'the study';
comment on column store.axis_effects.study_hash is 'the study as it stood';
comment on column store.axis_effects.audit is 'the audit file';
comment on column store.axis_effects.audit_id is 'hash of the audit file';
comment on column store.axis_effects.metric is 'what was estimated';
comment on column store.axis_effects.dataset is 'on which data';
comment on column store.axis_effects.kind is 'the focal annotator: llm or trained';
comment on column store.axis_effects.model is 'the focal annotator: model';
comment on column store.axis_effects.wave is 'the focal annotator: wave';
comment on column store.axis_effects.term is 'an axis, two axes together (their interaction), or rest';
comment on column store.axis_effects.level is 'a level against the others of its axis; null: the row is of the term';
comment on column store.axis_effects.open is 'whether the levels are a sample of more; null of the rest';
comment on column store.axis_effects.variance is 'mean squared effect among the variants tried, less its noise; below 0 where noise does it all';
comment on column store.axis_effects.share is 'its share of this and all other terms pooled, neither below 0; null where nothing differs beyond noise';
comment on column store.axis_effects.share_lower is 'its 95 % interval';
comment on column store.axis_effects.share_upper is 'its 95 % interval';
comment on column store.axis_effects.effect is 'the level minus the mean of the other levels';
comment on column store.axis_effects.lower is 'its 95 % interval, over items';
comment on column store.axis_effects.upper is 'its 95 % interval, over items';
comment on column store.axis_effects.p is 'p-value of the effect (t test, paired)';
comment on column store.axis_effects.q is 'p after Benjamini-Hochberg within the audit and model';
comment on column store.axis_effects.aliased is 'on a part of a grid: interactions that may show as this effect';

create table if not exists store.item_sensitivities (
    study varchar, study_hash uuid, item_id uuid, kind varchar, model varchar, wave varchar, variants integer,
    answers integer, score double, within_variant double);
comment on table store.item_sensitivities is 'derived: how much the answers to one item differ between prompt variants of a model (PromptSensiScore)';
comment on column store.item_sensitivities.study is 'the study';
comment on column store.item_sensitivities.study_hash is 'the study as it stood';
comment on column store.item_sensitivities.item_id is 'the item';
comment on column store.item_sensitivities.kind is 'llm or trained';
comment on column store.item_sensitivities.model is 'the model';
comment on column store.item_sensitivities.wave is 'the round of asking';
comment on column store.item_sensitivities.variants is 'prompt variants that have an answer';
comment on column store.item_sensitivities.answers is 'different answers that they gave';
comment on column store.item_sensitivities.score is 'mean difference of two variants: on a scale from 0 to 1, else the probability that they differ';
comment on column store.item_sensitivities.within_variant is 'probability that two samples of one variant differ: what asking again does; null where there is one sample';

create table if not exists store.variance_components (
    study varchar, study_hash uuid, dataset varchar, wave varchar, component varchar, variance double, share double,
    lower double, upper double, items integer, clusters integer, models integer, prompts integer, sampled boolean);
comment on table store.variance_components is 'derived: how much of how models answer is the item''s, the model''s, the prompt''s, and what they share';
comment on column store.variance_components.study is 'the study';
comment on column store.variance_components.study_hash is 'the study as it stood';
comment on column store.variance_components.dataset is 'on which data';
comment on column store.variance_components.wave is 'the round of asking';
comment on column store.variance_components.component is 'item, model, prompt, two of them together, or residual (all three, and the chance of one draw)';
comment on column store.variance_components.variance is 'its estimate, of answers on a scale from 0 to 1, or by Gini of options without order; chance can bring it below 0';
comment on column store.variance_components.share is 'of the sum of components, each not below 0';
comment on column store.variance_components.lower is '95 % interval of the share over items, with models and prompts as they are';
comment on column store.variance_components.upper is 'its upper end';
comment on column store.variance_components.items is 'items';
comment on column store.variance_components.clusters is 'their clusters, which are redrawn';
comment on column store.variance_components.models is 'models';
comment on column store.variance_components.prompts is 'prompt variants';
comment on column store.variance_components.sampled is 'whether the items are a random part of all';
create table if not exists store.comparisons (
    study varchar, study_hash uuid, factor varchar, baseline varchar, audit varchar, audit_id uuid, metric varchar,
    title varchar, dataset varchar, kind varchar, model varchar, variant varchar, wave varchar, base_model varchar,
    base_variant varchar, base_wave varchar, estimate double, base_estimate double, difference double, lower double,
    upper double, p double, bootstrap_p double, swap_p double, q double, direction varchar, judged boolean, warn double, worse varchar,
    items bigint, clusters bigint, note varchar);
comment on table store.comparisons is 'derived: two annotators that differ in one factor, later minus base, with a direction';
comment on column store.comparisons.study is 'the study';
comment on column store.comparisons.study_hash is 'the study as it stood';
comment on column store.comparisons.factor is 'the factor in which they differ: model, variant or wave';
comment on column store.comparisons.baseline is 'with whom all others were compared, where that was asked for';
comment on column store.comparisons.audit is 'the audit file; served: what the endpoint says that it used';
comment on column store.comparisons.audit_id is 'hash of the audit file';
comment on column store.comparisons.metric is 'what was estimated';
comment on column store.comparisons.title is 'the audit in words';
comment on column store.comparisons.dataset is 'on which data';
comment on column store.comparisons.kind is 'both annotators: llm or trained';
comment on column store.comparisons.model is 'the later annotator: model';
comment on column store.comparisons.variant is 'the later annotator: prompt variant';
comment on column store.comparisons.wave is 'the later annotator: wave';
comment on column store.comparisons.base_model is 'the annotator that it is compared with: model';
comment on column store.comparisons.base_variant is 'the annotator that it is compared with: prompt variant';
comment on column store.comparisons.base_wave is 'the annotator that it is compared with: wave';
comment on column store.comparisons.estimate is 'what the later shows, on the items that both answered';
comment on column store.comparisons.base_estimate is 'what the other shows, on the items that both answered';
comment on column store.comparisons.difference is 'estimate minus base_estimate';
comment on column store.comparisons.lower is 'its 95 % interval, paired by item';
comment on column store.comparisons.upper is 'its 95 % interval, paired by item';
comment on column store.comparisons.p is 'p-value: the larger of bootstrap_p and swap_p';
comment on column store.comparisons.bootstrap_p is 'p-value of the paired bootstrap';
comment on column store.comparisons.swap_p is 'p-value of exchanging the two annotators; null where that was not done';
comment on column store.comparisons.q is 'p after Benjamini-Hochberg over all that is compared at once, judged and described apart';
comment on column store.comparisons.direction is 'worse, better, moved, same (no change that matters) or cannot tell';
comment on column store.comparisons.judged is 'whether the audit judges this metric; else it describes it';
comment on column store.comparisons.warn is 'what counts as large enough to matter';
comment on column store.comparisons.worse is 'up, down or both: which direction is bad';
comment on column store.comparisons.items is 'items that it rests on';
comment on column store.comparisons.clusters is 'clusters that it rests on';
comment on column store.comparisons.note is 'what else a reader must know';
create table if not exists store.scores (
    study varchar, study_hash uuid, audit varchar, metric varchar, dataset varchar, kind varchar, model varchar,
    variant varchar, wave varchar, corpus varchar, human integer, size integer, seed integer, items_taught integer,
    pool integer, estimate double, lower double, upper double, seed_sd double, worse varchar, replicates double[],
    items bigint, clusters bigint);
comment on table store.scores is 'derived: how well trained annotators, and the models that taught them, do on people''s answers to the test';
comment on column store.scores.study is 'the study';
comment on column store.scores.study_hash is 'the study as it stood';
comment on column store.scores.audit is 'the audit file';
comment on column store.scores.metric is 'what was estimated';
comment on column store.scores.dataset is 'on which data';
comment on column store.scores.kind is 'trained, or llm: a teacher on the same items';
comment on column store.scores.model is 'the learner; of a teacher, the model';
comment on column store.scores.variant is 'the corpus in words; of a teacher, its variant';
comment on column store.scores.wave is 'the wave';
comment on column store.scores.corpus is 'who taught';
comment on column store.scores.human is 'per cent of items with a person''s annotation in a mixed corpus';
comment on column store.scores.size is 'items asked for, on a learning curve';
comment on column store.scores.seed is 'the seed, from 0; null: the mean over seeds, its interval for chance in items and in training';
comment on column store.scores.items_taught is 'items that taught';
comment on column store.scores.pool is 'items that could have taught';
comment on column store.scores.estimate is 'the score';
comment on column store.scores.lower is 'its 95 % interval';
comment on column store.scores.upper is 'its 95 % interval';
comment on column store.scores.seed_sd is 'standard deviation over seeds';
comment on column store.scores.worse is 'up or down: which direction is bad; null of what is only described';
comment on column store.scores.replicates is 'the score on each bootstrap redraw of the test, paired over all annotators';
comment on column store.scores.items is 'items of the test';
comment on column store.scores.clusters is 'clusters of the test';

create table if not exists store.amplifications (
    study varchar, study_hash uuid, audit varchar, metric varchar, title varchar, dataset varchar, model varchar,
    variant varchar, corpus varchar, seeds integer, trained double, in_corpus double, amplification double, lower double, upper double,
    p double, q double, seed_sd double, against_human double, against_human_lower double, against_human_upper double,
    verdict varchar, worse varchar, warn double, items bigint, clusters bigint, note varchar);
comment on table store.amplifications is 'derived: an artifact in trained models, minus the same in what taught them, on the same items of the test';
comment on column store.amplifications.study is 'the study';
comment on column store.amplifications.study_hash is 'the study as it stood';
comment on column store.amplifications.audit is 'the audit file';
comment on column store.amplifications.metric is 'what was estimated';
comment on column store.amplifications.title is 'the audit in words';
comment on column store.amplifications.dataset is 'on which data';
comment on column store.amplifications.model is 'the learner';
comment on column store.amplifications.variant is 'the trained annotator''s variant';
comment on column store.amplifications.corpus is 'who taught';
comment on column store.amplifications.seeds is 'seeds that it rests on';
comment on column store.amplifications.trained is 'the artifact in the trained models, mean over seeds';
comment on column store.amplifications.in_corpus is 'the artifact in the corpus; of people, what one person shows against the others';
comment on column store.amplifications.amplification is 'trained minus in_corpus';
comment on column store.amplifications.lower is 'its 95 % interval, for chance in the items of the test and in training';
comment on column store.amplifications.upper is 'its 95 % interval';
comment on column store.amplifications.p is 'p-value of no amplification';
comment on column store.amplifications.q is 'p after Benjamini-Hochberg over the corpora of an audit, metric, dataset and learner';
comment on column store.amplifications.seed_sd is 'standard deviation of the amplification over seeds';
comment on column store.amplifications.against_human is 'the artifact minus that of models taught by people, same seeds and items';
comment on column store.amplifications.against_human_lower is 'its 95 % interval';
comment on column store.amplifications.against_human_upper is 'its 95 % interval';
comment on column store.amplifications.verdict is 'amplified, damped, moved (where no direction is bad), the same, cannot tell or described';
comment on column store.amplifications.worse is 'up, down or both: which direction is bad';
comment on column store.amplifications.warn is 'practical threshold';
comment on column store.amplifications.items is 'items of the test';
comment on column store.amplifications.clusters is 'clusters of the test';
comment on column store.amplifications.note is 'what else a reader must know';

create table if not exists store.hybrids (
    study varchar, study_hash uuid, dataset varchar, model varchar, corpus varchar, mix varchar, human integer,
    metric varchar, worse varchar, score double, difference double, lower double, upper double, margin double,
    verdict varchar, enough boolean);
comment on table store.hybrids is 'derived: the score of mixed corpora against that of people''s alone';
comment on column store.hybrids.study is 'the study';
comment on column store.hybrids.study_hash is 'the study as it stood';
comment on column store.hybrids.dataset is 'on which data';
comment on column store.hybrids.model is 'the learner';
comment on column store.hybrids.corpus is 'the model whose annotations are mixed with people''s';
comment on column store.hybrids.mix is 'constant: human items take the place of others; added: they come on top';
comment on column store.hybrids.human is 'per cent of items with a person''s annotation';
comment on column store.hybrids.metric is 'the score';
comment on column store.hybrids.worse is 'which direction of the score is bad: down, or up as of a loss';
comment on column store.hybrids.score is 'mean over seeds';
comment on column store.hybrids.difference is 'gain over people''s annotations alone, positive where it is better: of a score that is bad when it is high, how much lower it is';
comment on column store.hybrids.lower is 'its 95 % interval, for chance in the items of the test and in training';
comment on column store.hybrids.upper is 'its 95 % interval';
comment on column store.hybrids.margin is 'a loss that does not matter';
comment on column store.hybrids.verdict is 'not worse, worse or cannot tell';
comment on column store.hybrids.enough is 'true at the smallest share from which on every larger share is not worse';

create table if not exists store.mixtures (
    study varchar, study_hash uuid, audit varchar, metric varchar, title varchar, dataset varchar, model varchar,
    corpus varchar, human integer, seeds integer, by_people double, trained double, difference double, lower double,
    upper double, p double, q double, verdict varchar, worse varchar, warn double, items bigint, clusters bigint);
comment on table store.mixtures is 'derived: an artifact in models taught by a mixture, minus that in models taught by people alone, on the same items of the test';
comment on column store.mixtures.study is 'the study';
comment on column store.mixtures.study_hash is 'the study as it stood';
comment on column store.mixtures.audit is 'the audit file';
comment on column store.mixtures.metric is 'what was estimated';
comment on column store.mixtures.title is 'the audit in words';
comment on column store.mixtures.dataset is 'on which data';
comment on column store.mixtures.model is 'the learner';
comment on column store.mixtures.corpus is 'the model whose answers are mixed with people''s';
comment on column store.mixtures.human is 'per cent of items with a person''s answer; 0: the model''s alone';
comment on column store.mixtures.seeds is 'seeds that it rests on';
comment on column store.mixtures.by_people is 'the artifact in models taught by people alone, mean over seeds';
comment on column store.mixtures.trained is 'the artifact in models taught by the mixture';
comment on column store.mixtures.difference is 'trained minus by_people';
comment on column store.mixtures.lower is 'its 95 % interval, for chance in the items of the test and in training';
comment on column store.mixtures.upper is 'its 95 % interval';
comment on column store.mixtures.p is 'p-value of no difference';
comment on column store.mixtures.q is 'p after Benjamini-Hochberg over the corpora and shares of an audit, metric, dataset and learner';
comment on column store.mixtures.verdict is 'better, worse, moved (where no direction is bad), the same, cannot tell or described';
comment on column store.mixtures.worse is 'up, down or both: which direction is bad';
comment on column store.mixtures.warn is 'practical threshold';
comment on column store.mixtures.items is 'items of the test';
comment on column store.mixtures.clusters is 'clusters of the test';

create table if not exists store.worths (
    study varchar, study_hash uuid, dataset varchar, model varchar, corpus varchar, metric varchar, size integer,
    human_score double, equal_size double, worth double, lower double, upper double, note varchar);
comment on table store.worths is 'derived: how many of a model''s annotations teach as much as one of a person''s, from learning curves';
comment on column store.worths.study is 'the study';
comment on column store.worths.study_hash is 'the study as it stood';
comment on column store.worths.dataset is 'on which data';
comment on column store.worths.model is 'the learner';
comment on column store.worths.corpus is 'the model that annotated';
comment on column store.worths.metric is 'the score';
comment on column store.worths.size is 'items that people annotated';
comment on column store.worths.human_score is 'the score that they teach, on a rising curve';
comment on column store.worths.equal_size is 'items of the model that teach the same; null: none of the sizes tried does';
comment on column store.worths.worth is 'equal_size by size: the model''s annotations that one of a person''s is worth';
comment on column store.worths.lower is 'its 95 % interval';
comment on column store.worths.upper is 'its 95 % interval; null: the sizes tried set no upper bound';
comment on column store.worths.note is 'what else a reader must know';

create table if not exists store.remedied (
    study varchar, study_hash uuid, audit varchar, metric varchar, title varchar, dataset varchar, model varchar,
    corpus varchar, remedy varchar, seeds integer, items_taught integer, before double, after double, difference double,
    lower double, upper double, p double, q double, verdict varchar, worse varchar, warn double, items bigint,
    clusters bigint);
comment on table store.remedied is 'derived: an artifact, or a score, in models taught by what a remedy left of a model''s answers, minus that in models taught by all of them, on the same items of the test';
comment on column store.remedied.study is 'the study';
comment on column store.remedied.study_hash is 'the study as it stood';
comment on column store.remedied.audit is 'the audit file';
comment on column store.remedied.metric is 'what was estimated';
comment on column store.remedied.title is 'the audit in words';
comment on column store.remedied.dataset is 'on which data';
comment on column store.remedied.model is 'the learner';
comment on column store.remedied.corpus is 'the model whose answers teach';
comment on column store.remedied.remedy is 'what chose the answers that are left';
comment on column store.remedied.seeds is 'seeds that it rests on';
comment on column store.remedied.items_taught is 'items that taught, before and after';
comment on column store.remedied.before is 'in models taught by all answers, mean over seeds';
comment on column store.remedied.after is 'in models taught by what is left';
comment on column store.remedied.difference is 'after minus before';
comment on column store.remedied.lower is 'its 95 % interval, for chance in the items of the test and in training';
comment on column store.remedied.upper is 'its 95 % interval';
comment on column store.remedied.p is 'p-value of no difference';
comment on column store.remedied.q is 'p after Benjamini-Hochberg over the remedies and corpora of an audit, metric, dataset and learner';
comment on column store.remedied.verdict is 'better, worse, moved (where no direction is bad), the same, cannot tell or described';
comment on column store.remedied.worse is 'up, down or both: which direction is bad';
comment on column store.remedied.warn is 'practical threshold: the audit''s, or of a score the margin';
comment on column store.remedied.items is 'items of the test';
comment on column store.remedied.clusters is 'clusters of the test';

create table if not exists store.curations (
    study varchar, study_hash uuid, audit varchar, metric varchar, title varchar, dataset varchar, model varchar,
    variant varchar, wave varchar, remedy varchar, before double, after double, difference double, lower double,
    upper double, p double, q double, verdict varchar, verdict_before varchar, verdict_after varchar, worse varchar,
    warn double, clusters bigint);
comment on table store.curations is 'derived: what an audit shows of what a remedy left of a model''s answers, minus what it shows of all of them';
comment on column store.curations.study is 'the study';
comment on column store.curations.study_hash is 'the study as it stood';
comment on column store.curations.audit is 'the audit file';
comment on column store.curations.metric is 'what was estimated';
comment on column store.curations.title is 'the audit in words';
comment on column store.curations.dataset is 'on which data';
comment on column store.curations.model is 'the model';
comment on column store.curations.variant is 'its prompt variant';
comment on column store.curations.wave is 'its wave';
comment on column store.curations.remedy is 'what chose the answers that are left';
comment on column store.curations.before is 'in all answers';
comment on column store.curations.after is 'in what is left';
comment on column store.curations.difference is 'after minus before';
comment on column store.curations.lower is 'its 95 % interval, paired over clusters; null where redraws do not pair';
comment on column store.curations.upper is 'its 95 % interval';
comment on column store.curations.p is 'p-value of no difference';
comment on column store.curations.q is 'p after Benjamini-Hochberg over the remedies, models and variants of an audit, metric and dataset';
comment on column store.curations.verdict is 'better, worse, moved (where no direction is bad), the same, cannot tell or described';
comment on column store.curations.verdict_before is 'the verdict of the finding of all answers';
comment on column store.curations.verdict_after is 'the verdict of the finding of what is left';
comment on column store.curations.worse is 'up, down or both: which direction is bad';
comment on column store.curations.warn is 'practical threshold';
comment on column store.curations.clusters is 'clusters, of the two the fewer';

create table if not exists store.collapse (
    study varchar, study_hash uuid, learner varchar, regime varchar, seed integer, generation integer,
    metric varchar, value double);
comment on table store.collapse is 'derived: what is left of people''s texts when a learner is taught with its own, generation after generation';
comment on column store.collapse.study is 'the study';
comment on column store.collapse.study_hash is 'the study as it stood';
comment on column store.collapse.learner is 'who was taught and wrote, with the options that were given';
comment on column store.collapse.regime is 'replace: taught with the last generation; accumulate: with all before';
comment on column store.collapse.seed is 'run of all that is chance';
comment on column store.collapse.generation is '0: people''s texts; n: what a learner wrote that was taught with n - 1';
comment on column store.collapse.metric is 'what is measured; perplexity and loss (bits a token) are those of the learner taught with this generation, on people''s texts that taught nobody';
comment on column store.collapse.value is 'its value';
