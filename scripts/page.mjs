// Builds the page (app/, style/, public/) into dist/: run it as `scripts/with-wasm node scripts/page.mjs`.
//
// cargo → wasm-split (what is first shown later becomes modules of its own, see app/src/pages/lazy.rs) → wasm-bindgen
// → wasm-opt → a folder named by its contents, which browsers may keep for ever. The tools come from scripts/setup.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const name = "hooklens-page";
const styles = ["tokens", "base", "shell", "form", "figures", "inspector", "attention"].map((sheet) => `style/${sheet}.css`);
const plotly = "node_modules/plotly.js-cartesian-dist-min/plotly-cartesian.min.js";
// what rustc's baseline and wasm-bindgen use
const features = ["bulk-memory", "bulk-memory-opt", "multivalue", "mutable-globals", "nontrapping-float-to-int",
  "reference-types", "sign-ext"].map((feature) => `--enable-${feature}`);

const run = (command, ...args) => execFileSync(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
const read = (command, ...args) => execFileSync(command, args, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 28 });

/** The module as cargo leaves it, with the relocations that wasm-split reads. */
function compile() {
  const profile = "wasm-release";
  const target = "wasm32-unknown-unknown";
  run("cargo", "build", "--locked", "-p", "app", "--target", target, "--profile", profile);
  const folder = JSON.parse(read("cargo", "metadata", "--locked", "--no-deps", "--format-version", "1")).target_directory;
  return join(folder, target, profile, `${name}.wasm`);
}

/** Fills `out` with the page's modules and the scripts that load them. */
function link(wasm, work, out) {
  const parts = join(work, "parts");
  run("wasm-split-cli", "--target", "web", "--out-name", name, wasm, parts);
  const main = `${name}.wasm`;
  // the other modules import the table and the memory of the first
  run("wasm-bindgen", "--target", "web", "--no-typescript", "--keep-lld-exports", "--out-dir", out, "--out-name", name,
    join(parts, main));
  for (const file of readdirSync(parts).filter((file) => file !== main)) cpSync(join(parts, file), join(out, file));
  for (const file of readdirSync(out).filter((file) => file.endsWith(".wasm"))) {
    const path = join(out, file);
    run("wasm-opt", "-Oz", "--strip-debug", "--strip-producers", ...features, "--quiet", path, "-o", path);
  }
  writeFileSync(join(out, "start.js"), `import start from "./${name}.js";\nstart();\n`);
}

/** Moves a folder of files to `dist/assets/<hash of the contents>`; returns its address. */
function publish(dist, folder) {
  const hash = createHash("sha256");
  for (const file of readdirSync(folder).sort()) hash.update(file).update(readFileSync(join(folder, file)));
  const address = `/assets/${hash.digest("hex").slice(0, 16)}`;
  cpSync(folder, join(dist, address), { recursive: true });
  return address;
}

function build(work) {
  const folder = (name) => {
    mkdirSync(join(work, name));
    return join(work, name);
  };
  const [dist, code, look, charts] = ["dist", "code", "look", "charts"].map(folder);
  link(compile(), work, code);
  writeFileSync(join(look, "style.css"), styles.map((sheet) => readFileSync(join(root, sheet), "utf8")).join("\n"));
  for (const file of readdirSync(join(root, "public"))) cpSync(join(root, "public", file), join(look, file));
  cpSync(join(root, plotly), join(charts, basename(plotly)));

  const places = { code: publish(dist, code), look: publish(dist, look), plotly: `${publish(dist, charts)}/${basename(plotly)}` };
  const html = readFileSync(join(root, "app/index.html"), "utf8").replaceAll(/\{(\w+)\}/g, (whole, place) => places[place] ?? whole);
  writeFileSync(join(dist, "index.html"), html);
  return dist;
}

const work = mkdtempSync(join(tmpdir(), "hooklens-page-"));
try {
  const built = build(work);
  const dist = join(root, "dist");
  // beside it first: a build that fails leaves the page that was there
  const next = `${dist}.next`;
  rmSync(next, { recursive: true, force: true });
  cpSync(built, next, { recursive: true });
  rmSync(dist, { recursive: true, force: true });
  renameSync(next, dist);
} finally {
  rmSync(work, { recursive: true, force: true });
}
