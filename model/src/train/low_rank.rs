//! A change W + A B of the matrices of every block.

use super::parameters::{Layout, Parameter, Parameters};
use crate::prompt_sets::random::Random;
use candle_core::{DType, Device, Result, Tensor, Var};

/// The factors, two a matrix, and what they are added to.
#[derive(Debug)]
pub(crate) struct LowRank {
    /// A `[inputs, rank]` and B `[rank, outputs]`, one after the other.
    pub(crate) factors: Parameters,
    /// For each pair, the number of the parameter that it changes, and that parameter's values without it.
    changed: Vec<(usize, Tensor)>,
}

impl Parameters {
    /// A change of rank `rank` that is none yet: A is random, B is zero.
    pub(crate) fn low_rank(&self, rank: usize, seed: u64) -> Result<LowRank> {
        let mut random = Random::new(seed, "low rank");
        let (mut all, mut changed) = (Vec::new(), Vec::new());
        let of_blocks = |parameter: &Parameter| parameter.decays && parameter.name.contains(".layers.");
        for (i, parameter) in self.all.iter().enumerate().filter(|(_, parameter)| of_blocks(parameter)) {
            let (inputs, outputs) = parameter.var.dims2()?;
            let deviation = 1.0 / (inputs as f64).sqrt();
            let a = (0..inputs * rank).map(|_| (deviation * random.normal()) as f32).collect();
            let a = Tensor::from_vec::<_, f32>(a, (inputs, rank), &Device::Cpu)?;
            let b = Tensor::zeros((rank, outputs), DType::F32, &Device::Cpu)?;
            let factor = |part: &str, values: &Tensor, layout| -> Result<Parameter> {
                let name = format!("{}.{part}", parameter.name);
                Ok(Parameter { name, var: Var::from_tensor(values)?, decays: false, layout })
            };
            all.push(factor("in", &a, Layout::Transposed)?);
            all.push(factor("out", &b, parameter.layout)?);
            changed.push((i, parameter.var.detach().copy()?));
        }
        Ok(LowRank { factors: Parameters { all, heads: self.heads }, changed })
    }

    /// What files of half precision keep of every value.
    pub(crate) fn round_to_half(&self) -> Result<()> {
        for parameter in &self.all {
            let half = parameter.var.detach().to_dtype(DType::F16)?;
            parameter.var.set(&half.to_dtype(DType::F32)?)?;
        }
        Ok(())
    }
}

impl LowRank {
    /// Gradients of the factors from those of all parameters: of A, G Bᵀ; of B, Aᵀ G.
    pub(crate) fn gradients(&self, of_all: &[Tensor]) -> Result<Vec<Tensor>> {
        let mut gradients = Vec::with_capacity(self.factors.all.len());
        for (pair, (changed, _)) in self.factors.all.chunks_exact(2).zip(&self.changed) {
            let (a, b) = (pair[0].var.detach(), pair[1].var.detach());
            let of = &of_all[*changed];
            gradients.push(of.matmul(&b.t()?)?);
            gradients.push(a.t()?.matmul(of)?);
        }
        Ok(gradients)
    }

    /// Puts W + A B into the parameters.
    pub(crate) fn apply(&self, parameters: &Parameters) -> Result<()> {
        for (pair, (changed, without)) in self.factors.all.chunks_exact(2).zip(&self.changed) {
            let product = pair[0].var.detach().matmul(&pair[1].var.detach())?;
            parameters.all[*changed].var.set(&(without + product)?)?;
        }
        Ok(())
    }
}
