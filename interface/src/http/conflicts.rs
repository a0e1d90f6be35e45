//! Which of many rules match the same request, without comparing each with each.
//!
//! The templates stand in a tree of segments, which is compared with itself: two
//! nodes are looked at together only if one path leads to both.

use std::collections::{BTreeMap, BTreeSet};

use super::overlap::overlap;
use super::rule::{Rule, Verb};
use super::template::Segment;

/// How many conflicts of one rule are told.
const PER_RULE: usize = 4;

/// How many pairs of nodes and of rules are looked at: a second of work. Rules
/// that people write need a few for each rule.
const MAX_STEPS: usize = 2_000_000;

/// Two rules that match the same request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Conflict {
    /// The index of the rule that stands first.
    pub first: usize,
    /// The index of the other one.
    pub second: usize,
    /// A request that both match.
    pub example: String,
}

/// The conflicts among many rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conflicts {
    /// The conflicts, in order. Of a rule that has more than a few, only some are
    /// told, but never none.
    pub found: Vec<Conflict>,
    /// Whether there was too much to compare, so that some may be missing.
    pub is_partial: bool,
}

/// The conflicts among `rules`, but for the pairs that `may_share` allows.
pub fn conflicts(rules: &[&Rule], may_share: &dyn Fn(usize, usize) -> bool) -> Conflicts {
    let mut trees: BTreeMap<Option<&str>, Tree<'_>> = BTreeMap::new();
    for (index, rule) in rules.iter().enumerate() {
        // A request that bears a verb belongs to the rules that name it.
        let tree = trees.entry(rule.template.verb()).or_default();
        tree.insert(index, rule);
    }
    let mut search = Search {
        may_share,
        pairs: BTreeSet::new(),
        told: vec![0; rules.len()],
        steps: MAX_STEPS,
    };
    for tree in trees.values() {
        search.within(tree, 0);
    }
    let found = search.pairs.iter().filter_map(|(first, second)| {
        Some(Conflict {
            first: *first,
            second: *second,
            example: overlap(rules[*first], rules[*second])?,
        })
    });
    Conflicts {
        found: found.collect(),
        is_partial: search.steps == 0,
    }
}

/// Rules of one HTTP method.
type Ends<'r> = BTreeMap<&'r Verb, Vec<usize>>;

#[derive(Default)]
struct Node<'r> {
    literals: BTreeMap<&'r str, usize>,
    single: Option<usize>,
    /// The rules that end here.
    leaves: Ends<'r>,
    /// The rules that end here in `**`.
    multi: Ends<'r>,
}

/// The first node is the root.
struct Tree<'r>(Vec<Node<'r>>);

impl Default for Tree<'_> {
    fn default() -> Self {
        Self(vec![Node::default()])
    }
}

impl<'r> Tree<'r> {
    fn insert(&mut self, index: usize, rule: &'r Rule) {
        let mut at = 0;
        for segment in rule.template.segments() {
            let next = self.0.len();
            let node = &mut self.0[at];
            at = match segment {
                Segment::Literal(text) => *node.literals.entry(text).or_insert(next),
                Segment::Single => *node.single.get_or_insert(next),
                Segment::Multi => {
                    node.multi.entry(&rule.verb).or_default().push(index);
                    return;
                }
            };
            if at == next {
                self.0.push(Node::default());
            }
        }
        let leaves = &mut self.0[at].leaves;
        leaves.entry(&rule.verb).or_default().push(index);
    }

    /// The nodes below `at`, without itself.
    fn children(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        let node = &self.0[at];
        node.literals.values().copied().chain(node.single)
    }
}

struct Search<'a> {
    may_share: &'a dyn Fn(usize, usize) -> bool,
    pairs: BTreeSet<(usize, usize)>,
    /// How many conflicts of each rule are in `pairs`.
    told: Vec<usize>,
    /// How many more there may be.
    steps: usize,
}

