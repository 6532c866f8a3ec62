//! What a test wants to fail: a call at once, or an operation when it is executed.

use crate::codes::Code;

/// The nth call from now of one entry point, or of any, returns a code and does nothing else.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Failure {
    /// Nothing means any entry point but those that clean up.
    name: Option<String>,
    left: u64,
    code: Code,
}

impl Failure {
    /// Returns nothing for an `nth` of 0, which switches it off.
    pub(crate) fn new(name: Option<String>, nth: u64, code: u32) -> Option<Failure> {
        (nth > 0).then_some(Failure { name, left: nth, code: Code(code) })
    }

    /// Reads `name:nth:code`, where the name may be `any`.
    pub(crate) fn parse(text: &str) -> Option<Failure> {
        let (name, rest) = text.split_once(':')?;
        let (nth, code) = rest.split_once(':')?;
        let name = (name != "any").then(|| name.to_owned());
        Failure::new(name, nth.parse().ok()?, code.parse().ok()?)
    }

    /// Counts a call and says whether it fails. `any` says whether a failure of any entry point may
    /// be this one's.
    pub(crate) fn due(&mut self, name: &str, any: bool) -> Option<Code> {
        let meant = self.name.as_deref().map_or(any, |wanted| wanted == name);
        if !meant || self.left == 0 {
            return None;
        }
        self.left -= 1;
        (self.left == 0).then_some(self.code)
    }
}

/// What can fail on the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    HostToDevice,
    Kernel,
}

/// The nth operation of a kind that is executed from now on fails as a device does: the error stays
/// in every later call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    kind: FaultKind,
    left: u64,
}

impl Fault {
    /// Returns nothing for an unknown kind, or an `nth` of 0.
    pub(crate) fn new(kind: &str, nth: u64) -> Option<Fault> {
        let kind = match kind {
            "htod" => FaultKind::HostToDevice,
            "kernel" => FaultKind::Kernel,
            _ => return None,
        };
        (nth > 0).then_some(Fault { kind, left: nth })
    }

    /// Reads `kind:nth`.
    pub(crate) fn parse(text: &str) -> Option<Fault> {
        let (kind, nth) = text.split_once(':')?;
        Fault::new(kind, nth.parse().ok()?)
    }

    /// Counts an operation and says whether it fails.
    pub(crate) fn due(&mut self, kind: FaultKind) -> bool {
        if kind != self.kind || self.left == 0 {
            return false;
        }
        self.left -= 1;
        self.left == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nth_call_of_a_name_fails_once() {
        let mut failure = Failure::parse("cuMemAlloc_v2:2:2").unwrap();
        assert_eq!(failure.due("cuMemAlloc_v2", true), None);
        assert_eq!(failure.due("cuInit", true), None);
        assert_eq!(failure.due("cuMemAlloc_v2", true), Some(Code(2)));
        assert_eq!(failure.due("cuMemAlloc_v2", true), None);
    }

    #[test]
    fn any_spares_the_calls_that_clean_up() {
        let mut failure = Failure::parse("any:1:999").unwrap();
        assert_eq!(failure.due("cuMemFree_v2", false), None);
        assert_eq!(failure.due("cuInit", true), Some(Code(999)));
    }

    #[test]
    fn faults_count_their_kind() {
        let mut fault = Fault::parse("kernel:2").unwrap();
        let order = [FaultKind::Kernel, FaultKind::HostToDevice, FaultKind::Kernel, FaultKind::Kernel];
        assert_eq!(order.map(|kind| fault.due(kind)), [false, false, true, false]);
        assert_eq!(Fault::parse("dtoh:1"), None);
        assert_eq!(Fault::new("htod", 0), None);
    }
}
