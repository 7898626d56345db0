//! From a `Serialize` value to the compact form, on the calling thread. It behaves towards `Serialize` as
//! `serde_json` does (human readable, the same forms of enums and keys, raw values and big numbers as they are).

mod compound;
mod key;
mod value;

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::ser::{Impossible, SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};

pub(super) use self::value::Tag;
use self::value::{ValueSerializer, text};
use super::Fields;

/// Adds the fields of `payload` to `fields`. What can't be serialised becomes a field `encode_error`; the caller is
/// never harmed.
pub(crate) fn encode<T: Serialize>(payload: &T, scope: &[&str], fields: &mut Fields) {
    let start = fields.len();
    let serializer = PayloadSerializer { fields, scope };
    let result = catch_unwind(AssertUnwindSafe(|| payload.serialize(serializer)));
    let problem = match result {
        Ok(Ok(())) => return,
        Ok(Err(error)) => error.0,
        Err(_) => "serialising the payload panicked".into(),
    };
    fields.truncate(start);
    let write = |out: &mut Vec<u8>| {
        text(out, &problem);
        Ok::<_, EncodeError>(())
    };
    // The closure can't fail.
    let _ = fields.push("encode_error", false, write);
}

/// Why a value can't be an event's payload.
///
/// No larger than two words: every field's success passes through its place.
#[derive(Debug)]
pub(super) struct EncodeError(Box<str>);

impl Display for EncodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for EncodeError {}

impl serde::ser::Error for EncodeError {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string().into())
    }
}

/// The outermost level: only what has named fields is a payload.
struct PayloadSerializer<'a> {
    fields: &'a mut Fields,
    scope: &'a [&'a str],
}

struct PayloadFields<'a> {
    fields: &'a mut Fields,
    scope: &'a [&'a str],
    /// The key that `serialize_key` left for `serialize_value`.
    key: String,
}

impl<'a> PayloadSerializer<'a> {
    #[inline]
    fn named(self) -> PayloadFields<'a> {
        PayloadFields {
            fields: self.fields,
            scope: self.scope,
            key: String::new(),
        }
    }
}

fn no_payload<T>(what: &str) -> Result<T, EncodeError> {
    let text = format!("a payload must be a struct with named fields or a map, not {what}");
    Err(EncodeError(text.into()))
}

macro_rules! no_payload {
    ($($method:ident($($kind:ty),*) is $what:literal)*) => {
        $(fn $method(self, $(_: $kind),*) -> Result<(), EncodeError> { no_payload($what) })*
    };
}

impl<'a> Serializer for PayloadSerializer<'a> {
    type Ok = ();
    type Error = EncodeError;
    type SerializeSeq = Impossible<(), EncodeError>;
    type SerializeTuple = Impossible<(), EncodeError>;
    type SerializeTupleStruct = Impossible<(), EncodeError>;
    type SerializeTupleVariant = Impossible<(), EncodeError>;
    type SerializeMap = PayloadFields<'a>;
    type SerializeStruct = PayloadFields<'a>;
    type SerializeStructVariant = Impossible<(), EncodeError>;

    no_payload! {
        serialize_bool(bool) is "a bool"
        serialize_i8(i8) is "a number"
        serialize_i16(i16) is "a number"
        serialize_i32(i32) is "a number"
        serialize_i64(i64) is "a number"
        serialize_u8(u8) is "a number"
        serialize_u16(u16) is "a number"
        serialize_u32(u32) is "a number"
        serialize_u64(u64) is "a number"
        serialize_f32(f32) is "a number"
        serialize_f64(f64) is "a number"
        serialize_char(char) is "a text"
        serialize_str(&str) is "a text"
        serialize_bytes(&[u8]) is "bytes"
        serialize_unit_variant(&'static str, u32, &'static str) is "an enum"
    }

    fn serialize_none(self) -> Result<(), EncodeError> {
        Ok(())
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<(), EncodeError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), EncodeError> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), EncodeError> {
        Ok(())
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _: &'static str, value: &T) -> Result<(), EncodeError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), EncodeError> {
        no_payload("an enum")
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, EncodeError> {
        no_payload("a list")
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, EncodeError> {
        no_payload("a tuple")
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, EncodeError> {
        no_payload("a tuple struct")
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, EncodeError> {
        no_payload("an enum")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<PayloadFields<'a>, EncodeError> {
        Ok(self.named())
    }

    #[inline]
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<PayloadFields<'a>, EncodeError> {
        Ok(self.named())
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, EncodeError> {
        no_payload("an enum")
    }
}

/// Apart, for most types have no scope fields, and this would be in the way of their fields.
#[inline(never)]
fn is_one_of(scope: &[&str], key: &str) -> bool {
    scope.contains(&key)
}

impl PayloadFields<'_> {
    #[expect(
        clippy::inline_always,
        reason = "where the field is written, its key is known and half of this falls away"
    )]
    #[inline(always)]
    fn field<T: ?Sized + Serialize>(&mut self, key: &str, value: &T) -> Result<(), EncodeError> {
        let is_scope = !self.scope.is_empty() && is_one_of(self.scope, key);
        self.fields
            .push(key, is_scope, |out| value.serialize(ValueSerializer { out, depth: 0 }))
    }
}

impl SerializeStruct for PayloadFields<'_> {
    type Ok = ();
    type Error = EncodeError;

    #[expect(clippy::inline_always, reason = "as `field`")]
    #[inline(always)]
    fn serialize_field<T: ?Sized + Serialize>(&mut self, key: &'static str, value: &T) -> Result<(), EncodeError> {
        self.field(key, value)
    }

    #[inline]
    fn end(self) -> Result<(), EncodeError> {
        Ok(())
    }
}

impl SerializeMap for PayloadFields<'_> {
    type Ok = ();
    type Error = EncodeError;

    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result<(), EncodeError> {
        self.key = key::text_of(key)?;
        Ok(())
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), EncodeError> {
        let key = std::mem::take(&mut self.key);
        self.field(&key, value)
    }

    #[inline]
    fn end(self) -> Result<(), EncodeError> {
        Ok(())
    }
}
