//! What the environment asks for, read once, at the first driver call.

use crate::faults::{Failure, Fault};
use std::sync::OnceLock;
use std::time::Duration;

/// When streams run their operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// At once.
    Eager,
    /// After a random delay, with another in the middle of a copy.
    Random,
    /// When the host has to wait for them: the latest legal moment.
    Lazy,
}

/// The settings of the crate's documentation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Config {
    pub(crate) mode: Mode,
    /// The most microseconds of a random delay.
    pub(crate) delay: u64,
    pub(crate) seed: u64,
    pub(crate) devices: i32,
    /// Whether devices have memory pools.
    pub(crate) pools: bool,
    /// Numbers of the streams that are lazy in any mode.
    pub(crate) lazy: Vec<usize>,
    pub(crate) guard: bool,
    pub(crate) device_bytes: u64,
    pub(crate) host_bytes: u64,
    /// How long nothing may happen while the host waits.
    pub(crate) deadlock: Duration,
    pub(crate) failure: Option<Failure>,
    pub(crate) fault: Option<Fault>,
}

static CONFIG: OnceLock<Config> = OnceLock::new();

/// Returns the settings of this process. A setting that makes no sense ends it: a test must not run
/// in another mode than it asked for.
pub(crate) fn config() -> &'static Config {
    CONFIG.get_or_init(|| match Config::read(|key| std::env::var(key).ok()) {
        Ok(config) => config,
        Err(message) => {
            crate::report::note(&message);
            std::process::abort();
        }
    })
}

impl Config {
    fn read(get: impl Fn(&str) -> Option<String>) -> Result<Config, String> {
        let mode = match get("CUDA_EMU_MODE").as_deref() {
            None | Some("random") => Mode::Random,
            Some("eager") => Mode::Eager,
            Some("lazy") => Mode::Lazy,
            Some(other) => return Err(format!("CUDA_EMU_MODE={other} is not eager, random or lazy")),
        };
        let number = |key: &str, default: u64| match get(key) {
            None => Ok(default),
            Some(text) => text.parse().map_err(|_| format!("{key}={text} is not a number")),
        };
        let lazy = get("CUDA_EMU_LAZY_STREAMS").unwrap_or_default();
        let lazy = lazy.split(',').filter(|item| !item.is_empty()).map(|item| {
            item.trim().parse().map_err(|_| format!("CUDA_EMU_LAZY_STREAMS: {item} is not the number of a stream"))
        });
        let devices = number("CUDA_EMU_DEVICES", 1)?;
        let failure = get("CUDA_EMU_FAIL")
            .map(|text| Failure::parse(&text).ok_or_else(|| format!("CUDA_EMU_FAIL={text} is not name:nth:code")));
        let fault = get("CUDA_EMU_FAULT").map(|text| {
            Fault::parse(&text).ok_or_else(|| format!("CUDA_EMU_FAULT={text} is not htod:nth or kernel:nth"))
        });
        Ok(Config {
            mode,
            delay: number("CUDA_EMU_DELAY", 3000)?,
            seed: number("CUDA_EMU_SEED", 1)?,
            devices: i32::try_from(devices).map_err(|_| format!("CUDA_EMU_DEVICES={devices} is too many"))?,
            pools: number("CUDA_EMU_POOLS", 1)? != 0,
            lazy: lazy.collect::<Result<_, _>>()?,
            guard: number("CUDA_EMU_GUARD", 0)? != 0,
            device_bytes: number("CUDA_EMU_DEVICE_BYTES", 8 << 30)?,
            host_bytes: number("CUDA_EMU_HOST_BYTES", 8 << 30)?,
            deadlock: Duration::from_millis(number("CUDA_EMU_DEADLOCK_MS", 20_000)?),
            failure: failure.transpose()?,
            fault: fault.transpose()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Config, String> {
        Config::read(|key| pairs.iter().find(|pair| pair.0 == key).map(|pair| pair.1.to_owned()))
    }

    #[test]
    fn defaults_and_settings() {
        let config = read(&[]).unwrap();
        assert_eq!((config.mode, config.devices, config.pools, config.guard), (Mode::Random, 1, true, false));
        assert_eq!((config.device_bytes, config.host_bytes), (8 << 30, 8 << 30));

        let pairs =
            [("CUDA_EMU_MODE", "lazy"), ("CUDA_EMU_LAZY_STREAMS", "1,3"), ("CUDA_EMU_FAIL", "cuMemAlloc_v2:2:2")];
        let config = read(&pairs).unwrap();
        assert_eq!((config.mode, config.lazy), (Mode::Lazy, vec![1, 3]));
        assert!(config.failure.is_some());
    }

    #[test]
    fn nonsense_is_refused() {
        for pair in [
            ("CUDA_EMU_MODE", "late"),
            ("CUDA_EMU_DELAY", "much"),
            ("CUDA_EMU_LAZY_STREAMS", "one"),
            ("CUDA_EMU_FAIL", "cuInit"),
            ("CUDA_EMU_FAULT", "dtoh:1"),
        ] {
            assert!(read(&[pair]).is_err(), "{pair:?}");
        }
    }
}
