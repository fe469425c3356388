//! Prompts packed into rows.
//!
//! Activations are `[rows, …]`; a row is one (sequence, position). Prompts of one batch are laid out as a tree: where
//! they begin alike, the common tokens stand once, and everything that continues them attends to their keys and
//! values. No prompt is padded. Only attention knows about this; everything else works row by row.

use std::ops::Range;

/// A run of consecutive rows that share all their earlier positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its own rows.
    pub rows: Range<usize>,
    /// Rows of the earlier positions, in order: what its rows attend to besides themselves.
    pub context: Vec<Range<usize>>,
}

impl Segment {
    /// Number of earlier positions, which is also the position of the first row.
    pub fn start(&self) -> usize {
        self.context.iter().map(ExactSizeIterator::len).sum()
    }

    /// Those of `rows` (ascending) that are its own, each as a segment that sees what it saw.
    pub(crate) fn of_rows(&self, rows: &[u32]) -> impl Iterator<Item = Self> {
        let own = rows.iter().map(|row| *row as usize).filter(|row| self.rows.contains(row));
        own.map(|row| {
            let before = Some(self.rows.start..row).filter(|before| !before.is_empty());
            Self { rows: row..row + 1, context: self.context.iter().cloned().chain(before).collect() }
        })
    }

    /// What its last row sees, in order of position: the context and its own rows.
    pub fn visible(&self) -> Vec<usize> {
        self.context.iter().chain([&self.rows]).cloned().flatten().collect()
    }
}

/// A batch of prompts as rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// Token id of each row.
    pub ids: Vec<u32>,
    /// Position of each row in its sequences, from 0.
    pub positions: Vec<u32>,
    /// Rows by segment, covering all rows in order.
    pub segments: Vec<Segment>,
    /// For each prompt, the row of each of its positions.
    pub prompts: Vec<Vec<u32>>,
    /// Rows of earlier passes that it continues: segments count rows from the first of those, everything else from the
    /// first of its own.
    pub past: usize,
}

impl Batch {
    /// Packs prompts so that what they begin with in common is computed once.
    pub fn shared(prompts: &[&[u32]]) -> Self {
        let mut batch = Self { prompts: vec![Vec::new(); prompts.len()], ..Self::default() };
        let mut order: Vec<usize> = (0..prompts.len()).collect();
        order.sort_by_key(|&i| prompts[i]);
        batch.grow(prompts, &order, &[]);
        batch
    }

    /// Packs each prompt by itself, for hooks that change one prompt and not another.
    pub fn separate(prompts: &[&[u32]]) -> Self {
        Self::in_pieces(prompts, usize::MAX)
    }

    /// Packs each prompt by itself, in segments of at most `rows` rows: attention patterns, where they are asked for, are
    /// then made for that many queries at a time.
    pub fn in_pieces(prompts: &[&[u32]], rows: usize) -> Self {
        let mut batch = Self { prompts: vec![Vec::new(); prompts.len()], ..Self::default() };
        for (prompt, ids) in prompts.iter().enumerate() {
            let mut context = Vec::new();
            for piece in ids.chunks(rows.max(1)) {
                let rows = batch.push(piece, &[prompt], &context);
                context.push(rows);
            }
        }
        batch
    }

    /// One token more for each of some sequences: its id, and the rows of the sequence so far, out of `past` rows
    /// computed before.
    pub fn continued(past: usize, next: &[(u32, &[Range<usize>])]) -> Self {
        let mut batch = Self { past, prompts: vec![Vec::new(); next.len()], ..Self::default() };
        for (sequence, (id, earlier)) in next.iter().enumerate() {
            batch.push(&[*id], &[sequence], earlier);
        }
        batch
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.ids.len()
    }

    /// The row of each prompt's last token.
    pub fn last_rows(&self) -> Vec<u32> {
        self.prompts.iter().filter_map(|rows| rows.last().copied()).collect()
    }

    /// Lays out `members` (sorted prompts that agree on everything laid out so far) after `context`.
    fn grow(&mut self, prompts: &[&[u32]], members: &[usize], context: &[Range<usize>]) {
        let done: usize = context.iter().map(ExactSizeIterator::len).sum();
        let unfinished: Vec<usize> = members.iter().copied().filter(|&i| prompts[i].len() > done).collect();
        for group in unfinished.chunk_by(|&a, &b| prompts[a][done] == prompts[b][done]) {
            // sorted, so what the first and the last of a group share, all share
            let (first, last) = (prompts[group[0]], prompts[group[group.len() - 1]]);
            let common = first[done..].iter().zip(&last[done..]).take_while(|(a, b)| a == b).count();
            let rows = self.push(&first[done..done + common], group, context);
            let context: Vec<_> = context.iter().cloned().chain([rows]).collect();
            self.grow(prompts, group, &context);
        }
    }

    fn push(&mut self, ids: &[u32], members: &[usize], context: &[Range<usize>]) -> Range<usize> {
        let own = self.ids.len()..self.ids.len() + ids.len();
        let rows = self.past + own.start..self.past + own.end;
        let segment = Segment { rows: rows.clone(), context: context.to_vec() };
        let start = segment.start();
        self.ids.extend(ids);
        self.positions.extend((start..start + ids.len()).map(|p| p as u32));
        self.segments.push(segment);
        for &member in members {
            self.prompts[member].extend(own.clone().map(|r| r as u32));
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(batch: &Batch, prompts: &[Vec<u32>]) {
        for (prompt, rows) in prompts.iter().zip(&batch.prompts) {
            let ids: Vec<u32> = rows.iter().map(|&r| batch.ids[r as usize]).collect();
            assert_eq!(&ids, prompt);
            for (position, &row) in rows.iter().enumerate() {
                let segment = batch.segments.iter().find(|s| s.rows.contains(&(row as usize))).unwrap();
                let mut seen: Vec<u32> =
                    segment.context.iter().cloned().flatten().map(|r| r as u32).collect();
                seen.extend(segment.rows.start as u32..=row);
                assert_eq!(seen, rows[..=position], "a row sees its own prompt's positions up to itself");
                assert_eq!(batch.positions[row as usize] as usize, position);
                let own = [row];
                let alone: Vec<Segment> = batch.segments.iter().flat_map(|s| s.of_rows(&own)).collect();
                assert_eq!(alone.len(), 1);
                assert_eq!(alone[0].visible().iter().map(|r| *r as u32).collect::<Vec<_>>(), seen);
            }
        }
        let covered: Vec<usize> = batch.segments.iter().flat_map(|s| s.rows.clone()).collect();
        assert_eq!(covered, (0..batch.rows()).collect::<Vec<_>>());
    }

    proptest! {
        #[test]
        fn every_prompt_finds_its_rows(prompts in prop::collection::vec(prop::collection::vec(0_u32..3, 1..7), 1..9)) {
            let slices: Vec<&[u32]> = prompts.iter().map(Vec::as_slice).collect();
            let shared = Batch::shared(&slices);
            check(&shared, &prompts);
            check(&Batch::separate(&slices), &prompts);
            check(&Batch::in_pieces(&slices, 1 + slices.len() / 2), &prompts);
            let mut prefixes: Vec<&[u32]> = slices.iter().flat_map(|p| (1..=p.len()).map(|n| &p[..n])).collect();
            prefixes.sort_unstable();
            prefixes.dedup();
            prop_assert_eq!(shared.rows(), prefixes.len(), "each distinct beginning is computed once");
        }
    }
}
