// Sends one request again and again over some connections and tells how it went. It reads no more of an answer than its length, so
// that as much of the machine as can be is left to whoever answers.
import net from 'node:net';

/** A connection that is kept; `ask` resolves with the whole answer. */
function connect(port) {
  const socket = net.connect(port, '127.0.0.1').setNoDelay(true);
  let parts = [];
  let size = 0;
  let need = -1;
  let settle = { resolve: () => {}, reject: () => {} };
  const fail = (error) => settle.reject(error ?? new Error('The server closed the connection.'));
  socket.on('error', fail).on('close', () => fail());
  socket.on('data', (part) => {
    parts.push(part);
    size += part.length;
    if (need < 0) {
      const all = Buffer.concat(parts);
      parts = [all];
      const end = all.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = /\r\ncontent-length: (\d+)/i.exec(all.latin1Slice(0, end));
      if (!length) return fail(new Error('An answer without content-length.'));
      need = end + 4 + Number(length[1]);
    }
    if (size < need) return;
    const { resolve } = settle;
    const answer = parts.length === 1 ? parts[0] : Buffer.concat(parts);
    [parts, size, need] = [[], 0, -1];
    resolve(answer);
  });
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        settle = { resolve, reject };
        socket.write(request);
      }),
    end: () => socket.removeAllListeners('close').destroy(),
  };
}

async function load({ port, requests, connections, milliseconds }) {
  const latencies = [];
  const texts = requests.map((text) => Buffer.from(text));
  const begun = performance.now();
  let next = 0;
  const worker = async () => {
    const each = connect(port);
    while (performance.now() - begun < milliseconds) {
      const before = performance.now();
      const answer = await each.ask(texts[next++ % texts.length]);
      if (answer.latin1Slice(9, 12) !== '200') throw new Error(answer.toString().slice(0, 500));
      latencies.push(performance.now() - before);
    }
    each.end();
  };
  await Promise.all(Array.from({ length: connections }, worker));
  return { count: latencies.length, seconds: (performance.now() - begun) / 1_000, latencies };
}

process.on('message', (job) => {
  load(job).then(
    (answer) => process.send({ answer }),
    (error) => process.send({ failure: String(error?.stack ?? error) }),
  );
});
