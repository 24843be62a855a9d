// A relay that takes every message and keeps none: a process of its own, so that what it costs is not counted. Answers "stat" with what it got.
import net from "node:net";

const END = Buffer.from("\r\n.\r\n");
let messages = 0;
let bytes = 0;

const server = net.createServer((socket) => {
  let inData = false;
  let rest: Buffer = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on("error", () => undefined);
  socket.write("220 sink ESMTP\r\n");
  socket.on("data", (chunk: Buffer) => {
    let buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const answers: string[] = [];
    for (;;) {
      if (inData) {
        const end = buffer.indexOf(END);
        if (end < 0) {
          const kept = Math.min(buffer.length, END.length - 1);
          bytes += buffer.length - kept;
          rest = Buffer.from(buffer.subarray(buffer.length - kept));
          break;
        }
        bytes += end;
        messages++;
        inData = false;
        buffer = buffer.subarray(end + END.length);
        answers.push("250 taken");
      }
      const line = buffer.indexOf(10);
      if (line < 0) {
        rest = Buffer.from(buffer);
        break;
      }
      const verb = buffer.toString("latin1", 0, 4).toUpperCase();
      buffer = buffer.subarray(line + 1);
      if (verb === "EHLO") answers.push("250-sink", "250-PIPELINING", "250-8BITMIME", "250 SIZE 50000000");
      else if (verb === "DATA") {
        inData = true;
        answers.push("354 go on");
      } else if (verb === "QUIT") {
        socket.end("221 bye\r\n");
        return;
      } else answers.push("250 ok");
    }
    if (answers.length > 0) socket.write(`${answers.join("\r\n")}\r\n`);
  });
});

server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as net.AddressInfo).port }));
process.on("message", () => process.send?.({ messages, bytes }));
process.on("disconnect", () => process.exit());
