// Node's http server: one JSON line on standard output for its port, then one for each request it read.
import { createServer } from "node:http";

const say = (line) => process.stdout.write(JSON.stringify(line) + "\n");

const answer = (request, response) => {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => {
    const { method, url, headers } = request;
    say({ method, target: url, host: headers.host ?? "", body: Buffer.concat(pieces).toString("base64"), whole: true });
    response.writeHead(200, { "Content-Length": "5" });
    response.end("hello");
  });
  request.on("error", () => response.destroy());
};

const odd = (what, socket) => {
  say({ method: "", target: what, host: "", body: "", whole: false });
  socket.end("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
};

const server = createServer({ keepAliveTimeout: 600_000, maxHeaderSize: 65_536, insecureHTTPParser: false }, answer);
server.on("clientError", (error, socket) => (error.code === "ECONNRESET" || !socket.writable ? socket.destroy() : odd(error.code, socket)));
server.on("connect", (_request, socket) => odd("connect", socket));
server.on("upgrade", (_request, socket) => odd("upgrade", socket));
server.listen(0, "127.0.0.1", () => say({ port: server.address().port }));
process.stdin.on("end", () => process.exit(0)).resume();
