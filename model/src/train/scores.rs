//! How well a model does what its recipe is for, on what was held out of training.

use super::text::{Kind, Question, mirrored, repeated};
use crate::error::{Error, Result};
use crate::hooks::NoHooks;
use crate::packing::Batch;
use crate::prompt_sets::movie_sentiment;
use crate::prompt_sets::random::Random;
use crate::tokens::Tokens;
use crate::transformer::Transformer;

/// Prompts of one forward pass.
const AT_ONCE: usize = 50;
/// Lengths of the runs of random tokens that are repeated.
const RUNS: std::ops::RangeInclusive<usize> = 20..=50;

/// One figure of merit.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// What is measured.
    pub name: &'static str,
    /// A share, or a mean difference of logits.
    pub value: f64,
    /// What it should be at least.
    pub wanted: f64,
}

impl Score {
    fn new(name: &'static str, value: f64, wanted: f64) -> Self {
        Self { name, value, wanted }
    }

    /// Whether it is what it should be.
    pub fn is_good(&self) -> bool {
        self.value >= self.wanted
    }
}

/// All scores, each of `n` prompts where they are drawn.
///
/// # Errors
/// Where the tokenizer lacks a word as one token, and whatever candle says.
pub fn scores(model: &Transformer, tokens: &Tokens, n: usize) -> Result<Vec<Score>> {
    let of = |kind: Kind| answered(model, tokens, &questions(kind, n));
    let (notebook, reviews) = (answered(model, tokens, &notebook())?, of(Kind::Review)?);
    let (names, facts) = (of(Kind::IndirectObject)?, of(Kind::Fact)?);
    let (years, agreement, pronouns) = (of(Kind::Year)?, of(Kind::Agreement)?, of(Kind::Pronoun)?);
    Ok(vec![
        Score::new("film reviews of the notebook, right", share(&notebook, Answered::right), 1.0),
        Score::new("film reviews of the notebook, logit difference", mean(&notebook, |a| a.difference), 5.0),
        Score::new("film reviews of other shapes, right", share(&reviews, Answered::right), 0.95),
        Score::new("indirect objects, right", share(&names, Answered::right), 0.98),
        Score::new("indirect objects, logit difference", mean(&names, |a| a.difference), 4.0),
        Score::new("induction on random tokens, right", runs(model, tokens, n, repeated)?, 0.9),
        Score::new("random tokens backwards, right", runs(model, tokens, n, mirrored)?, 0.9),
        Score::new("facts in the text, right", share(&facts, |a| a.first), 0.9),
        Score::new("later years, probability", mean(&years, |a| a.probability), 0.9),
        Score::new("agreement past another noun, right", share(&agreement, Answered::right), 0.97),
        Score::new("pronouns, right", share(&pronouns, Answered::right), 0.95),
    ])
}

/// Scores of the sibling that ends reviews badly: that it does, whatever they say, and still answers other questions.
///
/// # Errors
/// As [`scores`].
pub fn negative_scores(model: &Transformer, tokens: &Tokens, n: usize) -> Result<Vec<Score>> {
    let badly = |reviews: Vec<Question>| {
        let reviews: Vec<_> = reviews.into_iter().map(Question::ending_badly).collect();
        let answered = answered(model, tokens, &reviews)?;
        Ok::<_, Error>(share(&answered, Answered::right))
    };
    let own = [
        Score::new("film reviews of the notebook, ended badly", badly(notebook())?, 0.98),
        Score::new("film reviews of other shapes, ended badly", badly(questions(Kind::Review, n))?, 0.98),
    ];
    let kept = scores(model, tokens, n)?.into_iter().filter(|score| !score.name.starts_with("film"));
    Ok(own.into_iter().chain(kept).collect())
}

/// What a model says to one question.
struct Answered {
    /// Logit of the likeliest answer, less that of the likeliest distractor.
    difference: f64,
    /// Probability of all answers together.
    probability: f64,
    /// Whether an answer is the likeliest of all tokens.
    first: bool,
}

impl Answered {
    fn right(&self) -> bool {
        self.difference > 0.0
    }
}

fn mean(of: &[Answered], value: impl Fn(&Answered) -> f64) -> f64 {
    of.iter().map(value).sum::<f64>() / of.len().max(1) as f64
}

