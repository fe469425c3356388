//! Where the steps of a trail stand: left to right by layer, the logits at the right, branches in lanes. Pure.

use crate::link::Hop;

/// A receiver in the graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// As figures name it.
    pub receiver: String,
    /// The number of the node it was found from; none for the first.
    pub from: Option<usize>,
    /// From the left, in percent of the width.
    pub x: f64,
    /// Its row.
    pub lane: usize,
    /// What the path from this head into that node changes; none before it is computed.
    pub change: Option<f32>,
}

/// The layer and head of a receiver; of several, the first. None for one that is no head's, such as the logits.
pub fn head_of(receiver: &str) -> Option<(usize, usize)> {
    let (layer, rest) = receiver.strip_prefix('L')?.split_once('H')?;
    let (head, _) = rest.split_once('_')?;
    Some((layer.parse().ok()?, head.parse().ok()?))
}

/// The layer of a receiver; of several, the first one's. None for the logits.
fn layer_of(receiver: &str) -> Option<usize> {
    let rest = receiver.strip_prefix('L')?;
    rest[..rest.find(|c: char| !c.is_ascii_digit())?].parse().ok()
}

/// The nodes of a trail in a model of so many layers. `change` says what a head changes in the map of a node.
pub fn lay_out(
    hops: &[Hop],
    layers: usize,
    change: impl Fn(usize, (usize, usize)) -> Option<f32>,
) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::new();
    for (index, hop) in hops.iter().enumerate() {
        let from = Some(hop.from).filter(|from| *from < index);
        // the first branch goes on in its lane, each further one in a new lane
        let lane = match from {
            Some(from) if !nodes.iter().any(|node| node.from == Some(from)) => nodes[from].lane,
            None if nodes.is_empty() => 0,
            _ => nodes.iter().map(|node| node.lane + 1).max().unwrap_or(0),
        };
        let head = head_of(&hop.receiver);
        let place = layer_of(&hop.receiver).map_or(layers, |layer| layer.min(layers));
        let x = 8.0 + 84.0 * place as f64 / layers.max(1) as f64;
        let change = from.zip(head).and_then(|(from, head)| change(from, head));
        nodes.push(Node { receiver: hop.receiver.clone(), from, x, lane, change });
    }
    nodes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop(receiver: &str, from: usize) -> Hop {
        Hop { receiver: receiver.to_owned(), from }
    }

    #[test]
    fn a_branch_stays_in_its_lane_and_the_next_one_gets_its_own() {
        let hops = [hop("logits", 0), hop("L9H6_q", 0), hop("L7H3_v", 1), hop("L9H9_q", 0), hop("L5H5_k", 2)];
        let nodes = lay_out(&hops, 12, |from, head| (from == 0).then_some(head.1 as f32));
        let lanes: Vec<usize> = nodes.iter().map(|node| node.lane).collect();
        assert_eq!(lanes, [0, 0, 0, 1, 0]);
        assert!((nodes[0].x - 92.0).abs() < 1e-9 && nodes[1].x < nodes[0].x && nodes[2].x < nodes[1].x);
        assert_eq!(
            nodes.iter().map(|n| n.change).collect::<Vec<_>>(),
            [None, Some(6.0), None, Some(9.0), None]
        );
        assert_eq!(nodes[0].from, None);
    }

    #[test]
    fn a_trail_that_does_not_hold_together_is_drawn_all_the_same() {
        let nodes = lay_out(&[hop("what", 7), hop("L1H2_q", 9)], 0, |_, _| None);
        assert_eq!(nodes.iter().map(|n| (n.from, n.lane)).collect::<Vec<_>>(), [(None, 0), (None, 1)]);
        assert_eq!(head_of("L9H6_q+L9H9_q"), Some((9, 6)));
        assert_eq!((head_of("logits"), head_of("L3_mlp_pre+L2H5_q")), (None, None));
        let layers = ["logits", "L3_mlp_pre+L2H5_q", "L11H0_k", "L", "La"].map(layer_of);
        assert_eq!(layers, [None, Some(3), Some(11), None, None]);
    }
}
