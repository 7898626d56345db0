//! Messages, and the item re-emitted beside them: an error of ours never eats the user's function, so that editors
//! keep working and rustc's own errors stay.

use proc_macro2::TokenStream;
use quote::quote;

/// `error`, with the user's item as it was.
pub(crate) fn with_item(error: &syn::Error, item: &TokenStream) -> TokenStream {
    let error = error.to_compile_error();
    quote!(#error #item)
}

/// An error at a place, with a text that says what is wrong, why, and what to write instead.
macro_rules! error_at {
    ($place:expr, $($text:tt)*) => {
        syn::Error::new_spanned(&$place, format!($($text)*))
    };
}
pub(crate) use error_at;
