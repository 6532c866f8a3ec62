//! What an item's attributes and visibility say of it.

use super::{Kind, Named};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{Attribute, Item, Visibility};

/// Returns the attributes of an item.
pub(super) fn of(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// Returns the item under its name, if it has one.
pub(super) fn named(item: &Item) -> Option<Named> {
    let (kind, ident, visibility) = match item {
        Item::Const(item) => (Kind::Constant, &item.ident, &item.vis),
        Item::Enum(item) => (Kind::Enum, &item.ident, &item.vis),
        Item::Fn(item) => (Kind::Function, &item.sig.ident, &item.vis),
        Item::Macro(item) => (Kind::Macro, item.ident.as_ref()?, &Visibility::Inherited),
        Item::Static(item) => (Kind::Static, &item.ident, &item.vis),
        Item::Struct(item) => (Kind::Struct, &item.ident, &item.vis),
        Item::Trait(item) => (Kind::Trait, &item.ident, &item.vis),
        Item::Type(item) => (Kind::Alias, &item.ident, &item.vis),
        Item::Union(item) => (Kind::Union, &item.ident, &item.vis),
        _ => return None,
    };
    let attributes = of(item);
    let exported = kind == Kind::Macro && attributes.iter().any(|attribute| attribute.path().is_ident("macro_export"));
    Some(Named {
        name: ident.to_string(),
        kind,
        is_public: is_public(visibility) || exported,
        is_hidden: is_hidden(attributes),
        is_of_c: kind == Kind::Function && attributes.iter().any(|attribute| has(attribute, "unsafe", "no_mangle")),
    })
}

pub(super) fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Returns whether documentation leaves it out.
pub(super) fn is_hidden(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| has(attribute, "doc", "hidden"))
}

/// Returns whether it is compiled for tests, or for documentation, alone.
pub(super) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg") && attribute.meta.require_list().is_ok_and(|list| is_of_tests(&list.tokens))
    })
}

/// Returns whether an attribute `name(...)` has a word in its list.
fn has(attribute: &Attribute, name: &str, word: &str) -> bool {
    attribute.path().is_ident(name)
        && attribute.meta.require_list().is_ok_and(|list| list.tokens.clone().into_iter().any(|token| is(&token, word)))
}

fn is(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

/// Returns whether what is within `cfg(...)` asks for `test` or `doctest`: directly, or by `all`.
fn is_of_tests(condition: &TokenStream) -> bool {
    let mut within_all = false;
    condition.clone().into_iter().any(|token| match &token {
        TokenTree::Group(group) => within_all && is_of_tests(&group.stream()),
        token => {
            within_all = is(token, "all");
            is(token, "test") || is(token, "doctest")
        }
    })
}

/// Returns the tokens of code, without what stands behind `#[cfg(test)]` within it: to the end of
/// its block, or to the next `;` or `,`.
pub(crate) fn without_tests(code: TokenStream) -> Vec<TokenTree> {
    let mut kept = Vec::new();
    let mut tokens = code.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '#')
            && let Some(TokenTree::Group(attribute)) = tokens.peek()
            && cfg(&attribute.stream()).is_some_and(|condition| is_of_tests(&condition))
        {
            tokens.find(|token| match token {
                TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                TokenTree::Punct(punct) => matches!(punct.as_char(), ';' | ','),
                _ => false,
            });
            continue;
        }
        kept.push(token);
    }
    kept
}

/// Returns the condition within the brackets of `#[cfg(...)]`.
fn cfg(attribute: &TokenStream) -> Option<TokenStream> {
    let mut tokens = attribute.clone().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(name), Some(TokenTree::Group(list))) if is(&name, "cfg") => Some(list.stream()),
        _ => None,
    }
}
