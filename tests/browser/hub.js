// A Hugging Face hub on this machine: the two addresses that hooklens asks, with the bundled model under several names.
// A test holds its weights back, cuts them off, or takes the hub off the network. `tests/http/hub` has every other way in
// which a hub can fail.

import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { createServer } from "node:http";

const model = new URL("../../model/src/demo/", import.meta.url);
const weights = "model.safetensors";

const hash = (kind, ...parts) => parts.reduce((sum, part) => sum.update(part), createHash(kind)).digest("hex");

/** A file as the hub lists it: small ones by git's hash, large ones by their contents'. */
function listed([name, bytes]) {
  const size = bytes.length;
  const entry = { rfilename: name, size, blobId: hash("sha1", `blob ${size}\0`, bytes) };
  return name === weights ? { ...entry, lfs: { sha256: hash("sha256", bytes), size, pointerSize: 1 } } : entry;
}

/**
 * A hub with `org/tiny`, `org/short` (whose weights always break off) and `org/gated` (which no token opens).
 * @returns its address, and what to do with it
 */
export async function hub() {
  const names = (await readdir(model)).filter((name) => /\.(json|safetensors)$/.test(name));
  const files = new Map();
  for (const name of names) files.set(name, await readFile(new URL(name, model)));
  const siblings = [...files].map(listed);
  const held = [];
  let holding = false;

  const refuse = (answer, status, code) => answer.writeHead(status, { "x-error-code": code }).end('{"error":"no"}');
  const server = createServer((asked, answer) => {
    const { pathname } = new URL(asked.url, "http://hub");
    const [, repo, file] = pathname.match(/^\/(?:api\/models\/)?(org\/\w+)\/(?:revision|resolve)\/\w+\/?(.*)$/) ?? [];
    if (!["org/tiny", "org/short", "org/gated"].includes(repo)) return refuse(answer, 401, "RepoNotFound");
    if (!file) return answer.end(JSON.stringify({ id: repo, sha: hash("sha1", repo), siblings }));
    if (repo === "org/gated") return refuse(answer, 401, "GatedRepo");
    const bytes = files.get(file);
    if (!bytes) return refuse(answer, 404, "EntryNotFound");
    answer.writeHead(200, { "content-length": bytes.length });
    if (file !== weights) return answer.end(bytes);
    const half = bytes.length >> 1;
    if (repo === "org/short") return answer.write(bytes.subarray(0, half), () => answer.destroy());
    if (!holding) return answer.end(bytes);
    answer.write(bytes.subarray(0, half));
    held.push(() => answer.end(bytes.subarray(half)));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    megabytes: Math.ceil(files.get(weights).length / 1e6),
    /** Weights stop half-way until `letGo`. */
    hold: () => {
      holding = true;
    },
    letGo: () => {
      holding = false;
      held.splice(0).forEach((go) => go());
    },
    /** Off the network. */
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
