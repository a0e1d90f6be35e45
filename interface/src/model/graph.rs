//! Which messages hold which, and which hold themselves.

use std::collections::HashMap;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

use super::{Scalar, ValueShape};

/// The messages that a service reaches, those behind recursive fields included.
pub(super) struct Graph {
    /// Each message, with the group of messages that all hold one another.
    groups: HashMap<String, usize>,
    /// The messages, each after all that it holds (but for those of its group).
    pub(super) leaves_first: Vec<MessageDescriptor>,
}

/// The shape of one value of `field`, before it is known whether it is recursive.
pub(super) fn value_shape(field: &FieldDescriptor) -> ValueShape {
    let kind = match field.kind() {
        Kind::Message(entry) if field.is_map() => entry.map_entry_value_field().kind(),
        kind => kind,
    };
    match kind {
        Kind::Message(message) => ValueShape::of_message(&message),
        Kind::Enum(enumeration) => ValueShape::Enum(enumeration),
        ref scalar => ValueShape::Scalar(
            Scalar::of(scalar).expect("what is neither message nor enum is a scalar"),
        ),
    }
}

/// The messages that `message` holds as types of their own.
fn held(message: &MessageDescriptor) -> Vec<MessageDescriptor> {
    message
        .fields()
        .filter_map(|field| match value_shape(&field) {
            ValueShape::Message(held) => Some(held),
            _ => None,
        })
        .collect()
}

/// A message whose fields are being visited.
struct Frame {
    message: MessageDescriptor,
    held: Vec<MessageDescriptor>,
    next: usize,
}

/// What Tarjan's algorithm knows of a message.
struct Mark {
    index: usize,
    low: usize,
    on_stack: bool,
}

impl Graph {
    /// Tarjan's strongly connected components, with a stack of its own: messages
    /// may refer to one another in a chain of any length.
    pub(super) fn new(roots: impl IntoIterator<Item = MessageDescriptor>) -> Self {
        let mut graph = Self {
            groups: HashMap::new(),
            leaves_first: Vec::new(),
        };
        let mut marks = HashMap::new();
        let mut component = Vec::new();
        for root in roots {
            if !marks.contains_key(root.full_name()) {
                graph.visit(root, &mut marks, &mut component);
            }
        }
        graph
    }

    fn visit(
        &mut self,
        root: MessageDescriptor,
        marks: &mut HashMap<String, Mark>,
        component: &mut Vec<MessageDescriptor>,
    ) {
        let mut frames = vec![enter(root, marks, component)];
        while let Some(frame) = frames.last_mut() {
            let Some(next) = frame.held.get(frame.next).cloned() else {
                let done = frames.pop().expect("the loop saw a last frame").message;
                let low = marks[done.full_name()].low;
                if let Some(parent) = frames.last() {
                    lower(marks, parent.message.full_name(), low);
                }
                if marks[done.full_name()].index == low {
                    self.close(&done, marks, component);
                }
                continue;
            };
            frame.next += 1;
            match marks.get(next.full_name()) {
                None => {
                    let frame = enter(next, marks, component);
                    frames.push(frame);
                }
                Some(mark) if mark.on_stack => {
                    let low = mark.index;
                    let name = frame.message.full_name().to_owned();
                    lower(marks, &name, low);
                }
                Some(_) => {}
            }
        }
    }

    /// Moves a finished group from the stack to the result.
    fn close(
        &mut self,
        last: &MessageDescriptor,
        marks: &mut HashMap<String, Mark>,
        component: &mut Vec<MessageDescriptor>,
    ) {
        let group = self.leaves_first.len();
        while let Some(message) = component.pop() {
            if let Some(mark) = marks.get_mut(message.full_name()) {
                mark.on_stack = false;
            }
            self.groups.insert(message.full_name().to_owned(), group);
            let is_last = message == *last;
            self.leaves_first.push(message);
            if is_last {
                break;
            }
        }
    }

    /// The shape of one value of `field`. It is recursive where the field's
    /// message holds the message that has the field; this does not depend on
    /// where one starts, so the text of a type is the same in each service.
    pub(super) fn shape(&self, field: &FieldDescriptor) -> ValueShape {
        match value_shape(field) {
            ValueShape::Message(held)
                if self.groups.get(held.full_name())
                    == self.groups.get(field.parent_message().full_name()) =>
            {
                ValueShape::Recursive(held)
            }
            shape => shape,
        }
    }
}

fn enter(
    message: MessageDescriptor,
    marks: &mut HashMap<String, Mark>,
    component: &mut Vec<MessageDescriptor>,
) -> Frame {
    let index = marks.len();
    marks.insert(
        message.full_name().to_owned(),
        Mark {
            index,
            low: index,
            on_stack: true,
        },
    );
    component.push(message.clone());
    Frame {
        held: held(&message),
        message,
        next: 0,
    }
}

fn lower(marks: &mut HashMap<String, Mark>, name: &str, low: usize) {
    if let Some(mark) = marks.get_mut(name) {
        mark.low = mark.low.min(low);
    }
}
