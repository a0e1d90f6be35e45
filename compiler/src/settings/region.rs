use std::fmt;
use std::str::FromStr;

/// A region of a provider: `aws/us-east-1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region {
    provider: String,
    name: String,
}

/// What a regional placement names: `aws/eu-west`, or `/us-east` for any
/// provider.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Selector {
    provider: Option<String>,
    name: String,
}

/// A string that is no region or selector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is no {expected}")]
pub struct ParseRegionError {
    found: String,
    expected: &'static str,
}

impl Region {
    /// The region of a machine at hand.
    pub fn dev_local() -> Self {
        Self {
            provider: "dev".to_owned(),
            name: "local".to_owned(),
        }
    }

    /// The provider: `aws`.
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// The region: `us-east-1`.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Selector {
    /// Whether `region` equals the selector or continues it with `-`.
    pub fn matches(&self, region: &Region) -> bool {
        self.provider
            .as_ref()
            .is_none_or(|provider| *provider == region.provider)
            && region
                .name
                .strip_prefix(&self.name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }
}

impl Selector {
    /// Whether every region that `other` matches, this one matches.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        let is_same = self.provider.is_none() || self.provider == other.provider;
        let rest = other.name.strip_prefix(&self.name);
        is_same && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.provider, self.name)
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}/{}",
            self.provider.as_deref().unwrap_or_default(),
            self.name
        )
    }
}

impl FromStr for Region {
    type Err = ParseRegionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('/') {
            Some((provider, name)) if is_name(provider) && is_name(name) => Ok(Self {
                provider: provider.to_owned(),
                name: name.to_owned(),
            }),
            _ => Err(ParseRegionError {
                found: text.to_owned(),
                expected: "region; expected `PROVIDER/REGION`, as in `aws/us-east-1`",
            }),
        }
    }
}

impl FromStr for Selector {
    type Err = ParseRegionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('/') {
            Some((provider, name))
                if is_name(name) && (provider.is_empty() || is_name(provider)) =>
            {
                Ok(Self {
                    provider: (!provider.is_empty()).then(|| provider.to_owned()),
                    name: name.to_owned(),
                })
            }
            _ => Err(ParseRegionError {
                found: text.to_owned(),
                expected: "region selector; expected `/REGION` or `PROVIDER/REGION`, as in `/us-east` or `aws/eu-west`",
            }),
        }
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(selector: &str, region: &str) -> bool {
        let selector: Selector = selector.parse().unwrap();
        selector.matches(&region.parse().unwrap())
    }

    #[test]
    fn a_selector_matches_what_it_equals_or_what_continues_it_with_a_hyphen() {
        assert!(matches("/us-east", "aws/us-east"));
        assert!(matches("/us-east", "gcp/us-east-1"));
        assert!(!matches("/us-east", "gcp/us-east1"));
        assert!(matches("aws/eu-west", "aws/eu-west-1"));
        assert!(!matches("aws/eu-west", "gcp/eu-west-1"));
    }

    #[test]
    fn a_selector_covers_what_it_matches_all_of() {
        let covers = |a: &str, b: &str| {
            let [a, b] = [a, b].map(|text| text.parse::<Selector>().unwrap());
            a.covers(&b)
        };
        assert!(covers("/us-east", "/us-east"));
        assert!(covers("/us-east", "aws/us-east-1"));
        assert!(covers("aws/us", "aws/us-east"));
        assert!(!covers("aws/us-east", "/us-east"));
        assert!(!covers("/us-east-1", "/us-east"));
        assert!(!covers("/us-east", "/us-east1"));
        assert!(!covers("aws/us-east", "gcp/us-east"));
    }

    #[test]
    fn what_is_no_selector_is_refused_with_an_example() {
        for text in ["us-east", "/", "a/b/c", "/US", "aws/"] {
            let error = text.parse::<Selector>().unwrap_err().to_string();
            assert!(error.contains("aws/eu-west"), "{error}");
        }
    }
}
