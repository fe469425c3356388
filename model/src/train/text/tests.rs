//! What is drawn.

use super::*;

const WORDY: [Kind; 6] =
    [Kind::Review, Kind::IndirectObject, Kind::Fact, Kind::Year, Kind::Agreement, Kind::Pronoun];

#[test]
fn the_same_seed_draws_the_same_documents() {
    for kind in Kind::ALL {
        let draw = |seed| {
            let mut random = Random::new(seed, "test");
            (0..20)
                .map(|_| kind.document(Phase::Words, &mut random).map(|text| text.text()))
                .collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_eq!(draw(1) == draw(2), kind == Kind::Repeat, "{kind:?}");
    }
}

#[test]
fn no_question_is_learned_from() {
    for kind in WORDY {
        let mut random = Random::new(3, "test");
        let learned: Vec<String> = (0..3000)
            .filter_map(|_| kind.document(Phase::Answers, &mut random))
            .map(|text| text.text())
            .collect();
        for _ in 0..100 {
            let question = kind.question(&mut random).unwrap();
            assert!(question.answers.iter().all(|answer| !question.distractors.contains(answer)));
            assert!(
                !learned.iter().any(|text| text.contains(&question.text)),
                "{kind:?} is learned: {}",
                question.text
            );
        }
    }
}

#[test]
fn shares_make_a_whole() {
    for phase in [Phase::Words, Phase::Answers, Phase::Mirrors, Phase::Negative] {
        let total: f64 = phase.shares().iter().sum();
        assert!((total - 1.0).abs() < 1e-9, "{phase:?}: {total}");
    }
}

#[test]
fn pairs_are_held_out_whatever_their_order() {
    let names = words::names();
    let pairs: Vec<_> = names.iter().flat_map(|a| names.iter().map(move |b| (*a, *b))).collect();
    assert!(pairs.iter().all(|(a, b)| held_out(&[a, b]) == held_out(&[b, a])));
    let share = pairs.iter().filter(|(a, b)| held_out(&[a, b])).count() as f64 / pairs.len() as f64;
    assert!((0.08..0.12).contains(&share), "{share}");
}

#[test]
fn repeats_follow_from_what_came_before() {
    let (mut random, ids) = (Random::new(0, "test"), (1..2048).collect::<Vec<u32>>());
    let mut following = 0;
    for _ in 0..300 {
        let Runs { ids: tokens, follows, .. } = repeats(Phase::Mirrors, &mut random, &ids);
        assert!(tokens.len() <= 110 && tokens.len() == follows.len());
        for (at, _) in follows.iter().enumerate().filter(|(_, follows)| **follows) {
            let before = &tokens[..at];
            assert!(before.contains(&tokens[at]), "a token that follows has been there");
            following += 1;
        }
    }
    assert!(following > 3000, "{following}");
}
