//! What an unpickled PyTorch dictionary says of its tensors.
//!
//! A tensor is `torch._utils._rebuild_tensor_v2(storage, offset, size, stride, …)`, perhaps inside a
//! `_rebuild_parameter`; its storage is named by a persistent id, `("storage", TYPE, KEY, device, elements, …)`.

use candle_core::DType;
use candle_core::pickle::Object;

/// What a storage holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Element {
    Float(DType),
    /// Masks and counters: no weights, but their bytes are to be passed over.
    Other(u64),
}

impl Element {
    pub(super) fn bytes(self) -> u64 {
        match self {
            Self::Float(dtype) => dtype.size_in_bytes() as u64,
            Self::Other(bytes) => bytes,
        }
    }
}

/// A tensor, its storage by key. Offset and strides are in elements.
pub(super) struct Described {
    pub(super) name: String,
    pub(super) element: Element,
    pub(super) storage: String,
    pub(super) offset: u64,
    pub(super) shape: Vec<usize>,
    pub(super) strides: Vec<usize>,
}

/// The tensors of a dictionary; other entries are passed over.
pub(super) fn tensors(dictionary: Object) -> Result<Vec<Described>, String> {
    let Object::Dict(entries) = dictionary else {
        return Err("it holds no dictionary of tensors; save `model.state_dict()`".to_owned());
    };
    let named = entries.into_iter().filter_map(|(name, value)| Some((name.unicode().ok()?, value)));
    let described = named.filter_map(|(name, value)| {
        let arguments = arguments(value)?;
        Some(
            describe(name.clone(), arguments)
                .unwrap_or_else(|| Err(format!("the tensor `{name}` is described in a way not known"))),
        )
    });
    described.collect()
}

/// The arguments of the call that makes a tensor; `None` for what is no tensor.
fn arguments(value: Object) -> Option<Vec<Object>> {
    let (callable, arguments) = value.reduce().ok()?;
    let (module, name) = callable.class().ok()?;
    let arguments = arguments.tuple().ok()?;
    match (module.as_str(), name.as_str()) {
        ("torch._utils", "_rebuild_tensor_v2") => Some(arguments),
        ("torch._utils", "_rebuild_parameter") => self::arguments(arguments.into_iter().next()?),
        _ => None,
    }
}

/// `None` where the arguments are not those of PyTorch, an error where they are of a kind that is not read.
fn describe(name: String, arguments: Vec<Object>) -> Option<Result<Described, String>> {
    let mut arguments = arguments.into_iter();
    let storage = arguments.next()?.persistent_load().ok()?.tuple().ok()?;
    let offset = u64::try_from(arguments.next()?.int_or_long().ok()?).ok()?;
    let (shape, strides) = (sizes(arguments.next()?)?, sizes(arguments.next()?)?);
    let mut storage = storage.into_iter().skip(1);
    let (_, class) = storage.next()?.class().ok()?;
    let key = storage.next()?.unicode().ok()?;
    // in old files a storage may be a view into another
    if storage.nth(2).is_some_and(|view| view != Object::None) {
        return Some(Err(format!(
            "the tensor `{name}` is a view of a storage, which is not read; save the file anew"
        )));
    }
    let Some(element) = element(&class) else {
        return Some(Err(format!("the tensor `{name}` is of the type {class}, which is not read")));
    };
    Some(Ok(Described { name, element, storage: key, offset, shape, strides }))
}

fn sizes(object: Object) -> Option<Vec<usize>> {
    let sizes = object.tuple().ok()?.into_iter();
    sizes.map(|size| usize::try_from(size.int_or_long().ok()?).ok()).collect()
}

fn element(class: &str) -> Option<Element> {
    Some(match class {
        "FloatStorage" => Element::Float(DType::F32),
        "DoubleStorage" => Element::Float(DType::F64),
        "HalfStorage" => Element::Float(DType::F16),
        "BFloat16Storage" => Element::Float(DType::BF16),
        "BoolStorage" | "ByteStorage" | "CharStorage" => Element::Other(1),
        "ShortStorage" => Element::Other(2),
        "IntStorage" => Element::Other(4),
        "LongStorage" => Element::Other(8),
        _ => return None,
    })
}
