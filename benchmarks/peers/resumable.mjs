// resumable-stream over Redis, behind server-sent events: POST makes a stream that is stamped as it
// is said, GET follows it from its beginning.
import { createServer } from "node:http";
import { createClient } from "redis";
import { createResumableStreamContext } from "resumable-stream";

const [path] = process.argv.slice(2);
const publisher = createClient({ socket: { path } });
const subscriber = createClient({ socket: { path } });
await Promise.all([publisher.connect(), subscriber.connect()]);
const streams = createResumableStreamContext({ waitUntil: () => {}, publisher, subscriber });

const now = () => process.hrtime.bigint();

// Words with the time that they are said at, `rate` a second.
function said(count, rate) {
  let rest = count;
  let timer;
  return new ReadableStream({
    start(controller) {
      timer = setInterval(() => {
        controller.enqueue(`data: @${now()}@ the quick brown fox jumps over\n\n`);
        rest -= 1;
        if (rest === 0) {
          clearInterval(timer);
          controller.close();
        }
      }, 1000 / rate);
    },
    cancel: () => clearInterval(timer),
  });
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://localhost");
  const [id, count, rate] = ["id", "count", "rate"].map((name) => url.searchParams.get(name));
  const stream =
    request.method === "POST"
      ? await streams.createNewResumableStream(id, () => said(Number(count), Number(rate)))
      : await streams.resumeExistingStream(id);
  response.writeHead(stream ? 200 : 404, { "Content-Type": "text/event-stream" });
  response.flushHeaders();
  for await (const text of stream ?? []) {
    response.write(text);
  }
  response.end();
});
server.listen(0, "127.0.0.1", () => console.log(`port ${server.address().port}`));
