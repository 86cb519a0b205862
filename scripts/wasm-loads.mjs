// Says whether WebAssembly modules are such as engines take, so that no release has pages which do not come to life.
//   node scripts/wasm-loads.mjs FILE...                the modules as they are
//   node scripts/wasm-loads.mjs --as-release FILE...   after wasm-opt with the flags of the release build (Cargo.toml)
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const asRelease = process.argv[2] === '--as-release';
const files = process.argv.slice(asRelease ? 3 : 2);
const dir = mkdtempSync(join(tmpdir(), 'wasm-'));

function flags() {
  const manifest = readFileSync(new URL('../Cargo.toml', import.meta.url), 'utf8');
  const found = /^wasm-opt-features = \[([^\]]*)\]/m.exec(manifest)?.[1].match(/--[\w-]+/g);
  if (!found) throw new Error('Cargo.toml has no wasm-opt-features');
  return found;
}

function optimised(file) {
  const made = join(dir, 'release.wasm');
  execFileSync('wasm-opt', [...flags(), file, '-o', made], { stdio: ['ignore', 'ignore', 'inherit'] });
  return made;
}

try {
  if (files.length === 0) throw new Error('no module is named');
  for (const file of files) {
    try {
      await WebAssembly.compile(readFileSync(asRelease ? optimised(file) : file));
    } catch (error) {
      console.error(`${file} does not load: ${error.message}`);
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(dir, { recursive: true });
}
