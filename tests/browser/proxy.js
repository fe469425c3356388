// A connection one can spoil: forwards everything to a server, and lets a test hold or cut the stream of a run's events.

import { createServer, request } from "node:http";

/**
 * @param {string} target origin of the server behind it
 * @returns an origin of its own, the addresses of the streams asked for, and what to do with the next stream
 */
export async function proxy(target) {
  const streams = [];
  const held = [];
  let onStream = (answer, client) => answer.pipe(client);
  const server = createServer((asked, client) => {
    // the Host stays the browser's: the page's origin is the proxy
    const { method, headers } = asked;
    // what is cut is counted in bytes of the stream itself
    delete headers["accept-encoding"];
    const forwarded = request(new URL(asked.url, target), { method, headers }, (answer) => {
      client.writeHead(answer.statusCode, answer.headers);
      if (!/^\/api\/runs\/[^/]+\/events/.test(asked.url)) return answer.pipe(client);
      streams.push(asked.url);
      onStream(answer, client);
    });
    forwarded.on("error", () => client.destroy());
    client.on("close", () => forwarded.destroy());
    asked.pipe(forwarded);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    streams,
    /** Streams stop after `bytes`, without an end, until `cut`. */
    holdAfter(bytes) {
      onStream = (answer, client) => {
        held.push(client);
        passOn(answer, client, bytes, () => answer.pause());
      };
    },
    /** The held streams break off; those after them are whole. */
    cut() {
      onStream = (answer, client) => answer.pipe(client);
      held.splice(0).forEach((client) => client.destroy());
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Passes the first `bytes` on, then does `then` once they are out. */
function passOn(answer, client, bytes, then) {
  let left = bytes;
  answer.on("data", (chunk) => {
    if (left <= 0) return;
    const part = chunk.subarray(0, left);
    left -= part.length;
    client.write(part, () => left <= 0 && then());
  });
  answer.on("end", () => left > 0 && client.end());
}