impl Search<'_> {
    /// Whether there is still work to be done; counts one step.
    fn step(&mut self) -> bool {
        self.steps = self.steps.saturating_sub(1);
        self.steps > 0
    }

    /// The conflicts among the rules at and below `at`.
    fn within(&mut self, tree: &Tree<'_>, at: usize) {
        if !self.step() {
            return;
        }
        let node = &tree.0[at];
        self.same(&node.leaves);
        self.same(&node.multi);
        self.meet(&node.leaves, &node.multi);
        for child in tree.children(at) {
            self.below(&node.multi, tree, child);
            self.within(tree, child);
        }
        if let Some(single) = node.single {
            for literal in node.literals.values() {
                self.between(tree, single, *literal);
            }
        }
    }

    /// The conflicts of rules at and below `a` with those at and below `b`, two
    /// nodes that one path leads to.
    fn between(&mut self, tree: &Tree<'_>, a: usize, b: usize) {
        if !self.step() {
            return;
        }
        let (one, other) = (&tree.0[a], &tree.0[b]);
        self.meet(&one.leaves, &other.leaves);
        self.meet(&one.leaves, &other.multi);
        self.meet(&one.multi, &other.leaves);
        self.meet(&one.multi, &other.multi);
        for child in tree.children(b) {
            self.below(&one.multi, tree, child);
        }
        for child in tree.children(a) {
            self.below(&other.multi, tree, child);
        }
        // The smaller one is looked up in the larger one.
        let (few, many) = if one.literals.len() <= other.literals.len() {
            (one, other)
        } else {
            (other, one)
        };
        for (text, child) in &few.literals {
            if let Some(same) = many.literals.get(text) {
                self.between(tree, *child, *same);
            }
        }
        for (single, literals) in [(one.single, &other.literals), (other.single, &one.literals)] {
            for literal in single.iter().flat_map(|_| literals.values()) {
                self.between(tree, single.unwrap_or(*literal), *literal);
            }
        }
        if let (Some(one), Some(other)) = (one.single, other.single) {
            self.between(tree, one, other);
        }
    }

    /// The conflicts of rules that end in `**` with all at and below `at`.
    fn below(&mut self, multi: &Ends<'_>, tree: &Tree<'_>, at: usize) {
        if multi.is_empty() || !self.step() {
            return;
        }
        let node = &tree.0[at];
        self.meet(multi, &node.leaves);
        self.meet(multi, &node.multi);
        for child in tree.children(at) {
            self.below(multi, tree, child);
        }
    }

    /// The conflicts among rules of one path.
    fn same(&mut self, ends: &Ends<'_>) {
        for (verb, rules) in ends {
            self.pair(rules, rules, true);
            if **verb != Verb::Any {
                let any = ends.get(&Verb::Any).map_or(&[][..], Vec::as_slice);
                self.pair(rules, any, false);
            }
        }
    }

    /// The conflicts between rules whose paths match the same.
    fn meet(&mut self, a: &Ends<'_>, b: &Ends<'_>) {
        for (verb, rules) in a {
            if **verb == Verb::Any {
                for others in b.values() {
                    self.pair(rules, others, false);
                }
                continue;
            }
            for verb in [*verb, &Verb::Any] {
                if let Some(others) = b.get(verb) {
                    self.pair(rules, others, false);
                }
            }
        }
    }

    /// Pairs rules that match the same, until enough of each are told. `others`
    /// are `rules` themselves where `is_same`.
    fn pair(&mut self, rules: &[usize], others: &[usize], is_same: bool) {
        let is_untold = |rule: &&usize| self.told[**rule] == 0;
        let mut untold = others.iter().filter(is_untold).count();
        for (index, rule) in rules.iter().enumerate() {
            let others = if is_same {
                &others[index + 1..]
            } else {
                others
            };
            for other in others {
                let is_told = self.told[*rule] >= PER_RULE;
                if (is_told && untold == 0) || !self.step() {
                    break;
                }
                if (is_told && self.told[*other] > 0) || (self.may_share)(*rule, *other) {
                    continue;
                }
                if self.pairs.insert((*rule.min(other), *rule.max(other))) {
                    untold -= usize::from(self.told[*other] == 0);
                    untold -= usize::from(is_same && self.told[*rule] == 0);
                    self.told[*rule] += 1;
                    self.told[*other] += 1;
                }
            }
        }
    }
}
