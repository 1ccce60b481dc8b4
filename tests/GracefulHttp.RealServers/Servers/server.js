// Node's http, https and http2: what Targets.cs says of /ok, /late, /half and /upload.
const fs = require('fs');
const [address, certificate, key] = process.argv.slice(2);
const tls = { cert: fs.readFileSync(certificate), key: fs.readFileSync(key) };
const lateness = 200;

function answer(request, response) {
  request.on('error', () => {});
  response.on('error', () => {});
  switch (request.url) {
    case '/late':
      setTimeout(() => response.end('late'), lateness);
      break;
    case '/half':
      response.writeHead(200, { 'content-length': 20 });
      response.write('x'.repeat(10));
      setTimeout(() => response.end('x'.repeat(10)), lateness);
      break;
    case '/upload':
      request.resume().on('end', () => response.end('ok'));
      break;
    default:
      response.end('ok');
  }
}

require('http').createServer(answer).listen(8001, address);
require('https').createServer(tls, answer).listen(8002, address);
require('http2').createSecureServer(tls, answer).listen(8003, address);
