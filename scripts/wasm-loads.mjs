// Says whether a WebAssembly module is one that engines take, so that no release has pages which do not come to life.
//   node scripts/wasm-loads.mjs FILE                the module as it is
//   node scripts/wasm-loads.mjs --as-release FILE   after wasm-opt with the flags of the release build (Cargo.toml)
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const asRelease = process.argv[2] === '--as-release';
let file = process.argv[asRelease ? 3 : 2];
const dir = mkdtempSync(join(tmpdir(), 'wasm-'));
try {
  if (asRelease) {
    const manifest = readFileSync(new URL('../Cargo.toml', import.meta.url), 'utf8');
    const flags = /^wasm-opt-features = \[([^\]]*)\]/m.exec(manifest)?.[1].match(/--[\w-]+/g);
    if (!flags) throw new Error('Cargo.toml has no wasm-opt-features');
    const made = join(dir, 'release.wasm');
    execFileSync('wasm-opt', [...flags, file, '-o', made], { stdio: ['ignore', 'ignore', 'inherit'] });
    file = made;
  }
  await WebAssembly.compile(readFileSync(file));
} catch (error) {
  console.error(`${file} does not load: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(dir, { recursive: true });
}
