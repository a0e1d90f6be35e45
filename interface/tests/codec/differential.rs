//! Against prost-reflect, which passes the conformance tests of Protobuf: the same
//! messages, in both encodings.

use proptest::collection::vec;
use proptest::prelude::*;
use prost_reflect::DynamicMessage;
use prost_reflect::prost::Message as _;
use vimana_interface::codec::MessageCodec;
use wasmtime::component::Val;

use crate::random::Entropy;
use crate::schema::{OLD, RICH, to_json, to_protobuf};

/// Fields that the component has as JSON text: `serde_json` reads numbers of 17
/// digits from text with an error in the last one.
const JSON_FIELDS: [&str; 7] = [
    "chosen_struct",
    "a_struct",
    "a_value",
    "a_list_value",
    "values",
    "value_map",
    "structs",
];

/// The message as JSON, which tells two messages apart even where they hold NaN.
fn normal(message: &DynamicMessage) -> serde_json::Value {
    serde_json::to_value(message).unwrap()
}

fn decode(codec: &MessageCodec, encoded: &[u8]) -> DynamicMessage {
    DynamicMessage::decode(codec.message().clone(), encoded).unwrap()
}

fn parse(codec: &MessageCodec, json: &str) -> DynamicMessage {
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    DynamicMessage::deserialize(codec.message().clone(), json).unwrap()
}

/// Panics with the first field that differs alone: these messages are long.
fn same(ours: &serde_json::Value, theirs: &serde_json::Value) {
    let (Some(a), Some(b)) = (ours.as_object(), theirs.as_object()) else {
        return assert_eq!(ours, theirs);
    };
    for name in a.keys().chain(b.keys()) {
        assert_eq!(a.get(name), b.get(name), "{name}");
    }
}

fn same_value(a: &Val, b: &Val) {
    let (Val::Record(a), Val::Record(b)) = (a, b) else {
        return assert_eq!(a, b);
    };
    for (a, b) in a.iter().zip(b) {
        assert_eq!(a, b);
    }
    assert_eq!(a.len(), b.len());
}

pub(crate) fn agrees(codec: &MessageCodec, message: &DynamicMessage) {
    let encoded = message.encode_to_vec();
    let value = codec.from_protobuf(&encoded).unwrap();

    let again = to_protobuf(codec, &value).unwrap();
    same(&normal(&decode(codec, &again)), &normal(message));
    same_value(&codec.from_protobuf(&again).unwrap(), &value);

    let json = to_json(codec, &value).unwrap();
    same(&normal(&parse(codec, &json)), &normal(message));

    let theirs = codec.from_json(&normal(message)).unwrap();
    let encoded = to_protobuf(codec, &theirs).unwrap();
    same(&normal(&decode(codec, &encoded)), &normal(message));
    let ours = codec
        .from_json(&serde_json::from_str(&json).unwrap())
        .unwrap();
    assert_eq!(to_json(codec, &ours).unwrap(), json);
    same_value(&ours, &theirs);
}

/// One of the values within, replaced.
fn replace(value: &mut Val, entropy: &mut Entropy<'_>) {
    let inner = match value {
        Val::Record(fields) if !fields.is_empty() => {
            let at = usize::from(entropy.byte()) % fields.len();
            if entropy.below(8) == 0 {
                fields.remove(at);
                return;
            }
            Some(&mut fields[at].1)
        }
        Val::List(items) | Val::Tuple(items) if !items.is_empty() => {
            let at = usize::from(entropy.byte()) % items.len();
            Some(&mut items[at])
        }
        Val::Option(Some(inner)) | Val::Variant(_, Some(inner)) => Some(&mut **inner),
        _ => None,
    };
    match inner {
        Some(inner) if entropy.below(4) != 0 => replace(inner, entropy),
        _ => *value = junk(entropy),
    }
}

