// The Durable Streams reference server; with a folder as argument it keeps its streams in files.
import { DurableStreamTestServer } from "@durable-streams/server";

const [dataDir] = process.argv.slice(2);
const server = new DurableStreamTestServer({ port: 0, host: "127.0.0.1", dataDir, compression: false });
await server.start();
console.log(`port ${new URL(server.url).port}`);
