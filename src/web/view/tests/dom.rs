//! A page as a browser would have it, flat: elements in their order, each knowing
//! its parent.

use std::collections::BTreeMap;

use html5ever::{local_name, ns, parse_document, parse_fragment, tendril::TendrilSink};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// A parsed page, or a piece of one.
pub(super) struct Dom {
    /// What a validator would say.
    pub(super) errors: Vec<String>,
    elements: Vec<Element>,
}

struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    parent: Option<usize>,
    /// All text in it, and in what is in it.
    text: String,
}

/// An element of a page.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    dom: &'a Dom,
    index: usize,
}

impl Dom {
    /// A whole page.
    pub(super) fn page(html: &str) -> Self {
        Self::of(&parse_document(RcDom::default(), Default::default()).one(html))
    }

    /// A piece of one, as it is put into a page's `div`.
    pub(super) fn fragment(html: &str) -> Self {
        let place = html5ever::QualName::new(None, ns!(html), local_name!("div"));
        let dom = parse_fragment(RcDom::default(), Default::default(), place, vec![], false).one(html);
        let mut fragment = Self::of(&dom);
        // What the parser puts around it is not of the page.
        fragment.elements.remove(0);
        for element in &mut fragment.elements {
            element.parent = element.parent.and_then(|parent| parent.checked_sub(1));
        }
        fragment
    }

    fn of(dom: &RcDom) -> Self {
        let errors = dom.errors.borrow().iter().map(ToString::to_string).collect();
        let mut flat = Self { errors, elements: Vec::new() };
        flat.add(&dom.document, None);
        flat
    }

    fn add(&mut self, node: &Handle, parent: Option<usize>) {
        let mut parent = parent;
        match &node.data {
            NodeData::Element { name, attrs, .. } => {
                let attributes = attrs.borrow();
                let attributes = attributes.iter().map(|a| (a.name.local.to_string(), a.value.to_string()));
                self.elements.push(Element {
                    name: name.local.to_string(),
                    attributes: attributes.collect(),
                    parent,
                    text: String::new(),
                });
                parent = Some(self.elements.len() - 1);
            }
            NodeData::Text { contents } => {
                let mut above = parent;
                while let Some(index) = above {
                    self.elements[index].text.push_str(&contents.borrow());
                    above = self.elements[index].parent;
                }
            }
            _ => {}
        }
        for child in node.children.borrow().iter() {
            self.add(child, parent);
        }
    }

    /// Every element, in its order.
    pub(super) fn all(&self) -> impl Iterator<Item = At<'_>> {
        (0..self.elements.len()).map(|index| At { dom: self, index })
    }

    /// Every element of one of these names.
    pub(super) fn named(&self, names: &[&str]) -> Vec<At<'_>> {
        self.all().filter(|at| names.contains(&at.name())).collect()
    }

    /// Every element that has this attribute, and its value.
    pub(super) fn having<'a>(&'a self, attribute: &'a str) -> Vec<(At<'a>, &'a str)> {
        self.all().filter_map(|at| Some((at, at.attribute(attribute)?))).collect()
    }

    /// The outermost elements.
    pub(super) fn roots(&self) -> Vec<At<'_>> {
        self.all().filter(|at| at.parent().is_none()).collect()
    }
}

impl<'a> At<'a> {
    fn element(self) -> &'a Element {
        &self.dom.elements[self.index]
    }

    pub(super) fn name(self) -> &'a str {
        &self.element().name
    }

    pub(super) fn attribute(self, name: &str) -> Option<&'a str> {
        self.element().attributes.get(name).map(String::as_str)
    }

    pub(super) fn has(self, name: &str) -> bool {
        self.attribute(name).is_some()
    }

    pub(super) fn attributes(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.element().attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Its text, with single spaces.
    pub(super) fn text(self) -> String {
        self.element().text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub(super) fn parent(self) -> Option<At<'a>> {
        self.element().parent.map(|index| At { dom: self.dom, index })
    }

    /// The nearest element of this name it stands in.
    pub(super) fn above(self, name: &str) -> Option<At<'a>> {
        std::iter::successors(self.parent(), |at| at.parent()).find(|at| at.name() == name)
    }

    /// The elements directly in it.
    pub(super) fn children(self) -> Vec<At<'a>> {
        self.dom.all().filter(|at| at.parent().is_some_and(|parent| parent.index == self.index)).collect()
    }

    /// Whether it stands in that one.
    pub(super) fn within(self, other: At<'_>) -> bool {
        std::iter::successors(self.parent(), |at| at.parent()).any(|at| at.index == other.index)
    }

    /// Enough of it to find it.
    pub(super) fn shown(self) -> String {
        let attributes: Vec<_> = self.attributes().map(|(n, v)| format!("{n}={v:?}")).collect();
        let text: String = self.text().chars().take(40).collect();
        format!("<{} {}> {text}", self.name(), attributes.join(" "))
    }
}