fn junk(entropy: &mut Entropy<'_>) -> Val {
    match entropy.below(14) {
        0 => Val::Bool(true),
        1 => Val::S32(-5),
        2 => Val::U64(u64::MAX),
        3 => Val::Float32(f32::NAN),
        4 => Val::String("x".into()),
        5 => Val::List(vec![Val::U8(1), Val::Char('c')]),
        6 => Val::Record(vec![]),
        7 => Val::Tuple(vec![Val::Bool(false)]),
        8 => Val::Variant("unrecognized".into(), None),
        9 => Val::Enum("nothing".into()),
        10 => Val::Option(Some(Box::new(Val::Option(None)))),
        11 => Val::Flags(vec!["f".into()]),
        12 => Val::FixedLengthList(vec![Val::U64(3)]),
        _ => Val::Result(Ok(None)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn random_messages_agree(bytes in vec(any::<u8>(), 0..600), share in 8u8..160) {
        agrees(&RICH, &Entropy(&bytes).message(RICH.message(), share, 0));
        agrees(&OLD, &Entropy(&bytes).message(OLD.message(), share, 0));
    }

    #[test]
    fn a_message_in_parts_is_the_merged_message(
        a in vec(any::<u8>(), 0..400),
        b in vec(any::<u8>(), 0..400),
    ) {
        let whole = [a, b].map(|bytes| {
            Entropy(&bytes).message(RICH.message(), 60, 0).encode_to_vec()
        }).concat();
        let value = RICH.from_protobuf(&whole).unwrap();
        let again = to_protobuf(&RICH, &value).unwrap();
        same(&normal(&decode(&RICH, &again)), &normal(&decode(&RICH, &whole)));
    }

    #[test]
    fn what_is_accepted_means_the_same_and_nothing_panics(
        bytes in vec(any::<u8>(), 0..300),
        edits in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut message = Entropy(&bytes).message(RICH.message(), 60, 0);
        for field in JSON_FIELDS {
            message.clear_field_by_name(field);
        }
        let mut encoded = message.encode_to_vec();
        encoded.push(0);
        for (at, byte) in edits {
            *at.get_mut(&mut encoded) = byte;
        }
        encoded.truncate(cut.index(encoded.len() + 1).max(encoded.len() / 2));
        if let Ok(value) = RICH.from_protobuf(&encoded) {
            let again = to_protobuf(&RICH, &value).unwrap();
            same_value(&RICH.from_protobuf(&again).unwrap(), &value);
            if let Ok(theirs) = DynamicMessage::decode(RICH.message().clone(), &*encoded)
                && let Ok(theirs) = serde_json::to_value(&theirs)
            {
                same(&normal(&decode(&RICH, &again)), &theirs);
            }
            let _ = to_json(&RICH, &value);
        }
        let _ = OLD.from_protobuf(&encoded);
        let _ = RICH.from_protobuf(&bytes);
    }

    #[test]
    fn no_json_panics(bytes in vec(any::<u8>(), 0..300), at in any::<prop::sample::Index>()) {
        let mut entropy = Entropy(&bytes);
        let mut json = normal(&entropy.message(RICH.message(), 60, 0));
        let other = entropy.json(0);
        if let Some(object) = json.as_object_mut().filter(|object| !object.is_empty()) {
            let at = at.index(object.len());
            if let Some((_, member)) = object.iter_mut().nth(at) {
                *member = other.clone();
            }
        }
        if let Ok(value) = RICH.from_json(&json) {
            to_protobuf(&RICH, &value).unwrap();
        }
        let _ = RICH.from_json(&other);
        let _ = OLD.from_json(&other);
    }

    #[test]
    fn no_value_of_a_component_panics(bytes in vec(any::<u8>(), 0..300)) {
        let mut entropy = Entropy(&bytes);
        let message = entropy.message(RICH.message(), 60, 0).encode_to_vec();
        let mut value = RICH.from_protobuf(&message).unwrap();
        replace(&mut value, &mut entropy);
        let _ = to_protobuf(&RICH, &value);
        let _ = to_json(&RICH, &value);
        let _ = to_protobuf(&OLD, &value);
    }
}
