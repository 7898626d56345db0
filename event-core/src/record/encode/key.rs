//! Keys of maps, as text.

use serde::ser::Impossible;
use serde::{Serialize, Serializer};

use super::EncodeError;

/// The text of a map's key: a text, a number, a bool or the name of a unit variant.
pub(super) fn text_of<T: ?Sized + Serialize>(key: &T) -> Result<String, EncodeError> {
    key.serialize(KeySerializer)
}

struct KeySerializer;

fn no_key<T>() -> Result<T, EncodeError> {
    Err(EncodeError("a map's key must be a text, a number or a bool".into()))
}

macro_rules! shown {
    ($($method:ident($kind:ty))*) => {
        $(fn $method(self, key: $kind) -> Result<String, EncodeError> { Ok(key.to_string()) })*
    };
}

impl Serializer for KeySerializer {
    type Ok = String;
    type Error = EncodeError;
    type SerializeSeq = Impossible<String, EncodeError>;
    type SerializeTuple = Impossible<String, EncodeError>;
    type SerializeTupleStruct = Impossible<String, EncodeError>;
    type SerializeTupleVariant = Impossible<String, EncodeError>;
    type SerializeMap = Impossible<String, EncodeError>;
    type SerializeStruct = Impossible<String, EncodeError>;
    type SerializeStructVariant = Impossible<String, EncodeError>;

    shown! {
        serialize_bool(bool)
        serialize_i8(i8)
        serialize_i16(i16)
        serialize_i32(i32)
        serialize_i64(i64)
        serialize_u8(u8)
        serialize_u16(u16)
        serialize_u32(u32)
        serialize_u64(u64)
        serialize_i128(i128)
        serialize_u128(u128)
        serialize_char(char)
        serialize_str(&str)
    }

    fn serialize_f32(self, key: f32) -> Result<String, EncodeError> {
        Ok(format!("{key:?}"))
    }

    fn serialize_f64(self, key: f64) -> Result<String, EncodeError> {
        Ok(format!("{key:?}"))
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<String, EncodeError> {
        no_key()
    }

    fn serialize_none(self) -> Result<String, EncodeError> {
        no_key()
    }

    fn serialize_some<T: ?Sized + Serialize>(self, key: &T) -> Result<String, EncodeError> {
        key.serialize(self)
    }

    fn serialize_unit(self) -> Result<String, EncodeError> {
        no_key()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<String, EncodeError> {
        no_key()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<String, EncodeError> {
        Ok(variant.to_owned())
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _: &'static str, key: &T) -> Result<String, EncodeError> {
        key.serialize(self)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<String, EncodeError> {
        no_key()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, EncodeError> {
        no_key()
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, EncodeError> {
        no_key()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, EncodeError> {
        no_key()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, EncodeError> {
        no_key()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, EncodeError> {
        no_key()
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, EncodeError> {
        no_key()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, EncodeError> {
        no_key()
    }
}
