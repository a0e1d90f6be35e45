//! Random messages, out of a string of random bytes that proptest can shrink.

use std::collections::HashMap;

use prost_reflect::prost::Message as _;
use prost_reflect::{
    DynamicMessage, EnumDescriptor, FieldDescriptor, Kind, MapKey, MessageDescriptor, Value,
};

use crate::schema;

pub(crate) struct Entropy<'a>(pub(crate) &'a [u8]);

impl Entropy<'_> {
    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }

    pub(crate) fn below(&mut self, limit: u8) -> u8 {
        self.byte() % limit
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.byte())
    }

    /// Small numbers, extremes and anything else.
    fn number(&mut self) -> i64 {
        match self.below(6) {
            0 => i64::MIN,
            1 => i64::MAX,
            2 => -1,
            3 => i64::from_le_bytes(self.bytes()),
            _ => i64::from(self.byte()),
        }
    }

    fn float(&mut self) -> f64 {
        match self.below(8) {
            0 => f64::NAN,
            1 => f64::INFINITY,
            2 => f64::NEG_INFINITY,
            3 => -0.0,
            4 => f64::from(i32::from_le_bytes(self.bytes())) / 64.0,
            5 => f64::MIN_POSITIVE,
            _ => f64::from(self.byte()) / 8.0,
        }
    }

    fn text(&mut self) -> String {
        const TEXTS: [&str; 7] = ["", "a", "\"\\\u{0}\n", "é", "\u{10ffff}", "日本", "b"];
        TEXTS[usize::from(self.below(7))].repeat(1 + usize::from(self.below(2)))
    }

    fn blob(&mut self) -> Vec<u8> {
        let length = usize::from(self.below(5));
        (0..length).map(|_| self.byte()).collect()
    }

    /// About `share` of 256 fields are set.
    pub(crate) fn message(
        &mut self,
        descriptor: &MessageDescriptor,
        share: u8,
        depth: usize,
    ) -> DynamicMessage {
        let mut message = DynamicMessage::new(descriptor.clone());
        for field in descriptor.fields() {
            let required = field.is_required();
            if !required && (self.0.is_empty() || self.byte() >= share) {
                continue;
            }
            let value = self.field(&field, depth);
            message.set_field(&field, value);
        }
        message
    }

    fn field(&mut self, field: &FieldDescriptor, depth: usize) -> Value {
        let kind = field.kind();
        if let (true, Kind::Message(entry)) = (field.is_map(), &kind) {
            let count = self.below(4);
            let (key, value) = (entry.map_entry_key_field(), entry.map_entry_value_field());
            let entries: HashMap<MapKey, Value> = (0..count)
                .map(|_| {
                    let key = self.value(&key.kind(), depth).into_map_key();
                    let value = match self.value(&value.kind(), depth) {
                        // prost-reflect leaves out these with the sign.
                        Value::F64(-0.0) => Value::F64(0.0),
                        Value::F32(-0.0) => Value::F32(0.0),
                        value => value,
                    };
                    (key.unwrap(), value)
                })
                .collect();
            return Value::Map(entries);
        }
        if field.is_list() {
            let count = self.below(4);
            return Value::List((0..count).map(|_| self.value(&kind, depth)).collect());
        }
        self.value(&kind, depth)
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn value(&mut self, kind: &Kind, depth: usize) -> Value {
        match kind {
            Kind::Bool => Value::Bool(self.byte() % 2 == 1),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(self.number() as i32),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(self.number()),
            Kind::Uint32 | Kind::Fixed32 => Value::U32(self.number() as u32),
            Kind::Uint64 | Kind::Fixed64 => Value::U64(self.number() as u64),
            Kind::Float => Value::F32(self.float() as f32),
            Kind::Double => Value::F64(self.float()),
            Kind::String => Value::String(self.text()),
            Kind::Bytes => Value::Bytes(self.blob().into()),
            Kind::Enum(enumeration) => Value::EnumNumber(self.enum_number(enumeration)),
            Kind::Message(descriptor) => Value::Message(self.inner(descriptor, depth)),
        }
    }

    fn enum_number(&mut self, enumeration: &EnumDescriptor) -> i32 {
        let values: Vec<i32> = enumeration.values().map(|value| value.number()).collect();
        let open = enumeration.parent_file().syntax() == prost_reflect::Syntax::Proto3;
        if open && values.len() > 1 && self.below(5) == 0 {
            return 77;
        }
        values[usize::from(self.byte()) % values.len()]
    }

    fn inner(&mut self, descriptor: &MessageDescriptor, depth: usize) -> DynamicMessage {
        let mut message = DynamicMessage::new(descriptor.clone());
        match descriptor.full_name() {
            "google.protobuf.Timestamp" => {
                let seconds = i64::from(self.byte()) * 900_000_000;
                message.set_field_by_name("seconds", Value::I64(seconds));
                message.set_field_by_name("nanos", Value::I32(i32::from(self.byte()) * 1001));
            }
            "google.protobuf.Duration" => {
                let sign = if self.below(2) == 0 { 1 } else { -1 };
                let seconds = i64::from(self.byte()) * i64::from(sign);
                message.set_field_by_name("seconds", Value::I64(seconds));
                let nanos = i32::from(self.byte()) * 1000 * sign;
                message.set_field_by_name("nanos", Value::I32(nanos));
            }
            // prost-reflect writes NaN as `null` here.
            "google.protobuf.DoubleValue" => {
                message.set_field_by_name("value", Value::F64(f64::from(self.byte()) / 8.0));
            }
            "google.protobuf.FloatValue" => {
                message.set_field_by_name("value", Value::F32(f32::from(self.byte()) / 8.0));
            }
            "google.protobuf.FieldMask" => {
                let paths = ["foo_bar", "a.b_c", "x"].into_iter();
                let paths = paths.take(usize::from(self.below(4)));
                let paths = paths.map(|path| Value::String(path.into())).collect();
                message.set_field_by_name("paths", Value::List(paths));
            }
            "google.protobuf.Value" => {
                let json = self.json(depth);
                return DynamicMessage::deserialize(descriptor.clone(), json).unwrap();
            }
            "google.protobuf.Struct" => {
                let count = self.below(3);
                let object: serde_json::Map<_, _> = (0..count)
                    .map(|_| (self.text(), self.json(depth + 1)))
                    .collect();
                let json = serde_json::Value::Object(object);
                return DynamicMessage::deserialize(descriptor.clone(), json).unwrap();
            }
            "google.protobuf.ListValue" => {
                let count = self.below(3);
                let list: Vec<_> = (0..count).map(|_| self.json(depth + 1)).collect();
                let json = serde_json::Value::Array(list);
                return DynamicMessage::deserialize(descriptor.clone(), json).unwrap();
            }
            "google.protobuf.Any" => {
                let held = self.message(&schema::descriptor("rich.Tree"), 128, depth + 3);
                message.set_field_by_name(
                    "type_url",
                    Value::String("type.googleapis.com/rich.Tree".into()),
                );
                message.set_field_by_name("value", Value::Bytes(held.encode_to_vec().into()));
            }
            _ if depth > 4 => {
                for field in descriptor.fields().filter(FieldDescriptor::is_required) {
                    let value = self.value(&field.kind(), depth + 1);
                    message.set_field(&field, value);
                }
            }
            _ => return self.message(descriptor, 128, depth + 1),
        }
        message
    }

    /// Any JSON without numbers that are not finite.
    pub(crate) fn json(&mut self, depth: usize) -> serde_json::Value {
        use serde_json::Value;
        match self.below(if depth > 4 { 5 } else { 7 }) {
            0 => Value::Null,
            1 => Value::Bool(self.below(2) == 1),
            2 => Value::from(i32::from(self.byte()) - 100),
            3 => Value::from(f64::from(self.byte()) / 16.0),
            4 => Value::from(self.text()),
            5 => {
                let count = self.below(4);
                Value::Array((0..count).map(|_| self.json(depth + 1)).collect())
            }
            _ => {
                let count = self.below(4);
                (0..count)
                    .map(|_| (self.text(), self.json(depth + 1)))
                    .collect()
            }
        }
    }
}
