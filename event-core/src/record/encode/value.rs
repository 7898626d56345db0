//! Values below the outermost level: one tag byte, then the data; lists and maps end with a tag.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::EncodeError;
use super::compound::Compound;

/// The first byte of an encoded value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(in crate::record) enum Tag {
    Null,
    False,
    True,
    /// Eight bytes, little endian, as the next two.
    Unsigned,
    Signed,
    Float,
    /// Length u32, then UTF-8.
    Text,
    /// Length u32, then JSON text.
    Raw,
    /// Values up to `End`.
    List,
    /// Texts and values in turn, up to `End`.
    Map,
    End,
}

impl Tag {
    pub(in crate::record) fn from_byte(byte: u8) -> Option<Self> {
        use Tag::{End, False, Float, List, Map, Null, Raw, Signed, Text, True, Unsigned};
        [Null, False, True, Unsigned, Signed, Float, Text, Raw, List, Map, End]
            .get(usize::from(byte))
            .copied()
    }
}

/// The struct names under which `serde_json` hands over JSON that is to be kept as it is.
const AS_IT_IS: [&str; 2] = ["$serde_json::private::RawValue", "$serde_json::private::Number"];

/// Values nested deeper than this are not looked at: a value that holds itself would exhaust the caller's stack. More than
/// JSON keeps, so that whoever makes it sees that something is missing.
pub(super) const MAX_DEPTH: usize = 128;

pub(super) struct ValueSerializer<'a> {
    pub(super) out: &'a mut Vec<u8>,
    /// How many lists and maps are around it.
    pub(super) depth: usize,
}

#[inline]
pub(super) fn tag(out: &mut Vec<u8>, tag: Tag) {
    out.push(tag as u8);
}

#[inline]
fn number(out: &mut Vec<u8>, kind: Tag, bytes: [u8; 8]) {
    let mut encoded = [kind as u8; 9];
    encoded[1..].copy_from_slice(&bytes);
    out.extend_from_slice(&encoded);
}

#[inline]
pub(super) fn text(out: &mut Vec<u8>, text: &str) {
    tagged(out, Tag::Text, text.as_bytes());
}

/// A tag, a length, and so many bytes.
#[inline]
fn tagged(out: &mut Vec<u8>, kind: Tag, bytes: &[u8]) {
    let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let [a, b, c, d] = len.to_le_bytes();
    out.reserve(5 + bytes.len());
    out.extend_from_slice(&[kind as u8, a, b, c, d]);
    out.extend_from_slice(&bytes[..len as usize]);
}

impl<'a> ValueSerializer<'a> {
    fn compound(self, kind: Tag) -> Compound<'a> {
        let is_too_deep = self.depth >= MAX_DEPTH;
        tag(self.out, if is_too_deep { Tag::Null } else { kind });
        Compound {
            out: self.out,
            depth: self.depth + 1,
            ends: usize::from(!is_too_deep),
            raw_start: None,
        }
    }

    /// `{"Variant": …}`
    fn variant(self, variant: &str, kind: Tag) -> Compound<'a> {
        let around = self.compound(Tag::Map);
        if around.is_too_deep() {
            return around;
        }
        text(around.out, variant);
        let inside = ValueSerializer {
            out: around.out,
            depth: around.depth,
        };
        let mut inside = inside.compound(kind);
        inside.ends += around.ends;
        inside
    }
}

macro_rules! widened {
    ($($method:ident($kind:ty) as $to:ty, $tag:ident)*) => {
        $(#[inline]
        fn $method(self, value: $kind) -> Result<(), EncodeError> {
            number(self.out, Tag::$tag, <$to>::from(value).to_le_bytes());
            Ok(())
        })*
    };
}

impl<'a> Serializer for ValueSerializer<'a> {
    type Ok = ();
    type Error = EncodeError;
    type SerializeSeq = Compound<'a>;
    type SerializeTuple = Compound<'a>;
    type SerializeTupleStruct = Compound<'a>;
    type SerializeTupleVariant = Compound<'a>;
    type SerializeMap = Compound<'a>;
    type SerializeStruct = Compound<'a>;
    type SerializeStructVariant = Compound<'a>;

    widened! {
        serialize_u8(u8) as u64, Unsigned
        serialize_u16(u16) as u64, Unsigned
        serialize_u32(u32) as u64, Unsigned
        serialize_u64(u64) as u64, Unsigned
        serialize_i8(i8) as i64, Signed
        serialize_i16(i16) as i64, Signed
        serialize_i32(i32) as i64, Signed
        serialize_i64(i64) as i64, Signed
        serialize_f64(f64) as f64, Float
    }

    fn serialize_f32(self, value: f32) -> Result<(), EncodeError> {
        // As serde_json writes it: the shortest decimal of the f32, not the digits of its f64.
        if !value.is_finite() {
            return self.serialize_unit();
        }
        tagged(self.out, Tag::Raw, format!("{value:?}").as_bytes());
        Ok(())
    }

    fn serialize_i128(self, value: i128) -> Result<(), EncodeError> {
        tagged(self.out, Tag::Raw, value.to_string().as_bytes());
        Ok(())
    }

    fn serialize_u128(self, value: u128) -> Result<(), EncodeError> {
        tagged(self.out, Tag::Raw, value.to_string().as_bytes());
        Ok(())
    }

    #[inline]
    fn serialize_bool(self, value: bool) -> Result<(), EncodeError> {
        tag(self.out, if value { Tag::True } else { Tag::False });
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), EncodeError> {
        text(self.out, value.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    #[inline]
    fn serialize_str(self, value: &str) -> Result<(), EncodeError> {
        text(self.out, value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), EncodeError> {
        self.collect_seq(value)
    }

    #[inline]
    fn serialize_none(self) -> Result<(), EncodeError> {
        self.serialize_unit()
    }

    #[inline]
    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<(), EncodeError> {
        value.serialize(self)
    }

    #[inline]
    fn serialize_unit(self) -> Result<(), EncodeError> {
        tag(self.out, Tag::Null);
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), EncodeError> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), EncodeError> {
        text(self.out, variant);
        Ok(())
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _: &'static str, value: &T) -> Result<(), EncodeError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), EncodeError> {
        let mut map = self.compound(Tag::Map);
        SerializeStruct::serialize_field(&mut map, variant, value)?;
        SerializeStruct::end(map)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Compound<'a>, EncodeError> {
        Ok(self.compound(Tag::List))
    }

    fn serialize_tuple(self, _: usize) -> Result<Compound<'a>, EncodeError> {
        Ok(self.compound(Tag::List))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Compound<'a>, EncodeError> {
        Ok(self.compound(Tag::List))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Compound<'a>, EncodeError> {
        Ok(self.variant(variant, Tag::List))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Compound<'a>, EncodeError> {
        Ok(self.compound(Tag::Map))
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Compound<'a>, EncodeError> {
        if AS_IT_IS.contains(&name) {
            return Ok(Compound {
                depth: self.depth,
                ends: 0,
                raw_start: Some(self.out.len()),
                out: self.out,
            });
        }
        Ok(self.compound(Tag::Map))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Compound<'a>, EncodeError> {
        Ok(self.variant(variant, Tag::Map))
    }
}
