//! What comes before what: the places in the residual stream from which receivers read and in which senders are written.

use crate::config::{BlockKind, Config};
use crate::wire::{Receiver, Sender};

/// Before a block, which may be one past the last, or between its attention and its MLP, which only sequential blocks have.
/// In the order of the pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) layer: usize,
    pub(crate) between: bool,
}

impl Place {
    const fn before(layer: usize) -> Self {
        Self { layer, between: false }
    }

    /// What attention writes is seen by the MLP of its block only where that comes after it.
    fn after_attention(config: &Config, layer: usize) -> Self {
        match config.block {
            BlockKind::Sequential => Self { layer, between: true },
            BlockKind::Parallel => Self::before(layer + 1),
        }
    }

    /// The first place that has what a sender of `layer` writes.
    pub(crate) fn of_sender(config: &Config, sender: Sender, layer: usize) -> Self {
        match sender {
            Sender::ResidPre => Self::before(layer),
            Sender::Z | Sender::AttnOut | Sender::ResidMid => Self::after_attention(config, layer),
            Sender::MlpOut | Sender::ResidPost => Self::before(layer + 1),
        }
    }

    /// Where a receiver reads.
    pub(crate) fn of_receiver(config: &Config, receiver: Receiver) -> Self {
        match receiver {
            Receiver::Logits(_) => Self::before(config.n_layers),
            Receiver::Q(at) | Receiver::K(at) | Receiver::V(at) | Receiver::Pattern(at) => {
                Self::before(at.layer)
            }
            Receiver::ResidPre(at) => Self::before(at.layer),
            Receiver::ResidPost(at) => Self::before(at.layer + 1),
            Receiver::ResidMid(at) => Self { layer: at.layer, between: true },
            Receiver::MlpPre(at) => Self { layer: at.layer, between: config.block == BlockKind::Sequential },
        }
    }

    /// Whether nothing but the unembedding comes after it.
    pub(crate) fn is_last(self, config: &Config) -> bool {
        self.layer >= config.n_layers
    }
}
