// Node: 'http' is its http module with a keep-alive agent, 'fetch' is undici. A caller leaves by its AbortSignal.
import http from 'node:http';
import https from 'node:https';
import readline from 'node:readline';

const [variant, url, ...numbers] = process.argv.slice(2);
const [requests, warmUp, workers, abandon, timeout, delay] = numbers.map(Number);
const slow = `${url}?delay=${delay}&phase=headers`;
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
process.removeAllListeners('warning');

const { request, Agent } = url.startsWith('https') ? https : http;
const agent = new Agent({ keepAlive: true, maxFreeSockets: 10_000 });

function getByHttp(target, signal) {
  return new Promise((resolve, reject) => {
    const sent = request(target, { agent, signal }, (response) => {
      let length = 0;
      response.on('data', (piece) => { length += piece.length; });
      response.on('end', () => resolve(response.statusCode === 200 && length === 256));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end();
  });
}

async function getByFetch(target, signal) {
  const response = await fetch(target, { signal });
  return (await response.arrayBuffer()).byteLength === 256 && response.status === 200;
}

const get = variant === 'fetch' ? getByFetch : getByHttp;

async function storm(count) {
  const result = { useful: 0, abandoned: 0, failed: 0, seconds: 0 };
  let next = 0;

  async function work() {
    for (let i = next++; i < count; i = next++) {
      const isSlow = Math.floor(i * abandon / 100) !== Math.floor((i + 1) * abandon / 100);
      const leaving = isSlow ? new AbortController() : undefined;
      const timer = isSlow ? setTimeout(() => leaving.abort(), timeout) : undefined;
      try {
        const isRight = await get(isSlow ? slow : url, leaving?.signal);
        result[isRight && !isSlow ? 'useful' : 'failed']++;
      } catch (error) {
        result[isSlow && error.name === 'AbortError' ? 'abandoned' : 'failed']++;
      } finally {
        clearTimeout(timer);
      }
    }
  }

  const start = performance.now();
  await Promise.all(Array.from({ length: workers }, work));
  result.seconds = (performance.now() - start) / 1000;
  return result;
}

const input = readline.createInterface({ input: process.stdin });
const lines = input[Symbol.asyncIterator]();
await storm(warmUp);
console.log('ready');
await lines.next();
console.log(JSON.stringify(await storm(requests)));
await lines.next();
process.exit();
