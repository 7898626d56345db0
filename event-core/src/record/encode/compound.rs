//! Lists and maps while they are being written. serde has a trait for each kind of them, which differ in names only.

use serde::Serialize;
use serde::ser::{
    SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple, SerializeTupleStruct,
    SerializeTupleVariant,
};

use super::value::{MAX_DEPTH, Tag, ValueSerializer, tag, text};
use super::{EncodeError, key};

/// A list or map that is being written.
pub(super) struct Compound<'a> {
    pub(super) out: &'a mut Vec<u8>,
    /// How many lists and maps are around what is in it.
    pub(super) depth: usize,
    /// `End` tags to write: two inside an enum's variant.
    pub(super) ends: usize,
    /// Where the value starts that is to be turned from a text into raw JSON.
    pub(super) raw_start: Option<usize>,
}

impl Compound<'_> {
    /// A null was written in its place, and what is in it is not looked at.
    pub(super) fn is_too_deep(&self) -> bool {
        self.depth > MAX_DEPTH
    }

    fn value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), EncodeError> {
        if self.is_too_deep() {
            return Ok(());
        }
        value.serialize(ValueSerializer {
            out: self.out,
            depth: self.depth,
        })
    }

    fn finish(self) {
        for _ in 0..self.ends {
            tag(self.out, Tag::End);
        }
        if let Some(first) = self.raw_start.and_then(|start| self.out.get_mut(start))
            && *first == Tag::Text as u8
        {
            *first = Tag::Raw as u8;
        }
    }
}

/// The traits of lists differ in names only.
macro_rules! list {
    ($($list:ident::$element:ident)*) => {
        $(impl $list for Compound<'_> {
            type Ok = ();
            type Error = EncodeError;

            fn $element<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), EncodeError> {
                self.value(value)
            }

            fn end(self) -> Result<(), EncodeError> {
                self.finish();
                Ok(())
            }
        })*
    };
}

list! {
    SerializeSeq::serialize_element
    SerializeTuple::serialize_element
    SerializeTupleStruct::serialize_field
    SerializeTupleVariant::serialize_field
}

macro_rules! named_fields {
    ($($fields:ident)*) => {
        $(impl $fields for Compound<'_> {
            type Ok = ();
            type Error = EncodeError;

            fn serialize_field<T: ?Sized + Serialize>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), EncodeError> {
                if self.raw_start.is_none() && !self.is_too_deep() {
                    text(self.out, key);
                }
                self.value(value)
            }

            fn end(self) -> Result<(), EncodeError> {
                self.finish();
                Ok(())
            }
        })*
    };
}

named_fields! { SerializeStruct SerializeStructVariant }

impl SerializeMap for Compound<'_> {
    type Ok = ();
    type Error = EncodeError;

    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result<(), EncodeError> {
        if !self.is_too_deep() {
            text(self.out, &key::text_of(key)?);
        }
        Ok(())
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), EncodeError> {
        self.value(value)
    }

    fn end(self) -> Result<(), EncodeError> {
        self.finish();
        Ok(())
    }
}