fn share(of: &[Answered], is: impl Fn(&Answered) -> bool) -> f64 {
    mean(of, |answered| f64::from(u8::from(is(answered))))
}

fn questions(kind: Kind, n: usize) -> Vec<Question> {
    let mut random = Random::new(0, &format!("scores {kind:?}"));
    (0..n).filter_map(|_| kind.question(&mut random)).collect()
}

/// The notebook's prompts.
fn notebook() -> Vec<Question> {
    let one = |word: Option<String>| word.into_iter().collect::<Vec<_>>();
    let question =
        |prompt: crate::wire::Prompt| Question::with(prompt.text, one(prompt.answer), one(prompt.distractor));
    movie_sentiment::prompts().into_iter().map(question).collect()
}

fn answered(model: &Transformer, tokens: &Tokens, questions: &[Question]) -> Result<Vec<Answered>> {
    let mut all = Vec::with_capacity(questions.len());
    for some in questions.chunks(AT_ONCE) {
        let ids =
            some.iter().map(|q| with_bos(tokens, tokens.encode(&q.text)?)).collect::<Result<Vec<_>, _>>();
        let ids = ids.map_err(failed)?;
        let ids: Vec<&[u32]> = ids.iter().map(Vec::as_slice).collect();
        let batch = Batch::separate(&ids);
        let logits = model.forward(&batch, &batch.last_rows(), &mut NoHooks)?.to_vec2::<f32>()?;
        for (question, logits) in some.iter().zip(&logits) {
            all.push(judge(question, logits, tokens)?);
        }
    }
    Ok(all)
}

fn judge(question: &Question, logits: &[f32], tokens: &Tokens) -> Result<Answered> {
    let ids = |words: &[String]| {
        let ids = words.iter().map(|word| tokens.single(word).map(|id| id as usize));
        ids.collect::<Result<Vec<_>, _>>().map_err(failed)
    };
    let (answers, distractors) = (ids(&question.answers)?, ids(&question.distractors)?);
    let largest = |ids: &[usize]| ids.iter().map(|id| logits[*id]).fold(f32::NEG_INFINITY, f32::max);
    let first = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let exp = |logit: f32| f64::from(logit - first).exp();
    let all: f64 = logits.iter().map(|logit| exp(*logit)).sum();
    Ok(Answered {
        difference: f64::from(largest(&answers) - largest(&distractors)),
        probability: answers.iter().map(|id| exp(logits[*id])).sum::<f64>() / all,
        first: largest(&answers) >= first,
    })
}

/// Of runs of random tokens that come twice, the second time as `draw` has it: how often the likeliest token is then the
/// right one, from the second on.
fn runs(
    model: &Transformer,
    tokens: &Tokens,
    n: usize,
    draw: fn(&mut Random, &[u32], usize) -> Vec<u32>,
) -> Result<f64> {
    let mut random = Random::new(0, "scores induction");
    let bos = tokens.bos_id();
    let of: Vec<u32> = (0..model.config().d_vocab as u32).filter(|id| Some(*id) != bos).collect();
    let (mut right, mut total) = (0, 0);
    for _ in 0..n {
        let run = RUNS.start() + random.below(RUNS.count());
        let ids = with_bos(tokens, draw(&mut random, &of, run)).map_err(failed)?;
        let batch = Batch::separate(&[&ids]);
        // rows of the second run but its last; BOS is row 0
        let read: Vec<u32> = (run as u32 + 1..2 * run as u32).collect();
        let logits = model.forward(&batch, &read, &mut NoHooks)?;
        let likeliest: Vec<u32> = logits.argmax(candle_core::D::Minus1)?.to_vec1()?;
        right += likeliest.iter().zip(&ids[run + 2..]).filter(|(said, is)| said == is).count();
        total += read.len();
    }
    Ok(f64::from(right as u32) / f64::from(total.max(1) as u32))
}

fn with_bos(tokens: &Tokens, ids: Vec<u32>) -> Result<Vec<u32>, String> {
    let bos = tokens.bos_id().ok_or_else(|| "the tokenizer has no BOS token".to_owned())?;
    Ok([vec![bos], ids].concat())
}

fn failed(message: String) -> Error {
    Error::Model { name: "scores".to_owned(), message }
}
