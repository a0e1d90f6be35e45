//! The one wasmtime engine of a node.

use std::num::NonZeroU32;

use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig,
    WasmBacktraceDetails,
};

/// Memory of a used slot that is cleared and kept instead of being given back to
/// the kernel, since page faults are what a fresh instance costs. More than most guests
/// write to in a request; all [warm slots](WARM_SLOTS) together keep 256 MiB at most,
/// whatever guests do.
const KEEP_RESIDENT: usize = 512 << 10;

/// What a 32-bit guest can address. Pool slots are that large, which costs
/// address space alone and lets bounds checks be elided; the memory limit of a
/// service is enforced by its [limiter](super::limits).
const MAX_MEMORY: usize = 4 << 30;

/// Slots that wait for the component that they had last.
const WARM_SLOTS: u32 = 512;

/// How many core instances, memories and tables a component may have: enough
/// for composed and adapted components.
const CORE_INSTANCES_PER_COMPONENT: u32 = 64;
const MEMORIES_PER_COMPONENT: u32 = 8;
const TABLES_PER_COMPONENT: u32 = 32;

/// How an engine is set up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EngineSettings {
    /// How many guests may run at once. More requests than that wait.
    pub(crate) instances: NonZeroU32,
}

impl Default for EngineSettings {
    fn default() -> Self {
        const INSTANCES: NonZeroU32 = NonZeroU32::new(1000).expect("1000 is not 0");
        Self {
            instances: INSTANCES,
        }
    }
}

/// An engine that cannot be made on this machine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The processor or the operating system lacks something.
    #[error("this machine cannot run WebAssembly: {0}")]
    Unsupported(String),
    /// No thread could be started.
    #[error("cannot start the thread that interrupts guests")]
    Ticker(#[source] std::io::Error),
}

/// Makes the engine. The number is how many guests it can hold.
///
/// Where the machine does not give the address space for as many instances as
/// asked, there are fewer.
pub(crate) fn make(settings: EngineSettings) -> Result<(Engine, NonZeroU32), EngineError> {
    let mut instances = settings.instances;
    loop {
        match Engine::new(&config(instances)) {
            Ok(engine) => return Ok((engine, instances)),
            Err(error) => {
                let Some(fewer) = NonZeroU32::new(instances.get() / 2) else {
                    return Err(EngineError::Unsupported(format!("{error:#}")));
                };
                tracing::warn!(
                    instances,
                    fewer,
                    error = format!("{error:#}"),
                    "no room for so many instances"
                );
                instances = fewer;
            }
        }
    }
}

fn config(instances: NonZeroU32) -> Config {
    let instances = instances.get();
    let mut pool = PoolingAllocationConfig::new();
    // A guest with streams has a pump beside it for each direction.
    pool.total_component_instances(instances.saturating_mul(3))
        .total_stacks(instances.saturating_mul(3))
        .total_memories(instances.saturating_mul(4))
        .total_tables(instances.saturating_mul(4))
        .total_core_instances(instances.saturating_mul(12))
        .total_gc_heaps(instances)
        // A slot that had the same component before needs no new mapping. So many are
        // left for it by others, no fewer than there are versions that are kept loaded.
        .max_unused_warm_slots(WARM_SLOTS)
        .max_core_instances_per_component(CORE_INSTANCES_PER_COMPONENT)
        .max_memories_per_component(MEMORIES_PER_COMPONENT)
        .max_tables_per_component(TABLES_PER_COMPONENT)
        .max_memory_size(MAX_MEMORY)
        .table_elements(100_000)
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .table_keep_resident(64 << 10)
        .pagemap_scan(Enabled::Auto);
    let mut config = Config::new();
    config
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .epoch_interruption(true)
        .wasm_component_model_async(true)
        // Names of functions, but not files and lines of the guest's sources,
        // whose tables would cost more than the code.
        .wasm_backtrace_details(WasmBacktraceDetails::Disable);
    config
}
