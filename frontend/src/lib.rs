//! The WebAssembly entry point: it hydrates the page that the server rendered, and nothing else.
