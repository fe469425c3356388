//! The film reviews of the notebook.

use crate::wire::Prompt;

pub(super) const TITLE: &str = "Film reviews: 26 positive, 25 negative";

/// What a reader who knows the notebook should know.
pub(super) const WARNINGS: [&str; 2] = [
    "Negative prompts are scored as logit( awful) − logit( great). The notebook this set comes from scores the negative \
     half of its interleaved prompts with the positive pair, and its `answer_tokens.flip(dims=(0,))` turns round the order \
     of the prompts instead of each pair, so its negative and mixed means are not these.",
    "All 26 positive prompts are used; the notebook pairs 25 answers with 26 prompts and divides by 26.",
];

pub(crate) const POSITIVE: [&str; 27] = [
    "perfect",
    "fantastic",
    "delightful",
    "cheerful",
    "marvelous",
    "good",
    "remarkable",
    "wonderful",
    "fabulous",
    "outstanding",
    "awesome",
    "exceptional",
    "incredible",
    "extraordinary",
    "amazing",
    "lovely",
    "brilliant",
    "charming",
    "terrific",
    "superb",
    "spectacular",
    "great",
    "splendid",
    "beautiful",
    "joyful",
    "positive",
    "excellent",
];

pub(crate) const NEGATIVE: [&str; 26] = [
    "dreadful",
    "bad",
    "dull",
    "depressing",
    "miserable",
    "tragic",
    "nasty",
    "inferior",
    "horrific",
    "terrible",
    "ugly",
    "disgusting",
    "disastrous",
    "horrendous",
    "annoying",
    "boring",
    "offensive",
    "frustrating",
    "wretched",
    "dire",
    "awful",
    "unpleasant",
    "horrible",
    "mediocre",
    "disappointing",
    "inadequate",
];

/// Each adjective with its successor in one fixed sentence.
pub(crate) fn prompts() -> Vec<Prompt> {
    let reviews = |adjectives: &[&str], answer: &str, distractor: &str, group: &str| {
        let review = |pair: &[&str]| Prompt {
            text: format!(
                "This movie was a {} viewing experience, and the plot and acting were {}. Overall, the film was",
                pair[0], pair[1]
            ),
            answer: Some(answer.to_owned()),
            distractor: Some(distractor.to_owned()),
            group: Some(group.to_owned()),
            ..Prompt::default()
        };
        adjectives.windows(2).map(review).collect::<Vec<_>>()
    };
    let mut prompts = reviews(&POSITIVE, " great", " awful", "positive");
    prompts.extend(reviews(&NEGATIVE, " awful", " great", "negative"));
    prompts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn movie_sentiment_is_the_notebooks() {
        let prompts = prompts();
        let group = |name: &str| prompts.iter().filter(|p| p.group.as_deref() == Some(name)).count();
        assert_eq!((group("positive"), group("negative")), (26, 25));
        assert_eq!(
            prompts[0].text,
            "This movie was a perfect viewing experience, and the plot and acting were fantastic. Overall, the film was"
        );
    }
}
