//! The filter's rules, model and signatures, reloaded when their files change.

use filter::Knowledge;
use std::path::PathBuf;
use std::sync::Arc;

/// The knowledge in force; readers take an `Arc` and are never stopped by a reload.
pub struct LiveKnowledge {
    directory: PathBuf,
    current: arc_swap::ArcSwap<Knowledge>,
}

impl LiveKnowledge {
    /// Reads the embedded knowledge and what lies in `directory`. A file that cannot be read is an error at start.
    pub fn load(directory: PathBuf) -> Result<LiveKnowledge, String> {
        let knowledge = Knowledge::load(&directory).map_err(|e| e.to_string())?;
        Ok(LiveKnowledge { directory, current: arc_swap::ArcSwap::from_pointee(knowledge) })
    }
    pub fn current(&self) -> Arc<Knowledge> {
        self.current.load_full()
    }
    /// Reads the files again. Where one is wrong the old knowledge stays in force, and the error says which.
    pub fn reload(&self) -> Result<(), String> {
        let knowledge = Knowledge::load(&self.directory).map_err(|e| e.to_string())?;
        self.current.store(Arc::new(knowledge));
        Ok(())
    }
}
